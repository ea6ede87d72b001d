import type { Value } from "../../../project/imports/values.ts";
import type * as ast from "../../../python/ast.ts";

/** The positional argument of `Column` or `mapped_column` that stands where the type does, behind the name if there is one. */
export function firstType(
	args: readonly Value[],
	{ args: nodes }: ast.Call,
): { readonly value: Value; readonly node: ast.Expression } | null {
	const at = args[0]?.kind === "constant" ? 1 : 0;
	const [value, node] = [args[at], nodes[at]];
	return value === undefined || node === undefined || node.type === "Starred" ? null : { value, node };
}
