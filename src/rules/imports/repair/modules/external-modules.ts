import { isSimilarName } from "../../../../project/imports/nearest-module.ts";
import type { Project } from "../../../../project/project.ts";
import { hasSymbol } from "../../../repair/names/symbol-homes.ts";
import type { ModuleRemedy, UnresolvedImport } from "./module-remedy.ts";

/** A submodule that an installed package does not have, or a package whose name is misspelt. */
export function externalRemedies(project: Project, { detail, statement }: UnresolvedImport): readonly ModuleRemedy[] {
	const { environment } = project;
	if (statement?.type === "Import") {
		const at = detail.requested.lastIndexOf(".");
		const [module, name] = [detail.requested.slice(0, Math.max(0, at)), detail.requested.slice(at + 1)];
		if (module !== "" && hasSymbol(environment, module, name)) return [{ type: "attribute", module, name }];
	}
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
		(module) =>
			!/(^|\.)_/.test(module) &&
			// A client that waits is none that is awaited, though it has its name.
			!(isAsync(detail.requested) && !isAsync(module)) &&
			detail.names.every((name) => hasSymbol(environment, module, name)),
	);
	const definitions = new Set(
		fitting.map((module) => environment.canonical(detail.names.length === 0 ? module : `${module}.${detail.names[0]}`)),
	);
	const ranked = fitting.sort((a, b) => likeness(b, detail.requested) - likeness(a, detail.requested) || a.length - b.length);
	return ranked
		.slice(0, 3)
		.map((module, i) => ({ type: "module", module, isOwn: false, isCertain: i === 0 && definitions.size === 1 }));
}

function isAsync(module: string): boolean {
	return /(?:^|[._])(?:async|aio)/.test(module);
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
