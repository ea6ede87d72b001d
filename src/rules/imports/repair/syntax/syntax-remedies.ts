import type { Module } from "../../../../project/project.ts";
import type { SyntaxFault } from "../../../../python/ast.ts";
import { findSyntaxFaults } from "../../../../python/grammar.ts";
import { parseModule } from "../../../../python/parse.ts";
import { lineEndAt, lineStartAt, replaceText } from "../../../../python/rewrite/source.ts";
import { applyEdits } from "../../../../text/edit.ts";
import type { TextEdit } from "../../../../text/range.ts";
import { closeBracket, closeField, closeString, otherQuotes, plainCharacters } from "./characters.ts";
import { emptyBlock, reindent, withoutTabs } from "./indentation.ts";
import {
	codingCookie,
	missingComma,
	oneSideOfConflicts,
	renamedKeyword,
	returnInside,
	starImportAtTop,
	withoutLoneMarker,
	withoutRepeated,
} from "./leftovers.ts";
import { withoutTypeParameters } from "./newer-syntax.ts";
import { inOlderStatements } from "./older-statements.ts";
import type { SyntaxRemedy } from "./remedy.ts";
import { rewritten } from "./rewritten.ts";
import { asyncFunction, futureFirst, globalFirst, keywordOnly, parenthesisedPrints, printCall } from "./statements.ts";

/** Changes that take the first syntax error of a file away, each tried; `minor` is the version of Python 3 that has to accept it. */
export function findSyntaxRemedies(module: Module, minor: number): readonly SyntaxRemedy[] {
	const [fault] = module.tree.errors;
	if (fault === undefined) return [];
	const complete: SyntaxRemedy[] = [];
	const partial: SyntaxRemedy[] = [];
	for (const remedy of candidates(module, fault, minor)) {
		const effect = effectOf(module, remedy.edits, minor);
		if (effect === "compiles") complete.push(remedy);
		else if (effect === "further") partial.push(remedy);
	}
	// Where one change is not enough, there was more than one mistake.
	return (complete.length > 0 ? complete : partial).slice(0, 2);
}

/** `further`: the next error stands below the first one's line. */
function effectOf(module: Module, edits: readonly TextEdit[], minor: number): "compiles" | "further" | "none" {
	const text = applyEdits(module.text, edits);
	if (text === null || text === module.text) return "none";
	const [left] = findSyntaxFaults(text, parseModule(text), minor);
	const first = module.tree.errors[0]?.start ?? 0;
	if (left === undefined) return "compiles";
	return left.start > lineEndAt(text, first) + 1 ? "further" : "none";
}

/** The first fault of a file, with the line that it begins on. */
interface Place {
	readonly module: Module;
	readonly start: number;
	readonly end: number;
	readonly message: string;
	readonly lineStart: number;
	readonly lineEnd: number;
	readonly line: string;
	readonly minor: number;
}

function* candidates(module: Module, { start, end, message }: SyntaxFault, minor: number): Generator<SyntaxRemedy> {
	const lineStart = lineStartAt(module.text, start);
	const lineEnd = lineEndAt(module.text, start);
	const place: Place = { module, start, end, message, lineStart, lineEnd, line: module.text.slice(lineStart, lineEnd), minor };
	for (const [says, remedies] of bySaying) if (says.test(message)) yield* remedies(place);
}

/** What may mend an error, by what Python says of it; all that fit are tried, in this order. */
const bySaying: readonly (readonly [RegExp, (place: Place) => Iterable<SyntaxRemedy>])[] = [
	// Whatever Python makes of the markers, they are what has to go.
	[/^/, ({ module }) => oneSideOfConflicts(module)],
	[/^/, ({ module, lineStart, line }) => withoutLoneMarker(module, lineStart, line)],
	[/^expected ':'$/, missingColon],
	[/^/, ({ module, start, end, message }) => rewritten(module, start, end, message)],
	[/^Missing parentheses in call to 'print'/, ({ module, start, end }) => printCall(module, start, end)],
	[/^invalid (?:non-printable )?character/, ({ module }) => plainCharacters(module)],
	[/^\(unicode error\) 'utf-8' codec/, ({ module }) => codingCookie(module)],
	[/^(?:invalid syntax|expected '\(')/, ({ module }) => withoutTypeParameters(module)],
	[/^(?:invalid syntax|expected '\(')/, ({ module, minor }) => inOlderStatements(module, minor)],
	[/^(?:duplicate argument|keyword argument repeated)/, ({ module, start }) => withoutRepeated(module, start)],
	[/^'return' outside/, ({ module, start, end }) => returnInside(module, start, end)],
	[/^import \* only/, ({ module, start }) => starImportAtTop(module, start)],
	[/null bytes/, withoutNullBytes],
	[/^multiple exception types/, exceptionTypes],
	[/^expected an indented block/, ({ module, start }) => emptyBlock(module, start)],
	[/^(?:unexpected indent|unindent does not match)/, ({ module, start, line }) => reindent(module, start, line)],
	[/^inconsistent use of tabs/, spacesOnly],
	[/was never closed/, ({ module, lineStart, line }) => closeField(module, lineStart, line)],
	[/was never closed/, ({ module, start }) => closeBracket(module, start)],
	[/^closing parenthesis .* opening parenthesis/, matchOpened],
	[/^closing parenthesis .* opening parenthesis/, closeOpened],
	[/^(?:unmatched|closing parenthesis)/, withoutClosing],
	[/^(?:unterminated string|EOL while)/, ({ module, start, lineEnd }) => closeString(module, start, lineEnd)],
	[/^from __future__/, ({ module, start, end }) => futureFirst(module, start, end)],
	[/^f-string: expecting/, ({ module, lineStart, line }) => closeField(module, lineStart, line)],
	[/^f-string: expecting/, ({ module, start, end }) => otherQuotes(module, start, end)],
	[/global declaration/, ({ module, start, end }) => globalFirst(module, start, end)],
	[
		/^'(await|async with|async for)' outside async|^asynchronous comprehension outside/,
		({ module, start }) => asyncFunction(module, start),
	],
	[/argument follows default|^parameter without a default/, ({ module, start }) => keywordOnly(module, start)],
	[/^invalid syntax/, comparison],
	[/^invalid syntax/, ({ module }) => parenthesisedPrints(module)],
	[/^invalid syntax/, ({ module, start }) => renamedKeyword(module, start)],
	[/^invalid syntax/, ({ module, start }) => missingComma(module, start)],
];

function missingColon({ module, start }: Place): readonly SyntaxRemedy[] {
	return [
		{
			title: "Put the missing colon",
			explanation: "A statement that opens a block ends with a colon.",
			isCertain: true,
			edits: [replaceText(module, start, start, ":")],
		},
	];
}

function withoutNullBytes({ module }: Place): readonly SyntaxRemedy[] {
	const { text } = module;
	return [
		{
			title: "Remove the null bytes",
			explanation: "A null byte cannot stand in Python source.",
			isCertain: true,
			edits: [replaceText(module, 0, text.length, text.replaceAll("\0", ""))],
		},
	];
}

/** `except ValueError, error:` and `except ValueError, KeyError:`. */
function exceptionTypes({ module, start, end }: Place): readonly SyntaxRemedy[] {
	const list = module.text.slice(start, end);
	const [type = "", name = ""] = list.split(/(?:(?<!\s)\s+)?,\s*/);
	const isOldName = /^[a-z_]\w*$/.test(name) && list.split(",").length === 2;
	const newText = isOldName ? `${type} as ${name}` : `(${list})`;
	return [
		{
			title: `Write except ${newText}`,
			explanation: "Python 3 names the exception with `as` and groups types in parentheses.",
			isCertain: true,
			edits: [replaceText(module, start, end, newText)],
		},
	];
}

function spacesOnly({ module }: Place): readonly SyntaxRemedy[] {
	return [4, 8].map((width) => ({
		title: "Indent with spaces only",
		explanation: "Tabs and spaces are mixed; each tab becomes the spaces up to its next stop.",
		isCertain: width === 4,
		edits: [replaceText(module, 0, module.text.length, withoutTabs(module.text, width))],
	}));
}

/** `["a", "b"}`: the bracket that closes is of another kind than the one that was opened. */
function matchOpened({ module, start, end, message }: Place): readonly SyntaxRemedy[] {
	const opened = /opening parenthesis '(.)'/.exec(message)?.[1] ?? "";
	const closing = { "(": ")", "[": "]", "{": "}" }[opened];
	if (closing === undefined) return [];
	return [
		{
			title: `Close with ${closing}`,
			explanation: `The bracket that is open there is ${opened}.`,
			isCertain: false,
			edits: [replaceText(module, start, end, closing)],
		},
	];
}

/** The bracket that another one closes, on the line that Python names. */
function closeOpened({ module, start, lineStart, message }: Place): Iterable<SyntaxRemedy> {
	const [, bracket, line] = /opening parenthesis '(.)'(?: on line (\d+))?$/.exec(message) ?? [];
	if (bracket === undefined) return [];
	const from = line === undefined ? lineStart : module.lines.lineStart(Number(line));
	const last = module.text.lastIndexOf(bracket, Math.min(start, lineEndAt(module.text, from)) - 1);
	return last >= from ? closeBracket(module, last) : [];
}

function withoutClosing({ module, start, end }: Place): readonly SyntaxRemedy[] {
	return [
		{
			title: `Remove the ${module.text[start]} that closes nothing`,
			explanation: "No bracket is open at this place.",
			isCertain: false,
			edits: [replaceText(module, start, end, "")],
		},
	];
}

/** `if name = "x":`. */
function comparison({ module, line, lineStart }: Place): readonly SyntaxRemedy[] {
	const [, compared] = /^(\s*(?:if|elif|while)\b[^=!<>]*[^=!<>:])=(?!=)/.exec(line) ?? [];
	if (compared === undefined) return [];
	const at = lineStart + compared.length;
	return [
		{
			title: "Compare with ==",
			explanation: "A single = assigns, which a condition cannot do.",
			isCertain: true,
			edits: [replaceText(module, at, at + 1, "==")],
		},
	];
}
