import type * as ast from "./ast.ts";
import { findIndentationFault } from "./indentation.ts";
import { scanLines } from "./lexical.ts";
import { findNewerSyntax } from "./newer-syntax.ts";
import { findScopeFaults } from "./scope-rules.ts";
import { refused } from "./syntax-fault.ts";

/**
 * Everything of a file that CPython of a version (`minor` of Python 3) refuses, the first first: what the lenient parser
 * noticed, and what it lets through. Empty for a file that compiles.
 */
export function findSyntaxFaults(text: string, tree: ast.Module, minor: number): readonly ast.SyntaxFault[] {
	const { lines, fault, reusedQuotes } = scanLines(text, minor);
	const conflict = conflictMarker.exec(text);
	if (conflict) return [refused({ start: conflict.index, end: conflict.index + conflict[0].length }, "invalid syntax")];
	const lexical = fault ?? findIndentationFault(text, lines, minor);
	// The parser's own view of what follows such a place is guesswork.
	if (lexical !== null) return [inPythonsWords(text, lexical, minor)];
	const errors = innermost(tree.errors.filter((error) => !isTypeCall(text, error.start)));
	if (errors.length > 0) return errors.map((error) => inPythonsWords(text, error, minor));
	const reused = minor < 12 ? reusedQuotes.map((place) => refused(place, "f-string: expecting '}'")) : [];
	return [...reused, ...findNewerSyntax(text, tree, minor), ...findScopeFaults(tree, minor)].sort((a, b) => a.start - b.start);
}

/** Where the parser gave up on a whole statement, the place inside it says more. */
function innermost(errors: readonly ast.SyntaxFault[]): readonly ast.SyntaxFault[] {
	return errors.filter((outer) => !errors.some((inner) => inner.start > outer.start && inner.end <= outer.end));
}

/** What git leaves behind at a merge that was not finished. */
const conflictMarker = /^<{7}(?: .*)?$(?=[\s\S]*^={7}$)/m;

/** The parser takes every line that begins with `type(…)` for the statement of PEP 695, and stumbles over `type(x).y = z`. */
function isTypeCall(text: string, offset: number): boolean {
	const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, endOfLine(text, offset));
	return /^[ \t]*type[ \t]*\(/.test(line);
}

/** `if name = value:`, nothing else of which is an assignment. */
const assignedCondition = /^\s*(?:if|elif|while)\s+[\w.]+\s*=(?!=)[^=(]*:\s*(?:#.*)?$/;

const blockHead = /^[ \t]*(?:async[ \t]+)?(?:if|elif|else|for|while|with|try|except|finally|def|class|match|case)\b/;

/** The parser says where it stumbled; where the reason is plain, CPython names it. */
function inPythonsWords(text: string, error: ast.SyntaxFault, minor: number): ast.SyntaxFault {
	if (error.message !== "invalid syntax" && error.message !== "unexpected indent") return error;
	const line = text.slice(text.lastIndexOf("\n", error.start - 1) + 1, endOfLine(text, error.start));
	if (minor >= 10 && assignedCondition.test(line))
		return { ...error, message: "invalid syntax. Maybe you meant '==' or ':=' instead of '='?" };
	const headAt = missingColonAt(text, error.start);
	return headAt === null ? error : refused({ start: headAt, end: headAt }, "expected ':'");
}

/** The end of a compound statement's head that has no colon, on the line of a place or the one before; null where that is not what is wrong. */
export function missingColonAt(text: string, offset: number): number | null {
	const lines = text.slice(0, endOfLine(text, offset)).split("\n");
	for (const back of [1, 2]) {
		const line = lines.at(-back);
		if (line === undefined || !blockHead.test(line)) continue;
		const code = line.replace(/\s*#.*$/, "").trimEnd();
		if (code.endsWith(":") || /:\s*\S/.test(code.replace(/\[[^\]]*\]|\([^)]*\)|\{[^}]*\}/g, ""))) continue;
		const start = lines.slice(0, -back).reduce((sum, each) => sum + each.length + 1, 0);
		const next = text.slice(endOfLine(text, start) + 1);
		const deeper =
			(/^[ \t]*/.exec(next.replace(/^(?:[ \t]*(?:#.*)?\r?\n)+/, ""))?.[0].length ?? 0) > (/^[ \t]*/.exec(line)?.[0].length ?? 0);
		if (deeper) return start + code.length;
	}
	return null;
}

function endOfLine(text: string, offset: number): number {
	const end = text.indexOf("\n", offset);
	return end < 0 ? text.length : end;
}
