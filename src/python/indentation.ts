import type { SyntaxFault } from "./ast.ts";
import type { LogicalLine } from "./lexical.ts";
import { nextToken } from "./next-token.ts";

/** The first line whose indentation CPython refuses, or null (https://docs.python.org/3/reference/lexical_analysis.html#indentation). */
export function findIndentationFault(text: string, lines: readonly LogicalLine[], minor: number): SyntaxFault | null {
	const stack = [{ column: 0, tabless: 0 }];
	let opener: LogicalLine | null = null;
	for (const line of lines) {
		const column = columnOf(line.indent, 8);
		const tabless = columnOf(line.indent, 1);
		const top = stack.at(-1) ?? { column: 0, tabless: 0 };
		if (column === top.column) {
			if (tabless !== top.tabless) return faultAt(line, "TabError", mixed);
			if (opener) return faultAt(line, "IndentationError", expectedBlock(text, opener, minor));
		} else if (column > top.column) {
			if (tabless <= top.tabless) return faultAt(line, "TabError", mixed);
			if (!opener) return faultAt(line, "IndentationError", "unexpected indent");
			if (stack.length >= deepestIndentation) return faultAt(line, "IndentationError", "too many levels of indentation");
			stack.push({ column, tabless });
		} else {
			if (opener) return faultAt(line, "IndentationError", expectedBlock(text, opener, minor));
			while ((stack.at(-1)?.column ?? 0) > column) stack.pop();
			const outer = stack.at(-1);
			if (outer?.column !== column)
				return faultAt(line, "IndentationError", "unindent does not match any outer indentation level");
			if (outer.tabless !== tabless) return faultAt(line, "TabError", mixed);
		}
		opener = line.endsWithColon ? line : null;
	}
	if (opener === null) return null;
	const fault = faultAt(opener, "IndentationError", expectedBlock(text, opener, minor));
	return { ...fault, start: opener.end, near: nextToken(text, opener.end) };
}

/** `MAXINDENT` of CPython's tokenizer, counted with the level of the file itself. */
const deepestIndentation = 100;
const mixed = "inconsistent use of tabs and spaces in indentation";

function faultAt(line: LogicalLine, exception: SyntaxFault["exception"], message: string): SyntaxFault {
	return { start: line.start, end: line.end, message, exception };
}

/** Columns with tabs to multiples of `tab`; a form feed starts anew. */
function columnOf(indent: string, tab: number): number {
	let column = 0;
	for (const char of indent) {
		if (char === "\t") column = (Math.floor(column / tab) + 1) * tab;
		else if (char === "\f") column = 0;
		else if (char === " ") column++;
	}
	return column;
}

/** What CPython says where a line that opens a block is followed by none. */
export function expectedBlock(text: string, opener: LogicalLine, minor: number): string {
	if (minor < 10) return "expected an indented block";
	const head = text.slice(opener.start, opener.end);
	const line = text.slice(0, opener.start).split(/\r\n|\r|\n/).length;
	const keyword = /^(?:async\s+)?(\w+)/.exec(head)?.[1] ?? "";
	const kind = keyword === "def" ? "function definition" : keyword === "class" ? "class definition" : `'${keyword}' statement`;
	return `expected an indented block after ${kind} on line ${line}`;
}
