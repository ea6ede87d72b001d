import type { Module } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { walk } from "../../../../python/walk.ts";

/** The string of an own module's `__all__` that names something. */
export function findAllEntry(module: Module | undefined, name: string): ast.Constant | null {
	for (const statement of module?.tree.body ?? []) {
		if (statement.type !== "Assign" && statement.type !== "AugAssign") continue;
		const targets = statement.type === "Assign" ? statement.targets : [statement.target];
		if (!targets.some((target) => target.type === "Name" && target.id === "__all__")) continue;
		let found: ast.Constant | null = null;
		walk(statement.value, (node) => {
			if (node.type === "Constant" && node.value === name) found = node;
		});
		if (found) return found;
	}
	return null;
}

/** Two strings side by side are one string: `"a" "b"` is `"ab"`. */
export function isJoined(module: Module, entry: ast.Constant): boolean {
	return entry.content === null && /["']\s*["']/.test(module.text.slice(entry.start, entry.end));
}
