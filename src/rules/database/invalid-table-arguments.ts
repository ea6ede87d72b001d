import { tableClasses } from "../../project/models/table-class.ts";
import { definedTables } from "../../project/models/tables-defined.ts";
import { defineClassRule } from "../repair/classes/class-fault.ts";
import { tableArgumentsShape } from "./table-arguments/shape.ts";
import { unequalForeignKeys } from "./table-arguments/unequal-foreign-keys.ts";
import { unknownColumns } from "./table-arguments/unknown-columns.ts";

const example = (column: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy>=2\n",
	"main.py": `from fastapi import FastAPI
from sqlalchemy import Index
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    __table_args__ = (Index("ix_items_name", "${column}"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
`,
});

export default defineClassRule(
	{
		name: "invalid-table-arguments",
		category: "DATABASE",
		summary: "The constraints or options of a table are written in a way that SQLAlchemy refuses",
		story:
			"A single constraint that is no tuple, options that do not stand last, an index of a column that is not there: SQLAlchemy puts the table together when the class statement runs, and raises there. Whatever imports the models fails with them.",
		references: [
			"https://docs.sqlalchemy.org/en/20/orm/declarative_tables.html#declarative-table-configuration",
			"https://docs.sqlalchemy.org/en/20/core/constraints.html",
		],
		example: { before: example("nmae"), after: example("name") },
	},
	function* (project) {
		for (const table of tableClasses(project)) yield* tableArgumentsShape(table);
		for (const table of definedTables(project).tables) yield* unknownColumns(project, table);
		yield* unequalForeignKeys(project);
	},
);
