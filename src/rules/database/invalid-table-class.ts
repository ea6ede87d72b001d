import { tableClasses } from "../../project/models/table-class.ts";
import { defineClassRule } from "../repair/classes/class-fault.ts";
import { dataclassFields } from "./declaration/dataclass-fields.ts";
import { misplacedProperty } from "./declaration/misplaced-property.ts";
import { missingTableName } from "./declaration/missing-table-name.ts";
import { reservedName } from "./declaration/reserved-name.ts";
import { setNullRequired } from "./declaration/set-null-required.ts";
import { sharedColumns } from "./declaration/shared-column.ts";
import { trailingComma } from "./declaration/trailing-comma.ts";
import { unannotatedRelationships } from "./declaration/unannotated-relationship.ts";
import { unmappedAnnotations } from "./declaration/unmapped-annotation.ts";

const example = (name: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy>=2\n",
	"main.py": `from fastapi import FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: ${name}
`,
});

export default defineClassRule(
	{
		name: "invalid-table-class",
		category: "DATABASE",
		summary: "A table class is declared in a way that SQLAlchemy refuses",
		story:
			"No table name, an annotation without Mapped, a reserved name, a relationship in a mixin: SQLAlchemy maps a class when its statement runs, and raises there. Whatever imports the models fails with them.",
		references: [
			"https://docs.sqlalchemy.org/en/20/orm/declarative_tables.html",
			"https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#migration-to-2-0-step-six-add-allow-unmapped-to-explicitly-typed-orm-models",
		],
		example: { before: example("str"), after: example("Mapped[str]") },
	},
	function* (project) {
		for (const table of tableClasses(project)) {
			yield* missingTableName(project, table);
			yield* reservedName(project, table);
			yield* unmappedAnnotations(project, table);
			yield* unannotatedRelationships(project, table);
			yield* misplacedProperty(project, table);
			yield* trailingComma(table);
			yield* setNullRequired(table);
			yield* dataclassFields(project, table);
		}
		yield* sharedColumns(project);
	},
);
