import type * as ast from "../../../python/ast.ts";
import { dottedName } from "../../../python/walk.ts";
import { lookUpName, type NameScope } from "../../models/name-scope.ts";

/**
 * The class in quotes inside the brackets of a signature's type, `list["Item"]`. FastAPI evaluates texts that are the whole annotation, and
 * hands the others to pydantic, which does not know where to look them up. Null where none is of the project, or none is there at all.
 */
export function quotedInBrackets(node: ast.Expression, scope: NameScope): ast.Constant | null {
	if (node.type !== "Subscript" || /(^|\.)(Literal|Annotated)$/.test(dottedName(node.value) ?? "")) return null;
	const items = node.index.type === "Sequence" ? node.index.items : [node.index];
	for (const item of items) {
		const inner = quotedInBrackets(item, scope);
		if (inner !== null) return inner;
		if (item.type !== "Constant" || item.literal !== "string" || typeof item.value !== "string") continue;
		if (!/^[A-Za-z_]\w*$/.test(item.value)) continue;
		const found = lookUpName(scope, item.value);
		if (found === "unbound" || found.value.kind === "class") return item;
	}
	return null;
}
