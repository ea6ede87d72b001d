import { type ChildProcess, spawn } from "node:child_process";
import {
	chmodSync,
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixtures } from "../../scripts/boot/corpus.ts";
import { prepareView } from "../../scripts/boot/environments.ts";
import { makeScratchFolder } from "../../src/workspace/scratch-folder.ts";

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const requirements = "fastapi\nuvicorn[standard]\nsqlalchemy[asyncio]\naiosqlite\nasyncpg\npydantic-settings\n";

let root: string;
let python: string;
beforeAll(async () => {
	root = realpathSync(makeScratchFolder("verify"));
	// Run by root, PostgreSQL is somebody else, who must get through to its folder.
	chmodSync(root, 0o755);
	writeFileSync(join(root, "requirements.txt"), requirements);
	python = (await prepareView({ pool: "2026", manifest: join(root, "requirements.txt"), also: [], without: [] })).python;
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Report {
	readonly boots: boolean;
	readonly unavailable: boolean;
	readonly reaches: string;
	readonly stages: readonly { readonly stage: string; readonly verdict: string; readonly said: string }[];
	readonly failure: {
		readonly error: string;
		readonly detail: readonly string[];
		readonly file_path: string | null;
		readonly line_number: number | null;
		readonly found_by_boot: boolean;
		readonly issue: { readonly rule: string };
		readonly bug_report: string | null;
	} | null;
	readonly answers: readonly {
		readonly method: string;
		readonly path: string;
		readonly status: number | null;
		readonly body: string;
	}[];
	readonly module_times: readonly { readonly module: string }[];
	readonly database: { readonly replaced: Readonly<Record<string, string>> };
	readonly output: string;
}

interface Started {
	readonly child: ChildProcess;
	readonly folder: string;
	/** Where everything temporary goes, so that a test sees what is left. */
	readonly temporary: string;
	readonly ended: Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }>;
}

function start(files: Readonly<Record<string, string>> | string, ...argv: readonly string[]): Started {
	const folder = mkdtempSync(join(root, "project-"));
	if (typeof files === "string") cpSync(files, folder, { recursive: true });
	else {
		for (const [path, text] of Object.entries(files)) {
			mkdirSync(dirname(join(folder, path)), { recursive: true });
			writeFileSync(join(folder, path), text);
		}
	}
	const temporary = mkdtempSync(join(root, "tmp-"));
	chmodSync(temporary, 0o755);
	const child = spawn(process.execPath, ["--import", "tsx", cli, "verify", folder, "--python", python, "--json", ...argv], {
		env: { PATH: process.env.PATH ?? "", HOME: root, LANG: "C.UTF-8", TMPDIR: temporary },
		stdio: ["ignore", "pipe", "pipe"],
	});
	let stdout = "";
	let stderr = "";
	child.stdout.on("data", (chunk: Buffer) => {
		stdout += chunk.toString();
	});
	child.stderr.on("data", (chunk: Buffer) => {
		stderr += chunk.toString();
	});
	const ended = new Promise<Awaited<Started["ended"]>>((resolve) => {
		child.on("close", (status) => resolve({ status, stdout, stderr }));
	});
	return { child, folder, temporary, ended };
}

async function verify(files: Readonly<Record<string, string>> | string, ...argv: readonly string[]) {
	const started = start(files, ...argv);
	const before = listing(started.folder);
	const { status, stdout, stderr } = await started.ended;
	expect(stdout, stderr).toMatch(/^\{/);
	expect(listing(started.folder)).toEqual(before);
	await expectNothingLeft(started);
	const report = JSON.parse(stdout) as Report;
	return { status, report, stdout, verdicts: Object.fromEntries(report.stages.map(({ stage, verdict }) => [stage, verdict])) };
}

/** Every file with its size and time of change. */
function listing(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.map((path) => {
			const { size, mtimeMs, mode } = statSync(join(folder, path));
			return `${path} ${size} ${mtimeMs} ${mode}`;
		})
		.sort();
}

/** No folder and no process of a boot is there any more, a moment after its end. */
async function expectNothingLeft({ temporary }: Started): Promise<void> {
	for (let waited = 0; waited < 5_000 && leftBy(temporary).length > 0; waited += 50) {
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	expect(leftBy(temporary)).toEqual([]);
}

function leftBy(temporary: string): string[] {
	// tsx keeps a cache and a pipe of its own there.
	const folders = readdirSync(temporary).filter((name) => name.startsWith("bootmend"));
	const processes = readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.filter((name) => {
			try {
				return readFileSync(`/proc/${name}/environ`, "utf8").includes(`TMPDIR=${temporary}\0`);
			} catch {
				return false;
			}
		});
	return [...folders, ...processes.map((name) => `process ${name}`)];
}

const inLifespan = (body: string): string => `import asyncio, os, signal, subprocess, sys, time
from contextlib import asynccontextmanager
from fastapi import FastAPI

@asynccontextmanager
async def lifespan(app):
${body
	.split("\n")
	.map((line) => `    ${line}`)
	.join("\n")}

app = FastAPI(lifespan=lifespan)
`;

describe("servers that do what they like", () => {
	test("a sound one boots, answers and shuts down", async () => {
		const { status, report, verdicts } = await verify({ "main.py": inLifespan("yield") });
		expect(status).toBe(0);
		expect(report).toMatchObject({ boots: true, failure: null, reaches: "a running server" });
		expect(verdicts).toMatchObject({
			interpreter: "passed",
			import: "passed",
			lifespan: "passed",
			answers: "passed",
			shutdown: "passed",
		});
		expect(report.module_times.map(({ module }) => module)).toContain("fastapi.routing");
	});

	test("a lifespan that hangs is given up, with the place where it waits", async () => {
		const main = `import asyncio
from contextlib import asynccontextmanager
from fastapi import FastAPI

@asynccontextmanager
async def pool():
    await asyncio.Event().wait()
    yield 1

@asynccontextmanager
async def lifespan(app):
    async with pool():
        yield

app = FastAPI(lifespan=lifespan)
`;
		const { status, report, verdicts } = await verify({ "main.py": main }, "--timeout", "3");
		expect(status).toBe(1);
		expect(verdicts).toMatchObject({ import: "passed", lifespan: "hung", listening: "skipped" });
		expect(report.failure).toMatchObject({ error: "Start-up does not come to an end", file_path: "main.py", line_number: 7 });
		expect(report.failure?.detail).toEqual([expect.stringMatching(/^waiting in <stdlib>\/asyncio\/locks\.py:\d+ wait$/)]);
	});

	test.each([
		["spins", "def spin():\n    while True: pass\nspin()\n", 2],
		["sleeps", "import time\ntime.sleep(1000)\n", 2],
	])("an import that %s for ever is given up, with its place", async (_, text, line) => {
		const { report, verdicts } = await verify(
			{ "main.py": `${text}from fastapi import FastAPI\napp = FastAPI()\n` },
			"--timeout",
			"3",
		);
		expect(verdicts).toMatchObject({ import: "hung", lifespan: "skipped" });
		expect(report.failure).toMatchObject({ file_path: "main.py", line_number: line });
	});

	test("what it forks ends with it", async () => {
		const { report } = await verify({ "main.py": inLifespan("if os.fork() == 0: time.sleep(1000)\nyield") });
		expect(report.boots).toBe(true);
	});

	test("daemons that leave its session and close everything end with it too", async () => {
		const { report } = await verify({
			"main.py": inLifespan(`if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 200)
        time.sleep(1000)
    os._exit(0)
subprocess.Popen(["setsid", "sleep", "1000"])
yield`),
		});
		expect(report.boots).toBe(true);
	});

	test("a flood of output does no harm, and its end is kept", async () => {
		const { report } = await verify({
			"main.py": inLifespan('for _ in range(100): print("x" * 1_000_000)\nprint("after the flood")\nyield'),
		});
		expect(report.boots).toBe(true);
		expect(report.output.length).toBeLessThan(100_000);
		expect(report.output).toContain("after the flood");
	});

	test("one that ignores every signal is ended all the same", async () => {
		const { report, verdicts } = await verify({
			"main.py": inLifespan(
				"for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(each, signal.SIG_IGN)\nyield",
			),
		});
		expect(verdicts).toMatchObject({ answers: "passed", shutdown: "hung" });
		expect(report.boots).toBe(true);
	});

	test("an import that calls sys.exit is told by its own words and its place", async () => {
		const main = 'import sys\nfrom fastapi import FastAPI\napp = FastAPI()\nsys.exit("DATABASE_URL is not set")\n';
		const { status, report, verdicts } = await verify({ "main.py": main });
		expect(status).toBe(1);
		expect(verdicts.import).toBe("failed");
		expect(report.failure).toMatchObject({ error: "DATABASE_URL is not set", file_path: "main.py", line_number: 4 });
	});

	test("a crash is told with the place where it happened", async () => {
		const main = "import ctypes\nfrom fastapi import FastAPI\napp = FastAPI()\nctypes.string_at(0)\n";
		const { report } = await verify({ "main.py": main });
		expect(report.failure).toMatchObject({
			error: "Fatal Python error: Segmentation fault",
			file_path: "main.py",
			line_number: 4,
		});
	});

	test("a lifespan that raises is told, even where the project has silenced every log", async () => {
		const text = inLifespan('raise RuntimeError("no broker")\nyield');
		const { report, verdicts } = await verify({ "main.py": `import logging\nlogging.disable()\n${text}` });
		expect(verdicts).toMatchObject({ import: "passed", lifespan: "failed" });
		expect(report.failure).toMatchObject({ error: "RuntimeError: no broker", file_path: "main.py" });
	});
});

describe("when we end ourselves", () => {
	const hanging = { "main.py": inLifespan("if os.fork() == 0: time.sleep(1000)\nawait asyncio.sleep(1000)\nyield") };

	test.each(["SIGINT", "SIGTERM"] as const)("by %s, nothing is left and the status says so", async (name) => {
		const started = start(hanging);
		await untilItRuns(started);
		started.child.kill(name);
		expect((await started.ended).status).toBe(130);
		await expectNothingLeft(started);
	});

	test("by kill -9, nothing is left either", async () => {
		const started = start(hanging);
		await untilItRuns(started);
		started.child.kill("SIGKILL");
		await started.ended;
		await expectNothingLeft(started);
	});

	async function untilItRuns({ temporary }: Started): Promise<void> {
		// Supervisor, server and its child, beside ourselves.
		for (let waited = 0; waited < 60_000 && leftBy(temporary).length < 4; waited += 50) {
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
		await new Promise((resolve) => setTimeout(resolve, 300));
	}
});

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

describe("databases", () => {
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

	test("a server whose URL stands in the code is not touched", async () => {
		const { status, report, verdicts } = await verify(database('"postgresql+asyncpg://app:pw@127.0.0.1:1/shop"'));
		expect(status).toBe(2);
		expect(verdicts).toMatchObject({ import: "passed", engine: "passed", lifespan: "unavailable" });
		expect(report.stages.find(({ stage }) => stage === "lifespan")?.said).toContain("set in the code");
	});

	test("nor is it touched while modules are imported", async () => {
		const files = database('"postgresql+asyncpg://app:pw@127.0.0.1:1/shop"');
		const main = `${files["src/main.py"]}\nimport sqlalchemy\nsqlalchemy.create_engine("postgresql+asyncpg://app:pw@127.0.0.1:1/shop").connect()\n`;
		const { verdicts } = await verify({ ...files, "src/main.py": main });
		expect(verdicts).toMatchObject({ import: "unavailable", lifespan: "skipped" });
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
		const asked = start(files, "--database", "configured");
		const { status, stderr } = await asked.ended;
		expect(status).toBe(2);
		expect(stderr).toContain("postgresql+asyncpg://app:••••@127.0.0.1:1/shop");
		const { report } = await verify(files, "--database", "configured", "--yes");
		expect(report.failure?.error).toMatch(/ConnectionRefusedError|Connect call failed/);
	});
});

test("what no audit foresees becomes an issue found by boot, with a report that tells nothing of the project", async () => {
	const { report } = await verify({
		"main.py":
			'from fastapi import FastAPI\nfrom hidden_things import secret_sauce\napp = FastAPI()\nsecret_sauce("Ada\'s recipe")\n',
		"hidden_things.py":
			"import random\ndef secret_sauce(name):\n    number = random.random() + 2\n    if number > 1: raise ValueError(f'no sauce for {name} in \\'{number and 1}\\'')\n",
	});
	expect(report.failure).toMatchObject({ found_by_boot: true, issue: { rule: "found-by-boot" }, file_path: "hidden_things.py" });
	expect(report.failure?.bug_report).toMatch(/ValueError/);
	expect(report.failure?.bug_report).not.toMatch(/hidden_things|secret_sauce|recipe/);
});

test("the seed's backend, mended, boots on a scratch PostgreSQL and answers", async () => {
	const folder = join(fixtures, "projects/todo-fixed");
	const view = await prepareView({ pool: "2026", manifest: join(folder, "backend/requirements.txt"), also: [], without: [] });
	const { report } = await verify(folder, "--python", view.python);
	expect(report.boots).toBe(true);
	expect(report.output).toContain("Database initialized successfully");
	expect(report.answers).toContainEqual(
		expect.objectContaining({ path: "/health", status: 200, body: '{"status":"healthy","environment":"development"}' }),
	);
	expect(report.answers).toContainEqual(expect.objectContaining({ method: "POST", path: "/api/auth/signup", status: 422 }));
});
