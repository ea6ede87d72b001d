import type * as ast from "../../python/ast.ts";
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
		const rebuild = rebuildIn(module);
		if (rebuild === null) continue;
		if (rebuild.takesNames) return true;
		const scope = scopeOfModule(project, module);
		if (scope === null || scope.namespaces.some(({ names, dynamic }) => dynamic || names.has(name))) return true;
		// A function that rebuilds the models may import the name itself.
		if (rebuild.imported.has(name)) return true;
	}
	return false;
}

/** The names that a module which completes models later can bring. */
interface Rebuild {
	/** Is a function that completes models handed names, or handed on itself? */
	readonly takesNames: boolean;
	/** What the imports of the module bind, those inside functions included. */
	readonly imported: ReadonlySet<string>;
}

const completers = ["model_rebuild", "rebuild_dataclass", "update_forward_refs"];
const rebuilds = new WeakMap<Module, Rebuild | null>();

function rebuildIn(module: Module): Rebuild | null {
	const cached = rebuilds.get(module);
	if (cached !== undefined) return cached;
	const rebuild = completers.some((name) => module.text.includes(name)) ? readRebuild(module.tree) : null;
	rebuilds.set(module, rebuild);
	return rebuild;
}

function readRebuild(tree: ast.Module): Rebuild {
	const imported = new Set<string>();
	const withoutNames = new Set<ast.Node>();
	let takesNames = false;
	walk(tree, (node) => {
		if (node.type === "Import" || node.type === "ImportFrom")
			for (const alias of node.names) imported.add((alias.asName ?? alias.name).name);
		if (node.type === "Call" && !handsNames(node)) withoutNames.add(node.callee);
		// What is not called there and then may be handed names elsewhere.
		const named = node.type === "Name" ? node.id : node.type === "Attribute" ? node.attribute.name : null;
		const mentioned = node.type === "Constant" ? node.value : named;
		if (completers.some((name) => name === mentioned) && !withoutNames.has(node)) takesNames = true;
	});
	return { takesNames, imported };
}

/** `Item.model_rebuild(_types_namespace={…})`, `Item.update_forward_refs(User=User)`, `Item.model_rebuild(**options)` */
function handsNames({ keywords }: ast.Call): boolean {
	const options = ["force", "raise_errors", "_parent_namespace_depth"];
	return keywords.some(({ name }) => name === null || !options.includes(name.name));
}
