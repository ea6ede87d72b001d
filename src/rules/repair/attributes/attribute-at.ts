import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import type { FailureOf } from "../trial/import-failures.ts";

/** The expression that reads an attribute which is not there: `endpoints.orders`; null for an entry of `__all__`. */
export function attributeAt({ module, range }: FailureOf<"attribute-missing">): ast.Attribute | null {
	return nodeAt(module.tree, range, "Attribute") ?? null;
}
