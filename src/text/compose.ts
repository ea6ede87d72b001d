import type { Replacement } from "./edit.ts";

/**
 * One list of edits that does what two lists do one after the other: `first` belongs to `text`, `second` to the text that
 * `first` makes of it. Both have to be free of overlaps; the result is sorted, and what touches is one edit.
 */
export function composeEdits(
	text: string,
	first: readonly Replacement[],
	second: readonly Replacement[],
): readonly Replacement[] {
	const spans = [
		...inMiddle(first),
		...second.map((edit) => ({ start: edit.range.start, end: edit.range.end, first: null, second: edit })),
	];
	spans.sort((a, b) => a.start - b.start || a.end - b.end);
	const groups: Span[][] = [];
	let reach = -1;
	for (const span of spans) {
		if (span.start > reach) groups.push([]);
		groups.at(-1)?.push(span);
		reach = Math.max(reach, span.end);
	}
	let shift = 0;
	return groups.map((group) => {
		const composed = composeGroup(text, group, shift);
		for (const { first: edit } of group) if (edit) shift += edit.newText.length - (edit.range.end - edit.range.start);
		return composed;
	});
}

/** An edit of either list, with its place in the middle text. */
interface Span {
	readonly start: number;
	readonly end: number;
	readonly first: Replacement | null;
	readonly second: Replacement | null;
}

function inMiddle(first: readonly Replacement[]): Span[] {
	let shift = 0;
	return [...first]
		.sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end)
		.map((edit) => {
			const start = edit.range.start + shift;
			shift += edit.newText.length - (edit.range.end - edit.range.start);
			return { start, end: start + edit.newText.length, first: edit, second: null };
		});
}

/** Edits that touch one another become one. `shift` is how far the first list has moved the text before them. */
function composeGroup(text: string, group: readonly Span[], shift: number): Replacement {
	const start = Math.min(...group.map((span) => span.start));
	const end = Math.max(...group.map((span) => span.end));
	let growth = 0;
	let middle = "";
	let at = start - shift;
	for (const { first: edit } of group) {
		if (!edit) continue;
		middle += text.slice(at, edit.range.start) + edit.newText;
		at = edit.range.end;
		growth += edit.newText.length - (edit.range.end - edit.range.start);
	}
	const originalEnd = end - shift - growth;
	middle += text.slice(at, originalEnd);

	let newText = "";
	let done = start;
	for (const { second: edit } of group) {
		if (!edit) continue;
		newText += middle.slice(done - start, edit.range.start - start) + edit.newText;
		done = edit.range.end;
	}
	newText += middle.slice(done - start);
	return { range: { start: start - shift, end: originalEnd }, newText };
}
