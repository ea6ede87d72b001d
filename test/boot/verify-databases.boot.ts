import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BootBench, openBootBench } from "./support/verify-bench.ts";

const requirements =
	"fastapi\nuvicorn[standard]\nsqlalchemy[asyncio]\naiosqlite\nasyncpg\npsycopg\npsycopg2-binary\npymysql\naiomysql\nmotor\nredis\ncertifi\npydantic-settings\n";

let bench: BootBench;
beforeAll(async () => {
	bench = await openBootBench(requirements);
});
afterAll(() => bench.remove());

const verify: BootBench["verify"] = (files, ...argv) => bench.verify(files, ...argv);

const database = (url: string): Readonly<Record<string, string>> => ({
	"requirements.txt": requirements,
	"src/__init__.py": "",
	"src/main.py": `import os
from contextlib import asynccontextmanager
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(${url})

@asynccontextmanager
async def lifespan(app):
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE IF NOT EXISTS visits (id INTEGER)"))
        print("Database initialized successfully")
    yield

app = FastAPI(lifespan=lifespan)

@app.get("/visits")
async def visits():
    async with engine.connect() as connection:
        return (await connection.execute(text("SELECT count(*) FROM visits"))).scalar()
`,
});

describe.concurrent("databases", () => {
	test("a SQLite file gets a copy: what was in it is there, and it stays as it was", async () => {
		const files = database('"sqlite+aiosqlite:///./shop.db"');
		const { report } = await verify({ ...files, "shop.db": "" });
		expect(report.boots).toBe(true);
		expect(report.answers).toContainEqual(expect.objectContaining({ path: "/visits", status: 200, body: "0" }));
	});

	test("a PostgreSQL URL of a variable leads to a scratch server, with the driver and the options it asks for", async () => {
		const files = database('os.environ["DATABASE_URL"]');
		const env = "DATABASE_URL=postgresql+asyncpg://app:correct-horse@db.example.com/shop?ssl=require\n";
		const main = `from dotenv import load_dotenv\nload_dotenv()\n${files["src/main.py"]}`;
		const { status, report, stdout } = await verify({ ...files, "src/main.py": main, ".env": env });
		expect(report.failure).toBeNull();
		expect(status).toBe(0);
		expect(report.database.replaced).toEqual({ DATABASE_URL: "postgresql (scratch)" });
		expect(report.output).toContain("Database initialized successfully");
		expect(stdout).not.toContain("correct-horse");
	});

	test("options that the driver refuses are refused here as they would be at home", async () => {
		const files = database('os.getenv("DATABASE_URL", "postgresql+asyncpg://app:pw@db.example.com/shop?sslmode=require")');
		const { report, verdicts } = await verify(files);
		expect(verdicts).toMatchObject({ import: "passed", lifespan: "failed" });
		expect(report.failure).toMatchObject({
			error: "TypeError: connect() got an unexpected keyword argument 'sslmode'",
			issue: { rule: "unsupported-url-option" },
		});
		expect(report.reaches).toBe("the database connection");
	});

	test("a server whose URL stands in the code gives way to a scratch server too", async () => {
		const { status, report, stdout } = await verify(
			database('"postgresql+asyncpg://app:correct-horse@127.0.0.1:1/shop?ssl=require"'),
		);
		expect(report.failure).toBeNull();
		expect(status).toBe(0);
		expect(report.database.replaced).toEqual({ "127.0.0.1:1/shop": "postgresql (scratch)" });
		expect(report.answers).toContainEqual(expect.objectContaining({ path: "/visits", status: 200, body: "0" }));
		expect(stdout).not.toContain("correct-horse");
	});

	test("and the options of such a URL are refused as they would be at home", async () => {
		const { report } = await verify(database('"postgresql+asyncpg://app:pw@127.0.0.1:1/shop?sslmode=require"'));
		expect(report.failure?.error).toBe("TypeError: connect() got an unexpected keyword argument 'sslmode'");
		expect(report.reaches).toBe("the database connection");
	});

	test("it is not touched while modules are imported either", async () => {
		const url = '"postgresql+psycopg2://app:pw@127.0.0.1:1/shop"';
		const sync = `import sqlalchemy\nfrom sqlalchemy.engine import make_url\nsqlalchemy.create_engine(make_url(${url})).connect()\n`;
		const { report } = await verify({
			"requirements.txt": requirements,
			"main.py": `${sync}from fastapi import FastAPI\napp = FastAPI()\n`,
		});
		expect(report.failure).toBeNull();
		expect(report).toMatchObject({ boots: true, database: { replaced: { "127.0.0.1:1/shop": "postgresql (scratch)" } } });
	});

	test("a .env file that wins over the environment holds the scratch database too", async () => {
		const files = database('os.environ["DATABASE_URL"]');
		const main = `from dotenv import load_dotenv\nload_dotenv(override=True)\n${files["src/main.py"]}`;
		const env = "DATABASE_URL='postgresql+asyncpg://app:correct-horse@db.example.com/shop' # the shop\n";
		const { report } = await verify({ ...files, "src/main.py": main, ".env": env });
		expect(report.boots).toBe(true);
	});

	test("an address in pieces is replaced piece by piece", async () => {
		const settings = `from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    POSTGRES_SERVER: str = "db.example.com"
    POSTGRES_PORT: int = 5432
    POSTGRES_USER: str
    POSTGRES_PASSWORD: str
    POSTGRES_DB: str = "shop"
    @property
    def url(self):
        return f"postgresql+asyncpg://{self.POSTGRES_USER}:{self.POSTGRES_PASSWORD}@{self.POSTGRES_SERVER}:{self.POSTGRES_PORT}/{self.POSTGRES_DB}"
settings = Settings()
`;
		const files = database("settings.url");
		const main = `from src.config import settings\n${files["src/main.py"]}`;
		const { report } = await verify({ ...files, "src/main.py": main, "src/config.py": settings });
		expect(report).toMatchObject({ boots: true, database: { replaced: { POSTGRES_SERVER: "postgresql (scratch)" } } });
	});

	test("a table that only migrations would make is no fault of the code", async () => {
		const files = database('os.getenv("DATABASE_URL", "postgresql+asyncpg://app:pw@db.example.com/shop")');
		const main = (files["src/main.py"] ?? "").replace("CREATE TABLE IF NOT EXISTS visits (id INTEGER)", "SELECT 1");
		const { report } = await verify({ ...files, "src/main.py": main });
		expect(report.boots).toBe(true);
		expect(report.stages.find(({ stage }) => stage === "answers")?.said).toContain("migrations");
	});

	test("nor is a start-up that asks for such a table, where there are migrations; without any it is a fault", async () => {
		const files = database('os.getenv("DATABASE_URL", "postgresql+asyncpg://app:pw@db.example.com/shop")');
		const main = (files["src/main.py"] ?? "").replace("CREATE TABLE IF NOT EXISTS visits (id INTEGER)", "SELECT * FROM visits");
		const faulty = await verify({ ...files, "src/main.py": main });
		expect(faulty.status).toBe(1);
		expect(faulty.report.failure?.error).toContain(`relation "visits" does not exist`);
		const { status, report, verdicts } = await verify({ ...files, "src/main.py": main, "alembic/env.py": "" });
		expect(status).toBe(2);
		expect(report.failure).toBeNull();
		expect(verdicts).toMatchObject({ import: "passed", engine: "passed", lifespan: "unavailable", listening: "skipped" });
		expect(report.stages.find(({ stage }) => stage === "lifespan")?.said).toContain("migrations");
	});

	test("without any database the boot ends before the lifespan", async () => {
		const { status, report, verdicts } = await verify(
			database('"postgresql+asyncpg://app:pw@127.0.0.1:1/shop"'),
			"--database",
			"none",
		);
		expect(status).toBe(0);
		expect(verdicts).toMatchObject({ import: "passed", lifespan: "skipped" });
		expect(report.reaches).toBe("the end of its imports");
	});

	test("the configured one is used when asked for, and only with a yes", async () => {
		const files = database('"postgresql+asyncpg://app:pw@127.0.0.1:1/shop"');
		const asked = bench.start(files, "--database", "configured");
		const { status, stderr } = await asked.ended;
		expect(status).toBe(2);
		expect(stderr).toContain("postgresql+asyncpg://app:••••@127.0.0.1:1/shop");
		const { report } = await verify(files, "--database", "configured", "--yes");
		expect(report.failure?.error).toMatch(/ConnectionRefusedError|Connect call failed/);
	});
});

const lifespan = (imports: string, body: string): Readonly<Record<string, string>> => ({
	"requirements.txt": requirements,
	"main.py": `import os
from contextlib import asynccontextmanager
from fastapi import FastAPI
${imports}

@asynccontextmanager
async def lifespan(app):
${body
	.split("\n")
	.map((line) => `    ${line}`)
	.join("\n")}
    yield

app = FastAPI(lifespan=lifespan)
`,
});

describe.concurrent("drivers without SQLAlchemy", () => {
	let visits = 0;
	const server = createServer((socket) => {
		visits++;
		socket.destroy();
	});
	beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
	afterAll(() => server.close());
	const place = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;
	const parts = (database: string) => `host="127.0.0.1", port=${place().split(":")[1]}, user="u", password="p", ${database}="d"`;

	test("PostgreSQL drivers are led to a scratch server, and SQLite files outside the project to copies", async () => {
		const before = visits;
		const body = `connection = await asyncpg.connect("postgresql://u:p@${place()}/d")
assert await connection.fetchval("select current_user") == "bootmend"
pool = await asyncpg.create_pool(${parts("database")}, min_size=2)
assert await pool.fetchval("select 1") == 1
await pool.close()
async with await psycopg.AsyncConnection.connect("postgresql://u:p@db.example.com/d") as other:
    await other.execute("select 1")
psycopg.connect(${parts("dbname")}, options="-c search_path=shop").close()
connect(${parts("dbname")}).cursor().execute("select 1")
sqlite3.connect("/opt/no-such-shop.db").execute("create table visits (id integer)")
assert sqlite3.connect("file:///opt/no-such-shop.db?mode=ro", uri=True).execute("select count(*) from visits").fetchone() == (0,)
assert not os.path.exists("/opt/no-such-shop.db")`;
		const { report } = await verify(lifespan("import asyncpg, psycopg, sqlite3\nfrom psycopg2 import connect", body));
		expect(report.failure).toBeNull();
		expect(report.boots).toBe(true);
		expect(report.database.replaced).toEqual({
			[`${place()}/d`]: "postgresql (scratch)",
			"db.example.com:5432/d": "postgresql (scratch)",
			"/opt/no-such-shop.db": "sqlite (copy)",
		});
		expect(visits).toBe(before);
	});

	test("where the folder of a SQLite file is not there, it fails as it would at home", async () => {
		const { report } = await verify(lifespan("import sqlite3", 'sqlite3.connect("/no/such/folder/shop.db")'));
		expect(report.failure?.error).toBe("sqlite3.OperationalError: unable to open database file");
	});

	test.each([
		["pymysql", "import pymysql", () => `pymysql.connect(${parts("database")})`],
		["aiomysql", "import aiomysql", () => `await aiomysql.create_pool(${parts("db")}, minsize=1)`],
		[
			"motor",
			"import motor.motor_asyncio as motor",
			() => `await motor.AsyncIOMotorClient("mongodb://${place()}").shop.items.find_one()`,
		],
		["pymongo", "import pymongo", () => `pymongo.MongoClient("mongodb://${place()}").server_info()`],
		["a driver that nobody foresaw", "import socket", () => 'socket.create_connection(("127.0.0.1", 7687))'],
		["redis elsewhere", "import redis.asyncio as redis", () => `await redis.from_url("redis://cache.example.com/0").ping()`],
	])("%s does not reach what the code itself names", async (_, imports, body) => {
		const before = visits;
		const { status, report, verdicts } = await verify(lifespan(imports, body()));
		expect(status).toBe(2);
		expect(verdicts).toMatchObject({ import: "passed", lifespan: "unavailable", answers: "skipped" });
		expect(report.stages.find(({ stage }) => stage === "lifespan")?.said).toMatch(
			/^stopped before it connects: .*none for (mysql|mongodb|neo4j|redis)/,
		);
		expect(visits).toBe(before);
	});

	/** Compiled drivers, 100 MB of them: what stands in for one here has its name and its functions. */
	const compiled = (name: string, ...functions: readonly string[]) => ({
		[`${name}.py`]: `import socket\n${functions.map((made) => `def ${made}(*_, **__):\n    socket.create_connection(("127.0.0.1", ${place().split(":")[1]}))\n`).join("")}`,
	});

	test.each([
		["pymssql", "connect", 'server="db", password="p"', "mssql"],
		["pyodbc", "connect", '"DRIVER={FreeTDS};SERVER=db;PWD=correct-horse"', "odbc"],
		["duckdb", "connect", '"md:shop"', "motherduck"],
	])("nor does %s, whose connections Python is not told of", async (name, connect, address, scheme) => {
		const before = visits;
		const files = lifespan(`import ${name}`, `${name}.${connect}(${address})`);
		const { report, verdicts, stdout } = await verify({ ...files, ...compiled(name, connect) });
		expect(verdicts).toMatchObject({ import: "passed", lifespan: "unavailable" });
		expect(report.stages.find(({ stage }) => stage === "lifespan")?.said).toMatch(new RegExp(`none for ${scheme}$`));
		expect(stdout).not.toContain("correct-horse");
		expect(visits).toBe(before);
	});

	test("a DuckDB file outside the project gets a copy", async () => {
		const files = lifespan(
			"import duckdb",
			'duckdb.connect("/opt/no-such-shop.duckdb")\nassert not os.path.exists("/opt/no-such-shop.duckdb")',
		);
		const driver = 'def connect(database=":memory:"):\n    open(database, "a").close()\n';
		const { report } = await verify({ ...files, "duckdb.py": driver });
		expect(report.failure).toBeNull();
		expect(report.database.replaced).toEqual({ "/opt/no-such-shop.duckdb": "duckdb (copy)" });
	});

	test("a MongoDB client that is asked nothing calls nobody in the background, and keeps nothing from booting", async () => {
		const before = visits;
		const body = `client = motor.AsyncIOMotorClient("mongodb://${place()}", connect=True)\nclient.get_io_loop()\nother = pymongo.MongoClient("mongodb://${place()}")\nawait asyncio.sleep(1)`;
		const { status, report } = await verify(lifespan("import asyncio, pymongo, motor.motor_asyncio as motor", body));
		expect(report.failure).toBeNull();
		expect(status).toBe(0);
		expect(visits).toBe(before);
	});

	test("nor does one that connects for a request alone, which says nothing against the project", async () => {
		const before = visits;
		const main = `import pymysql
from fastapi import FastAPI
app = FastAPI()
@app.get("/items")
def items():
    pymysql.connect(${parts("database")})
`;
		const { status, report, verdicts } = await verify({ "requirements.txt": requirements, "main.py": main });
		expect(status).toBe(2);
		expect(verdicts).toMatchObject({ lifespan: "passed", answers: "unavailable", shutdown: "skipped" });
		expect(report.failure).toBeNull();
		expect(visits).toBe(before);
	});

	test("what a variable names leads them to the scratch server, and files of the project to their copies", async () => {
		const body = `async with await psycopg.AsyncConnection.connect(os.environ["DATABASE_URL"]) as connection:
    await connection.execute("select 1")
psycopg2.connect(os.environ["DATABASE_URL"]).cursor().execute("select 1")
assert await (await asyncpg.connect(os.environ["DATABASE_URL"])).fetchval("select 1") == 1
sqlite3.connect("shop.db").execute("create table visits (id integer)")`;
		const files = lifespan("import asyncpg, psycopg, psycopg2, sqlite3\nfrom dotenv import load_dotenv\nload_dotenv()", body);
		const { report } = await verify({ ...files, ".env": "DATABASE_URL=postgresql://u:p@db.example.com/d\n" });
		expect(report.failure).toBeNull();
		expect(report.boots).toBe(true);
	});
});

describe("certificates that are checked", () => {
	const authority = () => join(bench.root, "authority.pem");
	const home = () => join(bench.root, ".postgresql");
	beforeAll(() => writeFileSync(authority(), rootCertificates[0] ?? ""));

	const connecting = (url: string) => ({
		...database('os.environ["DATABASE_URL"]'),
		"src/main.py": `from dotenv import load_dotenv\nload_dotenv()\n${database('os.environ["DATABASE_URL"]')["src/main.py"]}`,
		".env": `DATABASE_URL=${url}\n`,
	});

	test("fail as they would at home where there is no authority to check them by", async () => {
		const { report } = await verify(connecting("postgresql+asyncpg://u:p@db.example.com/d?ssl=verify-full"));
		expect(report.failure?.error).toMatch(/root certificate file .* does not exist|cannot determine location/);
	});

	test("hold where the authority of the home folder or of the URL is there", async () => {
		const named = await verify(
			connecting(`postgresql+psycopg://u:p@db.example.com/d?sslmode=verify-full&sslrootcert=${authority()}`),
		);
		expect(named.report.failure).toBeNull();
		mkdirSync(home());
		writeFileSync(join(home(), "root.crt"), rootCertificates[0] ?? "");
		try {
			const { report } = await verify(connecting("postgresql+asyncpg://u:p@db.example.com/d?ssl=verify-full"));
			expect(report.failure).toBeNull();
			expect(report.boots).toBe(true);
		} finally {
			rmSync(home(), { recursive: true });
		}
	});

	test("hold where the code itself names the file of the authority, and fail where that is not there", async () => {
		const context = (file: string) =>
			database(
				`"postgresql+asyncpg://u:p@db.example.com/d", connect_args={"ssl": ssl.create_default_context(cafile=${JSON.stringify(file)})}`,
			);
		const withContext = (file: string) => ({ ...context(file), "src/main.py": `import ssl\n${context(file)["src/main.py"]}` });
		const there = await verify(withContext(authority()));
		expect(there.report.failure).toBeNull();
		const missing = await verify(withContext("/no/such/authority.pem"));
		expect(missing.report.failure?.error).toBe("FileNotFoundError: [Errno 2] No such file or directory");
		const libpq = database(
			`"postgresql+psycopg://u:p@db.example.com/d", connect_args={"sslmode": "verify-full", "sslrootcert": ${JSON.stringify(authority())}}`,
		);
		expect((await verify(libpq)).report.failure).toBeNull();
	});
});
