import { isObjectOf, routerClass } from "../../imports/library-objects.ts";
import type { Value } from "../../imports/values.ts";
import { lookUpName, scopeOfModule } from "../../models/name-scope.ts";
import { expressionIn, valueOfName } from "../../models/type-form.ts";
import type { Module, Project } from "../../project.ts";

/** A router that a text names, as code of the module that the text stands in. */
export interface NamedRouter {
	readonly value: Value;
	readonly code: string;
	/** The module to import the name from; null where it is at hand. */
	readonly from: string | null;
}

/** What `"items.router"`, `"items"` and `"src.routers.items:router"` stand for in place of a router; null where no router is called so. */
export function routerByText(project: Project, module: Module, text: string): NamedRouter | null {
	if (!/^[A-Za-z_][\w.]*(?::\w+)?$/.test(text)) return null;
	return routerAtHand(project, module, text) ?? routerOfModule(project, module, text);
}

/** A name of the module, or of a module that it imports. */
function routerAtHand(project: Project, module: Module, text: string): NamedRouter | null {
	const scope = scopeOfModule(project, module);
	const expression = text.includes(":") ? null : expressionIn(text);
	const value = scope === null || expression === null ? null : valueOfName(expression, scope);
	if (value === null) return null;
	if (isObjectOf(value, routerClass)) return { value, code: text, from: null };
	const only = value.kind === "module" ? onlyRouter(value.namespace.names) : null;
	return only === null ? null : { value: only.value, code: `${text}.${only.name}`, from: null };
}

/** A module by its full name, with or without the name of the router in it. */
function routerOfModule(project: Project, module: Module, text: string): NamedRouter | null {
	const whole = project.modules.get(text);
	const end = Math.max(text.lastIndexOf(":"), text.lastIndexOf("."));
	const owner = whole ?? project.modules.get(text.slice(0, Math.max(0, end)));
	const names = owner === undefined ? undefined : project.trace.runs.get(owner.name)?.namespace.names;
	if (owner === undefined || names === undefined || owner === module) return null;
	const name = text.slice(end + 1);
	const named = names.get(name)?.value;
	const found = whole !== undefined ? onlyRouter(names) : isObjectOf(named, routerClass) ? { name, value: named } : null;
	const scope = scopeOfModule(project, module);
	if (found?.value === undefined || scope === null || lookUpName(scope, found.name) !== "unbound") return null;
	return { value: found.value, code: found.name, from: owner.name };
}

function onlyRouter(
	names: ReadonlyMap<string, { readonly value: Value }>,
): { readonly name: string; readonly value: Value } | null {
	const routers = [...names].flatMap(([name, { value }]) => (isObjectOf(value, routerClass) ? [{ name, value }] : []));
	const [only, ...others] = routers;
	return only !== undefined && others.length === 0 ? only : null;
}
