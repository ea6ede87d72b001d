import { describe, expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

function backend(classes: string): string {
	return `
#- requirements.txt
fastapi
sqlmodel
#- main.py
from typing import Any, List, Optional
from fastapi import FastAPI
from pydantic import BaseModel
from sqlmodel import Field, Relationship, SQLModel

${classes}

app = FastAPI()
`;
}

const key = "    id: Optional[int] = Field(default=None, primary_key=True)\n";

describe("field-without-schema", () => {
	it.each([
		["a function for a type", "class Item(BaseModel):\n    extra: dict[str, any] = {}", "the function any"],
		["a plain class", "class Box:\n    pass\n\nclass Item(BaseModel):\n    boxes: List[Box]", "Box"],
		["a subclass of str", "class Code(str):\n    pass\n\nclass Item(BaseModel):\n    code: Optional[Code] = None", "Code"],
	])("finds %s", (_, classes, named) => {
		const [issue] = auditBackend("field-without-schema", backend(classes));
		expect(issue?.severity).toBe("CRITICAL");
		expect(issue?.problem).toContain(named);
	});

	it.each([
		["allowed arbitrary types", "class Box:\n    pass\n\nclass Item(BaseModel, arbitrary_types_allowed=True):\n    box: Box"],
		[
			"a class with a schema of its own",
			"class Box:\n    @classmethod\n    def __get_pydantic_core_schema__(cls, source, handler):\n        return handler(str)\n\nclass Item(BaseModel):\n    box: Box",
		],
		["a model that is put off", 'class Box:\n    pass\n\nclass Item(BaseModel):\n    box: Box\n    other: "Later"'],
	])("says nothing of %s", (_, classes) => {
		expect(auditBackend("field-without-schema", backend(classes))).toEqual([]);
	});
});

describe("unknown-foreign-key", () => {
	const classes = (target: string) =>
		`class Team(SQLModel, table=True):\n${key}\nclass Hero(SQLModel, table=True):\n${key}    team_id: int = Field(foreign_key="${target}")`;

	it("is HIGH where start-up does not make the tables, CRITICAL where it does", () => {
		expect(auditBackend("unknown-foreign-key", backend(classes("teams.id")))[0]?.severity).toBe("HIGH");
		const made = `${classes("teams.id")}\n\nfrom sqlmodel import create_engine\nSQLModel.metadata.create_all(create_engine("sqlite://"))`;
		expect(auditBackend("unknown-foreign-key", backend(made))[0]).toMatchObject({
			severity: "CRITICAL",
			expectedError:
				"sqlalchemy.exc.NoReferencedTableError: Foreign key associated with column 'hero.team_id' could not find table 'teams' with which to generate a foreign key to target column 'id'",
		});
	});

	it("is none where the table has the name", () => {
		expect(auditBackend("unknown-foreign-key", backend(classes("team.id")))).toEqual([]);
	});
});

describe("broken-relationship", () => {
	const classes = (back: string, fk: string) =>
		`class Team(SQLModel, table=True):\n${key}    heroes: List["Hero"] = Relationship(back_populates="${back}")\n\nclass Hero(SQLModel, table=True):\n${key}    team_id: Optional[int] = ${fk}\n    team: Optional[Team] = Relationship(back_populates="heroes")`;
	const foreign = 'Field(default=None, foreign_key="team.id")';

	it("finds the other side's name misspelt, and a foreign key that is not there", () => {
		expect(auditBackend("broken-relationship", backend(classes("teem", foreign)))).toHaveLength(1);
		expect(auditBackend("broken-relationship", backend(classes("team", "None")))).toHaveLength(2);
	});

	it("leaves sound ones alone", () => {
		expect(auditBackend("broken-relationship", backend(classes("team", foreign)))).toEqual([]);
	});
});

describe("invalid-discriminator", () => {
	const rule = "invalid-discriminator";
	const backend = (dog: string, pet: string) =>
		`#- requirements.txt\nfastapi==0.115.0\npydantic==2.9.2\nuvicorn\n#- main.py\nfrom typing import Annotated, List, Literal, Optional, Union\n\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel, Field\n\napp = FastAPI()\n\n\nclass CatEvent(BaseModel):\n    kind: Literal["cat"]\n\n\nclass BigDogEvent(BaseModel):\n    ${dog}\n\n\nclass Visit(BaseModel):\n    pet: ${pet}\n`;
	const union = 'Union[CatEvent, BigDogEvent] = Field(discriminator="kind")';

	it("gives the variant a Literal by its default, and else by the names of the others", () => {
		expect(mendedFiles(rule, backend('kind: str = "dog"', union))["main.py"]).toContain('kind: Literal["dog"] = "dog"');
		expect(mendedFiles(rule, backend("kind: str", union))["main.py"]).toContain('kind: Literal["big_dog"]\n');
		const listed = 'List[Annotated[Union[CatEvent, BigDogEvent], Field(discriminator="kind")]]';
		expect(mendedFiles(rule, backend("size: int", listed))["main.py"]).toContain(
			'    kind: Literal["big_dog"] = "big_dog"\n    size: int',
		);
		expect(mendedFiles(rule, backend('kind: Literal["cat"] = "cat"', union))["main.py"]).toContain(
			'Literal["big_dog"] = "big_dog"',
		);
	});

	it("is silent where pydantic takes the union, or puts the class off", () => {
		for (const each of ['kind: Literal["dog"]', 'kind: "Unknown"', "kind: Kind"])
			expect(auditBackend(rule, backend(each, union))).toEqual([]);
		expect(auditBackend(rule, backend("kind: str", "Union[CatEvent, BigDogEvent]"))).toEqual([]);
	});
});
