import { walk } from "../../python/walk.ts";
import type { ClassValue } from "../imports/values.ts";
import type { Module, Project } from "../project.ts";
import type { ClassAttribute } from "./class-body.ts";
import { scopeOfClass, scopeOfModule } from "./name-scope.ts";
import { allFields, isOff, isPlainModel } from "./pydantic-model.ts";
import { readTypeForm } from "./type-form.ts";
import { type UnboundName, unboundNames } from "./unbound-names.ts";

/** A field of a model whose annotation names what nothing binds. */
export interface UndefinedField extends UnboundName {
	readonly attribute: ClassAttribute;
}

/**
 * What pydantic 2 cannot find when it completes a model, in the order in which it reads the fields, each name once. Nothing of classes that
 * functions define, nor where `model_rebuild` may bring the name.
 */
export function undefinedFields(project: Project, value: ClassValue): readonly UndefinedField[] {
	if (!isPlainModel(value) || value.keywords.size > 0 || value.node.typeParameters.length > 0 || !isOff(value, "defer_build"))
		return [];
	const found = new Map<string, UndefinedField>();
	for (const attribute of allFields(value).values()) {
		const scope = scopeOfClass(project, attribute.owner);
		if (attribute.annotation === null || scope === null) return [...found.values()];
		for (const unbound of unboundNames(readTypeForm(attribute.annotation, scope), scope))
			if (!found.has(unbound.name)) found.set(unbound.name, { ...unbound, attribute });
	}
	return [...found.values()].filter(({ name }) => !mayBeBrought(project, name));
}

/** `User.model_rebuild()` reads names from the module that calls it as well, and takes others as an argument. */
function mayBeBrought(project: Project, name: string): boolean {
	for (const module of project.modules.values()) {
		if (!/\b(model_rebuild|rebuild_dataclass|update_forward_refs)\b/.test(module.text)) continue;
		if (/_types_namespace|update_forward_refs\(\w|globals\(\)/.test(module.text)) return true;
		const scope = scopeOfModule(project, module);
		if (scope === null || scope.namespaces.some(({ names, dynamic }) => dynamic || names.has(name))) return true;
		// A function that rebuilds the models may import the name itself.
		if (boundInside(module).has(name)) return true;
	}
	return false;
}

const bound = new WeakMap<Module, ReadonlySet<string>>();

/** The names that the imports of a module bind, those inside functions included. */
function boundInside(module: Module): ReadonlySet<string> {
	const cached = bound.get(module);
	if (cached !== undefined) return cached;
	const names = new Set<string>();
	walk(module.tree, (node) => {
		if (node.type === "Import" || node.type === "ImportFrom")
			for (const alias of node.names) names.add((alias.asName ?? alias.name).name);
	});
	bound.set(module, names);
	return names;
}
