import { chmodSync, rmSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
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

const backend = markedBackend;

describe("accepting", () => {
	test("writes exactly the proposed bytes and takes the issue off the report", async () => {
		folder = testRepository(backend);
		const session = await openTestSession(folder.root);
		const outcome = await session.dispatch(accepting(session, "x"));
		expect(outcome).toMatchObject({ type: "done", message: "IMPORT-002 is fixed in app/db.py.", warnings: [] });
		expect(folder.read("app/db.py")).toBe("import a\nx = FIXED_x\ny = 1\nz = 2\nw = BROKEN_US2_w\n");
		expect(session.state.report.issues.map((issue) => issue.fingerprint)).toEqual([".env:url", "app/db.py:w", "app/main.py:m"]);
		expect(session.state.decided).toMatchObject([
			{ story: "US1", files: ["app/db.py"], decision: { type: "accepted", write: 1 } },
		]);
		expect(session.state.decided[0]?.before.get("app/db.py")).toBe(backend["app/db.py"]);
		await session.close();
	});

	test("is refused when the file changed since the audit, and audits again", async () => {
		folder = testRepository(backend);
		const session = await openTestSession(folder.root);
		const command = accepting(session, "x");
		folder.write("app/db.py", `# mine\n${backend["app/db.py"]}`);
		expect(await session.dispatch(command)).toMatchObject({ type: "refused", message: "app/db.py changed since the audit." });
		expect(folder.read("app/db.py")).toBe(`# mine\n${backend["app/db.py"]}`);
		expect(await session.dispatch(accepting(session, "x"))).toMatchObject({ type: "done" });
		expect(folder.read("app/db.py")).toContain("# mine\nimport a\nx = FIXED_x");
		await session.close();
	});

	test("is refused when the file would no longer parse", async () => {
		folder = testRepository(backend);
		const session = await openTestSession(folder.root);
		const command = accepting(session, "x");
		if (command.type !== "accept") throw new Error("not an accept");
		const edits = command.fix.edits.map((edit) => ({ ...edit, newText: "(" }));
		const outcome = await session.dispatch({ ...command, fix: { ...command.fix, edits }, edited: true });
		expect(outcome).toMatchObject({ type: "refused", nextStep: "Edit it again, or skip it." });
		expect(folder.read("app/db.py")).toBe(backend["app/db.py"]);
		await session.close();
	});

	test("warns when the audit afterwards finds something critical that was not there", async () => {
		folder = testRepository(backend);
		const session = await openTestSession(folder.root);
		const command = accepting(session, "x");
		if (command.type !== "accept") throw new Error("not an accept");
		const edits = command.fix.edits.map((edit) => ({ ...edit, newText: "BROKEN_US1_worse" }));
		const outcome = await session.dispatch({ ...command, fix: { ...command.fix, edits }, edited: true });
		expect(outcome.type === "done" && outcome.warnings?.join()).toContain("IMPORT-002 (worse is broken)");
		await session.close();
	});

	test("all at once goes pass by pass and gives each issue its own decision", async () => {
		folder = testRepository(backend);
		const session = await openTestSession(folder.root);
		const fingerprints = session.state.report.issues.map((issue) => issue.fingerprint);
		expect(await session.dispatch({ type: "accept-all", fingerprints })).toMatchObject({
			type: "done",
			message: "4 fixes applied.",
		});
		expect(folder.read("app/db.py")).toBe("import a\nx = FIXED_x\ny = 1\nz = 2\nw = FIXED_w\n");
		expect(session.state.report.issues).toEqual([]);
		await session.dispatch({ type: "undo" });
		await session.dispatch({ type: "undo" });
		expect(folder.read("app/db.py")).toBe("import a\nx = FIXED_x\ny = 1\nz = 2\nw = BROKEN_US2_w\n");
		await session.close();
	});
});

describe("undo and redo", () => {
	test("step back and forth, byte for byte", async () => {
		folder = testRepository({ ...backend, "app/db.py": "\ufeffx = BROKEN_US1_x\r\ny = 1 # no end" });
		const before = folder.read("app/db.py");
		const session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "x"));
		const after = folder.read("app/db.py");
		expect(after).toBe("\ufeffx = FIXED_x\r\ny = 1 # no end");
		expect(await session.dispatch({ type: "undo" })).toMatchObject({ type: "done" });
		expect(folder.read("app/db.py")).toBe(before);
		expect(session.state).toMatchObject({ canUndo: false, canRedo: true, decided: [] });
		expect(await session.dispatch({ type: "redo" })).toMatchObject({ type: "done" });
		expect(folder.read("app/db.py")).toBe(after);
		expect(session.state.decided).toHaveLength(1);
		await session.close();
	});

	test("take a skip back", async () => {
		folder = testRepository(backend);
		const session = await openTestSession(folder.root);
		await session.dispatch({ type: "skip", fingerprint: "app/db.py:x", reason: "later" });
		expect(session.state.decided).toMatchObject([{ decision: { type: "skipped", reason: "later" } }]);
		await session.dispatch({ type: "undo" });
		expect(session.state.decided).toEqual([]);
		await session.dispatch({ type: "redo" });
		expect(session.state.decided).toHaveLength(1);
		await session.close();
	});

	test("refuse when somebody changed the file since", async () => {
		folder = testRepository(backend);
		const session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "x"));
		folder.write("app/db.py", "mine\n");
		expect(await session.dispatch({ type: "undo" })).toMatchObject({ type: "refused" });
		expect(folder.read("app/db.py")).toBe("mine\n");
		expect(session.state.canUndo).toBe(true);
		await session.close();
	});
});

describe("committing a phase", () => {
	test("makes one commit with only its files, body and trailers, and leaves the index alone", async () => {
		folder = testRepository({ ...backend, "notes.txt": "old\n" });
		folder.write("notes.txt", "staged\n");
		folder.git("add", "notes.txt");
		folder.write("untracked.txt", "mine\n");
		const session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "x"));
		expect(await session.dispatch({ type: "commit-phase", story: "US1" })).toMatchObject({ type: "done" });
		expect(folder.git("show", "--name-only", "--format=", "HEAD")).toBe("app/db.py");
		const message = folder.git("log", "-1", "--format=%B");
		expect(message).toContain(
			"fix(US1): resolve import and dependency errors\n\nIMPORT-002 x is broken\n  app/db.py:2\n  Cause: Somebody broke x.\n  Fix: Mend x. A mended name works.",
		);
		expect(
			folder.git("log", "-1", "--format=%(trailers:key=Bootmend-Phase,valueonly)%(trailers:key=Bootmend-Issue,valueonly)"),
		).toBe("US1\nIMPORT-002");
		expect(folder.git("status", "--porcelain")).toBe("M  notes.txt\n?? untracked.txt");
		expect(session.state.phases[0]).toMatchObject({
			status: "committed",
			commit: folder.git("rev-parse", "HEAD"),
			files: ["app/db.py"],
		});
		expect(session.state.canUndo).toBe(false);
		await session.close();
	});

	test("never commits what git ignores, and keeps such a phase", async () => {
		folder = testRepository(backend);
		const session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "url"));
		expect(await session.dispatch({ type: "commit-phase", story: "US2" })).toMatchObject({ type: "done" });
		expect(session.state.phases[1]).toMatchObject({ status: "kept", commit: null, files: [".env"] });
		expect(folder.git("rev-list", "--count", "HEAD")).toBe("1");
		await session.close();
	});

	test("leaves the person's uncommitted change in the same file uncommitted", async () => {
		folder = testRepository(backend);
		folder.write("app/db.py", `${backend["app/db.py"]}mine = 1\n`);
		const session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "x"));
		expect(await session.dispatch({ type: "commit-phase", story: "US1" })).toMatchObject({ type: "done", warnings: [] });
		expect(folder.git("show", "HEAD:app/db.py")).toBe(backend["app/db.py"].replace("BROKEN_US1_x", "FIXED_x").trimEnd());
		expect(folder.git("diff", "--unified=0", "--", "app/db.py")).toContain("@@ -5,0 +6 @@ w = BROKEN_US2_w\n+mine = 1");
		expect(folder.git("status", "--porcelain")).toBe(" M app/db.py");
		await session.close();
	});

	test("leaves open fixes of another phase in the same file out", async () => {
		folder = testRepository(backend);
		const session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "x"));
		await session.dispatch(accepting(session, "w"));
		expect(await session.dispatch({ type: "commit-phase", story: "US1" })).toMatchObject({ type: "done" });
		expect(folder.git("show", "HEAD:app/db.py")).toBe(backend["app/db.py"].replace("BROKEN_US1_x", "FIXED_x").trimEnd());
		expect(await session.dispatch({ type: "commit-phase", story: "US2" })).toMatchObject({ type: "done" });
		expect(folder.git("show", "HEAD:app/db.py")).toBe(folder.read("app/db.py").trimEnd());
		expect(folder.git("status", "--porcelain")).toBe("");
		await session.close();
	});

	test("says what a failing hook said and keeps everything", async () => {
		folder = testRepository(backend);
		folder.write(".git/hooks/pre-commit", "#!/bin/sh\necho 'black says no' >&2\nexit 1\n");
		folder.git("config", "core.hooksPath", ".git/hooks");
		const { chmodSync } = await import("node:fs");
		chmodSync(`${folder.root}/.git/hooks/pre-commit`, 0o755);
		const session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "x"));
		const outcome = await session.dispatch({ type: "commit-phase", story: "US1" });
		expect(outcome).toMatchObject({ type: "refused", message: expect.stringContaining("black says no") });
		expect(folder.git("status", "--porcelain")).toBe(" M app/db.py");
		expect(session.state.phases[0]?.status).toBe("open");
		await session.close();
	});

	test("refuses in the middle of a merge", async () => {
		folder = testRepository(backend);
		const session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "x"));
		folder.write(".git/MERGE_HEAD", `${folder.git("rev-parse", "HEAD")}\n`);
		const outcome = await session.dispatch({ type: "commit-phase", story: "US1" });
		expect(outcome).toMatchObject({ type: "refused", message: expect.stringContaining("a merge") });
		await session.close();
	});

	test("says what to set when git does not know who commits, and sets nothing", async () => {
		folder = testRepository(backend);
		for (const name of ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"])
			vi.stubEnv(name, undefined);
		vi.stubEnv("GIT_CONFIG_GLOBAL", "/dev/null");
		vi.stubEnv("GIT_CONFIG_NOSYSTEM", "1");
		folder.git("config", "--remove-section", "user");
		folder.git("config", "user.useConfigOnly", "true");
		const session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "x"));
		const outcome = await session.dispatch({ type: "commit-phase", story: "US1" });
		expect(outcome).toMatchObject({ type: "refused", nextStep: expect.stringContaining("git config user.name") });
		vi.unstubAllEnvs();
		await session.close();
	});

	test("works on a detached HEAD and in a worktree", async () => {
		folder = testRepository(backend);
		folder.git("worktree", "add", "-q", "--detach", "tree");
		const worktree = `${folder.root}/tree`;
		const session = await openTestSession(worktree);
		expect(session.state.git).toMatchObject({ branch: null, dirtyFiles: [] });
		await session.dispatch(accepting(session, "x"));
		expect(await session.dispatch({ type: "commit-phase", story: "US1" })).toMatchObject({ type: "done" });
		expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({ type: "done" });
		expect(folder.git("-C", worktree, "log", "--format=%s")).toMatch(/^revert\(US1\).*\nfix\(US1\)/);
		expect(folder.git("-C", worktree, "status", "--porcelain")).toBe("");
		await session.close();
	});

	test("keeps the phase on a branch without commits", async () => {
		folder = testFolder({ "app/main.py": "m = BROKEN_US3_m\n" });
		folder.git("init", "-q", "-b", "main");
		folder.git("config", "user.name", "Test Person");
		folder.git("config", "user.email", "person@example.com");
		folder.git("add", "app/main.py");
		const session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "m"));
		expect(await session.dispatch({ type: "commit-phase", story: "US3" })).toMatchObject({
			type: "done",
			message: expect.stringContaining("no commit yet"),
		});
		expect(session.state.phases[2]?.status).toBe("kept");
		expect(folder.git("status", "--porcelain")).toBe("AM app/main.py");
		await session.close();
	});

	test("keeps the phase without git", async () => {
		folder = testFolder({ "app/main.py": "m = BROKEN_US3_m\n" });
		const session = await openTestSession(folder.root);
		expect(session.state.git).toBeNull();
		await session.dispatch(accepting(session, "m"));
		expect(await session.dispatch({ type: "commit-phase", story: "US3" })).toMatchObject({ type: "done" });
		expect(session.state.phases[2]?.status).toBe("kept");
		expect(await session.dispatch({ type: "rollback-phase", story: "US3" })).toMatchObject({ type: "done" });
		expect(folder.read("app/main.py")).toBe("m = BROKEN_US3_m\n");
		await session.close();
	});
});

describe("a hook that reformats and refuses", () => {
	test("has its change taken in by the next commit of the phase, and by its rollback", async () => {
		folder = testRepository(backend);
		folder.write(
			".git/hooks/pre-commit",
			"#!/bin/sh\ngrep -q 'y = 1.0' app/db.py && exit 0\nsed -i 's/^y = 1$/y = 1.0/' app/db.py\necho 'reformatted' >&2\nexit 1\n",
		);
		chmodSync(`${folder.root}/.git/hooks/pre-commit`, 0o755);
		folder.write("app/db.py", `${backend["app/db.py"]}mine = 1\n`);
		const session = await openTestSession(folder.root);
		await session.dispatch(accepting(session, "x"));
		expect(await session.dispatch({ type: "commit-phase", story: "US1" })).toMatchObject({
			type: "refused",
			message: "git did not commit US1: reformatted.",
			nextStep: "A hook changed app/db.py. Look at that and commit again: the commit takes it in.",
		});
		expect(await session.dispatch({ type: "commit-phase", story: "US1" })).toMatchObject({ type: "done" });
		expect(folder.git("show", "HEAD:app/db.py")).toBe("import a\nx = FIXED_x\ny = 1.0\nz = 2\nw = BROKEN_US2_w");
		expect(folder.git("status", "--porcelain")).toBe(" M app/db.py");
		rmSync(`${folder.root}/.git/hooks/pre-commit`);
		expect(await session.dispatch({ type: "rollback-phase", story: "US1" })).toMatchObject({ type: "done" });
		expect(folder.read("app/db.py")).toBe(`${backend["app/db.py"]}mine = 1\n`);
		expect(folder.git("show", "HEAD:app/db.py")).toBe(backend["app/db.py"].trimEnd());
		await session.close();
	});
});
