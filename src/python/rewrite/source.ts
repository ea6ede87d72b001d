import type { TextEdit } from "../../text/range.ts";
import type * as ast from "../ast.ts";

/** A parsed Python file, as much of it as rewriting needs; a project's Module is one. */
export interface PythonSource {
	readonly path: string;
	readonly text: string;
	readonly tree: ast.Module;
}

/** An edit that replaces the text between two offsets. */
export function replaceText(source: PythonSource, start: number, end: number, newText: string): TextEdit {
	return { path: source.path, range: { start, end }, newText };
}

/** Offset of the first character of the line that an offset stands on. */
export function lineStartAt(text: string, offset: number): number {
	let start = offset;
	while (start > 0 && !isLineBreak(text, start - 1)) start--;
	return start;
}

/** Offset of the line break (or the end of the text) that ends the line of an offset. */
export function lineEndAt(text: string, offset: number): number {
	let end = offset;
	while (end < text.length && !isLineBreak(text, end)) end++;
	return end;
}

/** Offset of the first character of the next line; the end of the text after the last one. */
export function nextLineAt(text: string, offset: number): number {
	const end = lineEndAt(text, offset);
	if (text[end] === "\r" && text[end + 1] === "\n") return end + 2;
	return Math.min(end + 1, text.length);
}

/** The white space that the line of an offset begins with. */
export function indentAt(text: string, offset: number): string {
	const start = lineStartAt(text, offset);
	return /^[ \t\f]*/.exec(text.slice(start, lineEndAt(text, start)))?.[0] ?? "";
}

/** Is there nothing but white space between the start of the line and this offset? */
export function isFirstOnLine(text: string, offset: number): boolean {
	return text.slice(lineStartAt(text, offset), offset).trim() === "";
}

/** The line break that most lines of a text end with; `\n` where there is none. */
export function lineBreakOf(text: string): "\n" | "\r\n" | "\r" {
	const crlf = text.split("\r\n").length - 1;
	const lf = text.split("\n").length - 1 - crlf;
	const cr = text.split("\r").length - 1 - crlf;
	if (crlf > lf && crlf >= cr) return "\r\n";
	return cr > lf && cr > crlf ? "\r" : "\n";
}

/** One step of indentation as the file writes it: its first indented statement decides, four blanks where there is none. */
export function indentUnitOf(source: PythonSource): string {
	for (const statement of source.tree.body) {
		if (!("body" in statement)) continue;
		const inner = statement.body[0];
		if (inner && isFirstOnLine(source.text, inner.start)) return indentAt(source.text, inner.start) || "    ";
	}
	return "    ";
}

function isLineBreak(text: string, offset: number): boolean {
	return text[offset] === "\n" || text[offset] === "\r";
}
