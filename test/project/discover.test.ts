import { expect, it } from "vitest";
import { buildProject } from "./build-project.ts";

const application = "from fastapi import FastAPI\n\napp = FastAPI()\n";
const member = '[project]\nname = "api"\ndependencies = ["fastapi"]\n[build-system]\nrequires = ["hatchling"]\n';

it("starts a member of a workspace from its own source folder, with its own manifest", () => {
	const project = buildProject({
		"pyproject.toml": '[project]\nname = "all"\ndependencies = []\n[tool.uv.workspace]\nmembers = ["services/*"]\n',
		"services/api/pyproject.toml": member,
		"services/api/src/api/__init__.py": "",
		"services/api/src/api/main.py": application,
	});
	expect(project.backend).toBe("services/api/src");
	expect(project.target?.module).toBe("api.main");
	expect(project.manifests.find(({ primary }) => primary)?.path).toBe("services/api/pyproject.toml");
});

it("starts from the root where src is no package's home, or the project is the repository itself", () => {
	const files = { "pyproject.toml": member, "src/main.py": application };
	expect(buildProject(files).target?.module).toBe("src.main");
	expect(buildProject({ "pyproject.toml": member, "src/api/__init__.py": "", "src/api/main.py": application }).backend).toBe("");
});

it("starts what the module runs that a package or its image is started by, before other modules that build an application", () => {
	const files = {
		"api/__init__.py": "",
		"api/__main__.py":
			'import uvicorn\n\n\ndef main():\n    uvicorn.run(\n        "api.web:get_app",\n        workers=2,\n        factory=True,\n    )\n\n\nmain()\n',
		"api/mock.py": application,
		"api/web.py": "from fastapi import FastAPI\n\n\ndef get_app():\n    return FastAPI()\n",
	};
	expect(buildProject(files).target).toMatchObject({ module: "api.web", attribute: "get_app", factory: true });
	const script = {
		"run.py": 'import uvicorn\n\nuvicorn.run("api.web:get_app", factory=True)\n',
		"api/mock.py": application,
		"api/web.py": files["api/web.py"],
	};
	expect(buildProject(script).target?.module).toBe("api.mock");
	expect(buildProject({ ...script, Dockerfile: 'CMD ["python", "run.py"]\n' }).target?.module).toBe("api.web");
});

it("follows the command from whose folder the module's own imports can be had", () => {
	const files = {
		"src/main.py": `from prices import VAT\n${application}`,
		"src/prices.py": "VAT = 19\n",
		Makefile: "dev:\n\tuvicorn src.main:app\n",
		Dockerfile: 'FROM python:3.12\nWORKDIR /srv\nCOPY src/ .\nCMD ["uvicorn", "main:app"]\n',
	};
	expect(buildProject(files)).toMatchObject({ backend: "src", target: { module: "main" } });
	expect(buildProject({ ...files, "src/main.py": `from src.prices import VAT\n${application}` }).target?.module).toBe("src.main");
});

it("starts a script from its own folder where it names itself so", () => {
	const files = {
		"requirements.txt": "fastapi\nuvicorn\n",
		"app/__init__.py": "",
		"app/prices.py": "VAT = 19\n",
		"app/main.py": `from prices import VAT\nimport uvicorn\n${application}\nif __name__ == "__main__":\n    uvicorn.run("main:app")\n`,
	};
	expect(buildProject(files)).toMatchObject({ backend: "app", target: { module: "main" } });
});
