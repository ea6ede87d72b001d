import type { TextEdit } from "../../text/range.ts";
import type * as ast from "../ast.ts";
import { type Origin, placeForImport } from "./import-placement.ts";
import { boundName, namesUsed } from "./names.ts";
import { type ImportStatement, importsOf, isParenthesised } from "./remove-imports.ts";
import {
	indentAt,
	indentUnitOf,
	isFirstOnLine,
	lineBreakOf,
	lineEndAt,
	lineStartAt,
	nextLineAt,
	type PythonSource,
	replaceText,
} from "./source.ts";
import { insertAfter, isTypeCheckingTest } from "./statements.ts";

/** A name that a file has to import. */
export interface WantedImport {
	/** What follows `from`, dots included; `""` for `import name`. */
	readonly module: string;
	readonly name: string;
	/** Another name to bind it to, or null. */
	readonly asName: string | null;
	/** Needed by annotations only: it goes under `if TYPE_CHECKING:`. */
	readonly typeOnly: boolean;
}

/** Where a module comes from; files that keep their imports in groups keep them in these. */
export type OriginOf = (module: string) => Origin;

/**
 * Makes a name importable in the file's own hand: joins the statement that already imports from the module, else adds a
 * line beside its like. No edit where the file imports it already.
 */
export function addImport(source: PythonSource, wanted: WantedImport, originOf: OriginOf): readonly TextEdit[] {
	if (isImported(source, wanted)) return [];
	return wanted.typeOnly ? addForTyping(source, wanted, originOf) : addAtRuntime(source, wanted, originOf);
}

/** Does a statement at module level bind the wanted name already, before its first use? For annotations any place will do. */
export function isImported(source: PythonSource, wanted: WantedImport): boolean {
	const local = localName(wanted);
	const neededAt = wanted.typeOnly ? source.text.length : firstUseOf(source, wanted);
	const candidates = wanted.typeOnly ? importsOf(source.tree) : source.tree.body;
	return candidates.some(
		(statement) =>
			(statement.type === "Import" || statement.type === "ImportFrom") &&
			statement.start < neededAt &&
			isFrom(statement, wanted.module) &&
			statement.names.some((alias) => alias.name.name === wanted.name && boundName(statement, alias) === local),
	);
}

function localName(wanted: WantedImport): string {
	return wanted.asName ?? (wanted.module === "" ? (wanted.name.split(".")[0] ?? "") : wanted.name);
}

function firstUseOf(source: PythonSource, wanted: WantedImport): number {
	return namesUsed(source.tree).firstUse.get(localName(wanted)) ?? source.text.length;
}

function isFrom(statement: ImportStatement, module: string): boolean {
	if (statement.type === "Import") return module === "";
	return module !== "" && ".".repeat(statement.level) + statement.module === module;
}

function addAtRuntime(source: PythonSource, wanted: WantedImport, originOf: OriginOf): readonly TextEdit[] {
	const neededAt = firstUseOf(source, wanted);
	for (const statement of source.tree.body) {
		if (statement.type === "ImportFrom" && !statement.star && isFrom(statement, wanted.module) && statement.start < neededAt) {
			return joinStatement(source, statement, itemOf(wanted));
		}
	}
	const line = statementOf(wanted);
	return [placeForImport(source, { line, module: wanted.module || wanted.name, before: neededAt }, originOf)];
}

function addForTyping(source: PythonSource, wanted: WantedImport, originOf: OriginOf): readonly TextEdit[] {
	const block = source.tree.body.find((statement) => statement.type === "If" && isTypeCheckingTest(statement.test));
	if (block?.type === "If") {
		for (const statement of block.body) {
			if (statement.type === "ImportFrom" && !statement.star && isFrom(statement, wanted.module)) {
				return joinStatement(source, statement, itemOf(wanted));
			}
		}
		const last =
			block.body.findLast((statement) => statement.type === "Import" || statement.type === "ImportFrom") ?? block.body.at(-1);
		return last ? [insertAfter(source, last, statementOf(wanted))] : [];
	}
	return addTypingBlock(source, wanted, originOf);
}

/** A new `if TYPE_CHECKING:` behind the imports at the top, with the import of its test. */
function addTypingBlock(source: PythonSource, wanted: WantedImport, originOf: OriginOf): readonly TextEdit[] {
	const eol = lineBreakOf(source.text);
	const test: WantedImport = { module: "typing", name: "TYPE_CHECKING", asName: null, typeOnly: false };
	const testEdits = addAtRuntimeUnlessThere(source, test, originOf);
	const body = `if TYPE_CHECKING:${eol}${indentUnitOf(source)}${statementOf(wanted)}${eol}`;
	const last = lastTopImport(source.tree);
	if (!last) {
		const [first] = testEdits;
		return first ? [{ ...first, newText: `${first.newText.trimEnd()}${eol}${eol}${body}${eol}` }] : [];
	}
	const at = nextLineAt(source.text, last.end);
	const endsWithBreak = at > lineEndAt(source.text, last.end);
	const newText = `${endsWithBreak ? "" : eol}${eol}${body}`;
	// Both may go to one place; two insertions there would have no order.
	const [first] = testEdits;
	if (first && first.range.start === at) return [{ ...first, newText: first.newText + newText }];
	return [...testEdits, replaceText(source, at, at, newText)].sort((a, b) => a.range.start - b.range.start);
}

function addAtRuntimeUnlessThere(source: PythonSource, wanted: WantedImport, originOf: OriginOf): readonly TextEdit[] {
	return isImported(source, wanted) ? [] : addAtRuntime(source, wanted, originOf);
}

/** The last of the imports that a file begins with. */
function lastTopImport(tree: ast.Module): ast.Statement | null {
	let last: ast.Statement | null = null;
	for (const statement of tree.body) {
		if (statement.type === "Import" || statement.type === "ImportFrom") last = statement;
		else if (statement.type === "FunctionDef" || statement.type === "ClassDef") break;
	}
	return last;
}

function itemOf(wanted: WantedImport): string {
	return wanted.asName ? `${wanted.name} as ${wanted.asName}` : wanted.name;
}

function statementOf(wanted: WantedImport): string {
	return wanted.module === "" ? `import ${itemOf(wanted)}` : `from ${wanted.module} import ${itemOf(wanted)}`;
}

/** Adds a name to `from … import …`: in its place where the names are sorted, else at the end. */
function joinStatement(source: PythonSource, statement: ast.ImportFrom, item: string): readonly TextEdit[] {
	const { names } = statement;
	const sorted = sortOf(names.map((alias) => alias.name.name));
	const next = sorted && names.find((alias) => sorted(item, alias.name.name) < 0);
	const last = names.at(-1);
	if (!last) return [];
	if (!isParenthesised(source, statement)) return joinBare(source, statement, item, next ?? null, last);
	if (next) {
		const lines = isFirstOnLine(source.text, next.start);
		const separator = lines ? lineBreakOf(source.text) + indentAt(source.text, next.start) : " ";
		return [replaceText(source, next.start, next.start, `${item},${separator}`)];
	}
	return isFirstOnLine(source.text, last.start)
		? joinOwnLine(source, last, item)
		: [replaceText(source, last.end, last.end, `, ${item}`)];
}

function joinBare(
	source: PythonSource,
	statement: ast.ImportFrom,
	item: string,
	next: ast.Alias | null,
	last: ast.Alias,
): readonly TextEdit[] {
	const { text } = source;
	const line = text.slice(lineStartAt(text, last.start), lineEndAt(text, last.end));
	const first = statement.names[0]?.start ?? last.start;
	const oneLine = !text.slice(statement.start, statement.end).includes("\\");
	if (oneLine && line.length + item.length + 2 > lineLimit(text)) {
		const eol = lineBreakOf(text);
		const indent = indentAt(text, statement.start);
		const items = statement.names.map((alias) => text.slice(alias.start, alias.end));
		items.splice(next ? statement.names.indexOf(next) : items.length, 0, item);
		const list = items.map((name) => `${indent}${indentUnitOf(source)}${name},${eol}`).join("");
		return [replaceText(source, first, last.end, `(${eol}${list}${indent})`)];
	}
	if (next) return [replaceText(source, next.start, next.start, `${item}, `)];
	return [replaceText(source, last.end, last.end, `, ${item}`)];
}

/** For a list of one name a line: a line of its own, with the trailing comma the list has. */
function joinOwnLine(source: PythonSource, last: ast.Alias, item: string): readonly TextEdit[] {
	const { text } = source;
	const line = `${indentAt(text, last.start)}${item},${lineBreakOf(text)}`;
	const hasComma = /^[ \t]*,/.test(text.slice(last.end));
	const closesOnLine = text.slice(last.end, lineEndAt(text, last.end)).replace(/#.*/, "").includes(")");
	if (closesOnLine) return [replaceText(source, last.end, last.end, `,${lineBreakOf(text)}${indentAt(text, last.start)}${item}`)];
	const at = nextLineAt(text, last.end);
	const insertion = replaceText(source, at, at, line);
	return hasComma ? [insertion] : [replaceText(source, last.end, last.end, ","), insertion];
}

type Order = (a: string, b: string) => number;

/** The order in which at least two names stand: by code point, without case, or as isort does by kind; null where there is none. */
function sortOf(names: readonly string[]): Order | null {
	if (names.length < 2) return null;
	const orders: Order[] = [byKind, byCodePoint, (a, b) => byCodePoint(a.toLowerCase(), b.toLowerCase())];
	return orders.find((order) => names.every((name, i) => i === 0 || order(names[i - 1] ?? "", name) <= 0)) ?? null;
}

function byCodePoint(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/** isort's default `order_by_type`: CONSTANTS, Classes, functions (https://pycqa.github.io/isort/docs/configuration/options.html). */
function byKind(a: string, b: string): number {
	const kind = (name: string) => (name.length > 1 && name === name.toUpperCase() ? 0 : /^[A-Z]/.test(name) ? 1 : 2);
	return kind(a) - kind(b) || byCodePoint(a.toLowerCase(), b.toLowerCase());
}

/** The line length that the file keeps to: the smallest of the usual ones that all its lines fit in. */
function lineLimit(text: string): number {
	const longest = text.split(/\r\n|\r|\n/).reduce((most, line) => Math.max(most, line.length), 0);
	return [79, 88, 100, 120].find((limit) => limit >= 88 && longest <= limit) ?? 120;
}
