import type { ImportNeed } from "../../../../audit/fix.ts";
import type { Module } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { referencesTo } from "../../../../python/references.ts";
import { boundName, namesUsed } from "../../../../python/rewrite/names.ts";
import { type ImportStatement, removeImportedNames } from "../../../../python/rewrite/remove-imports.ts";
import { insertAfter, insertBefore } from "../../../../python/rewrite/statements.ts";
import { contains, walk } from "../../../../python/walk.ts";
import type { TextEdit } from "../../../../text/range.ts";
import { quoteNameIn } from "../../../repair/names/forward-reference.ts";

/** An import that no longer runs when its file is imported. */
export interface DeferredImport {
	readonly edits: readonly TextEdit[];
	readonly needs: readonly ImportNeed[];
	/** Names of the functions that now import for themselves; empty where only annotations use it. */
	readonly functions: readonly string[];
}

/**
 * Makes an import wait: names used in annotations are imported under TYPE_CHECKING with the annotations quoted, names used
 * in functions by these functions. Null where some use runs while the file is imported, or a framework reads the annotation.
 */
export function deferImport(source: Module, statement: ImportStatement): DeferredImport | null {
	if (!source.tree.body.includes(statement) || (statement.type === "ImportFrom" && statement.star)) return null;
	const code = source.text
		.slice(statement.start, statement.end)
		.replace(/\\(?=[\r\n])/g, "")
		.replace(/\s+/g, (blanks) => (/[\r\n]/.test(blanks) ? " " : blanks));
	const hosts = new Map<ast.FunctionDef, Set<ast.Alias>>();
	const quotes = new Map<number, TextEdit>();
	const typeOnly = new Set<ast.Alias>();
	for (const alias of statement.names) {
		const local = boundName(statement, alias);
		if (statement.type === "Import" && alias.asName === null && alias.name.name.includes(".")) return null;
		if (isExported(source.tree, local)) return null;
		for (const use of referencesTo(source.tree, local)) {
			const place = placeOf(source.tree, use);
			if (place === null) return null;
			if (place.type === "body") {
				hosts.set(place.host, (hosts.get(place.host) ?? new Set()).add(alias));
				continue;
			}
			typeOnly.add(alias);
			if (!source.tree.futures.has("annotations")) {
				const edit = quoteNameIn(source, place.annotation, use.start);
				if (edit === null) return null;
				quotes.set(edit.range.start, edit);
			}
		}
		if (namesUsed(source.tree).quoted.has(local)) typeOnly.add(alias);
	}
	const module = statement.type === "ImportFrom" ? ".".repeat(statement.level) + statement.module : "";
	const needs = [...typeOnly].map((alias): ImportNeed => ({ path: source.path, module, name: alias.name.name, typeOnly: true }));
	// What nothing uses is imported for what its module does: that must not be lost.
	const isUsed = (alias: ast.Alias) => typeOnly.has(alias) || [...hosts.values()].some((aliases) => aliases.has(alias));
	if (!statement.names.every(isUsed) || [...typeOnly].some((alias) => alias.asName !== null)) return null;
	const imports = [...hosts].map(([host, aliases]) => localImport(source, host, lineFor(statement, source, aliases, code)));
	return {
		edits: [...removeImportedNames(source, statement.names), ...quotes.values(), ...imports],
		needs,
		functions: [...hosts.keys()].map((host) => host.name.name),
	};
}

function lineFor(statement: ImportStatement, source: Module, aliases: ReadonlySet<ast.Alias>, code: string): string {
	if (aliases.size === statement.names.length) return code.replace(/\(\s*/, "(").replace(/(?:,\s*|(?<!\s)\s+)?\)$/, ")");
	const items = [...aliases].map((alias) => source.text.slice(alias.start, alias.end)).join(", ");
	if (statement.type === "Import") return `import ${items}`;
	return `from ${source.text.slice(statement.moduleRange.start, statement.moduleRange.end)} import ${items}`;
}

/** An import at the top of a function's body, behind its docstring. */
export function localImport(source: Module, host: ast.FunctionDef, line: string): TextEdit {
	const [first] = host.body;
	const isDocstring =
		first?.type === "ExpressionStatement" && first.value.type === "Constant" && first.value.literal === "string";
	if (first === undefined) return insertAfter(source, host, line);
	return isDocstring ? insertAfter(source, first, line) : insertBefore(source, first, line);
}

type Place =
	| { readonly type: "body"; readonly host: ast.FunctionDef }
	/** Python evaluates it when the function or class is defined. */
	| { readonly type: "annotation"; readonly annotation: ast.Expression };

/** Where a name is used, as far as its use can wait; null where it runs at once, or where a framework reads it. */
function placeOf(tree: ast.Module, use: ast.Name): Place | null {
	let host: ast.FunctionDef | null = null;
	let owner: ast.FunctionDef | ast.ClassDef | null = null;
	let annotation: ast.Expression | null = null;
	walk(tree, (node) => {
		if (node.type === "FunctionDef" || node.type === "ClassDef") {
			if (!contains(node, use.start)) return false;
			if (host === null) owner = node;
			if (node.type === "FunctionDef") {
				const parts = [...node.parameters.map((parameter) => parameter.annotation), node.returns];
				const found = parts.find((part) => part !== null && contains(part, use.start));
				if (found && host === null) annotation = found;
				else if (host === null && node.body.some((statement) => contains(statement, use.start))) host = node;
			}
		}
		if (node.type === "AnnAssign" && contains(node.annotation, use.start) && host === null) annotation = node.annotation;
		return true;
	});
	// The closures above hide their assignments from the checker.
	const body = host as ast.FunctionDef | null;
	if (body !== null) return { type: "body", host: body };
	const found = annotation as ast.Expression | null;
	if (found === null || isReadByFramework(owner)) return null;
	return { type: "annotation", annotation: found };
}

/** FastAPI reads the annotations of routes and dependencies, pydantic those of its models: quoted names would have to be there. */
function isReadByFramework(owner: ast.FunctionDef | ast.ClassDef | null): boolean {
	if (owner === null) return true;
	if (owner.type === "FunctionDef") {
		const plain = new Set([
			"property",
			"staticmethod",
			"classmethod",
			"abstractmethod",
			"cached_property",
			"contextmanager",
			"asynccontextmanager",
		]);
		const isDecorated = owner.decorators.some((decorator) => decorator.type !== "Name" || !plain.has(decorator.id));
		const hasMarkers = owner.parameters.some(
			(parameter) => parameter.default?.type === "Call" || mentions(parameter.annotation, "Annotated"),
		);
		return isDecorated || hasMarkers;
	}
	// Mappers look relationships up by name, when all classes are there.
	return !owner.body.some(
		(statement) =>
			statement.type === "AnnAssign" && statement.value !== null && mentions(statement.value, "Relationship", "relationship"),
	);
}

function mentions(node: ast.Expression | null, ...names: readonly string[]): boolean {
	let found = false;
	if (node === null) return found;
	walk(node, (each) => {
		const name = each.type === "Name" ? each.id : each.type === "Attribute" ? each.attribute.name : "";
		if (names.includes(name)) found = true;
		return !found;
	});
	return found;
}

/** Is the name listed in `__all__`? Then others take it from here. */
function isExported(tree: ast.Module, name: string): boolean {
	return tree.body.some((statement) => {
		if (statement.type !== "Assign" && statement.type !== "AugAssign") return false;
		const targets = statement.type === "Assign" ? statement.targets : [statement.target];
		if (!targets.some((target) => target.type === "Name" && target.id === "__all__")) return false;
		return (
			statement.value.type === "Sequence" && statement.value.items.some((item) => item.type === "Constant" && item.value === name)
		);
	});
}
