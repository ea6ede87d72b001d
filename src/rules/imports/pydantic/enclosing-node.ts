import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** The innermost node of a type around a place. */
export function enclosing<Type extends ast.TypedNode["type"]>(
	module: Module,
	range: TextRange,
	type: Type,
): Extract<ast.TypedNode, { type: Type }> | null {
	let found: ast.TypedNode | null = null;
	walk(module.tree, (node) => {
		const holds = node.start <= range.start && range.end <= node.end;
		if (holds && node.type === type) found = node;
		return holds;
	});
	return found as Extract<ast.TypedNode, { type: Type }> | null;
}
