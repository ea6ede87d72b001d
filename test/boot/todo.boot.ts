import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProbeRequest } from "../../scripts/boot/case-file.ts";
import { fixtures } from "../../scripts/boot/corpus.ts";
import { prepareView } from "../../scripts/boot/environments.ts";
import { fillEnvironment, stopPostgres } from "../../scripts/boot/prove.ts";
import { bootProject } from "../../scripts/boot/server.ts";

/** The seed's files in the order in which its fixes go in. */
const repairs = ["requirements.txt", "src/core/database.py", ".env"];
const signUp = '{"email": "nobody@example.com", "password": "correct horse 1"}';

/** The seed's acceptance, and a user's first steps; each pool signs up a user of its own in the shared database. */
const acceptance = (credentials: string): ProbeRequest[] => [
	{ method: "GET", path: "/health", body: null, status: 200, contains: '{"status":"healthy","environment":"development"}' },
	{
		method: "POST",
		path: "/api/auth/signup",
		body: "{}",
		status: 422,
		contains: '"loc":["body","email"],"msg":"Field required"',
	},
	{ method: "POST", path: "/api/auth/signup", body: credentials, status: 201, contains: '"token_type":"bearer"' },
	{ method: "POST", path: "/api/auth/signup", body: credentials, status: 409, contains: "already registered" },
	{ method: "POST", path: "/api/auth/signin", body: credentials, status: 200, contains: '"token_type":"bearer"' },
];

let root: string;
beforeAll(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), "bootmend-todo-")));
});
afterAll(async () => {
	rmSync(root, { recursive: true, force: true });
	await stopPostgres();
});

/** Boots todo-broken with the given files taken from todo-fixed, in a fresh environment of what it declares. */
async function bootTodo(
	pool: string,
	repaired: readonly string[],
	environment: Record<string, string>,
	requests: readonly ProbeRequest[] = [],
	editDatabase: (text: string) => string = (text) => text,
) {
	const project = mkdtempSync(join(root, "copy-"));
	cpSync(join(fixtures, "projects/todo-broken"), project, { recursive: true });
	for (const file of repaired) cpSync(join(fixtures, "projects/todo-fixed/backend", file), join(project, "backend", file));
	const workingDirectory = join(project, "backend");
	const database = join(workingDirectory, "src/core/database.py");
	writeFileSync(database, editDatabase(readFileSync(database, "utf8")));
	const view = await prepareView({ pool, manifest: join(workingDirectory, "requirements.txt"), also: [], without: [] });
	expect(view.missing).toEqual([]);
	return bootProject({
		python: view.python,
		root: project,
		workingDirectory,
		target: "src.main:app",
		environment: await fillEnvironment(environment),
		requests,
	});
}

describe.each(["2026", "2024"])("the todo backend on the packages of %s", (pool) => {
	test("as it is: AsyncEngine cannot be imported", async () => {
		const outcome = await bootTodo(pool, [], {});
		expect(outcome).toMatchObject({ stage: "import", at: "backend/src/core/database.py:7" });
		expect(outcome.error).toMatch(/^ImportError: cannot import name 'AsyncEngine' from 'sqlmodel.ext.asyncio.session'/);
	});

	test("with its requirements mended: the same import stands in the way", async () => {
		const outcome = await bootTodo(pool, repairs.slice(0, 1), {});
		expect(outcome).toMatchObject({ stage: "import", at: "backend/src/core/database.py:7" });
	});

	test("with its imports and session factory mended too: the URL asks for a driver that is not async", async () => {
		const outcome = await bootTodo(pool, repairs.slice(0, 2), {});
		// SQLAlchemy 2.1 made psycopg the default driver of postgresql://.
		const driver = pool === "2026" ? "psycopg" : "psycopg2";
		expect(outcome).toMatchObject({
			stage: "import",
			error: `ModuleNotFoundError: No module named '${driver}'`,
			at: "backend/src/core/database.py:17",
		});
	});

	test("with +asyncpg but libpq's own options in the URL: it imports, and dies at the first connection", async () => {
		const outcome = await bootTodo(pool, repairs, {
			DATABASE_URL: "postgresql+asyncpg://{postgres}/postgres?sslmode=require&channel_binding=require",
		});
		expect(outcome).toMatchObject({
			stage: "startup",
			error: "TypeError: connect() got an unexpected keyword argument 'sslmode'",
		});
	});

	test("with everything mended: it comes up on PostgreSQL and answers", async () => {
		const outcome = await bootTodo(
			pool,
			repairs,
			{ DATABASE_URL: "postgresql+asyncpg://{postgres}/postgres" },
			acceptance(`{"email": "user${pool}@example.com", "password": "correct horse 1"}`),
		);
		expect(outcome).toMatchObject({ stage: "boots", error: null });
		expect(outcome.output).toContain("INFO:     CORS Origins: ['http://localhost:3000']\n");
		expect(outcome.output).toContain("INFO:     Database initialized successfully\n");
	});

	test("with sessionmaker left as it was: it comes up all the same, so the factory is no CRITICAL issue", async () => {
		const outcome = await bootTodo(
			pool,
			["requirements.txt", ".env"],
			{ DATABASE_URL: "postgresql+asyncpg://{postgres}/postgres" },
			[{ method: "POST", path: "/api/auth/signin", body: signUp, status: 401, contains: "Wrong email address" }],
			(text) =>
				text
					.replace("AsyncSession, AsyncEngine", "AsyncSession")
					.replace("import create_async_engine", "import AsyncEngine, create_async_engine"),
		);
		expect(outcome).toMatchObject({ stage: "boots", error: null });
	});
});
