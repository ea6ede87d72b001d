import type { Module } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { isRebound, referencesTo } from "../../../../python/references.ts";
import { namesUsed } from "../../../../python/rewrite/names.ts";
import { removeImportedNames } from "../../../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { boundNames } from "../../../../python/scopes.ts";
import type { TextEdit } from "../../../../text/range.ts";

/**
 * Imports `name` in place of the name that an alias asks for, and calls it so wherever the file uses it. Where the file
 * needs the old name (it is quoted, re-exported or bound again), the new one is imported under it.
 */
export function renameImport(
	source: Module,
	statement: ast.ImportFrom,
	alias: ast.Alias,
	name: string,
	keepsOldName: boolean,
): readonly TextEdit[] {
	const old = alias.name.name;
	const spelling = replaceText(source, alias.name.start, alias.name.end, name);
	if (alias.asName !== null) return [spelling];
	const uses = source.tree.body.includes(statement) ? renameUses(source, old, name) : null;
	if (uses === null || keepsOldName || namesUsed(source.tree).quoted.has(old)) {
		return [replaceText(source, alias.start, alias.end, `${name} as ${old}`)];
	}
	const isThere = statement.names.some((other) => other !== alias && other.name.name === name && other.asName === null);
	if (isThere) return [...removeImportedNames(source, [alias]), ...uses];
	if (boundNames(source.tree.body).has(name)) return [replaceText(source, alias.start, alias.end, `${name} as ${old}`)];
	return [spelling, ...uses];
}

/** Calls a name of the module scope by another name wherever the file reads it; null where the two would be mixed up. */
function renameUses(source: Module, old: string, name: string): readonly TextEdit[] | null {
	if (isRebound(source.tree, old)) return null;
	return referencesTo(source.tree, old).map((use) => replaceText(source, use.start, use.end, name));
}
