import stringWidth from "string-width";

/** What a piece of text means to the reader; the theme gives each tone its look. */
export type Tone =
	| "plain"
	| "dim"
	| "strong"
	| "accent"
	| "warning"
	| "removed"
	| "removed-word"
	| "added"
	| "added-word"
	/** Black on the accent: the cursor of the built-in editor. */
	| "cursor";

/** A piece of one line, all in one tone, without line breaks or control characters. */
export interface Span {
	readonly text: string;
	readonly tone: Tone;
}

/** One row of the screen. */
export type Line = readonly Span[];

/** A piece of text in a tone. */
export function span(text: string, tone: Tone = "plain"): Span {
	return { text, tone };
}

/** A whole row in one tone. */
export function lineOf(text: string, tone: Tone = "plain"): Line {
	return text === "" ? [] : [span(text, tone)];
}

/** Cells that a text takes in a terminal: two for wide characters, none for combining ones. */
export function textWidth(text: string): number {
	return isAscii(text) ? text.length : stringWidth(text);
}

/** Cells that a row takes. */
export function lineWidth(line: Line): number {
	return line.reduce((sum, piece) => sum + textWidth(piece.text), 0);
}

/** A row's words without their tones: what tests and screen readers see. */
export function plainText(line: Line): string {
	return line.map((piece) => piece.text).join("");
}

/** The row itself where it fits in `width` cells, otherwise its beginning and `…`. */
export function fitLine(line: Line, width: number): Line {
	if (lineWidth(line) <= width) return line;
	if (width <= 0) return [];
	const fitted: Span[] = [];
	let room = width - 1;
	for (const piece of line) {
		const [head] = splitAtWidth(piece.text, room);
		if (head !== "") fitted.push(span(head, piece.tone));
		room -= textWidth(head);
		if (head.length < piece.text.length) {
			fitted.push(span("…", piece.tone));
			break;
		}
	}
	return fitted;
}

/** A row exactly `width` cells wide: cut, or filled up with spaces. */
export function padLine(line: Line, width: number): Line {
	const fitted = fitLine(line, width);
	const missing = width - lineWidth(fitted);
	return missing > 0 ? [...fitted, span(" ".repeat(missing))] : fitted;
}

/** `left` at the start and `right` at the end of one row; `left` gives way where both do not fit. */
export function spreadLine(left: Line, right: Line, width: number): Line {
	const rightWidth = lineWidth(right);
	if (rightWidth === 0) return fitLine(left, width);
	if (rightWidth + 2 >= width) return fitLine(left, width);
	return [...padLine(left, width - rightWidth - 2), span("  "), ...right];
}

/**
 * Breaks prose into rows of at most `width` cells, between words; a word that is wider than a row is broken where it must be.
 * Rows after the first start with `indent` spaces.
 */
export function wrapLine(line: Line, width: number, indent = 0): readonly Line[] {
	const room = Math.max(1, width);
	const hang = Math.max(0, Math.min(indent, room - 2));
	const rows: Span[][] = [[]];
	let used = 0;
	const newRow = () => {
		rows.push(hang > 0 ? [span(" ".repeat(hang))] : []);
		used = hang;
	};
	for (const piece of line) {
		for (const word of piece.text.split(/( +)/)) {
			if (word === "") continue;
			const isSpace = word.trim() === "";
			const atStart = used === (rows.length > 1 ? hang : 0);
			if (isSpace && atStart && rows.length > 1) continue;
			if (used + textWidth(word) > room && !atStart) newRow();
			if (isSpace && used === hang && rows.length > 1) continue;
			for (const part of breakText(word, room - used, room - hang)) {
				if (used + textWidth(part) > room) newRow();
				append(rows[rows.length - 1] ?? [], part, piece.tone);
				used += textWidth(part);
			}
		}
	}
	return rows.map(trimEnd);
}

/** Breaks code into rows of at most `width` cells, anywhere: every character stays visible. */
export function breakLine(line: Line, width: number): readonly Line[] {
	const room = Math.max(2, width);
	const rows: Span[][] = [[]];
	let used = 0;
	for (const piece of line) {
		for (const part of breakText(piece.text, room - used, room)) {
			if (used > 0 && used + textWidth(part) > room) {
				rows.push([]);
				used = 0;
			}
			append(rows[rows.length - 1] ?? [], part, piece.tone);
			used += textWidth(part);
		}
	}
	return rows;
}

/** The first rows, the last of them marked where more was said. */
export function clip(rows: readonly Line[], height: number, width: number): readonly Line[] {
	if (rows.length <= height) return rows;
	const last = fitLine(rows[height - 1] ?? [], width - 2);
	return [...rows.slice(0, height - 1), [...last, span(" …", "dim")]];
}

function append(row: Span[], text: string, tone: Tone): void {
	const last = row[row.length - 1];
	if (last?.tone === tone) row[row.length - 1] = span(last.text + text, tone);
	else row.push(span(text, tone));
}

/** The row without spaces at its end. */
export function trimEnd(row: readonly Span[]): Line {
	const last = row[row.length - 1];
	if (last === undefined) return row;
	const text = last.text.trimEnd();
	return text === "" ? row.slice(0, -1) : [...row.slice(0, -1), span(text, last.tone)];
}

/** The text in parts: the first at most `first` cells wide, the others at most `next`. */
function breakText(text: string, first: number, next: number): readonly string[] {
	if (textWidth(text) <= Math.max(first, 1)) return [text];
	if (textWidth(text) <= next && first <= 0) return [text];
	const parts: string[] = [];
	let rest = text;
	let room = Math.max(first, 1);
	while (rest !== "") {
		const [head, tail] = splitAtWidth(rest, room);
		// A wide character in a room of one cell: it must go somewhere, or this never ends.
		const taken = head === "" ? ([...rest][0] ?? rest) : head;
		parts.push(taken);
		rest = head === "" ? rest.slice(taken.length) : tail;
		room = Math.max(next, 1);
	}
	return parts;
}

/** The longest beginning of a text that fits in `width` cells, and the rest. Characters that belong together stay together. */
function splitAtWidth(text: string, width: number): readonly [string, string] {
	if (isAscii(text)) return [text.slice(0, Math.max(0, width)), text.slice(Math.max(0, width))];
	let used = 0;
	for (const { segment, index } of new Intl.Segmenter().segment(text)) {
		used += stringWidth(segment);
		if (used > width) return [text.slice(0, index), text.slice(index)];
	}
	return [text, ""];
}

function isAscii(text: string): boolean {
	return /^[\x20-\x7e]*$/.test(text);
}
