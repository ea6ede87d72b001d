import { expect, test } from "vitest";
import rule from "../../../src/rules/dependencies/conflicting-requirements.ts";
import { auditDependencies, installed } from "./audit-dependencies.ts";

function audit(constraints: string) {
	const list = "-c constraints.txt\nfastapi==0.115.0\nuvicorn\npydantic>=2.5\n";
	const literal = `#- requirements.txt\n${list}#- constraints.txt\n${constraints}\n#- main.py\nfrom fastapi import FastAPI\napp = FastAPI()\n`;
	const { lines, mended } = auditDependencies(literal, installed(), rule);
	return { lines, mended: mended("constraints.txt") };
}

test("a constraint that allows none of the versions that the list asks for is made to say what the list does", () => {
	const { lines, mended } = audit("httpx==0.27.0\npydantic==1.10.13");
	expect(lines).toEqual([
		"CRITICAL conflicting-requirements requirements.txt:4 pydantic>=2.5 is declared, and constraints.txt allows only pydantic==1.10.13",
	]);
	expect(mended).toBe("httpx==0.27.0\npydantic>=2.5\n");
});

test("uv's own constraints are held against the list too", () => {
	const list = 'dependencies = ["fastapi==0.115.0", "uvicorn", "pydantic>=2.5"]';
	const project = `[project]\nname = "shop"\nversion = "1"\n${list}\n\n[tool.uv]\nconstraint-dependencies = ["pydantic<2"]\n`;
	const literal = `#- pyproject.toml\n${project}#- uv.lock\nversion = 1\n#- main.py\nfrom fastapi import FastAPI\napp = FastAPI()\n`;
	const { lines, mended } = auditDependencies(literal, installed(), rule);
	expect(lines).toEqual([
		"CRITICAL conflicting-requirements pyproject.toml:4 pydantic>=2.5 is declared, and pyproject.toml allows only pydantic<2",
	]);
	expect(mended("pyproject.toml")).toContain('constraint-dependencies = ["pydantic>=2.5"]');
});

test("where the list pins hashes, the mend says that it has to be generated anew", () => {
	const list = "fastapi==0.115.0 --hash=sha256:aa\nstarlette==0.27.0 --hash=sha256:bb\nuvicorn==0.30.0 --hash=sha256:cc\n";
	const releases = [{ version: "0.115.0", requires: ["starlette<0.39.0,>=0.37.2"], requiresPython: null, isYanked: false }];
	const environment = { ...installed(), releasesOf: (name: string) => (name === "fastapi" ? releases : []) };
	const literal = `#- requirements.txt\n${list}#- main.py\nfrom fastapi import FastAPI\napp = FastAPI()\n`;
	const { issues } = auditDependencies(literal, environment, rule);
	expect(issues.map((issue) => issue.fix?.explanation)).toEqual([expect.stringContaining("requirements.txt pins hashes")]);
});

test("a constraint that allows some of them, or one for another Python, is none of our business", () => {
	expect(audit("pydantic==2.9.0\nstarlette<1").lines).toEqual([]);
	expect(audit('pydantic==1.10.13; python_version < "3.8"').lines).toEqual([]);
});
