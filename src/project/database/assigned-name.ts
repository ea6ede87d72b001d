import type * as ast from "../../python/ast.ts";
import { statementsOf } from "../../python/rewrite/blocks.ts";
import { dottedName } from "../../python/walk.ts";
import type { Module } from "../project.ts";

/** The name that a module gives the result of an expression: `engine` for `engine = create_engine(...)`; null where it gives it none. */
export function assignedName(module: Module, expression: ast.Expression): string | null {
	for (const statement of statementsOf(module.tree)) {
		if (statement.type === "AnnAssign" && statement.value === expression) return dottedName(statement.target);
		if (statement.type !== "Assign" || statement.value !== expression) continue;
		const [target] = statement.targets;
		return target === undefined ? null : dottedName(target);
	}
	return null;
}
