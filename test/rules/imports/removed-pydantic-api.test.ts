import { expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../database/audit-backend.ts";

const rule = "removed-pydantic-api";

function backend(pydantic: string, body: string): string {
	return `#- requirements.txt\nfastapi\nuvicorn\n${pydantic}\n#- main.py\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel, Field, root_validator\n\napp = FastAPI()\n\n\nclass Item(BaseModel):\n${body}`;
}

it.each([
	["regex", '    name: str = Field(regex="a")\n', '    name: str = Field(pattern="a")\n'],
	["const", "    kind: int = Field(1, const=True)\n", "    kind: Literal[1] = Field(1)\n"],
	[
		"a bare root_validator",
		"    @root_validator\n    def check(cls, values): ...\n",
		"    @root_validator(skip_on_failure=True)\n    def check(cls, values): ...\n",
	],
	[
		"root_validator()",
		"    @root_validator()\n    def check(cls, values): ...\n",
		"    @root_validator(skip_on_failure=True)\n    def check(cls, values): ...\n",
	],
])("writes for pydantic 2 what it would refuse: %s", (_, wrong, right) => {
	expect(mendedFiles(rule, backend("pydantic>=2", wrong))["main.py"]).toContain(right);
});

it("says nothing on pydantic 1, and of what pydantic 2 still takes", () => {
	expect(auditBackend(rule, backend("pydantic==1.10.13", '    name: str = Field(regex="a")\n'))).toEqual([]);
	const sound = "    @root_validator(pre=True)\n    def check(cls, values): ...\n";
	expect(auditBackend(rule, backend("pydantic>=2", sound))).toEqual([]);
});
