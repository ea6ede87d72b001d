import { chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type { Fix } from "../../src/audit/fix.ts";
import { renderFixesReport } from "../../src/session/fixes-report.ts";
import type { Session } from "../../src/session/session.ts";
import { filesToFill, filledFix, settingsForm, shownFix, withIgnoreLine } from "../../src/session/settings-form.ts";
import { diffFix, diffRows } from "../../src/session/view/diff.ts";
import { plainText } from "../../src/session/view/line.ts";
import { openTestSession, type TestFolder, testRepository } from "./support/repository.ts";

vi.setConfig({ testTimeout: 120_000 });

let folder: TestFolder | null = null;
let session: Session | null = null;
afterEach(async () => {
	await session?.close();
	session = null;
	folder?.remove();
});

const typed: Fix = {
	title: "Fill in INVITE_CODE in .env",
	explanation: "The values are what was typed.",
	applicability: "review",
	edits: [{ path: ".env", range: { start: 0, end: 0 }, newText: "INVITE_CODE=open sesame\n" }],
	commands: [],
	typed: ["INVITE_CODE"],
};

async function accept(files: Readonly<Record<string, string>>, mode: number | null): Promise<TestFolder> {
	folder = testRepository({ "app/db.py": "x = BROKEN_US2_x\n", ...files });
	if (mode !== null) chmodSync(join(folder.root, ".env"), mode);
	session = await openTestSession(folder.root);
	const [issue] = session.state.report.issues;
	if (issue?.fix == null) throw new Error("no issue");
	const at = files[".env"]?.length ?? 0;
	const edits = [{ path: ".env", range: { start: at, end: at }, newText: "INVITE_CODE=open sesame\n" }, ...issue.fix.edits];
	const outcome = await session.dispatch({
		type: "accept",
		fingerprint: issue.fingerprint,
		fix: { ...typed, edits },
		edited: true,
	});
	expect(outcome.type).toBe("done");
	return folder;
}

test("settings in a file of another name are asked for in the form, and kept out of git", () => {
	const path = "config/dev.env";
	const fix: Fix = { ...typed, edits: [{ path, range: { start: 0, end: 0 }, newText: "INVITE_CODE=change-me\n" }] };
	const issue = { rule: "missing-setting", fingerprint: "f", at: { path: "app.py", line: 3 }, fix, alternatives: [] };
	const state = { decided: [], report: { issues: [issue] } } as unknown as Session["state"];
	expect(filesToFill(state)).toEqual([path]);
	const form = settingsForm(state, { settings: [], standing: new Map([[path, "untracked"]]), ignoreFile: "*.pyc\n" });
	expect(form?.fields.map(({ path: each, setting }) => [each, setting.name])).toEqual([[path, "INVITE_CODE"]]);
	const filled = filledFix(state, "f", new Map([["INVITE_CODE", "open sesame"]]));
	if (form === null || filled === null) throw new Error("no form");
	expect(withIgnoreLine(filled, form).edits.map((edit) => [edit.path, edit.newText])).toEqual([
		[path, "INVITE_CODE=open sesame\n"],
		[".gitignore", "config/dev.env\n"],
	]);
	expect(shownFix(filled, new Map([["INVITE_CODE", "open sesame"]])).edits[0]?.newText).not.toContain("sesame");
});

test("what was typed is the owner's alone, and git never gets it", async () => {
	const { root, git } = await accept({}, null);
	expect(readFileSync(join(root, ".env"), "utf8")).toBe("INVITE_CODE=open sesame\n");
	expect(statSync(join(root, ".env")).mode & 0o777).toBe(0o600);
	await session?.dispatch({ type: "commit-phase", story: "US2" });
	expect(git("show", "--name-only", "--format=", "HEAD")).toBe("app/db.py");
	expect(git("status", "--porcelain")).toBe("?? .env");
	expect(git("log", "-p", "--all")).not.toContain("sesame");
	const journal = readFileSync(join(root, ".bootmend/sessions", session?.state.id ?? "", "journal.jsonl"), "utf8");
	expect(journal).not.toContain("sesame");
});

test.each([
	[0o644, 0o600],
	[0o600, 0o600],
])("a file of mode %i that is there is narrowed where others may read it", async (before, after) => {
	const { root } = await accept({ ".env": "A=1\n", ".gitignore": ".env\n" }, before);
	expect(statSync(join(root, ".env")).mode & 0o777).toBe(after);
	await session?.dispatch({ type: "undo" });
	expect(readFileSync(join(root, ".env"), "utf8")).toBe("A=1\n");
	expect(statSync(join(root, ".env")).mode & 0o777).toBe(before);
});

test("neither its diff nor the fixes report shows what was typed", async () => {
	await accept({ ".gitignore": ".env\n" }, null);
	const [decided] = session?.state.decided ?? [];
	if (session === null || decided?.fix == null) throw new Error("nothing decided");
	const rows = diffRows(diffFix(decided.fix, decided.before) ?? [], 80).map(plainText);
	expect(rows.join("\n")).toContain("INVITE_CODE=••••");
	const report = renderFixesReport(session.state, "2026-01-01T00:00:00Z");
	expect(report).toContain("INVITE_CODE=••••");
	expect(rows.join("\n") + report).not.toContain("sesame");
});
