import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { openTestSession, type TestFolder, testRepository } from "./support/repository.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let folder: TestFolder | null = null;
afterEach(() => folder?.remove());

/** Bundled once, and beside node_modules so that native packages are found: a run starts in a fraction of a second then. */
const killedRun = join(import.meta.dirname, "../../node_modules/.cache/bootmend-test/killed-run.mjs");
beforeAll(async () => {
	mkdirSync(join(killedRun, ".."), { recursive: true });
	await build({
		entryPoints: [join(import.meta.dirname, "support/killed-run.ts")],
		outfile: killedRun,
		bundle: true,
		platform: "node",
		format: "esm",
		packages: "external",
		logLevel: "silent",
	});
});

// One fix that changes a tracked file, makes a new one and changes an ignored one is what can be torn apart.
const before = {
	"app/db.py": "x = BROKEN_US1_x\r\n",
	"app/other.py": "# keeps BROKEN company\n",
	".env": "A=BROKEN company\n",
	".gitignore": ".env\n",
};
const after = {
	"app/db.py": "x = FIXED_x\r\n",
	"app/other.py": "# keeps MENDED company\n",
	".env": "A=MENDED company\n",
	".gitignore": ".env\n",
};
const created = "app/made.py";

function stateOf(of: TestFolder): "before" | "after" | "between" {
	const files = Object.keys(before) as (keyof typeof before)[];
	const isMade = readdirSync(join(of.root, "app")).includes("made.py");
	if (!isMade && files.every((path) => of.read(path) === before[path])) return "before";
	return isMade && files.every((path) => of.read(path) === after[path]) ? "after" : "between";
}

const steps = [
	["accept", "backup-kept", 5, "before"],
	["accept", "write-intended", 1, "before"],
	["accept", "file-written", 1, "after"],
	["accept", "file-written", 3, "after"],
	["accept", "file-written", 4, "after"],
	["undo", "write-intended", 1, "after"],
	["undo", "file-written", 2, "before"],
	["commit", "commit-intended", 1, "after"],
	["commit", "git-committed", 1, "after"],
	["rollback", "write-intended", 1, "after"],
	["rollback", "file-written", 1, "before"],
	["rollback", "write-finished", 1, "before"],
	["rollback", "commit-intended", 1, "before"],
	["rollback", "git-committed", 1, "before"],
] as const;

test.each(steps)(
	"killed during %s after %s (%i): the next start makes everything whole",
	async (action, step, times, expected) => {
		folder = testRepository(before);
		folder.write("staged.txt", "mine\n");
		folder.git("add", "staged.txt");
		const run = spawnSync(process.execPath, [killedRun, folder.root, step, String(times), action], { encoding: "utf8" });
		expect({ signal: run.signal, said: run.stdout + run.stderr }).toEqual({ signal: "SIGKILL", said: "" });

		const session = await openTestSession(folder.root);
		expect(stateOf(folder)).toBe(expected);
		expect(readdirSync(join(folder.root, "app")).filter((name) => name.includes("bootmend"))).toEqual([]);
		expect(folder.git("fsck", "--no-dangling")).toBe("");
		expect(folder.git("diff", "--cached", "--name-only")).toBe("staged.txt");

		// The session knows what it sees: what is applied can be committed and taken back, what is not can be accepted.
		const isApplied = expected === "after";
		expect(session.state.decided.length).toBe(isApplied ? 1 : 0);
		if (isApplied) {
			if (session.state.phases[0]?.status === "open") await session.dispatch({ type: "commit-phase", story: "US1" });
			expect(session.state.phases[0]?.status).toBe("committed");
			expect(folder.git("status", "--porcelain")).toBe("A  staged.txt");
			expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({ type: "done" });
		}
		expect(stateOf(folder)).toBe("before");
		expect(folder.git("status", "--porcelain")).toBe("A  staged.txt");
		await session.close();
	},
);

test("a file that somebody changed after the kill is left alone and named", async () => {
	folder = testRepository(before);
	spawnSync(process.execPath, [killedRun, folder.root, "file-written", "1", "accept"]);
	folder.write("app/other.py", "# mine\n");
	const session = await openTestSession(folder.root);
	expect(session.state.resumedFrom).toContain("app/other.py was changed since and is left as it is");
	expect(folder.read("app/other.py")).toBe("# mine\n");
	expect(folder.read("app/db.py")).toBe(before["app/db.py"]);
	expect(readdirSync(join(folder.root, "app"))).not.toContain(created);
	await session.close();
});
