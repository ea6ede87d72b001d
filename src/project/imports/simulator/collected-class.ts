import type * as ast from "../../../python/ast.ts";
import type { ClassValue, ExternalValue, Value } from "../values.ts";
import type { Frame, Machine } from "./machine.ts";
import { failOperation, isPlainModel } from "./refused-operations.ts";
import { isClosed } from "./value-types.ts";

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
	const type = only?.kind === "class" && others.length === 0 ? metaclassOf(only) : null;
	if (type !== null) failOperation(machine, frame, node, "TypeError", `'${type}' object is not iterable`);
}

/** The metaclass of a class that cannot be gone through, as Python prints it; null where it may be another one. */
function metaclassOf(owner: ClassValue): string | null {
	if (owner.decorators.length > 0 || owner.keywords.size > 0) return null;
	if (isClosed(owner))
		return owner.bases.some((base) => base.kind === "external" && base.canonical === "abc.ABC") ? null : "type";
	return isPlainModel(owner) ? "ModelMetaclass" : null;
}
