import { expect, test } from "vitest";
import type { Fix } from "../../src/audit/fix.ts";
import { currentDraft, type Draft } from "../../src/session/draft.ts";
import { applyToFiles } from "../../src/text/edit.ts";

const before = "import a\nx = 1\ny = 2\nz = 3\nw = 4\n";
const at = before.indexOf("z = 3");
const fix: Fix = {
	...{ title: "Mend z", explanation: "", applicability: "review", commands: [] },
	edits: [{ path: "a.py", range: { start: at, end: at + 5 }, newText: "z = by_hand" }],
};
const draft: Draft = { fix, sources: new Map([["a.py", before]]) };
const on = (text: string) => new Map([["a.py", text]]);

test("an edited proposal follows what another fix has moved since", () => {
	const now = `import a\nimport b\nimport c\n${before.slice(9)}`;
	const current = currentDraft(draft, on(now));
	expect(current && applyToFiles(on(now), current.edits)).toEqual(on(now.replace("z = 3", "z = by_hand")));
});

test("it stays as it is while its file does, and the same texts give the same fix", () => {
	const sources = on(before);
	expect(currentDraft(draft, sources)?.edits).toEqual(fix.edits);
	expect(currentDraft(draft, sources)).toBe(currentDraft(draft, sources));
});

test("it is given up where its lines have changed, or its file is gone", () => {
	expect(currentDraft(draft, on(before.replace("z = 3", "z = 33")))).toBeNull();
	expect(currentDraft(draft, new Map())).toBeNull();
});
