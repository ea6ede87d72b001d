import { expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const rule = "undefined-name";
const requirements = "#- requirements.txt\nfastapi\nuvicorn\npydantic>=2\nsqlmodel\nsqlalchemy\n";

function backend(code: string, more = ""): string {
	return `${requirements}#- main.py\nfrom fastapi import FastAPI\n${code}\napp = FastAPI()\n${more}`;
}

it.each([
	["typing", "x = Optional[int]", "from typing import Optional"],
	["a module", "x = os.getcwd()", "import os"],
	["a class of datetime", "x = datetime.now()", "from datetime import datetime"],
	["the module datetime", "x = datetime.datetime.now()", "import datetime"],
	["fastapi", "def f(x: int = Query(1)): ...", "from fastapi import FastAPI, Query"],
])("adds the import that is missing: %s", (_, code, line) => {
	expect(mendedFiles(rule, backend(code))["main.py"]?.split("\n")).toContain(line);
});

it("imports what an own module defines", () => {
	const files = backend("title = SETTING", "#- config.py\nSETTING = 'notes'\n");
	expect(mendedFiles(rule, files)["main.py"]).toContain("from config import SETTING\n");
});

it("writes the name of Python for that of another language", () => {
	expect(mendedFiles(rule, backend("debug = true"))["main.py"]).toContain("debug = True\n");
});

it("moves a definition in front of its first use, and leaves it where it needs what lies between", () => {
	const late = "def first(x=LIMIT): ...\n\n\nLIMIT = 5\n";
	expect(mendedFiles(rule, backend(late))["main.py"]).toContain("LIMIT = 5\n\n\ndef first(x=LIMIT): ...\n");
	const knotted = "def first(x=LIMIT): ...\n\n\nLIMIT = len(first.__name__)\n";
	expect(auditBackend(rule, backend(knotted))[0]?.fix).toBeNull();
});

it("imports at run time what only type checkers saw", () => {
	const code = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from decimal import Decimal\n\nzero = Decimal(0)\n";
	const after = mendedFiles(rule, backend(code))["main.py"];
	expect(after).toContain("from decimal import Decimal\n");
	expect(after).not.toContain("if TYPE_CHECKING");
});

it("says nothing of names in bodies that start-up does not run, of builtins, and behind a star import it cannot see", () => {
	expect(auditBackend(rule, backend("def later():\n    return nowhere\n\n\nx = len('a')"))).toEqual([]);
	expect(auditBackend(rule, backend("from unheard_of import *\n\nx = nowhere"))).toEqual([]);
});

it("hands the names of a class to a comprehension in its body", () => {
	const code = '\n\nclass Roles:\n    prefix = "role:"\n    names = ("a", "b")\n    full = [prefix + name for name in names]\n\n';
	expect(mendedFiles(rule, backend(code))["main.py"]).toContain(
		"full = (lambda prefix, names: [prefix + name for name in names])(prefix, names)",
	);
});

it("takes out a keyword argument that names what is gone", () => {
	const code = `${requirements}#- main.py\nfrom fastapi import FastAPI\n\napp = FastAPI(title="Shop", lifespan=lifespan)\n`;
	expect(mendedFiles(rule, code)["main.py"]).toContain('app = FastAPI(title="Shop")');
});

it("makes a router before the routes that are registered on it", () => {
	const routes = '@router.get("/")\ndef read_root():\n    return {}\n';
	const code = `${requirements}#- main.py\nfrom fastapi import APIRouter, FastAPI\n\n${routes}\n\nrouter = APIRouter()\napp = FastAPI()\napp.include_router(router)\n`;
	expect(mendedFiles(rule, code)["main.py"]).toContain(`router = APIRouter()\n\n\n${routes}`);
});
