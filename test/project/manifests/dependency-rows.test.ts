import { expect, it } from "vitest";
import { dependencyRows } from "../../../src/project/manifests/dependency-rows.ts";
import { installed } from "../../rules/dependencies/audit-dependencies.ts";
import { buildProject, parseFiles } from "../build-project.ts";

it("lists each package with where it is declared, what is installed, who needs it, and a verdict", () => {
	const files = parseFiles(`
#- requirements.txt
fastapi>=0.115
uvicorn==0.29.0
redis
winonly; sys_platform == "win32"
#- requirements-dev.txt
-r requirements.txt
starlette
#- main.py
from fastapi import FastAPI
import starlette.requests
from jose import jwt
app = FastAPI()
`);
	const rows = dependencyRows(buildProject(files, { environment: installed(), target: "main:app" }));
	const cells = rows.map(({ name, declared, declaredIn, installed: version, requiredBy, importedBy, verdict }) =>
		[name, declared, declaredIn, version, requiredBy.join("+"), importedBy.join("+"), verdict].join(" | "),
	);
	expect(cells).toEqual([
		"fastapi | >=0.115 | requirements.txt | 0.115.0 |  | main | ok",
		"python-jose |  |  |  |  | main | not declared, not installed",
		"redis | any version | requirements.txt |  |  |  | not installed",
		"starlette | any version | requirements-dev.txt | 0.38.0 | fastapi | main | ok",
		"uvicorn | ==0.29.0 | requirements.txt | 0.30.0 |  |  | installed 0.30.0 is not ==0.29.0",
		'winonly | any version (sys_platform == "win32") | requirements.txt |  |  |  | not for this Python',
	]);
});
