import type * as ast from "./ast.ts";
import { findIndentationFault } from "./indentation.ts";
import { scanLines } from "./lexical.ts";
import { findFormattedFaults, findNumberFaults } from "./literal-rules.ts";
import { findConflict } from "./merge-conflict.ts";
import { findHandlerFaults, findNewerSyntax } from "./newer-syntax.ts";
import { findPatternFaults } from "./pattern-rules.ts";
import { findScopeFaults } from "./scope-rules.ts";
import { findStarFaults } from "./star-rules.ts";
import { refused } from "./syntax-fault.ts";
import { inPythonsWords, lineAt } from "./syntax-words.ts";
import { findTargetFaults } from "./target-rules.ts";
import { walk } from "./walk.ts";

/**
 * Everything of a file that CPython of a version (`minor` of Python 3) refuses, the first first: what the lenient parser
 * noticed, and what it lets through. Empty for a file that compiles.
 */
export function findSyntaxFaults(text: string, tree: ast.Module, minor: number): readonly ast.SyntaxFault[] {
	const scan = scanLines(text, minor);
	const { lines, fault, reusedQuotes, literals } = scan;
	const conflict = findConflict(text, scan, minor);
	if (conflict !== null) return [conflict];
	const lexical = fault ?? findIndentationFault(text, lines, minor);
	// The parser's own view of what follows such a place is guesswork.
	if (lexical !== null) return [inPythonsWords(text, lexical, minor)];
	const errors = innermost(tree.errors.filter((error) => !isTypeCall(text, error.start)));
	if (errors.length > 0) return errors.map((error) => inPythonsWords(text, error, minor));
	const reused = minor < 12 ? reusedQuotes.map((place) => refused(place, "f-string: expecting '}'")) : [];
	return [...literals, ...reused, ...findNodeFaults(text, tree, minor), ...findScopeFaults(tree, minor)].sort(
		(a, b) => a.start - b.start,
	);
}

/** What is wrong with a node by itself, wherever it stands. */
function findNodeFaults(text: string, tree: ast.Module, minor: number): readonly ast.SyntaxFault[] {
	const faults: ast.SyntaxFault[] = [];
	walk(tree, (node) => {
		faults.push(...findNewerSyntax(text, node, minor), ...findTargetFaults(node), ...findStarFaults(text, node));
		if (node.type === "Match") faults.push(...findPatternFaults(text, node));
		else if (node.type === "Try") faults.push(...findHandlerFaults(text, node, minor));
		else if (node.type === "Constant" && node.literal === "number") faults.push(...findNumberFaults(text, node));
		else if (node.type === "JoinedString") faults.push(...findFormattedFaults(text, node, minor));
	});
	return faults;
}

/** Where the parser gave up on a whole statement, the place inside it says more. */
function innermost(errors: readonly ast.SyntaxFault[]): readonly ast.SyntaxFault[] {
	return errors.filter((outer) => !errors.some((inner) => inner.start > outer.start && inner.end <= outer.end));
}

/** The parser takes every line that begins with `type(…)` for the statement of PEP 695, and stumbles over `type(x).y = z`. */
function isTypeCall(text: string, offset: number): boolean {
	const line = lineAt(text, offset);
	return /^[ \t]*type[ \t]*\(/.test(line);
}
