import { describe, expect, it } from "vitest";
import type { FoundIssue } from "../../../src/audit/run-rules.ts";
import { auditBackend } from "../audit-backend.ts";

function backend(models: string, main: string, more = ""): string {
	return `
#- requirements.txt
fastapi
sqlalchemy>=2
#- db.py
from sqlalchemy import Boolean, Column, Integer, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, sessionmaker

engine = create_engine("sqlite:///app.db")
SessionLocal = sessionmaker(bind=engine)


class Base(DeclarativeBase):
    pass
#- models.py
from db import *

${models}
#- main.py
from fastapi import FastAPI
from db import Base, SessionLocal, engine, select
${main}
app = FastAPI()


@app.get("/")
def read():
    with SessionLocal() as session:
        return len(session.scalars(select(models.Item)).all())
${more}`;
}

/** All that the fix writes. */
function codeOf(issue: FoundIssue | undefined): string {
	return (issue?.fix?.edits ?? []).map(({ newText }) => newText).join("\n");
}

const item = `class Item(Base):\n    __tablename__ = "items"\n    id: Mapped[int] = mapped_column(primary_key=True)\n`;

describe("tables-never-created", () => {
	it.each([
		["nothing makes them", "import models\n"],
		["create_all runs before the models are imported", "Base.metadata.create_all(engine)\nimport models\n"],
	])("tells where %s", (_, main) => {
		const [issue] = auditBackend("tables-never-created", backend(item, main));
		expect(issue?.severity).toBe("HIGH");
		expect(issue?.expectedError).toContain("no such table: items");
		expect(codeOf(issue)).toContain("Base.metadata.create_all(bind=engine)");
	});

	it("calls the function that would make them, and that nobody calls", () => {
		const [issue] = auditBackend(
			"tables-never-created",
			backend(`${item}\n\ndef make():\n    Base.metadata.create_all(engine)\n`, "import models\n"),
		);
		expect(issue?.problem).toContain("Nothing creates the table items");
		expect(codeOf(issue)).toContain("make()");
	});

	it.each([
		["tables that are made", "import models\nBase.metadata.create_all(engine)\n", ""],
		["a project with migrations", "import models\n", "#- alembic.ini\n[alembic]\nscript_location = alembic\n"],
		[
			"a script that makes them",
			"import models\n",
			"#- make_db.py\nimport models\nmodels.Base.metadata.create_all(models.engine)\n",
		],
		["a database that is there", "import models\n", "#- app.db\nSQLite format 3\n"],
	])("says nothing of %s", (_, main, more) => {
		expect(auditBackend("tables-never-created", backend(item, main, more))).toEqual([]);
	});
});

describe("tables-made-without-engine", () => {
	it.each(["SessionLocal()", "SessionLocal", '"sqlite:///app.db"'])("tells of create_all(%s)", (given) => {
		const [issue] = auditBackend(
			"tables-made-without-engine",
			backend(item, `import models\nBase.metadata.create_all(${given})\n`),
		);
		expect(codeOf(issue)).toBe("engine");
	});

	it("says nothing of a connection", () => {
		const main = "import models\nwith engine.begin() as connection:\n    Base.metadata.create_all(connection)\n";
		expect(auditBackend("tables-made-without-engine", backend(item, main))).toEqual([]);
	});
});

describe("unsupported-table-part", () => {
	it.each([
		["done = Column(default=False)", "Boolean"],
		["created_at = Column()", "DateTime"],
		["stock = Column('stock', nullable=False)", "Integer"],
	])("gives %s a type", (column, type) => {
		const models = `class Item(Base):\n    __tablename__ = "items"\n    id = Column(Integer, primary_key=True)\n    ${column}\n`;
		const [issue] = auditBackend("unsupported-table-part", backend(models, "import models\nBase.metadata.create_all(engine)\n"));
		expect(codeOf(issue)).toContain(type);
	});
});

describe("invalid-table-class", () => {
	const dataclass = (fields: string, bases = "Mapped2") =>
		`class Mapped2(MappedAsDataclass, Base):\n    __abstract__ = True\n\n\nclass Item(${bases}):\n    __tablename__ = "items"\n    id: Mapped[int] = mapped_column(primary_key=True, init=False)\n${fields}`;

	it("minds the order of the fields of a mapped dataclass", () => {
		const fields = "    nick: Mapped[str] = mapped_column(default='')\n    name: Mapped[str]\n";
		const [issue] = auditBackend("invalid-table-class", backend(dataclass(fields), "import models\n"));
		expect(issue?.problem).toContain("Item.name has no default");
		expect(codeOf(issue)).toContain("kw_only=True");
	});

	it.each([
		["fields in order", "    name: Mapped[str]\n    nick: Mapped[str] = mapped_column(default='')\n", "Mapped2"],
		[
			"fields taken by name",
			"    nick: Mapped[str] = mapped_column(default='')\n    name: Mapped[str]\n",
			"Mapped2, kw_only=True",
		],
	])("says nothing of %s", (_, fields, bases) => {
		expect(auditBackend("invalid-table-class", backend(dataclass(fields, bases), "import models\n"))).toEqual([]);
	});
});
