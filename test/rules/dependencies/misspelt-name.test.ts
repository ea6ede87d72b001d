import { expect, test } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const main = `
#- src/__init__.py
#- src/main.py
from dotenv import load_dotenv
from fastapi import FastAPI, Form

load_dotenv()
app = FastAPI()


@app.post("/login")
def login(name: str = Form()) -> str:
    return name
`;

const list = (text: string): string => `#- requirements.txt\n${text}${main}`;

test("a slip of the keyboard in a name is put right, and its version kept", () => {
	const written = list("fastapi\nuvicorn\npython-dotevn==1.2.1  # .env\npython-mutlipart>=0.0.9\n");
	expect(auditBackend("wrong-distribution-name", written).map(({ severity, problem }) => [severity, problem])).toEqual([
		["CRITICAL", "python-dotevn is declared where python-dotenv is meant"],
		["CRITICAL", "python-mutlipart is declared where python-multipart is meant"],
	]);
	expect(mendedFiles("wrong-distribution-name", written)["requirements.txt"]).toBe(
		"fastapi\nuvicorn\npython-dotenv==1.2.1  # .env\npython-multipart>=0.0.9\n",
	);
	for (const rule of ["undeclared-import", "missing-optional-dependency"]) expect(auditBackend(rule, written)).toEqual([]);
});

test.each([
	["the package itself is there", "python-dotenv\npython-multipart\nour-python-tools\n"],
	["another package is far away", "python-environs-of-ours\npython-multipart\n"],
	["a number makes another package of it", "python-dotenv2\npython-multipart\n"],
	["a name that is known is no slip", "python-dotenv\npython-multipart\nfastapi-mail\n"],
])("no slip: %s", (_, lines) => {
	expect(auditBackend("wrong-distribution-name", list(`fastapi\nuvicorn\n${lines}`))).toEqual([]);
});
