import { afterEach, describe, expect, test } from "vitest";
import type { SeenBoot } from "../../src/session/boots/verify-record.ts";
import { renderFixesReport } from "../../src/session/fixes-report.ts";
import { successCriteria } from "../../src/session/success-criteria.ts";
import { verdictOf } from "../../src/session/view/verify-words.ts";
import { applyToFiles } from "../../src/text/edit.ts";
import { accepting, openTestSession, type TestFolder, testRepository } from "./support/repository.ts";

let folder: TestFolder;
afterEach(() => folder.remove());

const backend = { "app/x.py": "a = BROKEN_US1_a\nlonger = BROKEN_US1_bb\nc = BROKEN_US1_c\n" };

function boot(revision: number, change: Partial<SeenBoot> = {}): SeenBoot {
	return {
		revision,
		boots: true,
		unavailable: false,
		reason: null,
		reaches: "a running server",
		progress: 7,
		error: null,
		at: null,
		foretold: null,
		stages: [
			{ stage: "import", verdict: "passed", said: "" },
			{ stage: "lifespan", verdict: "passed", said: "start-up complete" },
		],
		answers: [{ method: "GET", path: "/health", status: 200 }],
		databases: ["postgresql (scratch)"],
		log: ["INFO:     Database initialized successfully"],
		...change,
	};
}

const broken = {
	boots: false,
	reaches: "the import of app/x.py",
	progress: 2,
	error: "NameError: name 'a' is not defined",
	foretold: true,
};

describe("the boots of a session", () => {
	test("are kept for the next run, and told apart by the files that they were of", async () => {
		folder = testRepository(backend);
		const session = await openTestSession(folder.root);
		await session.dispatch({ type: "note-boot", boot: boot(session.state.revision, broken), restart: false });
		await session.dispatch(accepting(session, "a"));
		await session.close();
		const again = await openTestSession(folder.root);
		expect(again.state.boots.first?.error).toBe(broken.error);
		expect(again.state.revision).toBeGreaterThan(again.state.boots.first?.revision ?? 0);
		await again.close();
	});

	test("give the commit its trailer, where they were of its very files", async () => {
		folder = testRepository({ ...backend, "app/y.py": "y = BROKEN_US2_y\n" });
		const session = await openTestSession(folder.root);
		await session.dispatch({ type: "note-boot", boot: boot(session.state.revision, broken), restart: false });
		await session.dispatch(accepting(session, "a"));
		await session.dispatch({ type: "commit-phase", story: "US1" });
		expect(folder.git("log", "-1", "--format=%(trailers:key=Verified,valueonly)")).toBe("");
		await session.dispatch(accepting(session, "y"));
		await session.dispatch({ type: "note-boot", boot: boot(session.state.revision), restart: false });
		await session.dispatch({ type: "commit-phase", story: "US2" });
		expect(folder.git("log", "-1", "--format=%(trailers:key=Verified,valueonly)")).toBe(
			"boot reaches a running server on postgresql (scratch)",
		);
		await session.close();
	});

	test("say how far it got before, and gets now", () => {
		const first = boot(1, broken);
		expect(verdictOf(null, first)).toBe("it reaches: the import of app/x.py, and stops at: NameError: name 'a' is not defined");
		expect(verdictOf(first, boot(2))).toBe("was: NameError: name 'a' is not defined → now boots and answers");
		expect(
			verdictOf(first, boot(2, { ...broken, progress: 3, reaches: "the database connection", error: "OSError: refused" })),
		).toBe("was: NameError: name 'a' is not defined → now reaches: the database connection, and stops at: OSError: refused");
		expect(verdictOf(first, boot(2, { unavailable: true, reason: "There is no Python." }))).toBe(
			"cannot be verified here: There is no Python",
		);
	});
});

describe("the success criteria", () => {
	test("are met by a boot of the files as they are, and open after the next change", async () => {
		folder = testRepository(backend);
		const session = await openTestSession(folder.root);
		const statuses = () => Object.fromEntries(successCriteria(session.state).map(({ id, status }) => [id, status]));
		expect(statuses()).toMatchObject({ "SC-001": "missed", "SC-004": "met", "SC-006": "open" });
		for (const name of ["a", "bb"]) await session.dispatch(accepting(session, name));
		await session.dispatch({ type: "note-boot", boot: boot(session.state.revision), restart: false });
		expect(statuses()).toMatchObject({ "SC-001": "met", "SC-002": "met", "SC-005": "met", "SC-006": "met", "SC-008": "met" });
		await session.dispatch(accepting(session, "c"));
		expect(statuses()).toMatchObject({ "SC-001": "open", "SC-002": "open", "SC-006": "open" });
		await session.dispatch({
			type: "note-boot",
			boot: boot(session.state.revision, { ...broken, foretold: false }),
			restart: false,
		});
		expect(statuses()).toMatchObject({ "SC-002": "missed" });
		await session.close();
	});
});

describe("the fixes report", () => {
	test("quotes old and new code of fixes that were accepted together", async () => {
		folder = testRepository(backend);
		const session = await openTestSession(folder.root);
		const fingerprints = session.state.report.issues.map((issue) => issue.fingerprint);
		await session.dispatch({ type: "accept-all", fingerprints });
		for (const { before, fix } of session.state.decided) expect(applyToFiles(before, fix?.edits ?? [])).not.toBeNull();
		const report = renderFixesReport(session.state, "2026-02-06T10:00:00Z");
		expect(report).toContain("**Date**: 2026-02-06");
		expect(report).toContain(
			"**Old Code**:\n\n```python\nlonger = BROKEN_US1_bb\n```\n\n**New Code**:\n\n```python\nlonger = FIXED_bb\n```",
		);
		expect(report).toContain("**New Code**:\n\n```python\nc = FIXED_c\n```");
		await session.close();
	});
});

describe("removing the backups", () => {
	test("waits until every phase is closed", async () => {
		folder = testRepository(backend);
		const session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "a"));
		expect(await session.dispatch({ type: "remove-backups" })).toMatchObject({ type: "refused" });
		await session.dispatch({ type: "commit-phase", story: "US1" });
		expect(await session.dispatch({ type: "remove-backups" })).toMatchObject({ type: "done" });
		expect(session.state.backupsRemoved).toBe(true);
		expect(session.state.decided[0]?.issue.problem).toBe("a is broken");
		await session.close();
	});
});
