import { tableClasses } from "../../project/models/table-class.ts";
import { defineClassRule } from "../repair/classes/class-fault.ts";
import { columnTwice } from "./inheritance/column-twice.ts";
import { foreignToParent } from "./inheritance/foreign-to-parent.ts";
import { missingDiscriminator } from "./inheritance/missing-discriminator.ts";
import { unmappedSubclass } from "./inheritance/unmapped-subclass.ts";

const example = (key: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy>=2\n",
	"main.py": `from fastapi import FastAPI
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Person(Base):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)


class Customer(Person):
    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(${key}primary_key=True)
`,
});

export default defineClassRule(
	{
		name: "broken-inheritance",
		category: "DATABASE",
		summary: "A table class derives from another one in a way that SQLAlchemy cannot map",
		story:
			"A subclass with a table of its own and no foreign key to its parent's, a discriminator that is no column, one column in two subclasses of the same table: SQLAlchemy maps a class when its statement runs, and raises there.",
		references: ["https://docs.sqlalchemy.org/en/20/orm/inheritance.html"],
		example: { before: example(""), after: example('ForeignKey("people.id"), ') },
	},
	function* (project) {
		for (const table of tableClasses(project)) {
			yield* foreignToParent(project, table);
			yield* missingDiscriminator(table);
			yield* columnTwice(project, table);
			yield* unmappedSubclass(project, table);
		}
	},
);
