import type { Fix } from "../audit/fix.ts";
import { applyEdits } from "../text/edit.ts";
import { mergeTexts } from "../text/merge.ts";
import type { TextEdit } from "../text/range.ts";
import { touchedFiles } from "../text/tree-change.ts";

/** A proposal that a person has edited and not decided on yet. */
export interface Draft {
	readonly fix: Fix;
	/** The texts that it was edited on. */
	readonly sources: ReadonlyMap<string, string>;
}

interface Carried {
	readonly sources: ReadonlyMap<string, string>;
	readonly fix: Fix | null;
}

const carried = new WeakMap<Draft, Carried>();

/**
 * The draft on the texts as they are now: what other fixes have changed since stays, and the draft is made beside it. Null where both
 * claim the same lines, or its file is gone. Remembered, so that the same texts give the same fix.
 */
export function currentDraft(draft: Draft, sources: ReadonlyMap<string, string>): Fix | null {
	const known = carried.get(draft);
	if (known?.sources === sources) return known.fix;
	const fix = carriedOver(draft, sources);
	const isSame = known !== undefined && fix !== null && known.fix !== null && sameEdits(known.fix, fix);
	carried.set(draft, { sources, fix: isSame ? known.fix : fix });
	return isSame ? known.fix : fix;
}

function carriedOver({ fix, sources: before }: Draft, now: ReadonlyMap<string, string>): Fix | null {
	const edits: TextEdit[] = [];
	for (const file of touchedFiles(fix)) {
		const base = before.get(file.path);
		const current = now.get(file.path);
		if (base === current) {
			edits.push(...file.edits);
			continue;
		}
		const after = base === undefined ? null : applyEdits(base, file.edits);
		if (base === undefined || current === undefined || after === null) return null;
		const merge = mergeTexts(base, current, after);
		if (merge.type === "conflict") return null;
		edits.push({ path: file.path, range: { start: 0, end: current.length }, newText: merge.text });
	}
	return { ...fix, edits };
}

function sameEdits(a: Fix, b: Fix): boolean {
	return JSON.stringify(a.edits) === JSON.stringify(b.edits);
}
