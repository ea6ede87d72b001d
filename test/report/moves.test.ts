import { expect, test } from "vitest";
import type { Fix } from "../../src/audit/fix.ts";
import { paintWith } from "../../src/report/paint.ts";
import { renderPatch } from "../../src/report/patch.ts";
import { diffFix, diffRows } from "../../src/session/view/diff.ts";
import { applyChange, changesConflict } from "../../src/text/tree-change.ts";

const sources = new Map([
	["secrets.py", "a = 1\nb = 2\n"],
	["main.py", "import secrets\n"],
	["httpx.py", "# notes\n"],
]);
const fix: Fix = {
	...{ title: "Rename secrets.py", explanation: "", applicability: "review", commands: [] },
	edits: [{ path: "secrets.py", range: { start: 4, end: 5 }, newText: "7" }],
	moves: [
		{ path: "secrets.py", to: "app_secrets.py" },
		{ path: "httpx.py", to: null },
	],
};

test("a change moves what it has edited, and lands on nothing that is there", () => {
	expect(applyChange(sources, fix)).toEqual(
		new Map([
			["secrets.py", null],
			["app_secrets.py", "a = 7\nb = 2\n"],
			["httpx.py", null],
		]),
	);
	expect(applyChange(new Map([...sources, ["app_secrets.py", ""]]), fix)).toBeNull();
});

test("a moved file belongs to one change alone", () => {
	const other = { edits: [{ path: "secrets.py", range: { start: 10, end: 11 }, newText: "3" }] };
	expect([changesConflict(fix, other), changesConflict(other, fix)]).toEqual([true, true]);
	expect(changesConflict(fix, { edits: [{ path: "main.py", range: { start: 0, end: 0 }, newText: "" }] })).toBe(false);
});

test("the patch says it as git does", () => {
	const before = new Map([...sources].map(([path, text]) => [path, { text }]));
	const after = new Map([
		["app_secrets.py", { text: "a = 7\nb = 2\n" }],
		["main.py", { text: "import secrets\n" }],
	]);
	expect(renderPatch(before, after, paintWith(false), fix.moves)).toBe(
		[
			...["diff --git a/secrets.py b/app_secrets.py", "rename from secrets.py", "rename to app_secrets.py"],
			...["--- a/secrets.py", "+++ b/app_secrets.py", "@@ -1,2 +1,2 @@", "-a = 1", "+a = 7", " b = 2"],
			...["diff --git a/httpx.py b/httpx.py", "deleted file mode 100644", "--- a/httpx.py", "+++ /dev/null"],
			...["@@ -1,1 +0,0 @@", "-# notes", ""],
		].join("\n"),
	);
});

test("the wizard names the new path, and what goes", () => {
	const rows = diffRows(diffFix(fix, sources) ?? [], 80).map((line) => line.map(({ text }) => text).join(""));
	expect(rows.filter((row) => row.includes(".py"))).toEqual(["secrets.py  renamed to app_secrets.py", "httpx.py  deleted"]);
	expect(rows).toContain("- 1  # notes");
});
