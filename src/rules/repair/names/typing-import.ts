import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { blocksOf } from "../../../python/rewrite/blocks.ts";
import { boundName } from "../../../python/rewrite/names.ts";
import { type ImportStatement, removeImportedNames } from "../../../python/rewrite/remove-imports.ts";
import { isTypeCheckingTest } from "../../../python/rewrite/statements.ts";

/** The import of a name under `if TYPE_CHECKING:`, or null. */
export function findTypingImport(
	tree: ast.Module,
	name: string,
): { readonly statement: ImportStatement; readonly alias: ast.Alias } | null {
	for (const { owner, statements } of blocksOf(tree)) {
		if (owner?.type !== "If" || !isTypeCheckingTest(owner.test)) continue;
		for (const statement of statements) {
			if (statement.type !== "Import" && statement.type !== "ImportFrom") continue;
			const alias = statement.names.find((each) => boundName(statement, each) === name);
			if (alias) return { statement, alias };
		}
	}
	return null;
}

/** Takes a name out of an `if TYPE_CHECKING:` block and imports it for the running program. */
export function importAtRuntime(
	source: Module,
	statement: ImportStatement,
	alias: ast.Alias,
): Pick<FixProposal, "edits" | "needs"> {
	const module = statement.type === "ImportFrom" ? ".".repeat(statement.level) + statement.module : "";
	return {
		edits: removeImportedNames(source, [alias]),
		needs: [{ path: source.path, module, name: alias.name.name }],
	};
}
