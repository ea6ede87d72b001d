import { expect, it } from "vitest";
import { auditBackend } from "../database/audit-backend.ts";

const rule = "shadowed-module";

it("names the file that hides the package, and who imports it", () => {
	const backend =
		"#- requirements.txt\nfastapi\nuvicorn\n#- main.py\nfrom fastapi import FastAPI\n\napp = FastAPI()\n#- fastapi.py\nname = 1\n";
	const [issue, ...others] = auditBackend(rule, backend);
	expect(others).toEqual([]);
	expect(issue?.problem).toBe("fastapi.py hides the installed package fastapi");
	expect(issue?.manualSteps[0]).toContain("git mv fastapi.py app_fastapi.py");
	expect(issue?.fix).toBeNull();
});

it("accepts an own module of a package's name that has all that is asked of it", () => {
	const backend =
		"#- requirements.txt\nfastapi\nuvicorn\n#- main.py\nfrom fastapi import FastAPI\nfrom redis import client\n\napp = FastAPI(title=client)\n#- redis.py\nclient = 'own'\n";
	expect(auditBackend(rule, backend)).toEqual([]);
});

it("follows what libraries import themselves to an own module that cannot answer", () => {
	const backend = (anyio: string) =>
		`#- requirements.txt\nfastapi\nuvicorn\n#- main.py\nfrom fastapi import FastAPI\n\napp = FastAPI()\n#- anyio.py\n${anyio}\n`;
	const [issue, ...others] = auditBackend(rule, backend("LIMIT = 4"));
	expect(others).toEqual([]);
	expect(issue?.problem).toBe("anyio.py hides the installed package anyio");
	expect(issue?.expectedError).toMatch(/^ModuleNotFoundError: No module named 'anyio\.\w+'; 'anyio' is not a package$/);
	expect(auditBackend(rule, backend("import sys\nsys.modules[__name__] = None"))).toEqual([]);
});

it("knows that no file hides what the server has imported by then", () => {
	const backend = (name: string, requirement = "uvicorn") =>
		`#- requirements.txt\nfastapi\n${requirement}\n#- main.py\nfrom fastapi import FastAPI\n\napp = FastAPI()\n#- ${name}.py\nLIMIT = 4\n`;
	for (const name of ["email", "json", "logging", "random", "token", "types"])
		expect(auditBackend(rule, backend(name))).toEqual([]);
	expect(auditBackend(rule, backend("anyio", "uvicorn[standard]"))).toEqual([]);
});
