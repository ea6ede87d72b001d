import type * as ast from "../../python/ast.ts";
import { type ClassValue, unknown, type Value } from "../imports/values.ts";

/** A name that a class body annotates or assigns. */
export interface ClassAttribute {
	readonly name: string;
	readonly owner: ClassValue;
	/** The statement that annotates it, else the last one that assigns it. */
	readonly node: ast.AnnAssign | ast.Assign;
	readonly annotation: ast.Expression | null;
	/** What it is set to; null where it is only annotated. */
	readonly value: Value | null;
	/** The expression it is set to, or null. */
	readonly valueNode: ast.Expression | null;
}

const known = new WeakMap<ClassValue, ReadonlyMap<string, ClassAttribute>>();

/** The annotated and assigned names of a class body in order; names that only an `if` or a loop of the body binds are left out. */
export function attributesOf(owner: ClassValue): ReadonlyMap<string, ClassAttribute> {
	const cached = known.get(owner);
	if (cached !== undefined) return cached;
	const result = new Map<string, ClassAttribute>();
	for (const node of owner.node.body) {
		if (node.type !== "AnnAssign" && node.type !== "Assign") continue;
		const targets = node.type === "AnnAssign" ? [node.target] : node.targets;
		for (const target of targets) {
			if (target.type !== "Name") continue;
			const earlier = result.get(target.id);
			const annotated = node.type === "AnnAssign" ? node : earlier?.node.type === "AnnAssign" ? earlier.node : null;
			result.set(target.id, {
				name: target.id,
				owner,
				node: annotated ?? node,
				annotation: annotated?.annotation ?? null,
				value: boundValue(owner, target.id, node.value !== null || (earlier !== undefined && earlier.value !== null)),
				valueNode: node.value ?? earlier?.valueNode ?? null,
			});
		}
	}
	known.set(owner, result);
	return result;
}

function boundValue(owner: ClassValue, name: string, isAssigned: boolean): Value | null {
	if (!isAssigned) return null;
	const binding = owner.namespace.names.get(name);
	return binding === undefined || binding.maybe ? unknown : binding.value;
}

/** The last part of the name of what made a value, `Field` for `Field(...)`; null where no library call did. */
export function makerOf(value: Value | null | undefined): string | null {
	if (value?.kind !== "instance" || value.of.kind !== "external") return null;
	return value.of.canonical.slice(value.of.canonical.lastIndexOf(".") + 1);
}

/** The arguments of the call that made a value; null where it was none, or where some cannot be seen. */
export function argumentsOf(
	value: Value | null | undefined,
): { readonly args: readonly Value[]; readonly keywords: ReadonlyMap<string, Value>; readonly node: ast.Call } | null {
	return value?.kind === "instance" && value.call !== null && !value.call.open ? value.call : null;
}
