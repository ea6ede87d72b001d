import { diffArrays, diffWordsWithSpace } from "diff";
import { LineIndex } from "./line-index.ts";

/** A stretch of a line; `changed` where the other line of its pair differs. */
export interface DiffSpan {
	readonly text: string;
	readonly changed: boolean;
}

export interface DiffLine {
	readonly kind: "context" | "removed" | "added";
	/** Line number in the old text, counting from 1; null for an added line. */
	readonly oldLine: number | null;
	/** Line number in the new text, counting from 1; null for a removed line. */
	readonly newLine: number | null;
	/** The line without its line break. */
	readonly text: string;
	/** The same text in pieces: word-level changes of a removed line that an added one replaces; otherwise one piece. */
	readonly spans: readonly DiffSpan[];
	/** Differs from its counterpart only in what cannot be seen: its line break, or text that the gate masks. */
	readonly invisibleChange: boolean;
}

/** A stretch of changed lines with its context, as in a unified diff. */
export interface DiffHunk {
	readonly oldStart: number;
	readonly oldLines: number;
	readonly newStart: number;
	readonly newLines: number;
	readonly lines: readonly DiffLine[];
}

export interface DiffOptions {
	/** Unchanged lines shown around each change; 3 unless told. */
	readonly context?: number;
	/** How a whole text is shown; must keep the number of lines (`show` of the gate does). Unless told, as it is. */
	readonly display?: (text: string) => string;
}

/** Beyond this many changed lines the middle counts as replaced whole: the exact comparison takes quadratic time. */
const maxEditDistance = 1_000;

/** The differences of two texts, line by line; `[]` for equal texts. Lines end as Python's do (`\n`, `\r\n`, `\r`). */
export function diffTexts(before: string, after: string, options: DiffOptions = {}): readonly DiffHunk[] {
	if (before === after) return [];
	const display = options.display ?? ((text: string) => text);
	const lines = alignLines(displayedLines(before, display), displayedLines(after, display));
	return hunksOf(lines, options.context ?? 3);
}

interface Line {
	/** With its line break, as in the file: what is compared. */
	readonly raw: string;
	/** What a person sees. */
	readonly shown: string;
}

function displayedLines(text: string, display: (text: string) => string): readonly Line[] {
	const index = new LineIndex(text);
	// A text that ends in a line break has no further line.
	const count = index.lineStart(index.lineCount) === text.length ? index.lineCount - 1 : index.lineCount;
	const shown = new LineIndex(display(text));
	return Array.from({ length: count }, (_, i) => ({
		raw: text.slice(index.lineStart(i + 1), index.lineStart(i + 2)),
		shown: shown.lineText(i + 1),
	}));
}

function alignLines(before: readonly Line[], after: readonly Line[]): readonly DiffLine[] {
	const changes = compareLines(
		before.map((line) => line.raw),
		after.map((line) => line.raw),
	);
	const lines: DiffLine[] = [];
	let oldLine = 0;
	let newLine = 0;
	for (let i = 0; i < changes.length; i++) {
		const change = changes[i];
		if (change === undefined) continue;
		if (change.kind === "same") {
			for (let n = 0; n < change.count; n++) {
				const text = after[newLine]?.shown ?? "";
				oldLine++;
				newLine++;
				lines.push({ kind: "context", oldLine, newLine, text, spans: [{ text, changed: false }], invisibleChange: false });
			}
			continue;
		}
		const removed = change.kind === "removed" ? change.count : 0;
		const next = changes[i + 1];
		const added = change.kind === "added" ? change.count : next?.kind === "added" ? next.count : 0;
		if (removed > 0 && added > 0) i++;
		lines.push(
			...changedLines(before.slice(oldLine, oldLine + removed), after.slice(newLine, newLine + added), oldLine, newLine),
		);
		oldLine += removed;
		newLine += added;
	}
	return lines;
}

/** A run of equal, removed or added items. */
export interface SequenceChange {
	readonly kind: "same" | "removed" | "added";
	readonly count: number;
}

/** How one sequence of lines becomes the other, in order; a removal comes before the addition in its place. */
export function compareLines(before: readonly string[], after: readonly string[]): readonly SequenceChange[] {
	let head = 0;
	while (head < before.length && head < after.length && before[head] === after[head]) head++;
	let tail = 0;
	while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
	const oldMiddle = before.slice(head, before.length - tail);
	const newMiddle = after.slice(head, after.length - tail);
	const exact = diffArrays(oldMiddle, newMiddle, { maxEditLength: maxEditDistance });
	const middle: SequenceChange[] = exact
		? exact.map((part) => ({ kind: part.removed ? "removed" : part.added ? "added" : "same", count: part.value.length }))
		: [
				{ kind: "removed", count: oldMiddle.length },
				{ kind: "added", count: newMiddle.length },
			];
	const all: SequenceChange[] = [{ kind: "same", count: head }, ...middle, { kind: "same", count: tail }];
	return all.filter((change) => change.count > 0);
}

/** Removed lines, then the added ones; the n-th of each form a pair as long as they have something in common. */
function changedLines(removed: readonly Line[], added: readonly Line[], oldStart: number, newStart: number): readonly DiffLine[] {
	const paired = removed.length > mostPairs ? [] : removed.slice(0, added.length);
	const pairs = paired.map((line, i) => comparePair(line.shown, added[i]?.shown ?? ""));
	return [
		...removed.map(
			(line, i): DiffLine => ({
				kind: "removed",
				oldLine: oldStart + i + 1,
				newLine: null,
				text: line.shown,
				spans: pairs[i]?.removed ?? [{ text: line.shown, changed: true }],
				invisibleChange: line.shown === added[i]?.shown,
			}),
		),
		...added.map(
			(line, i): DiffLine => ({
				kind: "added",
				oldLine: null,
				newLine: newStart + i + 1,
				text: line.shown,
				spans: pairs[i]?.added ?? [{ text: line.shown, changed: true }],
				invisibleChange: line.shown === removed[i]?.shown,
			}),
		),
	];
}

/** In longer blocks the n-th removed line is hardly the one that the n-th added line replaces. */
const mostPairs = 200;

/** Lines longer than this are compared as a whole: word-level marks in minified text help nobody. */
const longestComparedLine = 2_000;

function comparePair(
	before: string,
	after: string,
): { readonly removed: readonly DiffSpan[]; readonly added: readonly DiffSpan[] } {
	const whole = { removed: [{ text: before, changed: true }], added: [{ text: after, changed: true }] };
	if (before.length > longestComparedLine || after.length > longestComparedLine) return whole;
	const parts = diffWordsWithSpace(before, after);
	const common = parts.filter((part) => !part.added && !part.removed).reduce((sum, part) => sum + part.value.trim().length, 0);
	// Two lines that share almost nothing are a removal and an addition, not an edit.
	if (common * 4 < Math.max(before.trim().length, after.trim().length)) return whole;
	return {
		removed: parts.filter((part) => !part.added).map((part) => ({ text: part.value, changed: part.removed === true })),
		added: parts.filter((part) => !part.removed).map((part) => ({ text: part.value, changed: part.added === true })),
	};
}

function hunksOf(lines: readonly DiffLine[], context: number): readonly DiffHunk[] {
	const hunks: DiffHunk[] = [];
	let start = -1;
	let end = -1;
	const close = () => {
		if (start >= 0) hunks.push(hunkOf(lines.slice(start, end), lines.slice(0, start)));
	};
	for (const [i, line] of lines.entries()) {
		if (line.kind === "context") continue;
		const from = Math.max(0, i - context);
		if (start < 0 || from > end) {
			close();
			start = from;
		}
		end = Math.min(lines.length, i + context + 1);
	}
	close();
	return hunks;
}

function hunkOf(lines: readonly DiffLine[], before: readonly DiffLine[]): DiffHunk {
	const oldLines = lines.filter((line) => line.oldLine !== null).length;
	const newLines = lines.filter((line) => line.newLine !== null).length;
	const oldBefore = before.filter((line) => line.oldLine !== null).length;
	const newBefore = before.filter((line) => line.newLine !== null).length;
	// A side without lines is named by the line before it, as `diff -u` does.
	return {
		oldStart: oldLines > 0 ? oldBefore + 1 : oldBefore,
		oldLines,
		newStart: newLines > 0 ? newBefore + 1 : newBefore,
		newLines,
		lines,
	};
}
