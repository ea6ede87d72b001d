import type { TextRange } from "../text/range.ts";
import type { SyntaxFault } from "./ast.ts";
import { expectedBlock, findIndentationFault } from "./indentation.ts";
import type { LexicalScan, LogicalLine } from "./lexical.ts";

/** What git leaves behind at a merge that was not finished. */
const marker = /^<{7}(?: .*)?$(?=[\s\S]*^={7}\r?$)/m;

/** A line of it that was overlooked when the others were taken out. */
export const loneMarker = /^(?:={7}|[<>|]{7}(?: .*)?)$/;

/**
 * What CPython says of a file with a conflict in it; null where there is none. The parser stumbles over the first marker, but from
 * Python 3.10 on the rest of the file is still cut into tokens, and what cannot be cut is told instead: `>>>>>>> 8f3a1c2` holds a
 * number that is none (`_PyPegen_tokenize_full_source_to_check_for_errors`).
 */
export function findConflict(text: string, { lines, fault }: LexicalScan, minor: number): SyntaxFault | null {
	const place = markerAt(text, lines);
	if (place === null) return null;
	const before = lines.filter((line) => line.start < place.start);
	if (minor >= 10) {
		const later = [fault, findIndentationFault(text, lines, minor)].filter(
			(each): each is SyntaxFault => each !== null && each.start > place.start && isOfTokenizer(each),
		);
		const [first] = later.sort((a, b) => a.start - b.start);
		if (first !== undefined) return first;
	}
	const last = before.at(-1);
	if (last?.endsWithColon === true) return { ...place, exception: "IndentationError", message: expectedBlock(text, last, minor) };
	if (!isInTry(text, before)) return { ...place, exception: "SyntaxError", message: "invalid syntax" };
	return minor >= 10
		? { ...place, exception: "SyntaxError", message: "expected 'except' or 'finally' block" }
		: { ...place, exception: "IndentationError", message: "unexpected unindent" };
}

function markerAt(text: string, lines: readonly LogicalLine[]): TextRange | null {
	const found = marker.exec(text);
	if (found !== null) return { start: found.index, end: found.index + found[0].length };
	const lone = lines.find(({ start, end, indent }) => indent === "" && loneMarker.test(text.slice(start, end)));
	return lone === undefined ? null : { start: lone.start, end: lone.end };
}

/** The other faults of indentation are found by the parser, and so not behind the place where it stopped. */
function isOfTokenizer({ exception, message }: SyntaxFault): boolean {
	return exception !== "IndentationError" || message.startsWith("unindent does not match");
}

/** Does a line in the first column end the body of a `try` before its handlers? */
function isInTry(text: string, lines: readonly LogicalLine[]): boolean {
	let width = lines.at(-1)?.indent.length ?? 0;
	for (const line of lines.toReversed()) {
		if (line.indent.length >= width) continue;
		width = line.indent.length;
		if (/^try\s*:/.test(text.slice(line.start, line.end))) return true;
		if (width === 0) return false;
	}
	return false;
}
