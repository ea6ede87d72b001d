/** A half-open stretch of a text, in UTF-16 code units (JavaScript string indexes). */
export interface TextRange {
	readonly start: number;
	readonly end: number;
}

/** Replaces `range` of the file at `path` (relative to the repository root, `/` separated) by `newText`. */
export interface TextEdit {
	readonly path: string;
	readonly range: TextRange;
	readonly newText: string;
}

/** Do two ranges touch the same text? Two insertions at one place do: their order would be a guess. */
export function rangesOverlap(a: TextRange, b: TextRange): boolean {
	if (a.start === a.end || b.start === b.end) return a.start <= b.end && b.start <= a.end;
	return a.start < b.end && b.start < a.end;
}
