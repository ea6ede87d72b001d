import { expect, test } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

/** A backend that seeds its tables while it starts. */
const backend = (seed: string) => `
#- requirements.txt
fastapi
uvicorn
sqlalchemy[asyncio]
aiosqlite
#- main.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, sessionmaker

class Base(DeclarativeBase):
    pass

engine = create_async_engine("sqlite+aiosqlite:///a.db")
asynchronous = async_sessionmaker(engine)
plain = sessionmaker(create_engine("sqlite:///b.db"))

${seed}

@asynccontextmanager
async def lifespan(app):
    await seed()
    yield

app = FastAPI(lifespan=lifespan)
`;

const rules = [
	"session-context-mismatch",
	"missing-session-await",
	"awaited-sync-session",
	"sync-create-all",
	"startup-exception",
] as const;

test.each([
	[
		"an async session in a plain with",
		"async def seed():\n    with asynchronous() as session:\n        session.execute(text('SELECT 1')).scalar_one()",
		"session-context-mismatch",
	],
	[
		"an async session in a plain function that is awaited",
		"def seed():\n    with asynchronous() as session:\n        session.execute(text('SELECT 1'))",
		"session-context-mismatch",
	],
	[
		"a sync session in async with",
		"async def seed():\n    async with plain() as session:\n        await session.execute(text('SELECT 1'))",
		"session-context-mismatch",
	],
	["tables in a plain function that is awaited", "def seed():\n    Base.metadata.create_all(bind=engine)", "sync-create-all"],
])("%s is told once", (_, seed, rule) => {
	const found = rules.flatMap((each) => auditBackend(each, backend(seed)).map(({ severity }) => `${severity} ${each}`));
	expect(found).toEqual([`CRITICAL ${rule}`]);
});

test("a plain function that the lifespan awaits already is awaited once", () => {
	const files = mendedFiles("sync-create-all", backend("def seed():\n    Base.metadata.create_all(bind=engine)"));
	expect(files["main.py"]).toContain("    await seed()\n");
	expect(files["main.py"]).toContain("async def seed():\n    async with engine.begin() as connection:\n");
});

test("an await of a plain function that has nothing to await is still told", () => {
	const found = auditBackend("startup-exception", backend("def seed():\n    print('seeded')"));
	expect(found.map(({ expectedError }) => expectedError)).toEqual([
		"TypeError: object NoneType can't be used in 'await' expression",
	]);
});
