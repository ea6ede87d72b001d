import { describe, expect, it } from "vitest";
import { auditDependencies, installed, type TestPackage } from "./audit-dependencies.ts";

const database: Record<string, TestPackage> = {
	sqlalchemy: { version: "2.0.36", requires: ["greenlet"] },
	greenlet: {},
	"psycopg2-binary": { version: "2.9.9", provides: ["psycopg2"] },
};

const backend = (requirements: string, url = '"postgresql+asyncpg://app:pw@db/app"', more = ""): string => `
#- requirements.txt
fastapi>=0.115
uvicorn>=0.30
sqlalchemy>=2.0
${requirements}
#- main.py
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
${more}
engine = create_async_engine(${url})
app = FastAPI()
`;

it("replaces the sync driver in place, in the list's own hand", () => {
	const { lines, issues, mended } = auditDependencies(backend("psycopg2-binary>=2.9.9  # driver"), installed(database));
	expect(lines).toEqual([
		"CRITICAL sync-driver-declared requirements.txt:4 psycopg2-binary is a sync driver, and the database engine is async",
	]);
	expect(issues[0]).toMatchObject({
		stage: "import",
		expectedError: "ModuleNotFoundError: No module named 'asyncpg'",
		failsOn: ["this-machine", "clean-install"],
	});
	expect(issues[0]?.fix).toMatchObject({ applicability: "safe", commands: ["pip install -r requirements.txt"] });
	expect(mended("requirements.txt")).toBe("fastapi>=0.115\nuvicorn>=0.30\nsqlalchemy>=2.0\nasyncpg>=0.29.0  # driver\n");
	expect(issues[0]?.alternatives.map(({ title }) => title)).toEqual(["Replace psycopg2-binary by psycopg"]);
});

it("fails on a clean install only where the async driver happens to be installed", () => {
	const { issues } = auditDependencies(backend("psycopg2-binary"), installed({ ...database, asyncpg: {} }));
	expect(issues[0]?.failsOn).toEqual(["clean-install"]);
});

it("takes the driver that the URL names", () => {
	const { mended } = auditDependencies(backend("psycopg2-binary>=2.9", '"postgresql+psycopg://db/app"'), installed(database));
	expect(mended("requirements.txt")).toContain("psycopg[binary]>=3.");
});

it.each([
	[
		"SQLAlchemy 2.0",
		"2.0.36",
		"sqlalchemy.exc.InvalidRequestError: The asyncio extension requires an async driver to be used. The loaded 'psycopg2' is not async.",
	],
	["SQLAlchemy 2.1", "2.1.0", "ModuleNotFoundError: No module named 'psycopg'"],
])("knows what %s says about a URL without a driver", (_, version, error) => {
	const packages = { ...database, sqlalchemy: { version, requires: ["greenlet"] } };
	const { issues } = auditDependencies(backend("psycopg2-binary", '"postgresql://db/app"'), installed(packages));
	expect(issues.find(({ rule }) => rule === "sync-driver-declared")?.expectedError).toBe(error);
});

it("says so where only a sync driver is declared and the URL is not known", () => {
	expect(
		auditDependencies(backend("psycopg2-binary", "read_url()", "from settings import read_url"), installed(database)).lines,
	).toEqual([
		"CRITICAL sync-driver-declared requirements.txt:4 psycopg2-binary is a sync driver, and the database engine is async",
	]);
});

describe("keeps the sync driver where", () => {
	it.each([
		["a module imports it", "import psycopg2"],
		[
			"a sync engine uses it",
			'from sqlalchemy import create_engine\nsync_engine = create_engine("postgresql+psycopg2://db/app")',
		],
	])("%s", (_, more) => {
		const { issues, mended } = auditDependencies(backend("psycopg2-binary>=2.9", undefined, more), installed(database));
		expect(issues[0]?.rule).toBe("sync-driver-declared");
		expect(mended("requirements.txt")).toContain("psycopg2-binary>=2.9\nasyncpg>=0.29.0\n");
	});
});

describe("says nothing where", () => {
	it.each([
		["the async driver is declared too", "psycopg2-binary\nasyncpg", undefined],
		["the engine is about another database", "psycopg2-binary\naiosqlite", '"sqlite+aiosqlite:///x.db"'],
		["another database's async driver is declared and the URL is not known", "psycopg2-binary\naiosqlite", "read_url()"],
	])("%s", (_, requirements, url) => {
		const { lines } = auditDependencies(backend(requirements, url), installed({ ...database, asyncpg: {}, aiosqlite: {} }));
		expect(lines.filter((line) => line.includes("sync-driver-declared"))).toEqual([]);
	});

	it("the engine is made inside a try that catches everything", () => {
		const literal = `
#- requirements.txt
fastapi
sqlalchemy
psycopg2-binary
#- main.py
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
try:
    engine = create_async_engine("postgresql+asyncpg://db/app")
except Exception:
    engine = None
app = FastAPI()
`;
		expect(auditDependencies(literal, installed(database)).lines).toEqual([]);
	});
});
