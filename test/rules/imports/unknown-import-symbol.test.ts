import { expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const rule = "unknown-import-symbol";
const requirements = "#- requirements.txt\nfastapi\nuvicorn\nsqlmodel\nsqlalchemy\npydantic>=2\n";

it("moves one name of several to the statement that imports from its home", () => {
	const backend = `${requirements}#- main.py
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncEngine, AsyncSession

app = FastAPI()
engine: AsyncEngine | None = None
session: AsyncSession | None = None
`;
	expect(mendedFiles(rule, backend)["main.py"]?.split("\n").slice(1, 3)).toEqual([
		"from sqlalchemy.ext.asyncio import create_async_engine, AsyncEngine",
		"from sqlmodel.ext.asyncio.session import AsyncSession",
	]);
});

it("writes the nearest name of the same module, in the import and wherever it is used", () => {
	const backend = `${requirements}#- main.py
from fastapi import FastAPI
from routes import ruoter

app = FastAPI()
app.include_router(ruoter)
#- routes.py
from fastapi import APIRouter

router = APIRouter()
`;
	const [issue] = auditBackend(rule, backend);
	expect(issue?.expectedError).toBe("ImportError: cannot import name 'ruoter' from 'routes' (/example/routes.py)");
	expect(mendedFiles(rule, backend)["main.py"]).toContain(
		"from routes import router\n\napp = FastAPI()\napp.include_router(router)",
	);
});

it("keeps the old name where other modules import it from there", () => {
	const backend = `${requirements}#- main.py
from fastapi import FastAPI
from pack import Setting

app = FastAPI(title=Setting.title)
#- pack/__init__.py
from .config import Setting
#- pack/config.py
class Settings:
    title = "notes"
`;
	expect(mendedFiles(rule, backend)).toEqual({ "pack/__init__.py": "from .config import Settings as Setting\n" });
});

it("asks the submodule where an empty package re-exports nothing, in the file's own style", () => {
	const backend = `${requirements}#- app/__init__.py
#- app/main.py
from fastapi import FastAPI
from .models import User, user

app = FastAPI(title=User.__name__ + user.kind)
#- app/models/__init__.py
#- app/models/user.py
kind = "user"


class User:
    pass
`;
	expect(mendedFiles(rule, backend)["app/main.py"]).toContain("from .models import user\nfrom .models.user import User\n");
});

it("says nothing of a name that a module serves dynamically, that is guarded, or that only type checkers import", () => {
	const backend = `${requirements}#- main.py
from typing import TYPE_CHECKING

from fastapi import FastAPI
from lazy import anything

if TYPE_CHECKING:
    from lazy import Nothing

try:
    from plain import extra
except ImportError:
    extra = None

app = FastAPI()
#- lazy.py
def __getattr__(name):
    return name
#- plain.py
value = 1
`;
	expect(auditBackend(rule, backend)).toEqual([]);
});

it("offers what shares a word with the name only for review", () => {
	const backend = `${requirements}#- main.py
from fastapi import FastAPI
from orders import orders_router

app = FastAPI()
app.include_router(orders_router)
#- orders.py
from fastapi import APIRouter

router = APIRouter()
`;
	const [issue] = auditBackend(rule, backend);
	expect(issue?.fix).toMatchObject({ title: "Import router instead of orders_router", applicability: "review" });
});

it("reads a member from the class that has it", () => {
	const backend = `${requirements}#- main.py
from fastapi import FastAPI
from limits import PAGE_SIZE

app = FastAPI(title=str(PAGE_SIZE))
#- limits.py
class Limits:
    PAGE_SIZE = 20
`;
	expect(mendedFiles(rule, backend)["main.py"]).toContain(
		"from limits import Limits\n\napp = FastAPI(title=str(Limits.PAGE_SIZE))",
	);
});

it.each([
	[
		"deleted at the end",
		'def name_of() -> str:\n    return "shop"\n\n\ndel name_of\n',
		'def name_of() -> str:\n    return "shop"\n',
	],
	[
		"a local of a function that the module calls",
		"def setup() -> None:\n    name_of = str\n\n\nsetup()\n",
		"def setup() -> None:\n    global name_of\n    name_of = str\n\n\nsetup()\n",
	],
	[
		"defined on another platform",
		'import sys\n\nif sys.platform == "win32":\n\n    def name_of() -> str:\n        return "shop"\n',
		'def name_of() -> str:\n    return "shop"\n',
	],
])("binds the name again where its module does not keep it: %s", (_, code, mended) => {
	const main = "from fastapi import FastAPI\nfrom names import name_of\n\napp = FastAPI(title=name_of())\n";
	expect(mendedFiles(rule, `${requirements}#- main.py\n${main}#- names.py\n${code}`)["names.py"]?.trim()).toBe(mended.trim());
});

it("widens the guard of an optional name", () => {
	const backend = `${requirements}#- main.py
from fastapi import FastAPI

try:
    from plugins import load
except ModuleNotFoundError:
    load = None

app = FastAPI()
app.state.load = load
#- plugins.py
found = []
`;
	expect(mendedFiles(rule, backend)["main.py"]).toContain("except ImportError:\n    load = None");
});
