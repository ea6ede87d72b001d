import { skipString } from "./strings.ts";

/** One logical line (https://docs.python.org/3/reference/lexical_analysis.html#logical-lines): no blank or comment-only ones. */
export interface LogicalLine {
	/** Offset of its first token. */
	readonly start: number;
	/** Offset just behind it; a trailing comment is inside. */
	readonly end: number;
	/** Columns of indentation, a tab reaching the next multiple of eight. */
	readonly indent: number;
}

export interface LogicalLines {
	readonly lines: readonly LogicalLine[];
	/** False where brackets do not close: the file is no Python, or of a kind we cannot read. */
	readonly sound: boolean;
}

/** Cuts a Python text into logical lines, fast: nothing inside a line is looked at but strings, brackets and comments. */
export function splitLogicalLines(text: string): LogicalLines {
	return scan(text, text.charCodeAt(0) === 0xfeff ? 1 : 0, () => false);
}

/** The logical lines of the definition that begins at `at` with its first decorator, `def` or `class`: headers, then its body. */
export function definitionLines(text: string, at: number): readonly LogicalLine[] {
	let indent = -1;
	let inBody = false;
	return scan(text, startOfLine(text, at), (line) => {
		if (indent < 0) indent = line.indent;
		else if (inBody && line.indent <= indent) return true;
		if (text.charCodeAt(line.start) !== 64) inBody = true;
		return false;
	}).lines;
}

/** Only the decorators and the `def` or `class` line of such a definition. */
export function headerLines(text: string, at: number): readonly LogicalLine[] {
	let isWhole = false;
	return scan(text, startOfLine(text, at), (line) => {
		if (isWhole) return true;
		isWhole = text.charCodeAt(line.start) !== 64;
		return false;
	}).lines;
}

function startOfLine(text: string, at: number): number {
	const newline = text.lastIndexOf("\n", at - 1) + 1;
	// A lone \r ends a line too; looking for it in the whole text before would be slow.
	return newline + text.slice(newline, at).lastIndexOf("\r") + 1;
}

/** Cuts from the start of a physical line on, up to the first line that `isEnd` refuses. */
function scan(text: string, from: number, isEnd: (line: LogicalLine) => boolean): LogicalLines {
	const lines: LogicalLine[] = [];
	const length = text.length;
	let at = from;
	let sound = true;
	while (at < length) {
		let indent = 0;
		let code = text.charCodeAt(at);
		for (; code === 32 || code === 9 || code === 12; code = text.charCodeAt(++at))
			indent = code === 9 ? (indent | 7) + 1 : indent + 1;
		if (code === 10 || code === 13) {
			at++;
			continue;
		}
		if (code === 35) {
			at = endOfLine(text, at);
			continue;
		}
		if (at >= length) break;
		const start = at;
		let depth = 0;
		for (; at < length; at++) {
			code = text.charCodeAt(at);
			if (code > 93 && code !== 123 && code !== 125) continue;
			if (code === 10) {
				if (depth === 0) break;
			} else if (code === 13) {
				if (depth === 0) break;
			} else if (code === 34 || code === 39) at = skipString(text, at, length) - 1;
			else if (code === 35) at = endOfLine(text, at) - 1;
			else if (code === 40 || code === 91 || code === 123) depth++;
			else if (code === 41 || code === 93 || code === 125) depth--;
			else if (code === 92) at += text.charCodeAt(at + 1) === 13 && text.charCodeAt(at + 2) === 10 ? 2 : 1;
		}
		if (depth !== 0) sound = false;
		const line = { start, end: at, indent };
		if (isEnd(line)) break;
		lines.push(line);
	}
	return { lines, sound };
}

function endOfLine(text: string, from: number): number {
	const end = text.indexOf("\n", from);
	return end < 0 ? text.length : end;
}
