import type { ImportNeed } from "../../../audit/fix.ts";
import { methodOfDatetime as namedMethod } from "../../../project/imports/datetime-methods.ts";
import { lookUpName, type NameScope } from "../../../project/models/name-scope.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type * as ast from "../../../python/ast.ts";
import { walk } from "../../../python/walk.ts";

/** A type that is written as a method of the class `datetime`, and the class of the module that was meant. */
export interface MistakenMethod {
	/** `datetime.date`. */
	readonly node: ast.Attribute;
	/** `date`. */
	readonly name: string;
	readonly needs: readonly ImportNeed[];
}

/** Finds `datetime.date` under `from datetime import datetime` in a type; null where there is none, or where the name is taken by another. */
export function methodOfDatetime(annotation: ast.Expression, scope: NameScope): MistakenMethod | null {
	let found: ast.Attribute | null = null;
	walk(annotation, (node) => {
		if (node.type !== "Attribute") return found === null;
		const value = valueOfName(node, scope);
		if (value?.kind === "external" && namedMethod(value.name) !== null) found ??= node;
		return found === null;
	});
	return found === null ? null : classMeantBy(found, scope);
}

function classMeantBy(node: ast.Attribute, scope: NameScope): MistakenMethod | null {
	const { name } = node.attribute;
	const outer = { ...scope, namespaces: scope.namespaces.slice(-1) };
	const bound = lookUpName(outer, name);
	if (bound === "unbound") return { node, name, needs: [{ path: scope.module.path, module: "datetime", name }] };
	const isMeant = bound.value.kind === "external" && /(^|\.)_?(py)?datetime\.(date|time)$/.test(bound.value.canonical);
	return isMeant ? { node, name, needs: [] } : null;
}
