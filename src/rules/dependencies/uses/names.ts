import type { Namespace, Value } from "../../../project/imports/values.ts";
import type * as ast from "../../../python/ast.ts";

/** What an expression of names and attributes stands for in a namespace; null where it is anything else or not known. */
export function resolveName(node: ast.Expression, namespace: Namespace): Value | null {
	if (node.type === "Name") return lookUp(node.id, namespace);
	if (node.type !== "Attribute") return null;
	const owner = resolveName(node.value, namespace);
	const name = node.attribute.name;
	if (owner?.kind === "module") return lookUp(name, owner.namespace);
	if (owner?.kind !== "external") return null;
	const full = `${owner.name}.${name}`;
	return { kind: "external", name: full, canonical: full, isModule: false, entry: null };
}

/** Do the external symbol's own or public name match? A catalog may know only the one that the code wrote. */
export function isExternal(value: Value | null, pattern: RegExp): boolean {
	return value?.kind === "external" && (pattern.test(value.canonical) || pattern.test(value.name));
}

function lookUp(name: string, namespace: Namespace): Value | null {
	const binding = namespace.names.get(name);
	if (binding !== undefined) return binding.maybe ? null : binding.value;
	return namespace.parent === null ? null : lookUp(name, namespace.parent);
}
