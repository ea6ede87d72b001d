import { boundNames } from "../../python/scopes.ts";
import { guessModules } from "../imports/nearest-module.ts";
import type { Module, Target } from "../project.ts";
import { type ApplicationBinding, findApplications } from "../target.ts";

/** Below this a module of another name is not what a target means. */
const certainScore = 60;

/**
 * The application that a target most likely stands for, where it names a module or an attribute that is not there; null where it is
 * there, or where nothing like it is. `app/main.py:app` means `app.main:app`.
 */
export function findMeantTarget(modules: ReadonlyMap<string, Module>, target: Target): Target | null {
	const module = modules.get(target.module);
	if (module !== undefined) return withinModule(modules, module, target);
	const spelled = target.module
		.replace(/^(\.\/)+/, "")
		.replace(/\.py$/, "")
		.replace(/\//g, ".");
	if (modules.has(spelled)) return withModule(modules, target, spelled);
	const first = target.attribute.split(".")[0] ?? target.attribute;
	const binds = (name: string): boolean => applicationsOf(modules.get(name)).some(({ attribute }) => attribute === first);
	const [best] = guessModules(spelled, [...modules.keys()], binds);
	if (best !== undefined && best.score >= certainScore && applicationsOf(modules.get(best.name)).length > 0)
		return withModule(modules, target, best.name);
	const [only, ...others] = [...modules.keys()].filter(
		(name) => !/(^|\.)(tests?|conftest|examples?)(\.|$)/.test(name) && binds(name),
	);
	return only !== undefined && others.length === 0 ? { ...target, module: only } : null;
}

function applicationsOf(module: Module | undefined): readonly ApplicationBinding[] {
	return module === undefined ? [] : findApplications(module.tree);
}

/** The same attribute in another module, or what that module has instead. */
function withModule(modules: ReadonlyMap<string, Module>, target: Target, name: string): Target {
	const module = modules.get(name);
	const named = { ...target, module: name };
	return (module && withinModule(modules, module, named)) ?? named;
}

function withinModule(modules: ReadonlyMap<string, Module>, module: Module, target: Target): Target | null {
	const first = target.attribute.split(".")[0] ?? target.attribute;
	if (module.tree.errors.length > 0 || bindsOrMay(module, first)) return null;
	const [own] = [...applicationsOf(module)].sort((a, b) => Number(a.factory) - Number(b.factory));
	if (own !== undefined) return { ...target, attribute: own.attribute, factory: own.factory };
	if (!module.isPackage) return null;
	const inside = [...modules].filter(
		([name, each]) =>
			name.startsWith(`${module.name}.`) &&
			applicationsOf(each).some(({ attribute, factory }) => !factory && attribute === first),
	);
	const [only, ...others] = inside;
	return only !== undefined && others.length === 0 ? { ...target, module: only[0] } : null;
}

/** Does the module bind the name, or may it by a star import or `__getattr__`? */
function bindsOrMay(module: Module, name: string): boolean {
	const names = boundNames(module.tree.body);
	if (names.has(name) || names.has("__getattr__")) return true;
	return module.tree.body.some(
		(statement) => statement.type === "ImportFrom" && statement.names.some((alias) => alias.name.name === "*"),
	);
}
