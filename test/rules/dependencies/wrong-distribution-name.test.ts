import { expect, it } from "vitest";
import { auditDependencies } from "./audit-dependencies.ts";

const audit = (requirements: string, imports: string) =>
	auditDependencies(
		`#- requirements.txt\nfastapi\nuvicorn\n${requirements}\n#- main.py\nfrom fastapi import FastAPI\n${imports}\napp = FastAPI()\n`,
	);
const named = (lines: readonly string[]) => lines.filter((line) => line.includes("wrong-distribution-name"));

it("is critical where the module does not import", () => {
	const { issues, lines } = audit("jose==1.0.0  # tokens", "from jose import jwt");
	expect(named(lines)).toEqual([
		"CRITICAL wrong-distribution-name requirements.txt:3 jose is declared where python-jose is meant",
	]);
	expect(lines.filter((line) => line.includes("undeclared-import"))).toEqual([]);
	expect(issues.find(({ rule }) => rule === "wrong-distribution-name")?.fix?.edits[0]?.newText).toBe("python-jose");
});

it("is critical where pip refuses the name, imported or not", () => {
	expect(named(audit("sklearn", "").lines)).toEqual([
		"CRITICAL wrong-distribution-name requirements.txt:3 sklearn is declared where scikit-learn is meant",
	]);
});

it("is high where another author's package has the module", () => {
	expect(named(audit("jwt", "import jwt").lines)).toEqual([
		"HIGH wrong-distribution-name requirements.txt:3 jwt is declared where pyjwt is meant",
	]);
});

it("says nothing where nobody imports the module, or the name is right", () => {
	expect(named(audit("jwt", "").lines)).toEqual([]);
	expect(named(audit("PyJWT\npython-jose", "import jwt\nimport jose").lines)).toEqual([]);
});

it("removes the wrong one where the right one is declared as well", () => {
	const { issues } = audit("jwt\npyjwt", "import jwt");
	expect(issues.find(({ rule }) => rule === "wrong-distribution-name")?.fix?.title).toBe("Remove jwt, since pyjwt is declared");
});

it("is critical where start-up asks another author's package for what it does not have", () => {
	const wrong = ["CRITICAL wrong-distribution-name requirements.txt:3 jwt is declared where pyjwt is meant"];
	const asked = audit("jwt", "from jwt import PyJWTError, decode");
	expect(named(asked.lines)).toEqual(wrong);
	expect(asked.issues.find(({ rule }) => rule === "wrong-distribution-name")?.expectedError).toBe(
		"ImportError: cannot import name 'PyJWTError' from 'jwt'",
	);
	expect(named(audit("jwt", "from jwt.exceptions import InvalidTokenError").lines)).toEqual(wrong);
	expect(named(audit("decouple", "from decouple import config").lines)).toEqual([
		"CRITICAL wrong-distribution-name requirements.txt:3 decouple is declared where python-decouple is meant",
	]);
});

it("is silent where the code uses what only that author's package has", () => {
	expect(named(audit("jwt", "from jwt import JWT, jwk_from_dict").lines)).toEqual([]);
	expect(named(audit("jwt", "import jwt\nsigner = jwt.JWT()").lines)).toEqual([]);
});
