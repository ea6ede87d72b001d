import { expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const rule = "unresolved-import";
const requirements = "#- requirements.txt\nfastapi\nuvicorn\n";
const router = "from fastapi import APIRouter\n\nrouter = APIRouter()\n";

function main(statement: string): string {
	return `from fastapi import FastAPI\n${statement}\n\napp = FastAPI()\napp.include_router(router)\n`;
}

it.each([
	["a misspelt module", "from app.routs import router", "from app.routes import router"],
	["the wrong root", "from backend.app.routes import router", "from app.routes import router"],
	["a dot too many", "from ..routes import router", "from .routes import router"],
	["another case", "from app.Routes import router", "from app.routes import router"],
	["a module below a module", "from app.routes.items import router", "from app.routes import router"],
])("names the module that was meant: %s", (_, wrong, right) => {
	const backend = `${requirements}#- app/__init__.py\n#- app/main.py\n${main(wrong)}#- app/routes.py\n${router}`;
	expect(mendedFiles(rule, backend)).toEqual({ "app/main.py": main(right) });
});

it("reads a plain import by its new path wherever the file uses it", () => {
	const backend = `${requirements}#- app/__init__.py\n#- app/main.py
import app.rotes

from fastapi import FastAPI

api = FastAPI()
api.include_router(app.rotes.router)
#- app/routes.py
${router}`;
	expect(mendedFiles(rule, backend)["app/main.py"]).toContain("import app.routes\n");
	expect(mendedFiles(rule, backend)["app/main.py"]).toContain("include_router(app.routes.router)");
});

it("imports each name from its own module where no module has them all", () => {
	const backend = `${requirements}#- app/__init__.py
#- app/main.py
from fastapi import FastAPI
from app.everything import first, second

app = FastAPI(title=first + second)
#- app/one.py
first = "a"
#- app/two.py
second = "b"
`;
	expect(mendedFiles(rule, backend)["app/main.py"]).toContain("from app.one import first\nfrom app.two import second\n");
});

it("leaves a package that is not installed to the rules about dependencies", () => {
	const backend = `${requirements}#- main.py\nimport stripe\nfrom fastapi import FastAPI\n\napp = FastAPI()\n`;
	expect(auditBackend(rule, backend)).toEqual([]);
});

it("takes out what needs a module that is nowhere, and says how to bring it back", () => {
	const backend = `${requirements}#- app/__init__.py\n#- app/main.py\n${main("from app.admin import router")}`;
	expect(mendedFiles(rule, backend)["app/main.py"]).toBe("from fastapi import FastAPI\n\napp = FastAPI()\n");
	const [issue] = auditBackend(rule, backend);
	expect(issue?.fix).toMatchObject({ applicability: "review" });
	expect(issue?.fix?.explanation).toContain("app.include_router(router)");
	expect(issue?.manualSteps[0]).toMatch(/^Bring back the file of app\.admin/);
});

it("never takes out what protects the server", () => {
	const backend = `${requirements}#- app/__init__.py\n#- app/main.py
from fastapi import Depends, FastAPI

from app.guards import signed_in

app = FastAPI(dependencies=[Depends(signed_in)])
`;
	expect(auditBackend(rule, backend)[0]?.fix).toBeNull();
});

it("lets functions that start-up does not call import for themselves", () => {
	const backend = `${requirements}#- main.py
from fastapi import FastAPI

import crud

app = FastAPI()
app.state.crud = crud
#- crud.py
from mailing import send


def welcome(name: str) -> None:
    send(name)
`;
	expect(mendedFiles(rule, backend)["crud.py"]).toBe(
		"def welcome(name: str) -> None:\n    from mailing import send\n    send(name)\n",
	);
});
