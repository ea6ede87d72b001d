import type { ImportNeed } from "../../../audit/fix.ts";
import { lookUpName, type NameScope } from "../../../project/models/name-scope.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { walk } from "../../../python/walk.ts";
import { methodOfDatetime } from "../../repair/classes/method-of-datetime.ts";

/** A type as it was meant, where what is written is a slip of the pen. */
export interface TypeSpelling {
	readonly code: string;
	readonly needs: readonly ImportNeed[];
	readonly why: string;
}

/** `any` for `Any`, `datetime` the module for the class in it, `[Item]` for `list[Item]`; null where it is none of these. */
export function typeSpelling(node: ast.Expression, scope: NameScope, path: string, project: Project): TypeSpelling | null {
	const edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
	const needs: ImportNeed[] = [];
	let why = "";
	if (node.type === "Sequence" && node.kind === "list" && node.items.length === 1 && project.environment.python.minor >= 9) {
		const [item] = node.items;
		const inner = item === undefined ? "" : scope.module.text.slice(item.start, item.end);
		return item?.type === "Name" || item?.type === "Attribute"
			? { code: `list[${inner}]`, needs: [], why: `[${inner}] is a list that holds a class, not the type of a list.` }
			: null;
	}
	const mistaken = methodOfDatetime(node, scope);
	if (mistaken !== null) {
		edits.push({ start: mistaken.node.start, end: mistaken.node.end, text: mistaken.name });
		needs.push(...mistaken.needs);
		why = `${mistaken.name} is a method of the class datetime, and a class of the module of that name.`;
	}
	walk(node, (each) => {
		if (each.type !== "Name") return each.type !== "Constant";
		const value = valueOfName(each, scope);
		if (value?.kind !== "external") return true;
		if (value.name === "builtins.any" || value.name === "builtins.callable") {
			const name = value.name === "builtins.any" ? "Any" : "Callable";
			const bound = lookUpName(scope, name);
			if (bound !== "unbound" && !(bound.value.kind === "external" && bound.value.name === `typing.${name}`)) return true;
			edits.push({ start: each.start, end: each.end, text: name });
			if (bound === "unbound") needs.push({ path, module: "typing", name });
			why = `${each.id} is a function of Python; the type is ${name}.`;
		}
		if (value.isModule && isInside(node, each) && classesOfTheirModule.has(value.name)) {
			edits.push({ start: each.end, end: each.end, text: `.${classesOfTheirModule.get(value.name)}` });
			why = `${each.id} is the module here, and the class is in it.`;
		}
		return true;
	});
	if (edits.length === 0) return null;
	let code = scope.module.text.slice(node.start, node.end);
	for (const edit of edits.sort((a, b) => b.start - a.start))
		code = code.slice(0, edit.start - node.start) + edit.text + code.slice(edit.end - node.start);
	return { code, needs, why };
}

const classesOfTheirModule: ReadonlyMap<string, string> = new Map([
	["datetime", "datetime"],
	["decimal", "Decimal"],
	["uuid", "UUID"],
]);

/** Is the name a type by itself here, not the owner of an attribute? */
function isInside(root: ast.Expression, name: ast.Name): boolean {
	let owned = false;
	walk(root, (each) => {
		if (each.type === "Attribute" && each.value === name) owned = true;
		return !owned;
	});
	return !owned;
}
