import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { findPython } from "../../scripts/boot/environments.ts";
import { makeScratchFolder } from "../../src/workspace/scratch-folder.ts";
import { keys } from "../journeys/support/terminal.ts";
import { scratchRepository, startWizard } from "../journeys/support/wizard.ts";
import { watchFootprint } from "./support/footprint.ts";

/** How often the whole way is gone, one run after the other. */
const runs = Number(process.env.BOOTMEND_RUNS ?? 1);

/** Holds everything that a run may leave in a temporary or cache folder. */
let machine: string;
beforeAll(() => {
	machine = makeScratchFolder("wizard");
	// Run by root, PostgreSQL is somebody else, who has to get through.
	chmodSync(machine, 0o755);
});
afterAll(() => rmSync(machine, { recursive: true, force: true }));

/** The shell's own settings of pip: where packages come from is the machine's business. */
function settingsOfPip(): Record<string, string> {
	return Object.fromEntries(
		Object.entries(process.env).flatMap(([name, value]) => (/^PIP_/.test(name) && value ? [[name, value]] : [])),
	);
}

test.each(Array.from({ length: runs }, (_, run) => run + 1))(
	"from nothing to a server that answers: install, mend, boot, report (run %i)",
	async (number) => {
		const repository = scratchRepository();
		const [temporary, cache] = ["tmp", "cache"].map((name) => join(machine, `${name}${number}`)) as [string, string];
		for (const folder of [temporary, cache]) mkdirSync(folder, { mode: 0o755 });
		const footprint = watchFootprint(machine);
		onTestFinished(footprint.stop);
		const environment = {
			...settingsOfPip(),
			PATH: `${dirname(await findPython())}:${repository.tools}:/usr/bin:/bin`,
			XDG_CACHE_HOME: cache,
			PIP_NO_CACHE_DIR: "1",
			PIP_NO_COMPILE: "1",
			TMPDIR: temporary,
		};
		const run = startWizard(repository, { environment, columns: 160, rows: 50, patience: 360_000 });

		await run.waitFor("It cannot be booted yet: There is no environment");
		await run.press("i");
		await run.waitFor("A new virtual environment is made in", "pip install -r requirements.txt");
		expect(existsSync(join(repository.folder, "backend/.venv"))).toBe(false);
		await run.press("y");
		await run.waitFor("Everything that is declared is installed", "Shall it be booted once as it is");

		await run.press(keys.enter);
		await run.waitFor("stops at: ImportError: cannot import name 'AsyncEngine' from 'sqlmodel.ext.asyncio.session'");
		await run.press("A", "y");
		await run.waitFor("asyncpg is declared and not installed");
		await run.press("i", "y");
		await run.waitFor("US1 is decided: 4 accepted", /boot {2}was: ImportError: cannot import name 'AsyncEngine'.*→ now/);
		await run.press(keys.enter);
		await run.waitFor("US1 is committed", "▸ ● CONFIG-001");

		const before = repository.tree();
		await run.press("v");
		await run.waitFor("With CONFIG-001 it boots and answers");
		expect(repository.tree()).toEqual(before);
		await run.press("y");
		await run.waitFor("✓ CONFIG-001");
		await run.press("y");
		await run.waitFor("US2 is decided", "→ now boots and answers");
		await run.press(keys.enter);
		await run.waitFor(
			"✓ SC-001",
			"✓ SC-005",
			"Database initialized successfully",
			"GET /health 200",
			"POST /api/auth/signup 422",
			"✓ restart",
		);
		expect(repository.git("log", "-1", "--format=%(trailers:key=Verified,valueonly)").trim()).toBe(
			"boot reaches a running server on postgresql (scratch)",
		);

		await run.press("V");
		await run.waitFor("✓ Shutdown");
		await run.press(keys.escape, "f");
		expect(repository.status()).toBe("");
		await run.press("y");
		await run.waitFor("The fixes report is in fixes-applied.md");
		expect(repository.read("fixes-applied.md")).toMatch(/✅ \*\*SC-001\*\*[\s\S]*GET \/health -> 200/);
		expect(repository.read("fixes-applied.md")).not.toContain("development-only-secret");
		await run.press("q");
		expect(await run.exit()).toBe(0);
		expect(run.transcript()).toMatch(/now\s+boots and answers/);

		const program = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
		const { stdout } = await promisify(execFile)(process.execPath, [program, "verify", "--json"], {
			cwd: repository.folder,
			env: environment,
		});
		expect(JSON.parse(stdout).answers).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ path: "/health", status: 200, body: '{"status":"healthy","environment":"development"}' }),
				expect.objectContaining({ method: "POST", path: "/api/auth/signup", status: 422 }),
			]),
		);

		// Supervisors, servers and PostgreSQL were there, each on a port of its own.
		expect(footprint.processes).toBeGreaterThan(10);
		expect(footprint.ports.size).toBeGreaterThan(3);
		expect(footprint.left()).toEqual([]);
		expect(readdirSync(temporary)).toEqual([]);
		expect(readdirSync(cache)).toEqual(["bootmend"]);
	},
	900_000,
);
