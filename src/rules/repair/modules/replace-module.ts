import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { indentAt, lineBreakOf, replaceText } from "../../../python/rewrite/source.ts";
import { dottedName, walk } from "../../../python/walk.ts";
import type { TextEdit, TextRange } from "../../../text/range.ts";
import { spellModule } from "./module-spelling.ts";

/** Names another module in an import statement, or in the text of an `import_module` call; null where that is not all that must change. */
export function replaceModule(
	source: Module,
	statement: ast.Statement | null,
	range: TextRange,
	requested: string,
	module: string,
	isOwn: boolean,
): readonly TextEdit[] | null {
	if (statement?.type === "ImportFrom") {
		const spelling = isOwn ? spellModule(source, module, statement.level > 0) : module;
		return [replaceText(source, statement.moduleRange.start, statement.moduleRange.end, spelling)];
	}
	if (statement?.type === "Import") return replaceImport(source, statement, range, module);
	return replaceLiteral(source, range, requested, module);
}

/** `import a.b` binds `a`: whatever the file reads as `a.b` has to be read by the new path. */
function replaceImport(source: Module, statement: ast.Import, range: TextRange, module: string): readonly TextEdit[] | null {
	const alias = statement.names.find((each) => each.name.start === range.start);
	if (alias === undefined) return null;
	const spelling = replaceText(source, alias.name.start, alias.name.end, module);
	if (alias.asName !== null) return [spelling];
	const edits = [spelling];
	walk(source.tree, (node) => {
		if (node.type !== "Attribute" && node.type !== "Name") return true;
		if (dottedName(node) !== alias.name.name) return true;
		edits.push(replaceText(source, node.start, node.end, module));
		return false;
	});
	return edits;
}

/** `import a.b.Name` as Python can do it: `import a.b`, or `from a.b import Name as n` where it has another name here. */
export function importOwner(
	source: Module,
	statement: ast.Statement | null,
	range: TextRange,
	module: string,
	name: string,
): readonly TextEdit[] | undefined {
	if (statement?.type !== "Import") return undefined;
	const alias = statement.names.find((each) => each.name.start === range.start);
	if (alias === undefined) return undefined;
	if (alias.asName === null) return [replaceText(source, alias.name.start, alias.name.end, module)];
	if (statement.names.length > 1) return undefined;
	return [replaceText(source, statement.start, statement.end, `from ${module} import ${name} as ${alias.asName.name}`)];
}

/** The module's name as one string, or the one part of it that differs where the name is put together. */
function replaceLiteral(source: Module, range: TextRange, requested: string, module: string): readonly TextEdit[] | null {
	let content: TextRange | null = null;
	walk(source.tree, (node) => {
		const isInside = node.start >= range.start && node.end <= range.end;
		if (node.type === "Constant" && isInside && node.value === requested) content ??= node.content;
		return node.start < range.end && node.end > range.start;
	});
	const place = content as TextRange | null;
	if (place !== null) return [replaceText(source, place.start, place.end, module)];
	const [wanted, parts] = [requested.split("."), module.split(".")];
	const different = wanted.flatMap((part, i) => (part === parts[i] ? [] : [i]));
	const [index = 0] = different;
	if (wanted.length !== parts.length || different.length !== 1) return null;
	const places: TextRange[] = [];
	walk(source.tree, (node) => {
		if (node.type === "Constant" && node.value === wanted[index] && node.content) places.push(node.content);
	});
	const [only] = places;
	return only && places.length === 1 ? [replaceText(source, only.start, only.end, parts[index] ?? "")] : null;
}

/** One statement for each module that the names of a from-import come from, in the place of the one there is. */
export function splitImport(source: Module, statement: ast.ImportFrom, homes: ReadonlyMap<string, string>): readonly TextEdit[] {
	const byModule = new Map<string, string[]>();
	for (const alias of statement.names) {
		const home = homes.get(alias.name.name) ?? "";
		byModule.set(home, [...(byModule.get(home) ?? []), source.text.slice(alias.start, alias.end)]);
	}
	const lines = [...byModule].map(([home, items]) =>
		home === ""
			? `import ${items.join(", ")}`
			: `from ${spellModule(source, home, statement.level > 0)} import ${items.join(", ")}`,
	);
	const separator = lineBreakOf(source.text) + indentAt(source.text, statement.start);
	return [replaceText(source, statement.start, statement.end, lines.join(separator))];
}
