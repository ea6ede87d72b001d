import { existsSync, rmSync, statSync, utimesSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { forecastRollback, rollbackSession } from "../../src/session/rollback/rollback-session.ts";
import type { Session } from "../../src/session/session.ts";
import {
	accepting,
	markedBackend,
	openTestSession,
	type TestFolder,
	testFolder,
	testRepository,
} from "./support/session-fixture.ts";

vi.setConfig({ testTimeout: 120_000 });

let folder: TestFolder;
let session: Session;

const backend = { ...markedBackend, "app/near.py": "both = (BROKEN_US1_p, BROKEN_US2_q)\n" };

async function fixedInPhases(root: string, names: readonly (readonly string[])[]): Promise<Session> {
	const opened = await openTestSession(root);
	for (const [index, ofPhase] of names.entries()) {
		for (const name of ofPhase) await opened.dispatch(accepting(opened, name));
		const story = (["US1", "US2", "US3"] as const)[index] ?? "US3";
		expect(await opened.dispatch({ type: "commit-phase", story })).toMatchObject({ type: "done" });
	}
	return opened;
}

describe("taking a phase back", () => {
	test("restores tracked files by a commit and ignored ones from the backup", async () => {
		folder = testRepository(backend);
		session = await fixedInPhases(folder.root, [["x"], ["w", "url"]]);
		expect(folder.read(".env")).toBe("URL=FIXED_url\n");
		const outcome = await session.dispatch({ type: "rollback-phase", story: "US2" });
		expect(outcome).toMatchObject({
			type: "done",
			ledger: [
				{ path: ".env", result: "restored" },
				{ path: "app/db.py", result: "restored" },
			],
		});
		expect(folder.read(".env")).toBe(backend[".env"]);
		expect(folder.read("app/db.py")).toBe("import a\nx = FIXED_x\ny = 1\nz = 2\nw = BROKEN_US2_w\n");
		expect(folder.git("status", "--porcelain")).toBe("");
		expect(folder.git("log", "--format=%s")).toBe(
			'revert(US2): take back "correct the database and configuration"\nfix(US2): correct the database and configuration\nfix(US1): resolve import and dependency errors\nBegin',
		);
		expect(session.state.phases[1]?.status).toBe("rolled-back");
		expect(session.state.report.issues.map((issue) => issue.fingerprint)).toContain("app/db.py:w");
	});

	test("leaves a later phase alone that changed other lines of the file", async () => {
		folder = testRepository(backend);
		session = await fixedInPhases(folder.root, [["x"], ["w"]]);
		expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({
			type: "done",
			ledger: [{ path: "app/db.py", result: "merged" }],
		});
		expect(folder.read("app/db.py")).toBe("import a\nx = BROKEN_US1_x\ny = 1\nz = 2\nw = FIXED_w\n");
		expect(folder.git("status", "--porcelain")).toBe("");
		expect(session.state.phases.map((phase) => phase.status)).toEqual(["rolled-back", "committed", "open"]);
	});

	test("names the later phase that changed the same line, and takes it back with it when told", async () => {
		folder = testRepository(backend);
		session = await fixedInPhases(folder.root, [["p"], ["q"]]);
		const head = folder.git("rev-parse", "HEAD");
		expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({ type: "refused", later: ["US2"] });
		expect(folder.git("rev-parse", "HEAD")).toBe(head);
		expect(await session.dispatch({ type: "rollback-phase", story: "US1", withLater: true })).toMatchObject({ type: "done" });
		expect(folder.read("app/near.py")).toBe(backend["app/near.py"]);
		expect(folder.git("status", "--porcelain")).toBe("");
		expect(folder.git("log", "-1", "--format=%(trailers:key=Bootmend-Phase,valueonly,separator=%x2C)")).toBe("US1,US2");
	});

	test("keeps what somebody committed elsewhere in the file since", async () => {
		folder = testRepository(backend);
		session = await fixedInPhases(folder.root, [["x"]]);
		folder.write("app/db.py", `${folder.read("app/db.py")}mine = 1\n`);
		folder.git("commit", "-q", "-am", "Mine");
		expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({ type: "done" });
		expect(folder.read("app/db.py")).toBe(`${backend["app/db.py"]}mine = 1\n`);
		expect(folder.git("status", "--porcelain")).toBe("");
	});

	test("refuses where somebody changed the same line since, and keeps what was changed beside it", async () => {
		folder = testRepository(backend);
		session = await fixedInPhases(folder.root, [["x"]]);
		const fixed = folder.read("app/db.py");
		folder.write("app/db.py", fixed.replace("FIXED_x", "MINE_x"));
		expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({
			type: "refused",
			message: "US1 cannot be taken back: you edited app/db.py line 2 since.",
			ledger: [{ path: "app/db.py", result: "refused" }],
		});
		expect(folder.git("log", "-1", "--format=%s")).toContain("fix(US1)");
		folder.write("app/db.py", `${fixed}mine = 1\n`);
		expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({
			type: "done",
			ledger: [{ path: "app/db.py", result: "merged" }],
		});
		expect(folder.read("app/db.py")).toBe(`${backend["app/db.py"]}mine = 1\n`);
		expect(folder.git("show", "HEAD:app/db.py")).toBe(backend["app/db.py"].trimEnd());
		expect(folder.git("status", "--porcelain")).toBe(" M app/db.py");
	});

	test("works while other files are staged, and leaves them staged", async () => {
		folder = testRepository({ ...backend, "notes.txt": "old\n" });
		session = await fixedInPhases(folder.root, [["x"]]);
		folder.write("notes.txt", "new\n");
		folder.git("add", "notes.txt");
		expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({ type: "done" });
		expect(folder.git("status", "--porcelain")).toBe("M  notes.txt");
	});

	test("takes fixes back that were not committed yet, without a commit", async () => {
		folder = testRepository(backend);
		session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "x"));
		expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({ type: "done" });
		expect(folder.read("app/db.py")).toBe(backend["app/db.py"]);
		expect(folder.git("rev-list", "--count", "HEAD")).toBe("1");
		expect(folder.git("status", "--porcelain")).toBe("");
	});

	test("changes nothing when a hook refuses the commit", async () => {
		folder = testRepository(backend);
		session = await fixedInPhases(folder.root, [["x"]]);
		folder.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");
		folder.git("config", "core.hooksPath", ".git/hooks");
		const { chmodSync } = await import("node:fs");
		chmodSync(`${folder.root}/.git/hooks/pre-commit`, 0o755);
		const fixed = folder.read("app/db.py");
		expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({ type: "refused" });
		expect(folder.read("app/db.py")).toBe(fixed);
		expect(folder.git("status", "--porcelain")).toBe("");
		expect(session.state.phases[0]?.status).toBe("committed");
	});

	test("can be done again after the phase was fixed anew", async () => {
		folder = testRepository(backend);
		session = await fixedInPhases(folder.root, [["x"]]);
		await session.dispatch({ type: "rollback-phase", story: "US1" });
		await session.dispatch(accepting(session, "x"));
		await session.dispatch({ type: "commit-phase", story: "US1" });
		expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({ type: "done" });
		expect(folder.read("app/db.py")).toBe(backend["app/db.py"]);
		expect(folder.git("rev-list", "--count", "HEAD")).toBe("5");
	});

	test("restores mode and modification time from the backup", async () => {
		folder = testFolder(backend);
		utimesSync(`${folder.root}/.env`, 1_500_000_000, 1_500_000_000.25);
		session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "url"));
		await session.dispatch({ type: "rollback-phase", story: "US2" });
		expect(statSync(`${folder.root}/.env`).mtimeMs).toBe(1_500_000_000_250);
	});
});

describe("a later process", () => {
	test("forecasts and takes phases back from the journal alone", async () => {
		folder = testRepository(backend);
		session = await fixedInPhases(folder.root, [["x", "p"], ["w", "q", "url"], ["m"]]);
		await session.dispatch({ type: "finish" });
		await session.close();
		const root = folder.root;
		const { phases: forecast } = await forecastRollback({ root, commits: true });
		expect(forecast.map(({ story, type, later }) => [story, type, later])).toEqual([
			["US1", "with-later", ["US2"]],
			["US2", "clean", []],
			["US3", "clean", []],
		]);
		expect(folder.git("status", "--porcelain")).toBe("");
		const outcomes = await rollbackSession({ root, commits: true, story: null, withLater: true });
		expect(outcomes.map((outcome) => outcome.type)).toEqual(["done", "done", "done"]);
		for (const [path, text] of Object.entries(backend)) expect(folder.read(path)).toBe(text);
		expect(folder.git("diff", "HEAD~6", "HEAD", "--stat")).toBe("");
		expect(folder.git("status", "--porcelain")).toBe("");
	});
});

describe("undoing a rollback", () => {
	test("brings files and history back, and can be taken back again", async () => {
		folder = testRepository(backend);
		session = await fixedInPhases(folder.root, [["x"], ["w", "url"]]);
		const fixed = folder.read("app/db.py");
		await session.dispatch({ type: "rollback-phase", story: "US2" });
		folder.write("app/db.py", `${folder.read("app/db.py")}mine = 1\n`);
		expect(await session.dispatch({ type: "restore-phase", story: "US2" })).toMatchObject({
			type: "done",
			ledger: [
				{ path: ".env", result: "restored" },
				{ path: "app/db.py", result: "merged" },
			],
		});
		expect(folder.read("app/db.py")).toBe(`${fixed}mine = 1\n`);
		expect(folder.read(".env")).toBe("URL=FIXED_url\n");
		expect(folder.git("show", "HEAD:app/db.py")).toBe(fixed.trimEnd());
		expect(folder.git("log", "-1", "--format=%s")).toBe('fix(US2): bring back "correct the database and configuration"');
		expect(session.state.phases[1]).toMatchObject({ status: "committed", files: ["app/db.py", ".env"] });
		expect(await session.dispatch({ type: "rollback-phase", story: "US2" })).toMatchObject({ type: "done" });
		expect(folder.git("status", "--porcelain")).toBe(" M app/db.py");
	});

	test("is refused where the phase was fixed again, and where somebody changed the same line", async () => {
		folder = testRepository(backend);
		session = await fixedInPhases(folder.root, [["x"]]);
		await session.dispatch({ type: "rollback-phase", story: "US1" });
		const before = folder.read("app/db.py");
		folder.write("app/db.py", before.replace("BROKEN_US1_x", "mine"));
		expect(await session.dispatch({ type: "restore-phase", story: "US1" })).toMatchObject({
			type: "refused",
			message: "The rollback of US1 cannot be undone: you edited app/db.py line 2 since.",
		});
		folder.write("app/db.py", before);
		await session.dispatch({ type: "audit" });
		await session.dispatch(accepting(session, "x"));
		expect(await session.dispatch({ type: "restore-phase", story: "US1" })).toMatchObject({
			type: "refused",
			message: "The rollback of US1 cannot be undone: US1 was fixed again since.",
		});
	});
});

describe("without .bootmend", () => {
	test("phases are taken back from what their commits say", async () => {
		folder = testRepository(backend);
		session = await fixedInPhases(folder.root, [["x", "p"], ["w", "q"], ["m"]]);
		const { id } = session.state;
		await session.dispatch({ type: "rollback-phase", story: "US3" });
		await session.close();
		folder.write("app/db.py", folder.read("app/db.py").replace("y = 1", "y = 100"));
		rmSync(`${folder.root}/.bootmend`, { recursive: true });
		const { root } = folder;
		const forecast = await forecastRollback({ root, commits: true });
		expect({ id: forecast.id, source: forecast.source }).toEqual({ id, source: "history" });
		expect(forecast.phases.map(({ story, words }) => `${story} ${words}`)).toEqual([
			"US1 needs US2 first",
			"US2 rolls back cleanly",
			"US3 taken back; that can be undone",
		]);
		expect(existsSync(`${root}/.bootmend`)).toBe(false);
		expect(await rollbackSession({ root, commits: true, story: "US1", withLater: true })).toMatchObject([
			{
				type: "done",
				ledger: [
					{ path: "app/db.py", result: "merged" },
					{ path: "app/near.py", result: "restored" },
				],
			},
		]);
		expect(folder.read("app/db.py")).toBe(backend["app/db.py"].replace("y = 1", "y = 100"));
		expect(folder.git("diff", "HEAD~5", "HEAD", "--stat")).toBe("");
		expect(folder.git("status", "--porcelain")).toBe(" M app/db.py");
		const [undone] = await rollbackSession({ root, commits: true, story: null, withLater: false, undo: true });
		expect(undone).toMatchObject({ type: "done" });
		expect(folder.read("app/near.py")).toBe("both = (FIXED_p, FIXED_q)\n");
	});

	test("a commit that somebody joined with others tells of no phase", async () => {
		folder = testRepository(backend);
		session = await fixedInPhases(folder.root, [["x"]]);
		await session.close();
		folder.write("app/other.py", "mine = 1\n");
		folder.git("add", "-A");
		const message = folder.git("log", "-1", "--format=%B");
		folder.git("commit", "-q", "--amend", "-m", `Squashed\n\n${message}`);
		rmSync(`${folder.root}/.bootmend`, { recursive: true });
		await expect(forecastRollback({ root: folder.root, commits: true })).rejects.toThrow("No session has an applied fix here.");
	});
});

test("of all phases those go back that can, and a refused one stays whole", async () => {
	folder = testRepository(backend);
	session = await fixedInPhases(folder.root, [["x"], ["w", "q"], ["m"]]);
	await session.dispatch({ type: "finish" });
	await session.close();
	folder.write("app/near.py", "both = mine\n");
	const { root } = folder;
	const outcomes = await rollbackSession({ root, commits: true, story: null, withLater: true });
	expect(outcomes.map((outcome) => outcome.message.slice(0, 60))).toEqual([
		expect.stringMatching(/^US3 is taken back, recorded as/),
		"US2 cannot be taken back: you edited app/near.py line 1 sinc",
		expect.stringMatching(/^US1 is taken back, recorded as/),
	]);
	expect(outcomes[1]).toMatchObject({
		ledger: [
			{ path: "app/near.py", result: "refused" },
			{ path: "app/db.py", result: "kept" },
		],
	});
	expect(folder.read("app/db.py")).toBe("import a\nx = BROKEN_US1_x\ny = 1\nz = 2\nw = FIXED_w\n");
});

test.each([
	["write-intended", "before"],
	["file-written", "after"],
	["write-finished", "after"],
	["commit-intended", "after"],
	["git-committed", "after"],
	["index-settled", "after"],
] as const)("undoing a rollback that stops after %s is whole at the next start", async (step, expected) => {
	folder = testRepository(backend);
	session = await fixedInPhases(folder.root, [["x", "p"]]);
	const fixed = folder.read("app/db.py");
	folder.write("app/main.py", "m = BROKEN_US3_m\nmine = 1\n");
	folder.git("add", "app/main.py");
	await session.dispatch({ type: "rollback-phase", story: "US1" });
	await session.close();
	let armed = false;
	session = await openTestSession(folder.root, {
		onStep: (happened) => {
			if (armed && happened === step) throw new Error("stopped here");
		},
	});
	armed = true;
	await expect(session.dispatch({ type: "restore-phase", story: "US1" })).rejects.toThrow("stopped here");
	await session.close();
	session = await openTestSession(folder.root);
	expect(folder.read("app/db.py")).toBe(expected === "after" ? fixed : backend["app/db.py"]);
	expect(session.state.phases[0]?.status).toBe(expected === "after" ? "committed" : "rolled-back");
	expect(folder.git("status", "--porcelain")).toBe("M  app/main.py");
	expect(folder.git("show", "HEAD:app/db.py")).toBe(folder.read("app/db.py").trimEnd());
});
