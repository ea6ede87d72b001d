import { describe, expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const rule = "sync-session-factory";

/** A backend whose module makes an async engine and then, at `factory`, its sessions. */
function backend(factory: string, { sqlalchemy = ">=2.0.30", imports = "" } = {}): string {
	return `
#- requirements.txt
fastapi
sqlalchemy[asyncio]${sqlalchemy}
aiosqlite
#- main.py
from fastapi import FastAPI
from sqlalchemy import create_engine, orm
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, sessionmaker
${imports}
engine = create_async_engine("sqlite+aiosqlite:///app.db")
${factory}
app = FastAPI()
used = (create_engine, orm, Session, sessionmaker, AsyncSession)
`;
}

function factoryLine(files: Readonly<Record<string, string>>): string | undefined {
	return files["main.py"]?.split("\n").find((line) => line.startsWith("factory = "));
}

describe("a session factory of sync make over an async engine", () => {
	it.each([
		["by position", "factory = sessionmaker(engine, class_=AsyncSession)"],
		["by keyword", "factory = sessionmaker(bind=engine, class_=AsyncSession)"],
		["bound later", "factory = sessionmaker(class_=AsyncSession, expire_on_commit=False)"],
	])("is told from what it makes, %s", (_, line) => {
		const [issue, ...others] = auditBackend(rule, backend(line));
		expect(others).toEqual([]);
		expect(issue).toMatchObject({ severity: "MEDIUM", stage: "none", category: "DATABASE", expectedError: null });
		expect(issue?.fix?.applicability).toBe("safe");
		expect(factoryLine(mendedFiles(rule, backend(line)))).toBe(line.replace("sessionmaker", "async_sessionmaker"));
	});

	it("fails on the first request where it makes sync sessions, and the fix is for a person to review", () => {
		const [issue] = auditBackend(rule, backend("factory = sessionmaker(engine)"));
		expect(issue?.expectedError).toBe("TypeError: 'Session' object does not support the asynchronous context manager protocol");
		expect(issue?.fix?.applicability).toBe("review");
	});

	it("loses autocommit=False, and autoflush=False beside it only after review", () => {
		const line = "factory = sessionmaker(engine, class_=AsyncSession, autocommit=False, autoflush=False)";
		expect(auditBackend(rule, backend(line))[0]?.fix?.applicability).toBe("review");
		expect(factoryLine(mendedFiles(rule, backend(line)))).toBe("factory = async_sessionmaker(engine, class_=AsyncSession)");
	});

	it("keeps an autoflush=False that was chosen by itself", () => {
		const line = "factory = sessionmaker(engine, class_=AsyncSession, autoflush=False)";
		expect(factoryLine(mendedFiles(rule, backend(line)))).toBe(
			"factory = async_sessionmaker(engine, class_=AsyncSession, autoflush=False)",
		);
	});

	it("is renamed through a module and with type arguments", () => {
		expect(factoryLine(mendedFiles(rule, backend("factory = orm.sessionmaker(engine, class_=AsyncSession)")))).toBe(
			"factory = async_sessionmaker(engine, class_=AsyncSession)",
		);
		expect(factoryLine(mendedFiles(rule, backend("factory = sessionmaker[AsyncSession](engine, class_=AsyncSession)")))).toBe(
			"factory = async_sessionmaker[AsyncSession](engine, class_=AsyncSession)",
		);
	});

	it("is seen for a session class of the project", () => {
		const code = "class MySession(AsyncSession):\n    pass\n\nfactory = sessionmaker(engine, class_=MySession)";
		expect(auditBackend(rule, backend(code))).toHaveLength(1);
	});
});

describe("no issue", () => {
	it.each([
		["a sync engine", 'factory = sessionmaker(create_engine("sqlite://"))'],
		["an engine that is not known", "from elsewhere import other\nfactory = sessionmaker(other)"],
		["a session class that is not known", "from elsewhere import Other\nfactory = sessionmaker(engine, class_=Other)"],
		["arguments that cannot be seen", "from elsewhere import options\nfactory = sessionmaker(engine, **options)"],
	])("where there is %s", (_, code) => {
		expect(auditBackend(rule, backend(code))).toEqual([]);
	});

	it("on SQLAlchemy 1.4, which has no async_sessionmaker", () => {
		const code = backend("factory = sessionmaker(engine, class_=AsyncSession)", { sqlalchemy: "<2" });
		expect(auditBackend(rule, code)).toEqual([]);
	});
});
