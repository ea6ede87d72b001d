import { expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const rule = "unused-import";

function backend(code: string, more = ""): string {
	return `#- requirements.txt\nfastapi\nuvicorn\nsqlmodel\nsqlalchemy\n#- main.py\nfrom fastapi import FastAPI\n${code}\n\napp = FastAPI()\n${more}`;
}

it("takes the unused names out of a statement one by one, each as an issue of its own", () => {
	const files = backend("from os import (\n    getcwd,\n    path,  # joined\n    sep,\n)\n\nhere = path.join('a')");
	expect(auditBackend(rule, files).map((issue) => issue.problem)).toEqual([
		"getcwd is imported and never used",
		"sep is imported and never used",
	]);
	expect(mendedFiles(rule, files)["main.py"]).toContain("from os import (\n    path,  # joined\n)\n");
});

it.each([
	["marked", "import json  # noqa: F401"],
	["re-exported by name", "from json import loads as loads"],
	["listed in __all__", "from json import loads\n\n__all__ = ['loads']"],
	["guarded", "try:\n    import orjson\nexcept ImportError:\n    orjson = None"],
	["used in a quoted annotation", "from decimal import Decimal\n\n\ndef f(x: 'Decimal | None') -> None: ..."],
	["used in a type comment", "from typing import List\n\nx = []  # type: List[int]"],
	["looked up by text", "import json\n\nx = globals()['json']"],
	["from the future", "from __future__ import annotations"],
])("leaves alone an import that is %s", (_, code) => {
	const files = code.startsWith("from __future__") ? backend("").replace("from fastapi", `${code}\nfrom fastapi`) : backend(code);
	expect(auditBackend(rule, files)).toEqual([]);
});

it("leaves alone what another module imports from there, and packages that re-export", () => {
	const files = backend(
		"from shared import loads, dumps\n\nx = loads, dumps",
		"#- shared/__init__.py\nfrom json import dumps\nfrom json import loads\n#- other.py\nfrom main import FastAPI\n\nx = FastAPI\n",
	);
	expect(auditBackend(rule, files)).toEqual([]);
});

it("leaves alone the models that create_all has to know", () => {
	const models =
		"#- models.py\nfrom sqlmodel import Field, SQLModel\n\n\nclass User(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n";
	const files = backend(
		"from models import User\nfrom sqlmodel import SQLModel\n\n\ndef create() -> None:\n    SQLModel.metadata.create_all(None)",
		models,
	);
	expect(auditBackend(rule, files)).toEqual([]);
});

it("leaves alone the import of a router that was forgotten, which its mend includes", () => {
	const router = (name: string) =>
		`#- ${name}.py\nfrom fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get("/${name}")\ndef show() -> None: ...\n`;
	const imports = "import items\nimport json\nimport users";
	const routers = router("items") + router("users");
	const include = (name: string) => `app.include_router(${name}.router)\n`;
	expect(auditBackend(rule, backend(imports, include("users") + routers)).map((issue) => issue.problem)).toEqual([
		"json is imported and never used",
	]);
	expect(mendedFiles("router-never-included", backend(imports, include("users") + routers))["main.py"]).toContain(
		include("users") + include("items"),
	);
});
