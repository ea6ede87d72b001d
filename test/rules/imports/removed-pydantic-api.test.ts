import { expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

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

it.each([
	[
		"a validator that asks for the field",
		'    name: str\n\n    @pd.validator("name")\n    def check(cls, v, field):\n        return v\n',
		null,
	],
	["a root field", "    __root__: list[str]\n", "class Item(RootModel[list[str]]):\n    root: list[str]"],
	[
		"both ways to configure",
		'    model_config = {"extra": "forbid"}\n    name: str\n\n    class Config:\n        orm_mode = True\n',
		'model_config = {"from_attributes": True, "extra": "forbid"}',
	],
	[
		"a validator with self",
		'    name: str\n\n    @pd.field_validator("name")\n    def check(self, v):\n        return v\n',
		"def check(cls, v)",
	],
	[
		"a validator of no field",
		'    name: str\n\n    @pd.field_validator("nmae")\n    def check(cls, v):\n        return v\n',
		'@pd.field_validator("name")',
	],
	[
		"a list of fields",
		'    name: str\n\n    @pd.validator(["name"])\n    def check(cls, v):\n        return v\n',
		'@pd.validator("name")',
	],
])("finds what the class statement raises: %s", (_, wrong, right) => {
	const source = backend("pydantic>=2", wrong).replace("from pydantic", "import pydantic as pd\nfrom pydantic");
	if (right === null) expect(auditBackend(rule, source)).toHaveLength(1);
	else expect(mendedFiles(rule, source)["main.py"]).toContain(right);
});

it("hands over as info what a validator asked for", () => {
	const body =
		'    name: str\n\n    @validator("name", pre=True)\n    def check(cls, v, values, field):\n        return f"{field.name} {values}"\n';
	const source = backend("pydantic>=2", body).replace("root_validator", "validator");
	const right =
		'@field_validator("name", mode="before")\n    def check(cls, v, info):\n        return f"{info.field_name} {info.data}"';
	expect(mendedFiles(rule, source)["main.py"]).toContain(right);
});

it("says nothing of models of pydantic.v1, and of validators whose schema is put off", () => {
	const old = backend("pydantic>=2", '    name: str = Field("", regex="a")\n').replace("from pydantic", "from pydantic.v1");
	expect(auditBackend(rule, old)).toEqual([]);
	const later = '    line: "Line"\n\n    @pd.field_validator("lines")\n    def check(cls, v):\n        return v\n';
	expect(
		auditBackend(rule, backend("pydantic>=2", later).replace("from pydantic", "import pydantic as pd\nfrom pydantic")),
	).toEqual([]);
});
