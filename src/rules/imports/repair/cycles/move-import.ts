import type { FixProposal, ImportNeed } from "../../../../audit/fix.ts";
import type { Module } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { blockOf } from "../../../../python/rewrite/blocks.ts";
import { removeImportedNames } from "../../../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { insertAfter } from "../../../../python/rewrite/statements.ts";

/**
 * Imports one name of a from-import from another module: joins the statement that imports from there, changes the module
 * of a statement that imports nothing else, or adds a line. `module` is spelt as it follows `from`.
 */
export function moveImport(
	source: Module,
	statement: ast.ImportFrom,
	alias: ast.Alias,
	module: string,
): Pick<FixProposal, "edits" | "needs"> {
	const isAtTop = source.tree.body.includes(statement);
	const joins = isAtTop && alias.asName === null && importsFrom(source.tree, module, statement);
	if (statement.names.length === 1 && !joins) {
		return { edits: [replaceText(source, statement.moduleRange.start, statement.moduleRange.end, module)] };
	}
	const removal = removeImportedNames(source, [alias]);
	if (isAtTop && alias.asName === null) {
		const need: ImportNeed = { path: source.path, module, name: alias.name.name };
		return { edits: removal, needs: [need] };
	}
	const item = source.text.slice(alias.start, alias.end);
	const sibling = blockOf(source.tree, statement)?.statements.find((each) => isImportFrom(each, module));
	if (sibling?.type === "ImportFrom") {
		const last = sibling.names.at(-1);
		if (last) return { edits: [...removal, replaceText(source, last.end, last.end, `, ${item}`)] };
	}
	return { edits: [...removal, insertAfter(source, statement, `from ${module} import ${item}`)] };
}

function importsFrom(tree: ast.Module, module: string, except: ast.ImportFrom): boolean {
	return tree.body.some((each) => each !== except && isImportFrom(each, module));
}

function isImportFrom(statement: ast.Statement, module: string): boolean {
	return statement.type === "ImportFrom" && !statement.star && ".".repeat(statement.level) + statement.module === module;
}
