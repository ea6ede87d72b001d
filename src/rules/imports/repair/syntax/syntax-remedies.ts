import type { Module } from "../../../../project/project.ts";
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
	for (const remedy of candidates(module, fault.start, fault.end, fault.message, minor)) {
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

function* candidates(module: Module, start: number, end: number, message: string, minor: number): Generator<SyntaxRemedy> {
	const { text } = module;
	const lineStart = lineStartAt(text, start);
	const lineEnd = lineEndAt(text, start);
	const line = text.slice(lineStart, lineEnd);
	const edit = (from: number, to: number, newText: string) => [replaceText(module, from, to, newText)];
	// Whatever Python makes of the markers, they are what has to go.
	yield* oneSideOfConflicts(module);
	if (message === "expected ':'") {
		yield {
			title: "Put the missing colon",
			explanation: "A statement that opens a block ends with a colon.",
			isCertain: true,
			edits: edit(start, start, ":"),
		};
	}
	yield* rewritten(module, start, end, message);
	if (message.startsWith("Missing parentheses in call to 'print'")) yield* printCall(module, start, end);
	if (message.startsWith("invalid character") || message.startsWith("invalid non-printable")) yield* plainCharacters(module);
	if (message.startsWith("(unicode error) 'utf-8' codec")) yield* codingCookie(module);
	if (message.startsWith("invalid syntax") || message.startsWith("expected '('")) {
		yield* withoutTypeParameters(module);
		yield* inOlderStatements(module, minor);
	}
	if (message.startsWith("duplicate argument") || message.startsWith("keyword argument repeated"))
		yield* withoutRepeated(module, start);
	if (message.startsWith("'return' outside")) yield* returnInside(module, start, end);
	if (message.startsWith("import * only")) yield* starImportAtTop(module, start);
	if (message.includes("null bytes")) {
		yield {
			title: "Remove the null bytes",
			explanation: "A null byte cannot stand in Python source.",
			isCertain: true,
			edits: edit(0, text.length, text.replaceAll("\0", "")),
		};
	}
	if (message.startsWith("multiple exception types")) {
		const list = text.slice(start, end);
		const [type = "", name = ""] = list.split(/(?:(?<!\s)\s+)?,\s*/);
		const isOldName = /^[a-z_]\w*$/.test(name) && list.split(",").length === 2;
		const newText = isOldName ? `${type} as ${name}` : `(${list})`;
		yield {
			title: `Write except ${newText}`,
			explanation: "Python 3 names the exception with `as` and groups types in parentheses.",
			isCertain: true,
			edits: edit(start, end, newText),
		};
	}
	if (message.startsWith("expected an indented block")) yield* emptyBlock(module, start);
	if (message.startsWith("unexpected indent") || message.startsWith("unindent does not match"))
		yield* reindent(module, start, line);
	if (message.startsWith("inconsistent use of tabs")) {
		yield {
			title: "Indent with spaces only",
			explanation: "Tabs and spaces are mixed; each tab becomes the spaces up to its next stop.",
			isCertain: true,
			edits: edit(0, text.length, withoutTabs(text, 4)),
		};
		yield {
			title: "Indent with spaces only",
			explanation: "Tabs and spaces are mixed; each tab becomes the spaces up to its next stop.",
			isCertain: false,
			edits: edit(0, text.length, withoutTabs(text, 8)),
		};
	}
	if (message.includes("was never closed")) {
		yield* closeField(module, lineStart, line);
		yield* closeBracket(module, start);
	}
	const opened = /^closing parenthesis .* opening parenthesis '(.)'(?: on line (\d+))?$/.exec(message);
	if (opened?.[1] !== undefined) {
		const from = opened[2] === undefined ? lineStart : module.lines.lineStart(Number(opened[2]));
		const last = text.lastIndexOf(opened[1], Math.min(start, lineEndAt(text, from)) - 1);
		if (last >= from) yield* closeBracket(module, last);
	}
	if (message.startsWith("unmatched") || message.startsWith("closing parenthesis")) {
		yield {
			title: `Remove the ${text[start]} that closes nothing`,
			explanation: "No bracket is open at this place.",
			isCertain: false,
			edits: edit(start, end, ""),
		};
	}
	if (message.startsWith("unterminated string") || message.startsWith("EOL while")) yield* closeString(module, start, lineEnd);
	if (message.startsWith("from __future__")) yield* futureFirst(module, start, end);
	if (message.startsWith("f-string: expecting")) {
		yield* closeField(module, lineStart, line);
		yield* otherQuotes(module, start, end);
	}
	if (message.includes("global declaration")) yield* globalFirst(module, start, end);
	if (/^'(await|async with|async for)' outside async|^asynchronous comprehension outside/.test(message))
		yield* asyncFunction(module, start);
	if (message.includes("argument follows default") || message.startsWith("parameter without a default"))
		yield* keywordOnly(module, start);
	if (message.startsWith("invalid syntax")) {
		const compared = /^(\s*(?:if|elif|while)\b[^=!<>]*[^=!<>:])=(?!=)/.exec(line);
		if (compared?.[1] !== undefined) {
			const at = lineStart + compared[1].length;
			yield {
				title: "Compare with ==",
				explanation: "A single = assigns, which a condition cannot do.",
				isCertain: true,
				edits: edit(at, at + 1, "=="),
			};
		}
		yield* parenthesisedPrints(module);
		yield* renamedKeyword(module, start);
		yield* missingComma(module, start);
	}
}
