import { expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const rule = "shadowed-module";

it("names the file that hides the package, and who imports it", () => {
	const backend =
		"#- requirements.txt\nfastapi\nuvicorn\n#- main.py\nfrom fastapi import FastAPI\n\napp = FastAPI()\n#- fastapi.py\nname = 1\n";
	const [issue, ...others] = auditBackend(rule, backend);
	expect(others).toEqual([]);
	expect(issue?.problem).toBe("fastapi.py hides the installed package fastapi");
	expect(issue?.fix).toMatchObject({ edits: [], moves: [{ path: "fastapi.py", to: "app_fastapi.py" }], applicability: "review" });
	expect(issue?.manualSteps).toEqual([]);
	expect(issue?.alternatives).toEqual([]);
});

const start = "#- requirements.txt\nfastapi\nuvicorn\n";

it("divides the imports between the own module and the package that it hides", () => {
	const backend = `${start}#- main.py
from fastapi import FastAPI, title
import fastapi as settings
from fastapi.responses import JSONResponse

app = FastAPI(title=title, description=settings.title, default_response_class=JSONResponse)
#- fastapi.py
title = "notes"
`;
	expect(mendedFiles(rule, backend)).toEqual({
		"app_fastapi.py": 'title = "notes"\n',
		"main.py": `from app_fastapi import title
from fastapi import FastAPI
import app_fastapi as settings
from fastapi.responses import JSONResponse

app = FastAPI(title=title, description=settings.title, default_response_class=JSONResponse)
`,
	});
});

it("renames a package with all that lies in it, and those who import its parts", () => {
	const backend = `${start}#- main.py
import pydantic.pieces
from fastapi import FastAPI
from pydantic.pieces import size

app = FastAPI(title=str(size + pydantic.pieces.size))
#- pydantic/__init__.py
#- pydantic/pieces.py
from pydantic.more import size
#- pydantic/more.py
size = 1
`;
	expect(mendedFiles(rule, backend)).toEqual({
		"app_pydantic/__init__.py": "",
		"app_pydantic/pieces.py": "from app_pydantic.more import size\n",
		"app_pydantic/more.py": "size = 1\n",
		"main.py": `import app_pydantic.pieces
from fastapi import FastAPI
from app_pydantic.pieces import size

app = FastAPI(title=str(size + app_pydantic.pieces.size))
`,
	});
});

it("takes the start command along where the application itself hides the package", () => {
	const backend = `${start}#- Procfile
web: uvicorn fastapi:app --port 80
#- fastapi.py
from fastapi import FastAPI

app = FastAPI()
`;
	expect(mendedFiles(rule, backend)).toEqual({
		Procfile: "web: uvicorn app_fastapi:app --port 80\n",
		"app_fastapi.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
	});
});

it("offers to remove a file without code", () => {
	const backend = `${start}#- main.py\nfrom fastapi import FastAPI\n\napp = FastAPI()\n#- fastapi.py\n"""Notes."""\n`.replaceAll(
		"\\n",
		"\n",
	);
	const [issue] = auditBackend(rule, backend);
	expect(issue?.alternatives).toMatchObject([{ title: "Remove fastapi.py", moves: [{ path: "fastapi.py", to: null }] }]);
});

it("leaves it to a person where a name is asked for by text", () => {
	const backend = `${start}#- main.py
from importlib import import_module
from fastapi import FastAPI

app = FastAPI(title=import_module("fastapi").title)
#- fastapi.py
title = "notes"
`;
	const [issue] = auditBackend(rule, backend);
	expect(issue?.fix).toBeNull();
	expect(issue?.manualSteps[0]).toContain("git mv fastapi.py app_fastapi.py");
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
