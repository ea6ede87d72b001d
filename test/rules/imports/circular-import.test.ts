import { expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const rule = "circular-import";
const head =
	"#- requirements.txt\nfastapi\nuvicorn\n#- main.py\nfrom fastapi import FastAPI\n\nimport a\n\napp = FastAPI(title=a.name)\n";

it("imports for type checkers only what annotations alone use", () => {
	const backend = `${head}#- a.py
from b import Helper

name = "a"


class Owner:
    helper: Helper | None = None
#- b.py
from a import Owner


class Helper:
    def serve(self, owner: Owner) -> None: ...
`;
	const after = mendedFiles(rule, backend)["b.py"];
	expect(after).toContain("if TYPE_CHECKING:\n    from a import Owner\n");
	expect(after).toContain('owner: "Owner"');
});

it("asks the module that defines the name where the one in the circle only passes it on", () => {
	const backend = `${head}#- a.py
import b
from c import name
#- b.py
from a import name

copy = name
#- c.py
name = "c"
`;
	expect(mendedFiles(rule, backend)).toEqual({ "b.py": "from c import name\n\ncopy = name\n" });
});

it("takes out an import of a module by itself", () => {
	const backend = `${head}#- a.py\nfrom a import name\n\nname = "a"\n`;
	expect(mendedFiles(rule, backend)["a.py"]).toBe('name = "a"\n');
});

it("reports one issue for all names of a statement, and where nothing is certain says what to share", () => {
	const backend = `${head}#- a.py
from b import third

name = "a"
second = third
#- b.py
from a import name, second

third = name + second
`;
	const issues = auditBackend(rule, backend);
	expect(issues).toHaveLength(1);
	expect(issues[0]?.fix).toBeNull();
	expect(issues[0]?.manualSteps[0]).toContain("a module of its own");
});

it("accepts a circle that closes after the names are there", () => {
	const backend = `${head}#- a.py\nname = "a"\n\nimport b\n#- b.py\nfrom a import name\n\ncopy = name\n`;
	expect(auditBackend(rule, backend)).toEqual([]);
});

it("completes models that need each other once both are there", () => {
	const backend = `#- requirements.txt
fastapi
uvicorn
pydantic>=2
#- main.py
from fastapi import FastAPI

from team import Team

app = FastAPI()
app.state.team = Team
#- team.py
from pydantic import BaseModel

from member import Member


class Team(BaseModel):
    members: list[Member]
#- member.py
from pydantic import BaseModel

from team import Team


class Member(BaseModel):
    team: Team | None = None
`;
	const mended = mendedFiles(rule, backend);
	expect(mended["member.py"]).toContain('team: "Team | None" = None');
	expect(mended["team.py"]).toMatch(/Member\.model_rebuild\(\)\n$/);
});

it("moves an import and what needs it behind the definition that is asked for", () => {
	const backend = `#- requirements.txt
fastapi
uvicorn
#- main.py
from fastapi import FastAPI

app = FastAPI()
from reports import router
app.include_router(router)


def tenant() -> str:
    return "acme"
#- reports.py
from fastapi import APIRouter, Depends

from main import tenant

router = APIRouter(dependencies=[Depends(tenant)])
`;
	expect(mendedFiles(rule, backend)["main.py"]).toMatch(
		/return "acme"\n\n\nfrom reports import router {2}# noqa: E402\napp\.include_router\(router\)\n$/,
	);
});
