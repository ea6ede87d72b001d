import { describe, expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

/** A backend that makes its engine by `engine`, and runs `startup` in its lifespan. */
function backend(engine: string, startup = "pass", env = ""): string {
	const lines = startup
		.split("\n")
		.map((line) => `    ${line}`)
		.join("\n");
	return `
#- requirements.txt
fastapi
sqlmodel
sqlalchemy[asyncio]>=2.0.40,<2.1
asyncpg
aiosqlite
psycopg2-binary
python-dotenv
#- .env
${env}
#- main.py
import os
from contextlib import asynccontextmanager
from dotenv import load_dotenv
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool, StaticPool
from sqlmodel import SQLModel, create_engine

${engine}

@asynccontextmanager
async def lifespan(app: FastAPI):
${lines}
    yield

app = FastAPI(lifespan=lifespan)
used = (os, load_dotenv, text, async_sessionmaker, create_async_engine, NullPool, StaticPool, SQLModel, create_engine)
`;
}

const asyncSqlite = 'engine = create_async_engine("sqlite+aiosqlite:///app.db")';

describe("unsupported-url-option", () => {
	const rule = "unsupported-url-option";
	const engine = 'engine = create_async_engine("postgresql+asyncpg://u:p@h/d?sslmode=require")';

	it.each([
		["the lifespan connects", "async with engine.begin() as connection:\n    await connection.execute(text('SELECT 1'))"],
		[
			"it does so in a try that raises again",
			"try:\n    async with engine.connect():\n        pass\nexcept Exception as error:\n    print(error)\n    raise",
		],
	])("stops start-up where %s", (_, startup) => {
		expect(auditBackend(rule, backend(engine, startup))[0]).toMatchObject({
			severity: "CRITICAL",
			stage: "startup",
			expectedError: "TypeError: connect() got an unexpected keyword argument 'sslmode'",
		});
	});

	it("stops it where a session of the engine asks something", () => {
		const factory = `${engine}\nfactory = async_sessionmaker(engine)`;
		const startup = "async with factory() as session:\n    await session.execute(text('SELECT 1'))";
		expect(auditBackend(rule, backend(factory, startup))[0]?.severity).toBe("CRITICAL");
	});

	it.each([
		["nothing connects", "pass"],
		[
			"the error is swallowed",
			"try:\n    async with engine.connect():\n        pass\nexcept Exception:\n    print('no database')",
		],
	])("fails requests where %s", (_, startup) => {
		expect(auditBackend(rule, backend(engine, startup))[0]).toMatchObject({ severity: "HIGH", stage: "request" });
	});

	it("leaves psycopg's options alone", () => {
		expect(auditBackend(rule, backend('engine = create_engine("postgresql+psycopg2://u:p@h/d?sslmode=require")'))).toEqual([]);
	});
});

describe("invalid-database-url", () => {
	const rule = "invalid-database-url";

	it("takes the URL out of the psql command line", () => {
		const engine = 'load_dotenv()\nengine = create_engine(os.environ["DATABASE_URL"])';
		const env = "DATABASE_URL=psql 'postgresql://u:p@h/d?sslmode=require'";
		expect(mendedFiles(rule, backend(engine, "pass", env))[".env"]).toBe("DATABASE_URL=postgresql://u:p@h/d?sslmode=require\n");
	});

	it.each([
		["postgres://u:p@h/d", "sqlalchemy.exc.NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:postgres"],
		["mongodb+srv://u:p@h/d", "sqlalchemy.exc.NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:mongodb.srv"],
		["http://h:8000", "sqlalchemy.exc.NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:http"],
		["postgresql://u:p@h:port/d", "ValueError: invalid literal for int() with base 10: 'port'"],
		["localhost/app", "sqlalchemy.exc.ArgumentError: Could not parse SQLAlchemy URL from given URL string"],
	])("predicts the error of %s", (url, error) => {
		const [issue] = auditBackend(rule, backend(`engine = create_engine("${url}")`));
		expect(issue).toMatchObject({ severity: "CRITICAL", stage: "import", expectedError: error });
	});

	it("gives postgres:// the name that SQLAlchemy knows, with the driver that is declared", () => {
		expect(mendedFiles(rule, backend('engine = create_engine("postgres://u:p@h/d")'))["main.py"]).toContain(
			'create_engine("postgresql+psycopg2://u:p@h/d")',
		);
	});
});

describe("missing-environment-variable", () => {
	const rule = "missing-environment-variable";

	it("is added to the .env file that is loaded, for a person to review", () => {
		const code = backend('load_dotenv()\nengine = create_async_engine(os.environ["DATABASE_URL"])', "pass", "OTHER=1");
		expect(auditBackend(rule, code)[0]).toMatchObject({ severity: "CRITICAL", expectedError: "KeyError: 'DATABASE_URL'" });
		expect(mendedFiles(rule, code)[".env"]).toBe("OTHER=1\nDATABASE_URL=sqlite+aiosqlite:///./app.db\n");
	});

	it("is loaded where a .env file has it and nothing loads that", () => {
		const code = backend('engine = create_async_engine(os.environ["DATABASE_URL"])', "pass", "DATABASE_URL=sqlite+aiosqlite://");
		expect(mendedFiles(rule, code)["main.py"]).toContain(
			'load_dotenv()\n\nengine = create_async_engine(os.environ["DATABASE_URL"])',
		);
	});

	it("is missed where getenv gives the engine None", () => {
		const [issue] = auditBackend(rule, backend('engine = create_async_engine(os.getenv("DATABASE_URL"))'));
		expect(issue?.expectedError).toBe("sqlalchemy.exc.ArgumentError: Expected string or URL object, got None");
	});

	it.each([
		["a default", 'engine = create_async_engine(os.getenv("DATABASE_URL", "sqlite+aiosqlite://"))'],
		["a test before", 'url = os.getenv("DATABASE_URL")\nif url:\n    engine = create_async_engine(url)'],
	])("says nothing where there is %s", (_, engine) => {
		expect(auditBackend(rule, backend(engine))).toEqual([]);
	});
});

describe("invalid-engine-argument", () => {
	const rule = "invalid-engine-argument";

	it("names what the pool refuses, in the order of the call", () => {
		const engine =
			'engine = create_async_engine("postgresql+asyncpg://u:p@h/d", max_overflow=1, poolclass=NullPool, pool_size=5)';
		const [issue] = auditBackend(rule, backend(engine));
		expect(issue?.expectedError).toBe(
			"TypeError: Invalid argument(s) 'max_overflow','pool_size' sent to create_engine(), using configuration PGDialect_asyncpg/NullPool/Engine.  Please check that the keyword arguments are appropriate for this combination of components.",
		);
		expect(issue?.fix?.applicability).toBe("safe");
		expect(mendedFiles(rule, backend(engine))["main.py"]).toContain('"postgresql+asyncpg://u:p@h/d", poolclass=NullPool)');
	});

	it("knows the pool that SQLAlchemy picks for a database in memory, and asks before it changes that", () => {
		const [issue] = auditBackend(rule, backend('engine = create_engine("sqlite://", pool_size=5, max_overflow=1)'));
		expect(issue?.problem).toBe("The engine does not take max_overflow");
		expect(issue?.fix?.applicability).toBe("review");
	});

	it.each([
		'create_engine("sqlite:///app.db", client_encoding="utf8")',
		'create_engine("sqlite:///app.db", fast_executemany=True)',
		'create_async_engine("postgresql+asyncpg://u:p@h/d", executemany_mode="values_only")',
		'create_async_engine("postgresql+asyncpg://u:p@h/d", use_native_hstore=False)',
		'create_async_engine("postgresql+asyncpg://u:p@h/d", server_side_cursors=True)',
		'create_engine("postgresql+psycopg2://u:p@h/d", native_datetime=True)',
		'create_engine("postgresql+psycopg2://u:p@h/d", use_native_unicode=True)',
		'create_engine("sqlite:///app.db", server_side_cursors=True)',
		'create_engine("sqlite:///app.db", strategy="threadlocal")',
	])("knows which drivers take an argument, and with which values: %s", (engine) => {
		expect(auditBackend(rule, backend(`engine = ${engine}`)).map(({ severity }) => severity)).toEqual(["CRITICAL"]);
	});

	it.each([
		'create_engine("postgresql+psycopg2://u:p@h/d", client_encoding="utf8", executemany_mode="values_only", server_side_cursors=True)',
		'create_async_engine("sqlite+aiosqlite:///app.db", native_datetime=True)',
		'create_engine("mysql+pymysql://u:p@h/d", is_mariadb=True, implicit_returning=True)',
	])("lets the drivers that take an argument have it: %s", (engine) => {
		expect(auditBackend(rule, backend(`engine = ${engine}`))).toEqual([]);
	});

	it("says where a driver's argument belongs", () => {
		const [issue] = auditBackend(rule, backend('engine = create_engine("sqlite:///app.db", check_same_thread=False)'));
		expect(issue?.rootCause).toContain('connect_args={"check_same_thread": False}');
	});

	it.each([
		'engine = create_async_engine("sqlite+aiosqlite:///app.db", pool_size=5, max_overflow=1, pool_timeout=3)',
		'engine = create_async_engine("postgresql+asyncpg://u:p@h/d", pool_pre_ping=True, poolclass=NullPool, pool_recycle=3)',
		'engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})',
		'engine = create_async_engine(os.getenv("X", "") or unknown(), pool_size=5)',
	])("says nothing of %s", (engine) => {
		expect(auditBackend(rule, backend(engine))).toEqual([]);
	});
});

describe("sync-create-all", () => {
	const rule = "sync-create-all";

	it.each([
		["SQLModel.metadata.create_all(engine)", "await connection.run_sync(SQLModel.metadata.create_all)"],
		["SQLModel.metadata.create_all(bind=engine)", "await connection.run_sync(SQLModel.metadata.create_all)"],
		["SQLModel.metadata.create_all(engine.sync_engine)", "await connection.run_sync(SQLModel.metadata.create_all)"],
		[
			"SQLModel.metadata.create_all(engine, checkfirst=True)",
			"await connection.run_sync(SQLModel.metadata.create_all, checkfirst=True)",
		],
	])("%s goes through a connection", (before, after) => {
		const mended = mendedFiles(rule, backend(asyncSqlite, before))["main.py"];
		expect(mended).toContain(`    async with engine.begin() as connection:\n        ${after}\n    yield`);
	});

	it("is moved from module level into the lifespan", () => {
		const [issue] = auditBackend(rule, backend(`${asyncSqlite}\nSQLModel.metadata.create_all(engine)`));
		expect(issue).toMatchObject({ severity: "CRITICAL", stage: "import", fix: { applicability: "review" } });
		const code = issue?.fix?.edits.map(({ newText }) => newText).join("");
		expect(code).toContain(
			"    async with engine.begin() as connection:\n        await connection.run_sync(SQLModel.metadata.create_all)",
		);
		expect(issue?.manualSteps[0]).toContain("lifespan");
	});

	it.each([
		["a sync engine", 'engine = create_engine("sqlite://")', "SQLModel.metadata.create_all(engine)"],
		[
			"run_sync",
			asyncSqlite,
			"async with engine.begin() as connection:\n    await connection.run_sync(SQLModel.metadata.create_all)",
		],
	])("says nothing of %s", (_, engine, startup) => {
		expect(auditBackend(rule, backend(engine, startup))).toEqual([]);
	});
});

describe("engine-context-mismatch", () => {
	const rule = "engine-context-mismatch";

	it("makes the whole block async", () => {
		const mended = mendedFiles(
			rule,
			backend(asyncSqlite, "with engine.begin() as c:\n    SQLModel.metadata.create_all(bind=c)\n    c.execute(text('x'))"),
		);
		expect(mended["main.py"]).toContain(
			"    async with engine.begin() as c:\n        await c.run_sync(SQLModel.metadata.create_all)\n        await c.execute(text('x'))\n",
		);
	});

	it("makes the whole block sync", () => {
		const startup =
			"async with engine.begin() as c:\n    await c.run_sync(SQLModel.metadata.create_all)\n    await c.execute(text('x'))";
		const mended = mendedFiles(rule, backend('engine = create_engine("sqlite://")', startup));
		expect(mended["main.py"]).toContain(
			"    with engine.begin() as c:\n        SQLModel.metadata.create_all(c)\n        c.execute(text('x'))\n",
		);
	});

	it("leaves a block alone that does more than it understands", () => {
		const [issue] = auditBackend(rule, backend(asyncSqlite, "with engine.begin() as c:\n    rows = list(c.execute(text('x')))"));
		expect(issue).toMatchObject({ severity: "CRITICAL", stage: "startup", fix: null });
	});

	it.each([
		[asyncSqlite, "async with engine.begin():\n    pass"],
		['engine = create_engine("sqlite://")', "with engine.begin():\n    pass"],
	])("says nothing where %s meets its own kind", (engine, startup) => {
		expect(auditBackend(rule, backend(engine, startup))).toEqual([]);
	});
});

describe("a sync engine where asynchronous sessions are made", () => {
	const startup = "async with engine.begin() as connection:\n    await connection.run_sync(SQLModel.metadata.create_all)";
	const rule = "engine-context-mismatch";

	it.each(["postgresql+asyncpg://u:p@h/d", "postgresql://u:p@h/d"])("becomes an async one (%s)", (url) => {
		const broken = backend(`engine = create_engine("${url}")\nSession = async_sessionmaker(engine)`, startup);
		const mended = mendedFiles(rule, broken)["main.py"] ?? "";
		expect(mended).toContain('engine = create_async_engine("postgresql+asyncpg://u:p@h/d")');
		expect(mended).toContain("async with engine.begin()");
	});

	it("stays sync where no asynchronous session gets it", () => {
		const broken = backend('engine = create_engine("postgresql+psycopg2://u:p@h/d")', startup);
		expect(mendedFiles(rule, broken)["main.py"]).toContain("    with engine.begin() as connection:");
	});
});

it("calls the engine of a session factory bind", () => {
	const broken = backend(
		`${asyncSqlite}\nSession = async_sessionmaker(engine=engine)`,
		"async with Session() as session:\n    pass",
	);
	expect(mendedFiles("invalid-session-argument", broken)["main.py"]).toContain("async_sessionmaker(bind=engine)");
});

describe("session-without-engine", () => {
	const rule = "session-without-engine";
	const engine = 'from sqlalchemy.orm import Session, sessionmaker\n\nengine = create_engine("sqlite:///app.db")';
	const startup = "with Session() as session:\n    session.execute(text('SELECT 1'))";

	it("finds a session that start-up asks, and one that only requests ask", () => {
		const broken = backend(engine, startup);
		expect(auditBackend(rule, broken)[0]?.severity).toBe("CRITICAL");
		expect(mendedFiles(rule, broken)["main.py"]).toContain("with Session(engine) as session");
		const later = backend(`${engine}\n\ndef get_session():\n    with Session() as session:\n        yield session\n`);
		expect(auditBackend(rule, later)[0]?.severity).toBe("HIGH");
	});

	it.each([
		["a factory gives it its engine", `${engine}\nSession = sessionmaker(engine)`],
		["it is bound otherwise", `${engine}\nSession().bind = engine`],
		[
			"its queries name the engine",
			`${engine}\n\ndef ask(session, query):\n    return session.execute(query, bind_arguments={"bind": engine})`,
		],
		["there are several engines", `${engine}\nother = create_engine("sqlite:///other.db")`],
	])("says nothing where %s", (_, sound) => {
		expect(auditBackend(rule, backend(sound, startup))).toEqual([]);
	});

	it("is not led astray by what else is called bind", () => {
		const other = `${engine}\n\ndef log_of(log):\n    return log.bind(name="shop")  # session.bind`;
		expect(auditBackend(rule, backend(other, startup))).toHaveLength(1);
	});

	it.each([
		["create_engine", "sessionmaker(autoflush=False)", true],
		["create_engine", "scoped_session(sessionmaker())", true],
		["create_engine", "sessionmaker(autoflush=False, bind=engine)", false],
		["create_engine", "sessionmaker(binds={})", false],
		["create_engine", "sessionmaker()\nSessionLocal.configure(bind=engine)", false],
		["create_engine", "sessionmaker()\nother = SessionLocal(bind=engine)", false],
	])("judges %s with %s", (maker, factory, isFault) => {
		const issues = auditBackend(
			rule,
			`
#- requirements.txt
fastapi
sqlalchemy>=2
#- main.py
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import scoped_session, sessionmaker
engine = ${maker}("sqlite://")
SessionLocal = ${factory}
session = SessionLocal()
session.execute(text("SELECT 1"))
app = FastAPI()
`,
		);
		expect(issues.map(({ severity }) => severity)).toEqual(isFault ? ["CRITICAL"] : []);
	});
});
