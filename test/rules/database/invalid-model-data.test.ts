import { expect, test } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const backend = (
	call: string,
	body = "    name: str\n    price: int = Field(gt=0)\n    note: str | None = None",
) => `#- requirements.txt
fastapi
uvicorn
pydantic>=2
#- main.py
from enum import Enum
from typing import Annotated, Literal, Optional

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

app = FastAPI()


class Status(str, Enum):
    open = "open"
    closed = "closed"


class Item(BaseModel):
${body}


item = ${call}
`;

const errors = (call: string, body?: string) =>
	auditBackend("invalid-model-data", backend(call, body)).map(({ expectedError }) => expectedError?.split(": ")[1]);

test.each([
	["a field is left out", 'Item(name="a")', undefined, "1 validation error for Item"],
	["all fields are left out", "Item()", undefined, "2 validation errors for Item"],
	["a dictionary lacks one", 'Item.model_validate({"name": "a"})', undefined, "1 validation error for Item"],
	["Optional has no default", "Item()", "    name: Optional[str]", "1 validation error for Item"],
	["an Ellipsis is no default", "Item()", "    name: str = Field(...)", "1 validation error for Item"],
	["a number is given for a text", "Item(name=1)", "    name: str", "1 validation error for Item"],
	["a literal has another value", 'Item(kind="b")', '    kind: Literal["a"]', "1 validation error for Item"],
	["an enumeration has no such value", 'Item(status="OPEN")', "    status: Status", "1 validation error for Item"],
	[
		"a strange name is forbidden",
		'Item(name="a", x=1)',
		'    model_config = ConfigDict(extra="forbid")\n    name: str',
		"1 validation error for Item",
	],
])("sees that %s", (_, call, body, error) => {
	expect(errors(call, body)).toEqual([error]);
});

test.each([
	["a default in the annotation", "Item()", "    tags: Annotated[list[str], Field(default_factory=list)]"],
	["an alias", 'Item(Name="a")', '    name: str = Field(alias="Name")'],
	["an alias generator", "Item(itemName=1)", "    model_config = ConfigDict(alias_generator=str.title)\n    item_name: int"],
	[
		"a validator before the fields",
		"Item()",
		'    name: str\n    @model_validator(mode="before")\n    @classmethod\n    def fill(cls, data):\n        return {"name": "a"}',
	],
	[
		"a validator before the type",
		'Item(status="OPEN")',
		'    status: Status\n    @field_validator("status", mode="before")\n    @classmethod\n    def lower(cls, value):\n        return value.lower()',
	],
	["a constructor of its own", "Item()", '    name: str\n    def __init__(self):\n        super().__init__(name="a")'],
	["numbers taken for texts", "Item(name=1)", "    model_config = ConfigDict(coerce_numbers_to_str=True)\n    name: str"],
	["a name that is ignored", 'Item(name="a", x=1)', "    name: str"],
	["a text of an enumeration", 'Item(status="open")', "    status: Status"],
	["a digit in a text", 'Item(price="3")', "    price: int"],
	["an unchecked object", "Item.model_construct()", "    name: str"],
])("says nothing about %s", (_, call, body) => {
	expect(errors(call, body)).toEqual([]);
});

test.each([
	["a name that is alike", 'Item(nmae="a")', "    name: str", 'item = Item(name="a")'],
	["the one strange name", 'Item.model_validate({"title": "a"})', "    name: str", 'item = Item.model_validate({"name": "a"})'],
	["Optional without a default", "Item()", "    name: Optional[str]", "    name: Optional[str] = None"],
	["a value that differs in case", 'Item(status="OPEN")', "    status: Status", 'item = Item(status="open")'],
	["a number for a text", "Item(name=1)", "    name: str", 'item = Item(name="1")'],
	["a text of a least length", "Item()", "    name: str = Field(min_length=3)", 'item = Item(name="xxx")'],
	["a field left out", 'Item(name="a")', "    name: str\n    size: int", 'item = Item(name="a", size=0)'],
])("mends %s", (_, call, body, line) => {
	expect(mendedFiles("invalid-model-data", backend(call, body))["main.py"]).toContain(line);
});

test("mends a factory that is called where it is written", () => {
	const body = "    tags: list[str] = Field(default_factory=list())";
	expect(auditBackend("invalid-model-data", backend("Item()", body))[0]?.expectedError).toBe(
		"TypeError: 'list' object is not callable",
	);
	expect(mendedFiles("invalid-model-data", backend("Item()", body))["main.py"]).toContain("Field(default_factory=list)");
	for (const call of ["Item(tags=[])", "Item"]) expect(errors(call, body)).toEqual([]);
});
