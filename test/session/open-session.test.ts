import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { cleanSessions } from "../../src/session/clean-sessions.ts";
import { listSessions } from "../../src/session/list-sessions.ts";
import { forecastRollback, rollbackSession } from "../../src/session/rollback/rollback-session.ts";
import type { Session } from "../../src/session/session.ts";
import { SessionError } from "../../src/session/session-error.ts";
import { auditMarks } from "./support/marked-audit.ts";
import { accepting, openTestSession, type TestFolder, testRepository } from "./support/session-fixture.ts";

vi.setConfig({ testTimeout: 120_000 });

let folder: TestFolder;
let session: Session;

const backend = {
	".gitignore": ".env\n",
	".env": "PASSWORD=planted-secret\nURL=BROKEN_US2_url\n",
	"app/db.py": "x = BROKEN_US1_x\ny = BROKEN_US1_y\n",
};

const journalOf = (of: TestFolder, id: string) => join(of.root, ".bootmend/sessions", id, "journal.jsonl");

describe("a session", () => {
	test("goes on where it stopped, decisions and all", async () => {
		folder = testRepository(backend);
		session = await openTestSession(folder.root);
		const { id } = session.state;
		await session.dispatch(accepting(session, "x"));
		await session.dispatch({ type: "skip", fingerprint: "app/db.py:y", reason: "not mine" });
		const decided = session.state.decided;
		await session.close();

		session = await openTestSession(folder.root);
		expect(session.state.id).toBe(id);
		expect(session.state.decided).toEqual(decided);
		expect(session.state.resumedFrom).toMatch(/^The session of .* UTC goes on: 1 accepted, 1 skipped\.$/);
		await session.dispatch({ type: "undo" });
		await session.dispatch({ type: "undo" });
		expect(folder.read("app/db.py")).toBe(backend["app/db.py"]);
	});

	test("that goes on tells the audit what its issues were called, those that are fixed by then too", async () => {
		folder = testRepository(backend);
		session = await openTestSession(folder.root);
		const before = session.state.report.issues;
		await session.dispatch(accepting(session, "x"));
		const called = new Map([...before, ...session.state.report.issues].map(({ fingerprint, id }) => [fingerprint, id]));
		await session.close();

		const told: (readonly [string, string])[] = [];
		session = await openTestSession(folder.root, {
			diagnose: async (known) => {
				told.push(...known);
				return auditMarks(folder.root);
			},
		});
		expect(called.size).toBeGreaterThan(1);
		for (const entry of called) expect(told).toContainEqual(entry);
	});

	test("says which files somebody changed since", async () => {
		folder = testRepository(backend);
		session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "x"));
		await session.close();
		folder.write("app/db.py", "mine\n");
		session = await openTestSession(folder.root);
		expect(session.state.resumedFrom).toContain("app/db.py changed since");
	});

	test("that is finished is followed by a new one", async () => {
		folder = testRepository(backend);
		session = await openTestSession(folder.root);
		const { id } = session.state;
		await session.dispatch({ type: "finish" });
		expect(session.state.finished).toBe(true);
		await session.close();
		session = await openTestSession(folder.root);
		expect(session.state.id).not.toBe(id);
		expect(session.state.resumedFrom).toBeNull();
	});

	test("keeps a second run out of the repository", async () => {
		folder = testRepository(backend);
		session = await openTestSession(folder.root);
		await expect(openTestSession(folder.root)).rejects.toThrow(SessionError);
		expect(listSessions(folder.root).running).toMatchObject({ pid: process.pid });
		await session.close();
		session = await openTestSession(folder.root);
	});

	test("stays out of git's sight, without a word in .gitignore", async () => {
		folder = testRepository(backend);
		session = await openTestSession(folder.root);
		await session.close();
		session = await openTestSession(folder.root);
		expect(folder.git("status", "--porcelain")).toBe("");
		expect(folder.read(".git/info/exclude").match(/^\.bootmend\/$/gm)).toHaveLength(1);
	});

	test("keeps backups to its owner and secrets out of the journal", async () => {
		folder = testRepository(backend);
		session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "url"));
		const { id } = session.state;
		const place = join(folder.root, ".bootmend/sessions", id);
		for (const path of [join(folder.root, ".bootmend"), place, join(place, "backups")])
			expect(statSync(path).mode & 0o777).toBe(0o700);
		for (const name of readdirSync(join(place, "backups")))
			expect(statSync(join(place, "backups", name)).mode & 0o777).toBe(0o600);
		expect(readFileSync(journalOf(folder, id), "utf8")).not.toContain("planted-secret");
	});

	test("is not opened through a link that the repository brought along", async () => {
		folder = testRepository(backend);
		mkdirSync(join(folder.root, "elsewhere"));
		symlinkSync("elsewhere", join(folder.root, ".bootmend"));
		await expect(openTestSession(folder.root)).rejects.toThrow(/is a link/);
		expect(readdirSync(join(folder.root, "elsewhere"))).toEqual([]);
	});

	test("carries commands out one after the other", async () => {
		folder = testRepository(backend);
		session = await openTestSession(folder.root);
		const states: number[] = [];
		session.subscribe((state) => states.push(state.decided.length));
		const both = [
			accepting(session, "url"),
			{ type: "skip", fingerprint: "app/db.py:y", reason: null } as const,
			{ type: "undo" } as const,
		];
		const outcomes = await Promise.all(both.map((command) => session.dispatch(command)));
		expect(outcomes.map((outcome) => outcome?.type)).toEqual(["done", "done", "done"]);
		expect(states).toEqual([1, 2, 1]);
	});
});

describe("a journal", () => {
	test("that a crash cut short in its last line is read up to there", async () => {
		folder = testRepository(backend);
		session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "x"));
		const { id } = session.state;
		await session.close();
		appendFileSync(journalOf(folder, id), '{"version":1,"number":99,"at":"20');
		session = await openTestSession(folder.root);
		expect(session.state.decided).toHaveLength(1);
		await session.dispatch({ type: "undo" });
		await session.close();
		expect(listSessions(folder.root)).toMatchObject({ unreadable: [], sessions: [{ accepted: 0 }] });
	});

	test("that is damaged or of a newer version is left alone and named", async () => {
		folder = testRepository(backend);
		session = await openTestSession(folder.root);
		const { id } = session.state;
		await session.close();
		const path = journalOf(folder, id);
		const text = readFileSync(path, "utf8");
		for (const [damaged, words] of [
			[text.replace('"number":2', '"number":7'), "damaged at line 2"],
			[`not json\n${text}`, "damaged at line 1"],
			[text.replaceAll('"version":1', '"version":2'), "newer bootmend"],
		] as const) {
			writeFileSync(path, damaged);
			expect(listSessions(folder.root).unreadable.join()).toContain(words);
			session = await openTestSession(folder.root);
			expect(session.state.id).not.toBe(id);
			await session.dispatch({ type: "finish" });
			await session.close();
			expect(readFileSync(path, "utf8")).toBe(damaged);
		}
	});
});

describe("cleaning up", () => {
	test("removes the backups that nobody needs any more and says why it keeps others", async () => {
		folder = testRepository(backend);
		session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "x"));
		await session.dispatch({ type: "commit-phase", story: "US1" });
		const { id } = session.state;
		await session.close();
		expect(cleanSessions(folder.root, { all: false })).toMatchObject([{ id, kept: "it is not finished" }]);
		session = await openTestSession(folder.root);
		await session.dispatch({ type: "finish" });
		await session.close();
		expect(cleanSessions(folder.root, { all: false })).toMatchObject([{ id, kept: null }]);
		expect(cleanSessions(folder.root, { all: false })).toEqual([]);
	});

	test("keeps what is the only way back unless told, and says then what can no longer be done", async () => {
		folder = testRepository(backend);
		session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "url"));
		await session.close();
		session = await openTestSession(folder.root);
		await session.dispatch({ type: "finish" });
		await session.close();
		const [kept] = cleanSessions(folder.root, { all: false });
		expect(kept?.kept).toBe("they are the only way back of US2, which no commit holds whole");
		const [cleaned] = cleanSessions(folder.root, { all: true });
		expect(cleaned).toEqual({ ...kept, kept: null });
		expect(cleaned?.bytes).toBeGreaterThan(0);
		expect(listSessions(folder.root).sessions).toMatchObject([{ backupsRemoved: true, accepted: 1 }]);
		const [outcome] = await rollbackSession({ root: folder.root, commits: true, story: "US2", withLater: false });
		expect(outcome).toMatchObject({ type: "refused", nextStep: expect.stringContaining("`bootmend clean`") });
		expect(folder.read(".env")).toContain("FIXED_url");
	});

	test("leaves the way back of what is committed, which git holds", async () => {
		folder = testRepository(backend);
		session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "x"));
		await session.dispatch({ type: "commit-phase", story: "US1" });
		await session.dispatch({ type: "finish" });
		await session.close();
		expect(cleanSessions(folder.root, { all: true })).toMatchObject([{ kept: null }]);
		const rollback = { root: folder.root, commits: true, story: "US1", withLater: false } as const;
		expect((await forecastRollback(rollback)).phases[0]).toMatchObject({ type: "clean" });
		expect(await rollbackSession(rollback)).toMatchObject([{ type: "done" }]);
		expect(folder.read("app/db.py")).toBe(backend["app/db.py"]);
		expect(await rollbackSession({ ...rollback, undo: true })).toMatchObject([{ type: "done" }]);
		expect(folder.read("app/db.py")).toContain("FIXED_x");
	});
});

test("a backup that is gone stops a rollback before anything is written", async () => {
	folder = testRepository(backend);
	session = await openTestSession(folder.root);
	await session.dispatch(accepting(session, "x"));
	rmSync(join(folder.root, ".bootmend/sessions", session.state.id, "backups"), { recursive: true });
	expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({
		type: "refused",
		message: expect.stringContaining("backup of app/db.py is gone"),
	});
	expect(folder.read("app/db.py")).toContain("FIXED_x");
});
