import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { isRebound, referencesTo } from "../../../../python/references.ts";
import { boundName } from "../../../../python/rewrite/names.ts";
import { importsOf, isParenthesised, removeImportedNames } from "../../../../python/rewrite/remove-imports.ts";
import { indentAt, isFirstOnLine, lineBreakOf, lineStartAt, replaceText } from "../../../../python/rewrite/source.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { dottedName, walk } from "../../../../python/walk.ts";
import type { TextEdit } from "../../../../text/range.ts";

/** Whose a name is, of an own module and the package that it hides. */
export type NameOwner = "own" | "package";

/**
 * The edits of a module after which its imports of `own` say `newName`, and those of the package still say the package. Each name
 * belongs to the one that has it; `preferred` decides where both do. Null where no edit is certain to keep what is meant.
 */
export function dividedImports(
	project: Project,
	module: Module,
	own: Module,
	newName: string,
	preferred: NameOwner,
): readonly TextEdit[] | null {
	const { name } = own;
	if (asksByText(module, name)) return null;
	const ownerOf = nameOwners(project, own, preferred);
	const edits: TextEdit[] = [];
	for (const statement of importsOf(module.tree)) {
		const ofStatement =
			statement.type === "Import"
				? plainImport(project, module, statement, own, newName, ownerOf)
				: importFrom(project, module, statement, own, newName, ownerOf);
		if (ofStatement === null) return null;
		edits.push(...ofStatement);
	}
	return edits;
}

type OwnerOf = (symbol: string) => NameOwner;

function nameOwners(project: Project, own: Module, preferred: NameOwner): OwnerOf {
	const names = new Set([...boundNames(own.tree.body), ...(project.trace.runs.get(own.name)?.namespace.names.keys() ?? [])]);
	const hidden = project.environment.findModule(own.name);
	return (symbol) => {
		const isOwn = names.has(symbol) || names.has("__getattr__") || project.modules.has(`${own.name}.${symbol}`);
		const isHidden = hidden.found === "present" && hidden.module.lookup(symbol).found === "present";
		if (isOwn && isHidden) return preferred;
		return isOwn ? "own" : "package";
	};
}

/** `from name import …` and `from name.part import …` */
function importFrom(
	project: Project,
	module: Module,
	statement: ast.ImportFrom,
	own: Module,
	newName: string,
	ownerOf: OwnerOf,
): readonly TextEdit[] | null {
	if (statement.level > 0 || (statement.module !== own.name && !statement.module.startsWith(`${own.name}.`))) return [];
	const { start } = statement.moduleRange;
	const renamed = [replaceText(module, start, start + own.name.length, newName)];
	if (statement.module !== own.name) return project.modules.has(statement.module) ? renamed : [];
	if (statement.star) return renamed;
	const mine = statement.names.filter((alias) => ownerOf(alias.name.name) === "own");
	if (mine.length === 0) return [];
	if (mine.length === statement.names.length) return renamed;
	const { text } = module;
	if (
		!isFirstOnLine(text, statement.start) ||
		(!isParenthesised(module, statement) && text.slice(statement.start, statement.end).includes("\\"))
	)
		return null;
	const names = mine.map((alias) => text.slice(alias.start, alias.end)).join(", ");
	const line = `${indentAt(text, statement.start)}from ${newName} import ${names}${lineBreakOf(text)}`;
	const at = lineStartAt(text, statement.start);
	return [...removeImportedNames(module, mine), replaceText(module, at, at, line)];
}

/** `import name`, `import name as n` and `import name.part` */
function plainImport(
	project: Project,
	module: Module,
	statement: ast.Import,
	own: Module,
	newName: string,
	ownerOf: OwnerOf,
): readonly TextEdit[] | null {
	const edits: TextEdit[] = [];
	for (const alias of statement.names) {
		const dotted = alias.name.name;
		if (dotted !== own.name && !dotted.startsWith(`${own.name}.`)) continue;
		const local = alias.asName?.name ?? own.name;
		const asked = dotted === own.name ? attributesOf(module, local).map((use) => use.attribute.name) : [];
		const owners = new Set(dotted === own.name ? asked.map(ownerOf) : [project.modules.has(dotted) ? "own" : "package"]);
		// A module that is only imported, or handed on as a whole, is the one that Python finds now.
		if (owners.size === 0) owners.add("own");
		if (owners.size > 1 || (owners.has("own") && isRebound(module.tree, local))) return null;
		if (owners.has("package")) continue;
		const { start } = alias.name;
		const end = start + own.name.length;
		if (alias.asName !== null) edits.push(replaceText(module, start, end, newName));
		else if (dotted === own.name) edits.push(replaceText(module, start, end, `${newName} as ${own.name}`));
		else {
			// It binds the first part of its name, which every use spells out.
			if (bindingsOf(module, own.name) > 1) return null;
			edits.push(replaceText(module, start, end, newName));
			for (const use of referencesTo(module.tree, own.name)) edits.push(replaceText(module, use.start, use.end, newName));
		}
	}
	return edits;
}

/** How many imports of a file bind the name. */
function bindingsOf(module: Module, name: string): number {
	return importsOf(module.tree).flatMap((statement) => statement.names.filter((alias) => boundName(statement, alias) === name))
		.length;
}

/** `name.attribute`, wherever the file reads its own `name`. */
function attributesOf(module: Module, local: string): readonly ast.Attribute[] {
	const references = new Set<ast.Expression>(referencesTo(module.tree, local));
	const found: ast.Attribute[] = [];
	walk(module.tree, (node) => {
		if (node.type === "Attribute" && references.has(node.value)) found.push(node);
	});
	return found;
}

/** `importlib.import_module("name")` and its like: which of the two is meant, nobody can tell. */
function asksByText(module: Module, name: string): boolean {
	let asks = false;
	walk(module.tree, (node) => {
		if (node.type !== "Call" || !/(^|\.)(import_module|__import__)$/.test(dottedName(node.callee) ?? "")) return;
		const [first] = node.args;
		if (first?.type === "Constant" && typeof first.value === "string" && first.value.split(".")[0] === name) asks = true;
	});
	return asks;
}
