import { rangesOverlap, type TextEdit, type TextRange } from "./range.ts";

/** A change of one text whose path does not matter. */
export interface Replacement {
	readonly range: TextRange;
	readonly newText: string;
}

/**
 * The text after all edits. Their order does not matter, and identical edits count once. Returns null where two edits
 * claim the same text (two different insertions at one place do) or a range lies outside the text.
 */
export function applyEdits(text: string, edits: readonly Replacement[]): string | null {
	const sorted = sortedEdits(edits);
	let result = "";
	let position = 0;
	for (const [index, edit] of sorted.entries()) {
		const { start, end } = edit.range;
		const previous = sorted[index - 1];
		if (previous && sameRange(previous.range, edit.range) && previous.newText === edit.newText) continue;
		if (previous && isInsertion(previous) && isInsertion(edit) && previous.range.start === start) return null;
		if (start < position || end < start || end > text.length) return null;
		result += text.slice(position, start) + edit.newText;
		position = end;
	}
	return result + text.slice(position);
}

/**
 * The new texts of all files that the edits touch, or null where any of them does not apply: all or none. A path that
 * `sources` does not have is a new file and starts from the empty text.
 */
export function applyToFiles(
	sources: ReadonlyMap<string, string>,
	edits: readonly TextEdit[],
): ReadonlyMap<string, string> | null {
	const results = new Map<string, string>();
	for (const [path, ofPath] of editsByPath(edits)) {
		const after = applyEdits(sources.get(path) ?? "", ofPath);
		if (after === null) return null;
		results.set(path, after);
	}
	return results;
}

/** The edits of each path, in the order given. */
export function editsByPath(edits: readonly TextEdit[]): ReadonlyMap<string, readonly TextEdit[]> {
	const byPath = new Map<string, TextEdit[]>();
	for (const edit of edits) {
		const ofPath = byPath.get(edit.path);
		if (ofPath) ofPath.push(edit);
		else byPath.set(edit.path, [edit]);
	}
	return byPath;
}

/** Could both groups of edits be applied to the same sources, in either order, with the same result? Identical edits do not conflict. */
export function editsConflict(a: readonly TextEdit[], b: readonly TextEdit[]): boolean {
	return a.some((one) =>
		b.some((other) => {
			if (one.path !== other.path || !rangesOverlap(one.range, other.range)) return false;
			return !sameRange(one.range, other.range) || one.newText !== other.newText;
		}),
	);
}

function sortedEdits(edits: readonly Replacement[]): readonly Replacement[] {
	return [...edits].sort(
		(a, b) => a.range.start - b.range.start || a.range.end - b.range.end || (a.newText < b.newText ? -1 : 1),
	);
}

function isInsertion(edit: Replacement): boolean {
	return edit.range.start === edit.range.end;
}

function sameRange(a: TextRange, b: TextRange): boolean {
	return a.start === b.start && a.end === b.end;
}
