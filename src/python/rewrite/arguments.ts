import type { TextEdit, TextRange } from "../../text/range.ts";
import type * as ast from "../ast.ts";
import {
	indentAt,
	isFirstOnLine,
	lineBreakOf,
	lineEndAt,
	lineStartAt,
	nextLineAt,
	type PythonSource,
	replaceText,
} from "./source.ts";

/** An argument of a call, positional or by keyword. */
export type Argument = ast.Expression | ast.Keyword;

/** Takes arguments out of a call. A call that has one argument a line loses whole lines, and keeps its trailing comma or its lack of one. */
export function removeArguments(source: PythonSource, call: ast.Call, doomed: readonly Argument[]): readonly TextEdit[] {
	const all = argumentsOf(call);
	const places = all.map((argument) => extentOf(source, call, argument));
	const isDoomed = all.map((argument) => doomed.includes(argument));
	const edits: TextEdit[] = [];
	for (let first = 0; first < all.length; first++) {
		if (!isDoomed[first]) continue;
		let last = first;
		while (isDoomed[last + 1]) last++;
		edits.push(removeRun(source, call, places, first, last));
		first = last;
	}
	return edits;
}

/** Adds an argument behind the others, on a line of its own where the last one has that. */
export function addArgument(source: PythonSource, call: ast.Call, code: string): TextEdit {
	const { text } = source;
	const lastArgument = argumentsOf(call).at(-1);
	if (!lastArgument) return replaceText(source, call.argumentsRange.start + 1, call.argumentsRange.end - 1, code);
	const last = extentOf(source, call, lastArgument);
	if (!isFirstOnLine(text, last.start)) return replaceText(source, last.end, last.end, `, ${code}`);
	const comma = commaBehind(source, call, last);
	const fresh = lineBreakOf(text) + indentAt(text, last.start) + code;
	if (comma === null) return replaceText(source, last.end, last.end, `,${fresh}`);
	const commentEnd = lineEndAt(text, comma);
	const ownLine =
		text.slice(comma + 1, commentEnd).trim() === "" ||
		text
			.slice(comma + 1, commentEnd)
			.trim()
			.startsWith("#");
	const at = ownLine ? commentEnd : comma + 1;
	return replaceText(source, at, at, `${fresh},`);
}

/** The keyword argument of a name, or null. */
export function findKeyword(call: ast.Call, name: string): ast.Keyword | null {
	return call.keywords.find((keyword) => keyword.name?.name === name) ?? null;
}

/** All arguments in the order of the text. */
export function argumentsOf(call: ast.Call): readonly Argument[] {
	return [...call.args, ...call.keywords].sort((a, b) => a.start - b.start);
}

/** Where an argument stands, parentheses around it included. */
function extentOf(source: PythonSource, call: ast.Call, argument: Argument): TextRange {
	let { start, end } = argument;
	for (;;) {
		const opening = /\([\s\\]*$/.exec(source.text.slice(call.argumentsRange.start + 1, start));
		const closing = /^[\s\\]*\)/.exec(source.text.slice(end, call.argumentsRange.end - 1));
		if (!opening || !closing) return { start, end };
		start -= opening[0].length;
		end += closing[0].length;
	}
}

function removeRun(source: PythonSource, call: ast.Call, all: readonly TextRange[], first: number, last: number): TextEdit {
	const { text } = source;
	const [head, tail] = [all[first], all[last]];
	const [before, after] = [all[first - 1], all[last + 1]];
	if (!head || !tail || (!before && !after))
		return replaceText(source, call.argumentsRange.start + 1, call.argumentsRange.end - 1, "");
	const comma = commaBehind(source, call, tail);
	if (isFirstOnLine(text, head.start) && endsItsLine(text, comma === null ? tail.end : comma + 1)) {
		// Whole lines; without a comma behind the last, the one before it goes too, so that the list ends as it did.
		if (comma !== null || !before) return replaceText(source, lineStartAt(text, head.start), nextLineAt(text, tail.end), "");
		const commaBefore = commaBehind(source, call, before) ?? before.end;
		const between = text.slice(commaBefore + 1, lineStartAt(text, head.start));
		return replaceText(source, commaBefore, lineEndAt(text, tail.end), between.replace(/(\r\n|\r|\n)$/, ""));
	}
	if (after) return replaceText(source, head.start, after.start, "");
	return replaceText(source, before?.end ?? head.start, tail.end, "");
}

/** Offset of the comma between an argument and the next or the closing parenthesis, or null. */
function commaBehind(source: PythonSource, call: ast.Call, argument: TextRange): number | null {
	const gap = /^(?:\s|#[^\r\n]*[\r\n]|\\)*,/.exec(source.text.slice(argument.end, call.argumentsRange.end));
	return gap ? argument.end + gap[0].length - 1 : null;
}

function endsItsLine(text: string, offset: number): boolean {
	const rest = text.slice(offset, lineEndAt(text, offset)).trim();
	return rest === "" || rest.startsWith("#");
}
