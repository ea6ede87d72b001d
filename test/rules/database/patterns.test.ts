import { expect, test } from "vitest";
import { auditBackend } from "../audit-backend.ts";

const backend = (field: string, decorated = "") => `#- requirements.txt
fastapi
uvicorn
pydantic>=2
#- main.py
from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, Field, StringConstraints, computed_field, constr

app = FastAPI()
Password = Annotated[str, Field(pattern=r"^(?=.*\\d).+$")]


class User(BaseModel):
    ${field}
${decorated}`;

test.each([
	'password: str = Field(pattern=r"^(?=.*\\d).+$")',
	'password: Annotated[str, StringConstraints(pattern=r"^(?!x).+$")]',
	'password: Annotated[str | None, Field(pattern=r"^(.)\\1$")] = None',
	"password: Password",
	"password: Password | None = None",
	'password: constr(pattern=r"^(?<=a)b$")',
])("sees that Rust's regular expressions refuse %s", (field) => {
	const [found, ...others] = auditBackend("invalid-model-field", backend(field));
	expect(others).toEqual([]);
	expect(found?.severity).toBe("CRITICAL");
	expect(found?.fix?.edits.some(({ newText }) => newText.includes('regex_engine="python-re"'))).toBe(true);
});

test.each([
	'password: Annotated[str, StringConstraints(pattern=r"^[a-z(?=]+$")]',
	'model_config = {"regex_engine": "python-re"}\n    password: Password',
	'password: constr(pattern=r"^\\d+$")',
])("says nothing about %s", (field) => {
	expect(auditBackend("invalid-model-field", backend(field))).toEqual([]);
});

test("asks for the type of a computed field", () => {
	const field = (decorator: string, header: string) =>
		auditBackend(
			"invalid-validator",
			backend("name: str", `\n    ${decorator}\n    @property\n    def label(self)${header}:\n        return f"<{self.name}>"\n`),
		);
	expect(field("@computed_field", "")[0]?.fix?.edits[0]?.newText).toBe(" -> str");
	expect(field("@computed_field", " -> str")).toEqual([]);
	expect(field("@computed_field(return_type=str)", "")).toEqual([]);
});
