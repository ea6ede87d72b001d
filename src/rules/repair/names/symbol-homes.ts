import type { Environment } from "../../../environment/environment.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { importsOf } from "../../../python/rewrite/remove-imports.ts";
import { isTypeCheckingTest } from "../../../python/rewrite/statements.ts";
import { boundNames } from "../../../python/scopes.ts";
import { hasAttributesRead } from "../attributes/attributes-read.ts";
import { ownModules } from "../modules/module-spelling.ts";

/** A module from which a name can be imported. */
export interface SymbolHome {
	/** Absolute dotted name. */
	readonly module: string;
	readonly isOwn: boolean;
	/** Is this the only thing of that name in sight, or the one the project itself imports elsewhere? */
	readonly isCertain: boolean;
}

/** Where an own module's symbol of a name comes from: the modules that define it, and submodules so called. */
export function listOwnHomes(project: Project, name: string, importer: Module): readonly string[] {
	const known = homes.get(project) ?? new Map<string, readonly string[]>();
	homes.set(project, known);
	const key = `${importer.path}\0${name}`;
	let found = known.get(key);
	if (found === undefined) {
		found = searchOwnHomes(project, name, importer);
		known.set(key, found);
	}
	return found;
}

const homes = new WeakMap<Project, Map<string, readonly string[]>>();

function searchOwnHomes(project: Project, name: string, importer: Module): readonly string[] {
	const homes: string[] = [];
	for (const [dotted, module] of ownModules(project)) {
		if (module.path === importer.path || isTest(module.path)) continue;
		const at = dotted.lastIndexOf(".");
		if (at > 0 && dotted.slice(at + 1) === name && hasAttributesRead(importer, name, module)) homes.push(dotted.slice(0, at));
		if (definesName(module.tree, name)) homes.push(dotted);
	}
	return homes;
}

/** Does the module itself bind the name at its top level, by anything but an import? */
export function definesName(tree: ast.Module, name: string): boolean {
	let names = defined.get(tree);
	if (names === undefined) {
		names = boundNames(
			tree.body.flatMap((statement) => {
				if (statement.type === "Import" || statement.type === "ImportFrom") return [];
				// What only type checkers import is no definition either.
				return statement.type === "If" && isTypeCheckingTest(statement.test) ? statement.orelse : [statement];
			}),
		);
		defined.set(tree, names);
	}
	return names.has(name);
}

const defined = new WeakMap<ast.Module, ReadonlySet<string>>();

/** Own and external modules that a statement anywhere in the project imports the name from, and that have it; most frequent first. */
export function listHomesInUse(project: Project, name: string): readonly Omit<SymbolHome, "isCertain">[] {
	const counts = new Map<string, number>();
	for (const [dotted, module] of ownModules(project)) {
		for (const statement of importsOf(module.tree)) {
			if (statement.type !== "ImportFrom" || !statement.names.some((alias) => alias.name.name === name)) continue;
			const home = absoluteModule(dotted, module.isPackage, statement);
			if (home !== null) counts.set(home, (counts.get(home) ?? 0) + 1);
		}
	}
	const own = ownModules(project);
	return [...counts]
		.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
		.map(([module]) => ({ module, isOwn: own.has(module) }))
		.filter(({ module }) => {
			const mine = own.get(module);
			return mine ? definesName(mine.tree, name) : hasSymbol(project.environment, module, name);
		});
}

/** The absolute name of the module that a from-import names, or null above the top. */
export function absoluteModule(importer: string, isPackage: boolean, statement: ast.ImportFrom): string | null {
	if (statement.level === 0) return statement.module;
	const parts = importer.split(".");
	const drop = statement.level - (isPackage ? 1 : 0);
	if (drop >= parts.length) return null;
	const base = parts.slice(0, parts.length - drop);
	return statement.module === "" ? base.join(".") : [...base, statement.module].join(".");
}

/** Does an external module certainly have the name? */
export function hasSymbol(environment: Environment, module: string, name: string): boolean {
	const found = environment.findModule(module);
	const lookup = found.found === "present" ? found.module.lookup(name) : null;
	// A submodule of that name is not what code means that uses the name as a value.
	return lookup?.found === "present" && lookup.entry.kind !== "submodule";
}

function isTest(path: string): boolean {
	return /(^|\/)(tests?\/|conftest\.py$|test_[^/]*\.py$|[^/]*_test\.py$)/.test(path);
}
