import { findTableCreation } from "../../project/models/table-creation.ts";
import { definedTables } from "../../project/models/tables-defined.ts";
import { defineClassRule } from "../repair/classes/class-fault.ts";
import { foreignColumnTypes } from "./creation/foreign-column-type.ts";
import { foreignKeyTypes } from "./creation/foreign-key-type.ts";
import { indexTwice } from "./creation/index-twice.ts";
import { unsizedTexts } from "./creation/unsized-text.ts";
import { untypedColumns } from "./creation/untyped-column.ts";

const example = (type: string, imports: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy>=2\n",
	"main.py": `from fastapi import FastAPI
from sqlalchemy import ${imports}
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()
engine = create_engine("sqlite:///app.db")


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    tags: Mapped[list[str]] = mapped_column(${type})


Base.metadata.create_all(engine)
`,
});

export default defineClassRule(
	{
		name: "unsupported-table-part",
		category: "DATABASE",
		summary: "A table has what the database at hand cannot create",
		story:
			"The models were written for PostgreSQL and the server starts with SQLite, two indexes have one name, a column has no type, or a text no length on MySQL: the classes are sound, and create_all fails while it makes the tables.",
		references: [
			"https://docs.sqlalchemy.org/en/20/core/type_basics.html#using-uppercase-and-backend-specific-types-for-multiple-backends",
			"https://www.sqlite.org/lang_createindex.html",
		],
		example: {
			before: example("ARRAY(String)", "ARRAY, String, create_engine"),
			after: example('ARRAY(String).with_variant(JSON(), "sqlite")', "ARRAY, JSON, String, create_engine"),
		},
	},
	function* (project) {
		const { tables } = definedTables(project);
		for (const metadata of new Set(tables.map((table) => table.metadata))) {
			const first = Math.min(...tables.flatMap((table) => (table.metadata === metadata ? [table.order] : [])));
			const creation = findTableCreation(project, metadata, first);
			if (creation === null || (creation.node.callee.type === "Attribute" && creation.node.callee.attribute.name === "drop_all"))
				continue;
			const made = tables.filter((table) => table.metadata === metadata && table.order < creation.order);
			yield* foreignColumnTypes(project, made, creation);
			yield* foreignKeyTypes(project, made, creation);
			yield* indexTwice(project, made, creation);
			yield* untypedColumns(made, creation);
			yield* unsizedTexts(project, made, creation);
		}
	},
);
