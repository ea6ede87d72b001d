import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BootBench, expectNothingLeft, leftBy, openBootBench, type Started } from "./support/verify-bench.ts";

const requirements = "fastapi\nuvicorn[standard]\nsqlalchemy[asyncio]\naiosqlite\nasyncpg\npydantic-settings\n";

let bench: BootBench;
beforeAll(async () => {
	bench = await openBootBench(requirements);
});
afterAll(() => bench.remove());

const verify: BootBench["verify"] = (files, ...argv) => bench.verify(files, ...argv);

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

describe.concurrent("servers that do what they like", () => {
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
		// Long enough for its imports on a busy machine.
		const { status, report, verdicts } = await verify({ "main.py": main }, "--timeout", "12");
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

describe.concurrent("when we end ourselves", () => {
	const hanging = { "main.py": inLifespan("if os.fork() == 0: time.sleep(1000)\nawait asyncio.sleep(1000)\nyield") };

	test.each(["SIGINT", "SIGTERM"] as const)("by %s, nothing is left and the status says so", async (name) => {
		const started = bench.start(hanging);
		await untilItRuns(started);
		started.child.kill(name);
		expect((await started.ended).status).toBe(130);
		await expectNothingLeft(started);
	});

	test("by kill -9, nothing is left either", async () => {
		const started = bench.start(hanging);
		await untilItRuns(started);
		started.child.kill("SIGKILL");
		await started.ended;
		await expectNothingLeft(started);
	});

	async function untilItRuns({ temporary }: Started): Promise<void> {
		// Their folder, supervisor, server and its child, beside ourselves.
		for (let waited = 0; waited < 60_000 && leftBy(temporary).length < 5; waited += 50) {
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
		await new Promise((resolve) => setTimeout(resolve, 300));
	}
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
