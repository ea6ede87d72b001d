import { expect, test } from "vitest";
import { auditBackend } from "../audit-backend.ts";

/** What is said of a column of a table that start-up makes in MySQL, with the fix. */
function faultsOf(column: string, base = "pass"): readonly string[] {
	return auditBackend(
		"unsupported-table-part",
		`
#- requirements.txt
fastapi
uvicorn
sqlalchemy>=2
pymysql
#- main.py
from fastapi import FastAPI
from sqlalchemy import ARRAY, String, Text, Unicode, create_engine
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

app = FastAPI()
engine = create_engine("mysql+pymysql://app:app@localhost/app")


class Base(DeclarativeBase):
    ${base}


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    ${column}


Base.metadata.create_all(engine)
`,
	).map(({ severity, expectedError }) => `${severity} ${expectedError}`);
}

const unsized =
	"CRITICAL sqlalchemy.exc.CompileError: (in table 'items', column 'name'): VARCHAR requires a length on dialect mysql";

test.each([
	"name: Mapped[str]",
	"name: Mapped[str | None]",
	"name: Mapped[str] = mapped_column(unique=True)",
	"name: Mapped[str] = mapped_column(String, index=True)",
	"name = mapped_column(String())",
	'name: Mapped[str] = mapped_column("name", String)',
])("misses the length of %s", (column) => {
	expect(faultsOf(column)).toEqual([unsized]);
});

test.each([
	"name: Mapped[str] = mapped_column(String(50))",
	"name: Mapped[str] = mapped_column(String(length=50))",
	"name: Mapped[str] = mapped_column(Text)",
	"name: Mapped[int]",
])("takes %s", (column) => {
	expect(faultsOf(column)).toEqual([]);
});

test.each(["type_annotation_map = {str: String(100)}", "registry = registry(type_annotation_map={str: String(100)})"])(
	"leaves texts alone whose type the base names: %s",
	(base) => {
		expect(faultsOf("name: Mapped[str]", base)).toEqual([]);
	},
);

test.each([
	["tags: Mapped[list[str]] = mapped_column(ARRAY(String(20)))", "ARRAY"],
	["data: Mapped[dict] = mapped_column(JSONB)", "JSONB"],
])("knows that MySQL has no type for %s", (column, type) => {
	expect(faultsOf(column)[0]).toMatch(new RegExp(`MySQLTypeCompiler object at 0x…> can't render element of type ${type}$`));
});
