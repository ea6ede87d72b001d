import { compareLines } from "./diff.ts";
import { applyEdits } from "./edit.ts";
import { LineIndex } from "./line-index.ts";
import { rangesOverlap, type TextRange } from "./range.ts";

export type MergeResult =
	| { readonly type: "merged"; readonly text: string }
	/** `line` is where `ours` first differs from the base in the disputed place, counting from 1 in `ours`. */
	| { readonly type: "conflict"; readonly line: number };

/**
 * Merges two descendants of `base`, line by line: what only one of them changed is taken from it, and the same change
 * in both counts once. Changes of overlapping lines, or insertions at one place, are a conflict: nothing is guessed. Lines that
 * one of them adds just before or after lines that the other changed are no conflict: their place is certain.
 */
export function mergeTexts(base: string, ours: string, theirs: string): MergeResult {
	if (ours === theirs || base === theirs) return { type: "merged", text: ours };
	if (base === ours) return { type: "merged", text: theirs };
	const lines = new LineIndex(base);
	const mine = changedStretches(base, ours);
	const other = changedStretches(base, theirs);
	for (const one of mine) {
		const disputed = other.some((two) => isDisputed(one, two) && !isSameStretch(one, two));
		if (disputed) return { type: "conflict", line: one.newLine };
	}
	const edits = [...mine, ...other].map((stretch) => ({
		range: { start: lines.lineStart(stretch.lines.start + 1), end: lines.lineStart(stretch.lines.end + 1) },
		newText: stretch.newText,
	}));
	const text = applyEdits(base, edits);
	return text === null ? { type: "conflict", line: mine[0]?.newLine ?? 1 } : { type: "merged", text };
}

/** Lines of the base (counting from 0, half open) that another text has instead. */
interface Stretch {
	readonly lines: TextRange;
	readonly newText: string;
	/** Its first line in the other text, counting from 1. */
	readonly newLine: number;
}

function isDisputed(one: Stretch, two: Stretch): boolean {
	if (isInsertion(one) === isInsertion(two)) return rangesOverlap(one.lines, two.lines);
	const [added, changed] = isInsertion(one) ? [one, two] : [two, one];
	const place = added.lines.start;
	if (place > changed.lines.start && place < changed.lines.end) return true;
	// What follows a text without a last line break would become part of its last line.
	return place === changed.lines.end && changed.newText !== "" && !/[\r\n]$/.test(changed.newText);
}

function isInsertion({ lines }: Stretch): boolean {
	return lines.start === lines.end;
}

function isSameStretch(a: Stretch, b: Stretch): boolean {
	return a.lines.start === b.lines.start && a.lines.end === b.lines.end && a.newText === b.newText;
}

function changedStretches(base: string, other: string): readonly Stretch[] {
	const newLines = linesOf(other);
	const stretches: Stretch[] = [];
	let oldLine = 0;
	let newLine = 0;
	let open: { oldStart: number; newStart: number } | null = null;
	const close = () => {
		if (open === null) return;
		const newText = newLines.slice(open.newStart, newLine).join("");
		stretches.push({ lines: { start: open.oldStart, end: oldLine }, newText, newLine: open.newStart + 1 });
		open = null;
	};
	for (const change of compareLines(linesOf(base), newLines)) {
		if (change.kind === "same") close();
		else open ??= { oldStart: oldLine, newStart: newLine };
		if (change.kind !== "added") oldLine += change.count;
		if (change.kind !== "removed") newLine += change.count;
	}
	close();
	return stretches;
}

/** With their line breaks; what follows the last break is a line only if there is something. */
function linesOf(text: string): readonly string[] {
	const index = new LineIndex(text);
	const lines = index.starts.map((start, i) => text.slice(start, index.starts[i + 1] ?? text.length));
	return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}
