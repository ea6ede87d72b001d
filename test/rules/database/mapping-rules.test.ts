import { describe, expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

function backend(classes: string, requirement = "sqlalchemy>=2"): string {
	return `
#- requirements.txt
fastapi
${requirement}
#- main.py
from typing import List, Optional
from fastapi import FastAPI
from sqlalchemy import ARRAY, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, String, UniqueConstraint, create_engine, func
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

app = FastAPI()


class Base(DeclarativeBase):
    pass


${classes}
`;
}

const item = (tableArguments: string, more = "") =>
	`class Item(Base):\n    __tablename__ = "items"\n    __table_args__ = ${tableArguments}\n    id: Mapped[int] = mapped_column(primary_key=True)\n    name: Mapped[str]\n${more}`;

describe("invalid-table-arguments", () => {
	it.each([
		["a constraint that is no tuple", '(UniqueConstraint("name"))', "__table_args__ value must be a tuple, dict, or None"],
		["a list", '[UniqueConstraint("name")]', "__table_args__ value must be a tuple, dict, or None"],
		[
			"options before the constraints",
			'({"sqlite_autoincrement": True}, UniqueConstraint("name"))',
			"expected, got {'sqlite_autoincrement': True}",
		],
		[
			"an index of no column",
			'(Index("ix", "nmae"),)',
			"Can't create Index on table 'items': no column named 'nmae' is present.",
		],
		[
			"a key of unequal lengths",
			'(ForeignKeyConstraint(["id", "name"], ["other.id"]),)',
			"must match the number of referenced columns.",
		],
	])("finds %s", (_, tableArguments, error) => {
		const [issue] = auditBackend("invalid-table-arguments", backend(item(tableArguments)));
		expect(issue?.severity).toBe("CRITICAL");
		expect(issue?.expectedError).toContain(error);
	});

	it.each([
		["a tuple with options last", '(Index("ix", "name"), {"sqlite_autoincrement": True})'],
		["options alone", '{"schema": "shop"}'],
		["an expression in an index", '(Index("ix", func.lower("nmae")),)'],
		["the name of a constraint", '(UniqueConstraint("name", name="uq_nmae"),)'],
	])("says nothing of %s", (_, tableArguments) => {
		expect(auditBackend("invalid-table-arguments", backend(item(tableArguments)))).toEqual([]);
	});
});

describe("broken-inheritance", () => {
	const person = (options: string) =>
		`class Person(Base):\n    __tablename__ = "people"\n    id: Mapped[int] = mapped_column(primary_key=True)\n    kind: Mapped[str]\n    __mapper_args__ = {${options}}\n\n\n`;
	const customer = (body: string) => `class Customer(Person):\n${body}`;

	it("wants a foreign key where the subclass has a table of its own", () => {
		const own = customer('    __tablename__ = "customers"\n    id: Mapped[int] = mapped_column(primary_key=True)\n');
		expect(auditBackend("broken-inheritance", backend(person("") + own))[0]?.expectedError).toContain(
			"Can't determine the inherit condition between inherited table 'people' and inheriting table 'customers'",
		);
		const tied = own.replace("(primary_key", '(ForeignKey("people.id"), primary_key');
		expect(auditBackend("broken-inheritance", backend(person("") + tied))).toEqual([]);
	});

	it("finds a discriminator that is no column", () => {
		expect(auditBackend("broken-inheritance", backend(person('"polymorphic_on": "type"')))[0]?.expectedError).toContain("'type'");
		expect(auditBackend("broken-inheritance", backend(person('"polymorphic_on": "kind"')))).toEqual([]);
	});

	it("finds a column that the shared table has already", () => {
		const twice = customer("    kind: Mapped[str]\n");
		expect(auditBackend("broken-inheritance", backend(person("") + twice))).toHaveLength(1);
		expect(auditBackend("broken-inheritance", backend(person("") + customer("    points: Mapped[Optional[int]]\n")))).toEqual([]);
	});

	it("says nothing where a base names the tables by declared_attr", () => {
		const named = `class Named(Base):\n    __abstract__ = True\n\n    @declared_attr.directive\n    def __tablename__(cls):\n        return cls.__name__.lower()\n\n\nclass Person(Named):\n    id: Mapped[int] = mapped_column(primary_key=True)\n\n\nclass Customer(Person):\n    id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)\n`;
		expect(auditBackend("broken-inheritance", backend(named))).toEqual([]);
	});
});

describe("broken-relationship", () => {
	const tree = (parent: string) =>
		`class Node(Base):\n    __tablename__ = "nodes"\n    id: Mapped[int] = mapped_column(primary_key=True)\n    parent_id: Mapped[Optional[int]] = mapped_column(ForeignKey("nodes.id"))\n    children: Mapped[List["Node"]] = relationship(back_populates="parent")\n    parent: Mapped[Optional["Node"]] = relationship(${parent}back_populates="children")\n`;

	it("finds a tree whose sides lead the same way", () => {
		expect(auditBackend("broken-relationship", backend(tree("")))[0]?.problem).toContain("lead the same way");
		expect(auditBackend("broken-relationship", backend(tree("remote_side=[id], ")))).toEqual([]);
	});

	it.each(["remote_side=[id]", 'remote_side="Node.id"'])("finds a tree both of whose sides have %s", (side) => {
		const both = tree(`${side}, `).replace(
			'relationship(back_populates="parent")',
			`relationship(${side}, back_populates="parent")`,
		);
		const [issue] = auditBackend("broken-relationship", backend(both));
		expect(issue?.expectedError).toContain("<RelationshipDirection.MANYTOONE: 2>");
		expect(issue?.problem).toContain("both say that they lead to one row");
		expect(mendedFiles("broken-relationship", backend(both))["main.py"]).toContain('relationship(back_populates="parent")');
	});

	it("says nothing where the other remote_side is the foreign key", () => {
		const sound = tree("remote_side=[id], ").replace(
			'(back_populates="parent")',
			'(remote_side=[parent_id], back_populates="parent")',
		);
		expect(auditBackend("broken-relationship", backend(sound))).toEqual([]);
	});

	it.each([
		['lazy="eager"', "Can't find strategy (('lazy', 'eager'),) for Author.books"],
		['order_by="Book.published"', "does not have a mapped column named 'published'"],
		['secondary="author_book"', "failed to locate a name ('author_book')"],
	])("finds relationship(%s)", (options, error) => {
		const classes = `class Author(Base):\n    __tablename__ = "authors"\n    id: Mapped[int] = mapped_column(primary_key=True)\n    books: Mapped[List["Book"]] = relationship(${options})\n\n\nclass Book(Base):\n    __tablename__ = "books"\n    id: Mapped[int] = mapped_column(primary_key=True)\n    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))\n`;
		expect(auditBackend("broken-relationship", backend(classes))[0]?.expectedError).toContain(error);
		const sound = classes.replace(options, 'lazy="selectin", order_by="Book.id"');
		expect(auditBackend("broken-relationship", backend(sound))).toEqual([]);
	});
});

describe("unsupported-table-part", () => {
	const made = (url: string, column: string) =>
		`class Item(Base):\n    __tablename__ = "items"\n    id: Mapped[int] = mapped_column(primary_key=True)\n    tags: Mapped[List[str]] = mapped_column(${column})\n\n\nengine = create_engine("${url}")\nBase.metadata.create_all(engine)\n`;

	it("finds an ARRAY that SQLite is to create, and none for PostgreSQL", () => {
		expect(auditBackend("unsupported-table-part", backend(made("sqlite:///a.db", "ARRAY(String)")))[0]?.severity).toBe(
			"CRITICAL",
		);
		expect(auditBackend("unsupported-table-part", backend(made("postgresql+psycopg2://a@b/c", "ARRAY(String)")))).toEqual([]);
	});
});

describe("unresolved-model-annotation", () => {
	const table = (annotation: string) =>
		backend(
			`class Item(Base):\n    __tablename__ = "items"\n    id: Mapped[int] = mapped_column(primary_key=True)\n    made: ${annotation}`,
		);

	it.each([
		["a quoted annotation", 'Mapped["datetime"]', ["datetime, the type of Item.made, is not defined when the class is"]],
		["no name that Python itself misses", "Mapped[datetime]", []],
		[
			"a part that Python leaves alone",
			'Mapped[Optional["datetime"]]',
			["datetime, the type of Item.made, is not defined when the class is"],
		],
	])("tells of %s", (_, annotation, problems) => {
		expect(auditBackend("unresolved-model-annotation", table(annotation)).map(({ problem }) => problem)).toEqual(problems);
	});
});

describe("unknown-naming-token", () => {
	const rule = "unknown-naming-token";
	const classes = (kind: string, template: string, column = "mapped_column()") =>
		`from sqlalchemy import MetaData\n\n\nclass Model(DeclarativeBase):\n    metadata = MetaData(naming_convention={"${kind}": "${template}"})\n\n\nclass Item(Model):\n    __tablename__ = "items"\n    id: Mapped[int] = mapped_column(primary_key=True)\n    name: Mapped[str] = ${column}\n`;

	it("finds a token that the first constraint of its kind needs", () => {
		expect(auditBackend(rule, backend(classes("pk", "pk_%(tablename)s")))[0]).toMatchObject({
			severity: "CRITICAL",
			expectedError: "KeyError: 'tablename'",
		});
		expect(auditBackend(rule, backend(classes("ix", "ix_%(label)s", "mapped_column(index=True)")))).toHaveLength(1);
	});

	it.each([
		["no table has such a constraint", classes("fk", "fk_%(table)s")],
		["the token is known", classes("pk", "pk_%(table_name)s_%(column_0_N_name)s")],
	])("says nothing where %s", (_, sound) => {
		expect(auditBackend(rule, backend(sound))).toEqual([]);
	});
});
