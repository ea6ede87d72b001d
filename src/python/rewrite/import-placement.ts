import type { TextEdit } from "../../text/range.ts";
import type * as ast from "../ast.ts";
import type { ImportStatement } from "./remove-imports.ts";
import { lineBreakOf, lineEndAt, lineStartAt, nextLineAt, type PythonSource, replaceText } from "./source.ts";

/** The groups of PEP 8, in their order (https://peps.python.org/pep-0008/#imports). */
const origins = ["future", "standard-library", "third-party", "own"] as const;
export type Origin = (typeof origins)[number];

interface NewImport {
	/** The statement without a line break. */
	readonly line: string;
	/** The module as written, dots included. */
	readonly module: string;
	/** Offset of the first use: the import has to run before it. */
	readonly before: number;
}

/** Adds a line for a new import beside its like: in its group, in its place where the group is sorted. */
export function placeForImport(source: PythonSource, wanted: NewImport, originOf: (module: string) => Origin): TextEdit {
	const imports = topImports(source.tree).filter((statement) => statement.start < wanted.before);
	const rank = rankOf(wanted.module, originOf);
	const ranked = imports.map((statement) => ({ statement, rank: rankOf(moduleOf(statement), originOf) }));
	const group = ranked.filter((entry) => entry.rank === rank).map((entry) => entry.statement);
	if (group.length > 0) return withinGroup(source, group, wanted);
	const lower = ranked.findLast((entry) => entry.rank < rank);
	if (lower) return behind(source, lower.statement, wanted.line, separated(source, imports));
	const higher = ranked[0];
	if (higher) return ahead(source, higher.statement, wanted.line, separated(source, imports));
	return atTop(source, wanted.line);
}

/** Imports of the module's own block before its first function or class: later ones are late on purpose. */
function topImports(tree: ast.Module): readonly ImportStatement[] {
	const imports: ImportStatement[] = [];
	for (const statement of tree.body) {
		if (statement.type === "FunctionDef" || statement.type === "ClassDef") break;
		if (statement.type === "Import" || statement.type === "ImportFrom") imports.push(statement);
	}
	return imports;
}

function moduleOf(statement: ImportStatement): string {
	return statement.type === "Import" ? (statement.names[0]?.name.name ?? "") : ".".repeat(statement.level) + statement.module;
}

function rankOf(module: string, originOf: (module: string) => Origin): number {
	if (module === "__future__") return origins.indexOf("future");
	return origins.indexOf(module.startsWith(".") ? "own" : originOf(module));
}

/** Behind the last of its group; before the first greater one of its form where those are sorted. */
function withinGroup(source: PythonSource, group: readonly ImportStatement[], wanted: NewImport): TextEdit {
	const form = wanted.line.startsWith("import ") ? "Import" : "ImportFrom";
	const alike = group.filter((statement) => statement.type === form);
	const modules = alike.map(moduleOf);
	const sorted = modules.length > 1 && modules.every((module, i) => i === 0 || keyOf(modules[i - 1] ?? "") <= keyOf(module));
	const next = sorted ? alike.find((statement) => keyOf(moduleOf(statement)) > keyOf(wanted.module)) : undefined;
	if (next) return ahead(source, next, wanted.line, false);
	const last = alike.at(-1) ?? (form === "ImportFrom" ? group.at(-1) : undefined);
	const first = group[0];
	if (last) return behind(source, last, wanted.line, false);
	return first ? ahead(source, first, wanted.line, false) : atTop(source, wanted.line);
}

function keyOf(module: string): string {
	return module.toLowerCase();
}

/** Does the file part its groups by blank lines? One that has a single group is taken to. */
function separated(source: PythonSource, imports: readonly ImportStatement[]): boolean {
	if (imports.length < 2) return true;
	return imports.some((statement, i) => {
		const next = imports[i + 1];
		return next !== undefined && /(\r\n|\r|\n)[ \t]*(\r\n|\r|\n)/.test(source.text.slice(statement.end, next.start));
	});
}

function behind(source: PythonSource, statement: ImportStatement, line: string, apart: boolean): TextEdit {
	const eol = lineBreakOf(source.text);
	const at = nextLineAt(source.text, statement.end);
	const gap = apart ? eol : "";
	const hasBreak = at > lineEndAt(source.text, statement.end);
	return replaceText(source, at, at, hasBreak ? `${gap}${line}${eol}` : `${eol}${gap}${line}`);
}

function ahead(source: PythonSource, statement: ImportStatement, line: string, apart: boolean): TextEdit {
	const eol = lineBreakOf(source.text);
	const at = lineStartAt(source.text, statement.start);
	return replaceText(source, at, at, `${line}${eol}${apart ? eol : ""}`);
}

/** The first import of a file: behind its opening comments and docstring. */
function atTop(source: PythonSource, line: string): TextEdit {
	const { text, tree } = source;
	const eol = lineBreakOf(text);
	const [first, second] = tree.body;
	const docstring =
		first?.type === "ExpressionStatement" && first.value.type === "Constant" && first.value.literal === "string" ? first : null;
	const next = docstring ? second : first;
	if (docstring) {
		const at = nextLineAt(text, docstring.end);
		const hasBreak = at > lineEndAt(text, docstring.end);
		return replaceText(source, at, at, `${hasBreak ? "" : eol}${eol}${line}${eol}${gapBefore(source, at, next, eol)}`);
	}
	const at = behindOpeningComments(text);
	return replaceText(source, at, at, `${line}${eol}${gapBefore(source, at, next, eol)}`);
}

/** Blank lines between a new first import and what follows: two before a definition, one before anything else. */
function gapBefore(source: PythonSource, at: number, next: ast.Statement | undefined, eol: string): string {
	if (!next) return "";
	const wanted = next.type === "FunctionDef" || next.type === "ClassDef" ? 2 : 1;
	const there = /^(?:[ \t]*(?:\r\n|\r|\n))*/.exec(source.text.slice(at))?.[0].split(/\r\n|\r|\n/).length ?? 1;
	return eol.repeat(Math.max(0, wanted - (there - 1)));
}

/** Behind a shebang line, an encoding line and the comment block they open. */
function behindOpeningComments(text: string): number {
	let at = 0;
	while (text[at] === "#") at = nextLineAt(text, at);
	if (at > 0 && text.slice(at, lineEndAt(text, at)).trim() === "" && at < text.length) at = nextLineAt(text, at);
	return at;
}
