import { guessModules, isSimilarName } from "../../../project/imports/nearest-module.ts";
import type { Module, Project } from "../../../project/project.ts";
import { boundNames } from "../../../python/scopes.ts";
import { isImportedElsewhere, isNameUsed } from "../usage/name-users.ts";
import type { FailureOf } from "./import-failures.ts";
import { ownModules } from "./module-spelling.ts";
import { hasSymbol, listOwnHomes } from "./symbol-homes.ts";

export type UnresolvedImport = FailureOf<"module-not-found"> | FailureOf<"relative-beyond-top">;

/** One way to mend an import whose module is not there. */
export type ModuleRemedy =
	| { readonly type: "module"; readonly module: string; readonly isOwn: boolean; readonly isCertain: boolean }
	/** The names come from several modules; `""` for names that are modules at the top themselves. */
	| { readonly type: "split"; readonly homes: ReadonlyMap<string, string> }
	/** The module is nowhere, and nothing uses what is imported from it. */
	| { readonly type: "drop" };

/** The ways to mend it, best first; empty where nothing in sight has what it asks for. */
export function findModuleRemedies(project: Project, failure: UnresolvedImport): readonly ModuleRemedy[] {
	const { detail, module: importer } = failure;
	if (detail.type === "module-not-found" && !detail.own && detail.meant === null) return externalRemedies(project, failure);
	const own = ownModules(project);
	const hasAll = (name: string) => detail.names.every((each) => hasName(own, name, each));
	const definers =
		detail.names.length === 0 ? [] : [...own.keys()].filter((name) => definesAll(project, importer, name, detail.names));
	const guesses = guessModules(detail.requested, candidatesOf(own, importer), (name) =>
		detail.names.length === 0 ? null : hasAll(name),
	)
		.filter(({ name, score }) => score >= 60 && (detail.names.length === 0 || hasAll(name) || name === detail.meant))
		.map(({ name }) => name);
	const parent = parentWithNames(own, failure);
	const ordered = [
		...new Set([...(parent === null ? [] : [parent]), ...(detail.meant === null ? [] : [detail.meant]), ...guesses, ...definers]),
	];
	const complete = ordered.filter((name) => detail.names.length === 0 || hasAll(name));
	const best = complete[0] ?? ordered[0];
	const rivals = definers.filter((name) => name !== best);
	if (best !== undefined) {
		const isCertain =
			detail.names.length === 0
				? ordered.length === 1
				: hasAll(best) && (rivals.length === 0 || best === parent || sharesEnding(best, detail.requested));
		const rest = complete.filter((name) => name !== best);
		return [best, ...rest].map((module) => ({ type: "module", module, isOwn: true, isCertain: isCertain && module === best }));
	}
	return [...splitRemedy(project, failure), ...dropRemedy(project, failure)].slice(0, 1);
}

function candidatesOf(own: ReadonlyMap<string, Module>, importer: Module): readonly string[] {
	return [...own].filter(([name, module]) => name !== importer.name && !isTest(module.path)).map(([name]) => name);
}

/** Has an own module the name, by whatever statement, or a submodule of it? */
function hasName(own: ReadonlyMap<string, Module>, module: string, name: string): boolean {
	const found = own.get(module);
	return own.has(`${module}.${name}`) || (found !== undefined && boundNames(found.tree.body).has(name));
}

function definesAll(project: Project, importer: Module, module: string, names: readonly string[]): boolean {
	return names.every((name) => listOwnHomes(project, name, importer).includes(module));
}

/** `from app.core.config.settings import debug`, and `app.core.config` is a file that has it. */
function parentWithNames(own: ReadonlyMap<string, Module>, { detail }: UnresolvedImport): string | null {
	if (detail.type !== "module-not-found" || !detail.parentIsModule) return null;
	const parent = detail.missing.slice(0, detail.missing.lastIndexOf("."));
	const names = detail.names.length === 0 ? [detail.missing.slice(parent.length + 1)] : detail.names;
	return names.every((name) => hasName(own, parent, name)) ? parent : null;
}

/** `app.core.config` for `core.config`, and the other way round: one path under two roots. */
function sharesEnding(module: string, requested: string): boolean {
	return requested !== "" && (module.endsWith(`.${requested}`) || requested.endsWith(`.${module}`));
}

function splitRemedy(project: Project, { detail, module }: UnresolvedImport): readonly ModuleRemedy[] {
	const homes = new Map<string, string>();
	const own = ownModules(project);
	for (const name of detail.names) {
		const candidates = listOwnHomes(project, name, module);
		const [home] = candidates;
		if (candidates.length === 1 && home !== undefined) homes.set(name, home);
		else if (own.has(name) && name !== module.name) homes.set(name, "");
		else return [];
	}
	return homes.size === 0 ? [] : [{ type: "split", homes }];
}

function dropRemedy(project: Project, { detail, module, statement }: UnresolvedImport): readonly ModuleRemedy[] {
	if (statement?.type !== "ImportFrom" || statement.star || detail.names.length === 0) return [];
	const isNeeded = statement.names.some((alias) => {
		const local = alias.asName?.name ?? alias.name.name;
		return isNameUsed(module, local) || isImportedElsewhere(project, module, local);
	});
	return isNeeded ? [] : [{ type: "drop" }];
}

/** A submodule that an installed package does not have, or a package whose name is misspelt. */
function externalRemedies(project: Project, { detail }: UnresolvedImport): readonly ModuleRemedy[] {
	const { environment } = project;
	const [top = ""] = detail.requested.split(".");
	const isThere = environment.findModule(top).found === "present";
	const packages = isThere ? [top] : similarPackages(project, top);
	const candidates = new Set<string>();
	for (const each of packages) {
		const respelt = each + detail.requested.slice(top.length);
		if (!isThere && environment.findModule(respelt).found === "present") candidates.add(respelt);
		const [first] = detail.names;
		if (first !== undefined) for (const module of environment.findSymbol(first, [each])) candidates.add(module);
		for (const module of similarSubmodules(project, detail.requested)) candidates.add(module);
	}
	const fitting = [...candidates].filter(
		(module) => !/(^|\.)_/.test(module) && detail.names.every((name) => hasSymbol(environment, module, name)),
	);
	const definitions = new Set(
		fitting.map((module) => environment.canonical(detail.names.length === 0 ? module : `${module}.${detail.names[0]}`)),
	);
	const ranked = fitting.sort((a, b) => likeness(b, detail.requested) - likeness(a, detail.requested) || a.length - b.length);
	return ranked
		.slice(0, 3)
		.map((module, i) => ({ type: "module", module, isOwn: false, isCertain: i === 0 && definitions.size === 1 }));
}

/** Installed packages whose import name is spelt alike; none where some distribution really provides the name asked. */
function similarPackages(project: Project, top: string): readonly string[] {
	const { environment } = project;
	if (environment.distributionsFor(top).length > 0) return [];
	const names = [...environment.distributions.values()].flatMap((distribution) => distribution.topLevel);
	return [...new Set(names)].filter((name) => !name.startsWith("_") && isSimilarName(name, top));
}

/** Modules beside the missing one whose last part is spelt alike. */
function similarSubmodules(project: Project, requested: string): readonly string[] {
	const at = requested.lastIndexOf(".");
	if (at < 0) return [];
	const parent = requested.slice(0, at);
	const found = project.environment.findModule(parent);
	if (found.found !== "present") return [];
	return found.module
		.names()
		.filter((name) => isSimilarName(name, requested.slice(at + 1)))
		.map((name) => `${parent}.${name}`)
		.filter((module) => project.environment.findModule(module).found === "present");
}

/** How many of their parts two dotted names share. */
function likeness(module: string, requested: string): number {
	const wanted = requested.split(".");
	return module.split(".").filter((part) => wanted.some((other) => isSimilarName(part, other))).length;
}

function isTest(path: string): boolean {
	return /(^|\/)(tests?\/|conftest\.py$|test_[^/]*\.py$|[^/]*_test\.py$)/.test(path);
}
