import type * as ast from "../../../../python/ast.ts";
import { walk } from "../../../../python/walk.ts";
import type { FailureOf } from "../import-failures.ts";

/** The expression that reads an attribute which is not there: `endpoints.orders`; null for an entry of `__all__`. */
export function attributeAt({ module, range }: FailureOf<"attribute-missing">): ast.Attribute | null {
	let found: ast.Attribute | null = null;
	walk(module.tree, (node) => {
		if (node.type === "Attribute" && node.start === range.start && node.end === range.end) found = node;
		return node.start < range.end && range.start < node.end;
	});
	return found;
}
