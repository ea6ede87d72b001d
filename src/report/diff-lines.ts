import { show } from "../text/gate.ts";
import type { LineEdit } from "./line-edits.ts";

/** A line of a short diff, ready to be shown. */
export interface ShownLine {
	readonly sign: "-" | "+" | " ";
	/** Line number in the old text for removed and kept lines, in the new text for added ones. */
	readonly number: number;
	readonly text: string;
}

/** The lines of a replacement as a diff: what its old and new lines share at the top and the bottom is kept, as context. */
export function diffLines(edit: LineEdit, shift = 0): readonly ShownLine[] {
	const before = linesOf(edit.oldText, edit.path);
	const after = linesOf(edit.newText, edit.path);
	let head = 0;
	while (head < before.length && head < after.length && before[head] === after[head]) head++;
	let tail = 0;
	while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
	const first = edit.startLine;
	const kept = (from: number, to: number) =>
		before.slice(from, to).map((text, i): ShownLine => ({ sign: " ", number: first + from + i, text }));
	return [
		...kept(0, head),
		...before.slice(head, before.length - tail).map((text, i): ShownLine => ({ sign: "-", number: first + head + i, text })),
		...after
			.slice(head, after.length - tail)
			.map((text, i): ShownLine => ({ sign: "+", number: first + shift + head + i, text })),
		...kept(before.length - tail, before.length),
	];
}

function linesOf(text: string, path: string): readonly string[] {
	if (text === "") return [];
	const lines = show(text, path).split("\n");
	if (lines.at(-1) === "") lines.pop();
	return lines;
}
