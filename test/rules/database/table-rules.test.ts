import { describe, expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

function backend(classes: string): string {
	return `
#- requirements.txt
fastapi
sqlmodel
#- main.py
from typing import Annotated, List, Optional
from fastapi import FastAPI
from sqlalchemy import JSON, Column, Integer, PrimaryKeyConstraint, String
from sqlalchemy.orm import DeclarativeBase, Mapped, declarative_base, declared_attr, mapped_column
from sqlmodel import Field, Relationship, SQLModel

${classes}

app = FastAPI()
`;
}

const key = "    id: int | None = Field(default=None, primary_key=True)\n";

describe("column-without-type", () => {
	const rule = "column-without-type";

	it.each([
		["tags: list[str]", "tags: list[str] = Field(sa_type=JSON)"],
		["tags: List[str] = []", "tags: List[str] = Field(default_factory=list, sa_type=JSON)"],
		["tags: dict = {}", "tags: dict = Field(default_factory=dict, sa_type=JSON)"],
		["tags: Optional[list[str]] = None", "tags: Optional[list[str]] = Field(default=None, sa_type=JSON)"],
		["tags: list[str] = Field(default=[])", "tags: list[str] = Field(default=[], sa_type=JSON)"],
	])("%s becomes a JSON column", (before, after) => {
		expect(mendedFiles(rule, backend(`class Item(SQLModel, table=True):\n${key}    ${before}`))["main.py"]).toContain(
			`    ${after}\n`,
		);
	});

	it("is found where a table inherits it, and mended there", () => {
		const code = backend(`class Base(SQLModel):\n    tags: list[str] = []\n\nclass Item(Base, table=True):\n${key}`);
		expect(auditBackend(rule, code)[0]).toMatchObject({
			severity: "CRITICAL",
			problem: "Item.tags is a list, for which there is no column type",
			expectedError: "ValueError: <class 'list'> has no matching SQLAlchemy type",
		});
		expect(mendedFiles(rule, code)["main.py"]).toContain("sa_type=JSON");
	});

	it("is a relationship where the items are models, which a person has to decide", () => {
		const [issue] = auditBackend(rule, backend(`class Team(SQLModel, table=True):\n${key}    heroes: list["Hero"] = []`));
		expect(issue?.fix).toBeNull();
		expect(issue?.manualSteps[0]).toContain("Relationship");
	});

	it.each([
		["a column type", `class Item(SQLModel, table=True):\n${key}    tags: list[str] = Field(sa_column=Column(JSON))`],
		["a relationship", `class Item(SQLModel, table=True):\n${key}    others: list["Item"] = Relationship()`],
		["a plain model", "class Item(SQLModel):\n    tags: list[str] = []"],
	])("says nothing of %s", (_, classes) => {
		expect(auditBackend(rule, backend(classes))).toEqual([]);
	});
});

describe("uncalled-declarative-base", () => {
	const rule = "uncalled-declarative-base";
	const item = '\n\nclass Item(Base):\n    __tablename__ = "item"\n    id = Column(Integer, primary_key=True)';

	it("finds an object of DeclarativeBase, and derives a class from it", () => {
		const broken = backend(`Base = DeclarativeBase()${item}`);
		expect(auditBackend(rule, broken)[0]?.expectedError).toBe("TypeError: DeclarativeBase() takes no arguments");
		expect(mendedFiles(rule, broken)["main.py"]).toContain("class Base(DeclarativeBase):\n    pass\n");
		expect(auditBackend(rule, backend(`class Base(DeclarativeBase):\n    pass${item}`))).toEqual([]);
	});

	it("calls the function where it is named, and no other name that stands before it", () => {
		const mended = mendedFiles(rule, backend(`Text = String\nBase = declarative_base${item}`))["main.py"];
		expect(mended).toContain("Text = String\nBase = declarative_base()\n");
	});
});

describe("table-without-primary-key", () => {
	const rule = "table-without-primary-key";

	it("looks past mapper arguments that name no key", () => {
		const classes = (named: string) =>
			`class Base(DeclarativeBase):\n    __mapper_args__ = {"eager_defaults": True}\n\nclass Item(Base):\n    __tablename__ = "item"\n${named}    id: Mapped[int] = mapped_column()`;
		expect(auditBackend(rule, backend(classes("")))).toHaveLength(1);
		expect(auditBackend(rule, backend(classes('    __mapper_args__ = {"primary_key": ["id"]}\n')))).toEqual([]);
	});

	it.each([
		["class Item(SQLModel, table=True):\n    id: int", "    id: int = Field(primary_key=True)\n"],
		[
			"class Item(SQLModel, table=True):\n    id: Optional[int] = None",
			"    id: Optional[int] = Field(default=None, primary_key=True)\n",
		],
		[
			'class Item(SQLModel, table=True):\n    """Doc."""\n    name: str',
			"    id: int | None = Field(default=None, primary_key=True)\n    name: str",
		],
		[
			'Base = declarative_base()\n\nclass Item(Base):\n    __tablename__ = "item"\n    id = Column(Integer, index=True)',
			"id = Column(Integer, index=True, primary_key=True)",
		],
		[
			'class Base(DeclarativeBase):\n    pass\n\nclass Item(Base):\n    __tablename__ = "item"\n    id: Mapped[int] = mapped_column()',
			"id: Mapped[int] = mapped_column(primary_key=True)",
		],
	])("%s", (classes, after) => {
		expect(auditBackend(rule, backend(classes))[0]).toMatchObject({
			severity: "CRITICAL",
			expectedError:
				"sqlalchemy.exc.ArgumentError: Mapper Mapper[Item(item)] could not assemble any primary key columns for mapped table 'item'",
		});
		expect(mendedFiles(rule, backend(classes))["main.py"]).toContain(after);
	});

	const declarative = "class Base(DeclarativeBase):\n    pass\n\n";

	it.each([
		[
			"a mixin has it",
			`${declarative}class Id:\n    id = Column(Integer, primary_key=True)\n\nclass Item(Id, Base):\n    __tablename__ = "item"`,
		],
		[
			"a declared attribute may be it",
			`${declarative}class Id:\n    @declared_attr\n    def id(cls):\n        return Column(Integer, primary_key=True)\n\nclass Item(Id, Base):\n    __tablename__ = "item"\n    name = Column(String)`,
		],
		[
			"an annotation may be it",
			`${declarative}intpk = Annotated[int, mapped_column(primary_key=True)]\n\nclass Item(Base):\n    __tablename__ = "item"\n    id: Mapped[intpk]`,
		],
		[
			"the table's arguments may name it",
			'class Item(SQLModel, table=True):\n    __table_args__ = (PrimaryKeyConstraint("a"),)\n    a: int',
		],
		["its column has it", "class Item(SQLModel, table=True):\n    a: int = Field(sa_column=Column(Integer, primary_key=True))"],
		["it builds on another table", `class Item(SQLModel, table=True):\n${key}\nclass Special(Item, table=True):\n    name: str`],
		["a base comes from elsewhere", "from elsewhere import Model\n\nclass Item(Model, table=True):\n    name: str"],
		["it is no table", "class Item(SQLModel):\n    name: str"],
	])("says nothing where %s", (_, classes) => {
		expect(auditBackend(rule, backend(classes))).toEqual([]);
	});
});
