import { expect, test, vi } from "vitest";
import { type BootTrial, type Kept, keepProgress, type TryBoot } from "../../src/session/boots/keep-progress.ts";
import { fixAll } from "../../src/session/fix-all.ts";
import type { Session } from "../../src/session/session.ts";
import { openTestSession, type TestFolder, testRepository } from "./support/session-fixture.ts";

vi.setConfig({ testTimeout: 120_000 });

let folder: TestFolder;
let session: Session;

const trial = (progress: number, more: Partial<BootTrial> = {}): BootTrial => ({
	progress,
	reaches: `step ${progress}`,
	error: progress > 5 ? null : `Error ${progress}`,
	path: "app/db.py",
	awaitsInstall: false,
	...more,
});

/** Fixes everything with boots that go as far as the tree says. */
async function fixWith(
	reach: (text: string) => BootTrial | null,
): Promise<{ kept: (Kept | null)[]; boots: number; said: string[] }> {
	folder = testRepository({ "app/db.py": "x = BROKEN_US1_x\ny = BROKEN_US1_y\nz = BROKEN_US1_z\n" });
	session = await openTestSession(folder.root);
	const opened = { folder, session };
	let boots = 0;
	const tryBoot: TryBoot = async () => {
		boots++;
		return reach(opened.folder.read("app/db.py"));
	};
	const before = reach(opened.folder.read("app/db.py")) ?? trial(0);
	const kept: (Kept | null)[] = [];
	const said: string[] = [];
	await fixAll({
		session,
		wanted: () => true,
		review: false,
		beforeCommit: async (_, applied) => {
			kept.push(await keepProgress(opened.session, applied, before, tryBoot, (outcome) => said.push(outcome.message)));
		},
	});
	return { kept, boots, said };
}

test("one boot is enough where a phase does no harm", async () => {
	const { kept, boots } = await fixWith((text) => trial(text.includes("FIXED_x") ? 6 : 2));
	expect(boots).toBe(1);
	expect(kept).toMatchObject([{ trial: { progress: 6 }, takenBack: [] }]);
	expect(folder.read("app/db.py")).toBe("x = FIXED_x\ny = FIXED_y\nz = FIXED_z\n");
});

test("a fix with which the boot gets less far is taken back, alone, and the others are committed", async () => {
	const { kept, said } = await fixWith((text) => trial(text.includes("FIXED_y") ? 2 : text.includes("FIXED_z") ? 4 : 3));
	expect(folder.read("app/db.py")).toBe("x = FIXED_x\ny = BROKEN_US1_y\nz = FIXED_z\n");
	expect(kept).toMatchObject([{ trial: { progress: 4 }, takenBack: [{ issue: { fingerprint: "app/db.py:y" } }] }]);
	expect(said).toEqual(["IMPORT-001 is taken back: with it the boot reaches only step 2 (Error 2)."]);
	expect(folder.git("log", "-1", "--format=%s")).toBe("fix(US1): resolve import and dependency errors");
	expect(session.state.decided.find(({ issue }) => issue.fingerprint === "app/db.py:y")?.decision.type).toBe("skipped");
});

test("fewer imports are worse only where the fix's own file now fails in another way", async () => {
	const elsewhere = await fixWith((text) => (text.includes("FIXED") ? trial(2.01, { path: "app/main.py" }) : trial(2.02)));
	expect(elsewhere.kept).toMatchObject([{ takenBack: [] }]);
	await session.close();
	folder.remove();
	const here = await fixWith((text) => (text.includes("FIXED_z") ? trial(2.01) : trial(2.02)));
	expect(here.kept).toMatchObject([{ takenBack: [{ issue: { fingerprint: "app/db.py:z" } }] }]);
});

test("what only waits for an installation is no harm", async () => {
	const { kept } = await fixWith((text) => (text.includes("FIXED") ? trial(2, { awaitsInstall: true }) : trial(3)));
	expect(kept).toMatchObject([{ takenBack: [] }]);
});

test("where no boot can be tried the fixes stay", async () => {
	const { kept } = await fixWith((text) => (text.includes("FIXED") ? null : trial(3)));
	expect(kept).toEqual([null]);
	expect(folder.read("app/db.py")).toBe("x = FIXED_x\ny = FIXED_y\nz = FIXED_z\n");
});

test("a fix that a person edited is applied again as they edited it", async () => {
	folder = testRepository({ "app/db.py": "x = BROKEN_US1_x\ny = BROKEN_US1_y\n" });
	session = await openTestSession(folder.root);
	const opened = { folder, session };
	for (const name of ["x", "y"]) {
		const issue = session.state.report.issues.find(({ fingerprint }) => fingerprint === `app/db.py:${name}`);
		if (issue?.fix == null) throw new Error("no fix");
		const edits = issue.fix.edits.map((edit) => ({ ...edit, newText: `${edit.newText}  # mine` }));
		await session.dispatch({ type: "accept", fingerprint: issue.fingerprint, fix: { ...issue.fix, edits }, edited: true });
	}
	expect(folder.read("app/db.py")).toBe("x = FIXED_x  # mine\ny = FIXED_y  # mine\n");
	const reach: TryBoot = async () => trial(opened.folder.read("app/db.py").includes("FIXED_x") ? 1 : 3);
	await keepProgress(session, session.state.decided, trial(3), reach, () => {});
	expect(folder.read("app/db.py")).toBe("x = BROKEN_US1_x\ny = FIXED_y  # mine\n");
});
