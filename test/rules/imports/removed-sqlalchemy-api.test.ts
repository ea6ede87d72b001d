import { expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const rule = "removed-sqlalchemy-api";

function backend(body: string, sqlalchemy = "sqlalchemy>=2"): string {
	return `#- requirements.txt\nfastapi\nuvicorn\n${sqlalchemy}\n#- main.py\nfrom fastapi import FastAPI\nimport sqlalchemy as sa\nfrom sqlalchemy.orm import sessionmaker\n\nengine = sa.create_engine("sqlite://")\nSessionLocal = sessionmaker(engine)\nmetadata = sa.MetaData()\nt = sa.Table("t", metadata, sa.Column("a", sa.Integer))\n${body}\napp = FastAPI()\n`;
}

it.each([
	["a string on a connection", 'with engine.connect() as c:\n    c.execute("SELECT 1")\n', 'c.execute(text("SELECT 1"))'],
	["a string on a session", 'with SessionLocal() as db:\n    db.execute("SELECT 1")\n', 'db.execute(text("SELECT 1"))'],
	["select of a list", "query = sa.select([t.c.a, t])\n", "sa.select(t.c.a, t)"],
	["case of a list", "query = sa.case([(t.c.a == 1, 2)], else_=3)\n", "sa.case((t.c.a == 1, 2), else_=3)"],
	[
		"an engine that executes",
		'engine.execute("SELECT 1")\n',
		'with engine.begin() as connection:\n    connection.execute(text("SELECT 1"))',
	],
	["an engine whose rows are kept", "rows = engine.execute(t.select())\n", "rows = engine.connect().execute(t.select())"],
	["an engine asked for its tables", "names = engine.table_names()\n", "inspect(engine).get_table_names()"],
	["bound metadata", "other = sa.MetaData(bind=engine)\n", "other = sa.MetaData()"],
	["create_all without an engine", "metadata.create_all()\n", "metadata.create_all(bind=engine)"],
	["a URL of some parts", 'url = sa.URL("sqlite", database="x")\n', 'sa.URL.create("sqlite", database="x")'],
])("writes for SQLAlchemy 2 what it would refuse: %s", (_, wrong, right) => {
	expect(mendedFiles(rule, backend(wrong))["main.py"]).toContain(right);
});

it("says nothing on SQLAlchemy 1.4, in functions that start-up does not call, and where the exception is caught", () => {
	expect(auditBackend(rule, backend('engine.execute("SELECT 1")\n', "sqlalchemy==1.4.54"))).toEqual([]);
	expect(auditBackend(rule, backend('def later():\n    engine.execute("SELECT 1")\n'))).toEqual([]);
	const caught = 'try:\n    engine.execute("SELECT 1")\nexcept Exception:\n    pass\n';
	expect(auditBackend(rule, backend(caught))).toEqual([]);
});
