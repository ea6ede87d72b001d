import { expect, test, vi } from "vitest";
import { fixAll } from "../../src/session/fix-all.ts";
import type { Session } from "../../src/session/session.ts";
import { auditMarks } from "./support/marked-audit.ts";
import { openTestSession, type TestFolder, testRepository } from "./support/session-fixture.ts";

vi.setConfig({ testTimeout: 120_000 });

let folder: TestFolder;
let session: Session;

const backend = {
	".gitignore": ".env\n",
	".env": "URL=BROKEN_US2_url\n",
	"app/db.py": "x = BROKEN_US1_x\nw = BROKEN_US2_w\n",
	"app/main.py": "m = BROKEN_US3_m\n",
};
const all = () => true;

test("everything is fixed phase by phase, a commit each", async () => {
	folder = testRepository(backend);
	session = await openTestSession(folder.root);
	const result = await fixAll({ session, wanted: all, review: false });
	expect(result.applied.map((decided) => decided.issue.fingerprint)).toEqual([
		"app/db.py:x",
		".env:url",
		"app/db.py:w",
		"app/main.py:m",
	]);
	expect([result.left, result.refusals]).toEqual([[], []]);
	expect(folder.git("log", "--format=%(trailers:key=Bootmend-Phase,valueonly,separator=%x2C)%s").split("\n")).toEqual([
		"US3fix(US3): repair the entrypoint and its routers",
		"US2fix(US2): correct the database and configuration",
		"US1fix(US1): resolve import and dependency errors",
		"Begin",
	]);
	expect(folder.git("status", "--porcelain")).toBe("");
});

test("without commits a later phase is not held back by what an earlier one wrote", async () => {
	// The lines of app/db.py touch, so that the second phase's fix lies on what the first one wrote.
	folder = testRepository(backend);
	session = await openTestSession(folder.root, { commits: false });
	const result = await fixAll({ session, wanted: all, review: false });
	expect(result.left).toEqual([]);
	expect(folder.read("app/db.py")).not.toContain("BROKEN");
	expect(folder.git("log", "--format=%s").trim()).toBe("Begin");
});

test("only what is asked for is fixed, and what was skipped stays so", async () => {
	folder = testRepository(backend);
	session = await openTestSession(folder.root);
	await session.dispatch({ type: "skip", fingerprint: ".env:url", reason: null });
	const result = await fixAll({ session, wanted: (issue) => issue.story === "US2", review: false });
	expect(result.applied.map((decided) => decided.issue.fingerprint)).toEqual(["app/db.py:w"]);
	expect(result.left.map(({ issue, reason }) => [issue.fingerprint, reason])).toEqual([
		[".env:url", "was skipped in this session"],
	]);
	expect(folder.read("app/main.py")).toBe(backend["app/main.py"]);
});

test("fixes that need a look first wait for --review", async () => {
	folder = testRepository({ "app/main.py": backend["app/main.py"] });
	const { root } = folder;
	const diagnose = async () => {
		const diagnosis = await auditMarks(root);
		const issues = diagnosis.report.issues.map((issue) =>
			issue.fix ? { ...issue, fix: { ...issue.fix, applicability: "review" as const } } : issue,
		);
		return { ...diagnosis, report: { ...diagnosis.report, issues } };
	};
	session = await openTestSession(root, { diagnose });
	const careful = await fixAll({ session, wanted: all, review: false });
	expect(careful).toMatchObject({ applied: [], left: [{ reason: expect.stringContaining("--review") }] });
	const bold = await fixAll({ session, wanted: all, review: true });
	expect(bold).toMatchObject({ left: [] });
	expect(folder.read("app/main.py")).toBe("m = FIXED_m\n");
});

test("what a fix reveals of its own phase goes into the same commit", async () => {
	folder = testRepository({ "app/db.py": "x = BROKEN_US1_x\ny = BROKEN_US1_y\n", "app/main.py": backend["app/main.py"] });
	const { root } = folder;
	const diagnose = async () => {
		const diagnosis = await auditMarks(root);
		const isHidden = diagnosis.report.issues.some(({ fingerprint }) => fingerprint === "app/db.py:x");
		const issues = diagnosis.report.issues.filter(({ fingerprint }) => !(isHidden && fingerprint === "app/db.py:y"));
		return { ...diagnosis, report: { ...diagnosis.report, issues } };
	};
	session = await openTestSession(root, { diagnose });
	await fixAll({ session, wanted: all, review: false });
	expect(folder.read("app/db.py")).toBe("x = FIXED_x\ny = FIXED_y\n");
	expect(folder.git("log", "--format=%(trailers:key=Bootmend-Phase,valueonly,separator=%x2C)").trim().split(/\s+/)).toEqual([
		"US3",
		"US1",
	]);
});
