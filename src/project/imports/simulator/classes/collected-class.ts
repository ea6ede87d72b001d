import type * as ast from "../../../../python/ast.ts";
import type { ExternalValue, Value } from "../../values.ts";
import type { Frame, Machine } from "../machine.ts";
import { failOperation } from "../refused-operations.ts";
import { uniterableMetaclass } from "./metaclasses.ts";

/** `list(Item)` and `List(Item)` where `list[Item]` is meant: a class cannot be gone through, and typing's aliases cannot be called. */
export function failOnCollectedClass(
	machine: Machine,
	frame: Frame,
	callee: ExternalValue,
	args: readonly Value[],
	node: ast.Call,
): void {
	const alias = /^typing\.(List|Dict|Set|Tuple|FrozenSet)$/.exec(callee.canonical)?.[1];
	if (alias !== undefined && callee.subscript === undefined) {
		const { minor } = machine.environment.python;
		if (minor >= 9)
			failOperation(
				machine,
				frame,
				node,
				"TypeError",
				`Type ${alias} cannot be instantiated; use ${alias.toLowerCase()}() instead`,
			);
		return;
	}
	if (!/^builtins\.(list|set|tuple|frozenset)$/.test(callee.canonical)) return;
	const [only, ...others] = args;
	const type = only?.kind === "class" && others.length === 0 ? uniterableMetaclass(only) : null;
	if (type !== null) failOperation(machine, frame, node, "TypeError", `'${type}' object is not iterable`);
}
