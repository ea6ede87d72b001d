import { expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const rule = "missing-attribute";
const requirements = "#- requirements.txt\nfastapi\nuvicorn\n";

it("imports a submodule by itself where the file knows its package by a short name", () => {
	const backend = `${requirements}#- app/__init__.py\n#- app/main.py
from fastapi import FastAPI
from app import routes

app = FastAPI()
app.include_router(routes.items.router)
#- app/routes/__init__.py\n#- app/routes/items.py\nfrom fastapi import APIRouter\n\nrouter = APIRouter()\n`;
	const after = mendedFiles(rule, backend)["app/main.py"];
	expect(after).toContain("from app.routes import items\n");
	expect(after).toContain("app.include_router(items.router)");
});

it.each([
	["takes out what was removed", '["one", "gone"]', '["one"]'],
	["puts the missing comma", '["one" "two"]', '["one", "two"]'],
])("mends __all__ where a star import fails on it: %s", (_, wrong, right) => {
	const helper = (all: string) => `one = 1\ntwo = 2\n__all__ = ${all}\n`;
	const backend = `${requirements}#- main.py\nfrom fastapi import FastAPI\nfrom helper import *\n\napp = FastAPI(title=str(one))\n#- helper.py\n${helper(wrong)}`;
	const after = mendedFiles(rule, backend)["helper.py"] ?? "";
	expect(after.replace(/,\s*\]/, "]")).toBe(helper(right));
});

it("writes the attribute that the module has", () => {
	const backend = `${requirements}#- main.py\nfrom fastapi import FastAPI\n\nimport config\n\napp = FastAPI(title=config.titel)\n#- config.py\ntitle = "notes"\n`;
	expect(mendedFiles(rule, backend)["main.py"]).toContain("config.title)");
});

it("says nothing where a module serves its attributes itself", () => {
	const backend = `${requirements}#- main.py\nfrom fastapi import FastAPI\n\nimport lazy\n\napp = FastAPI(title=lazy.title)\n#- lazy.py\ndef __getattr__(name):\n    return name\n`;
	expect(auditBackend(rule, backend)).toEqual([]);
});

it("reads the object of a module where the module itself is taken for it", () => {
	const backend = `${requirements}#- main.py
from fastapi import FastAPI

from core import config

app = FastAPI(title=config.title)
#- core/__init__.py
#- core/config.py
class Config:
    title = "Shop"


config = Config()
`;
	expect(mendedFiles(rule, backend)["main.py"]).toContain("FastAPI(title=config.config.title)");
});

it("takes a name of the same kind, however near a class is written", () => {
	const backend = `${requirements}#- main.py\nfrom fastapi import FastAPI\n\nimport tags\n\napp = FastAPI()\napp.include_router(tags.api_router)\n#- tags.py\nfrom fastapi import APIRouter\n\nrouter = APIRouter()\n`;
	expect(mendedFiles(rule, backend)["main.py"]).toContain("include_router(tags.router)");
});
