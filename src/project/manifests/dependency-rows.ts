import { markerApplies } from "../../environment/marker.ts";
import { versionSatisfies } from "../../environment/pep440.ts";
import type { Project } from "../project.ts";
import { closeOver, primaryManifest, requiredBy } from "./declared.ts";
import type { Manifest, Requirement } from "./manifest.ts";
import { distributionsOf, listThirdPartyImports } from "./third-party-imports.ts";

/** The seed's Dependency Manifest, one package a row. */
export interface DependencyRow {
	readonly name: string;
	/** `>=2.0.35`; `any version` where none is named; null where it is not declared. */
	readonly declared: string | null;
	/** Path of the manifest, with the group or extra where it is not the main list: `pyproject.toml (dev)`. */
	readonly declaredIn: string | null;
	readonly installed: string | null;
	/** Names of installed or known distributions that require it. */
	readonly requiredBy: readonly string[];
	/** Modules of the project that import it. */
	readonly importedBy: readonly string[];
	readonly verdict: string;
}

/** One row for each package that is declared or imported, by name: where it is declared, what is installed, who needs it. */
export function dependencyRows(project: Project): DependencyRow[] {
	const declared = declaredRequirements(project);
	const importers = importersByDistribution(project, declared);
	const closure = closeOver([...declared.values()].flat(), project.manifests, project.environment);
	const names = new Set([...declared.keys(), ...importers.keys()]);
	const requirers = requirersOf(names, project);
	return [...names].sort().map((name) => {
		const requirements = declared.get(name) ?? [];
		const first = requirements[0];
		const importedBy = importers.get(name) ?? [];
		const distribution = project.environment.distributions.get(name);
		const installed = project.environment.kind === "interpreter" ? (distribution?.version ?? null) : null;
		return {
			name: first?.name ?? distribution?.name ?? name,
			declared: first === undefined ? null : [...new Set(requirements.map(describeVersion))].join(" and "),
			declaredIn: first === undefined ? null : [...new Set(requirements.map(describePlace))].join(", "),
			installed,
			requiredBy: requirers.get(name) ?? [],
			importedBy,
			verdict: verdict(project, requirements, installed, closure.provided.get(name) ?? null),
		};
	});
}

/** Requirements of all manifests by name, the primary manifest's first; one read through several manifests counts once. */
function declaredRequirements(project: Project): Map<string, Requirement[]> {
	const primary = primaryManifest(project.manifests);
	const ordered: readonly Manifest[] =
		primary === null ? project.manifests : [primary, ...project.manifests.filter((each) => each !== primary)];
	const byName = new Map<string, Requirement[]>();
	const seen = new Set<string>();
	for (const requirement of ordered.flatMap((manifest) => manifest.requirements)) {
		const { normalized, path, range, marker } = requirement;
		const key = `${path}:${range.start}:${marker}`;
		if (normalized === "" || seen.has(key)) continue;
		seen.add(key);
		const known = byName.get(normalized);
		if (known === undefined) byName.set(normalized, [requirement]);
		else known.push(requirement);
	}
	return byName;
}

/** An import belongs to the candidate that is declared, else to the one that is installed, else to the best known. */
function importersByDistribution(project: Project, declared: ReadonlyMap<string, unknown>): Map<string, string[]> {
	const importers = new Map<string, string[]>();
	for (const { name, module } of listThirdPartyImports(project)) {
		const candidates = distributionsOf(name, project.environment);
		const known = (candidate: string): boolean => project.environment.distributions.has(candidate);
		const distribution = candidates.find((each) => declared.has(each)) ?? candidates.find(known) ?? candidates[0];
		if (distribution === undefined) continue;
		const modules = importers.get(distribution) ?? [];
		if (!modules.includes(module.name)) importers.set(distribution, [...modules, module.name]);
	}
	return importers;
}

function requirersOf(names: ReadonlySet<string>, { environment }: Project): Map<string, string[]> {
	const requirers = new Map<string, string[]>();
	for (const distribution of environment.distributions.values()) {
		for (const { normalized: required } of requiredBy(distribution, [], environment, names)) {
			const known = requirers.get(required) ?? [];
			if (!known.includes(distribution.name)) requirers.set(required, [...known, distribution.name]);
		}
	}
	return requirers;
}

function describeVersion(requirement: Requirement): string {
	const { specifier, url, marker } = requirement;
	const version = url !== null ? "from its address" : specifier === "" ? "any version" : specifier;
	return marker === null ? version : `${version} (${marker})`;
}

function describePlace(requirement: Requirement): string {
	return requirement.group === "" ? requirement.path : `${requirement.path} (${requirement.group})`;
}

function verdict(
	project: Project,
	requirements: readonly Requirement[],
	installed: string | null,
	chain: readonly string[] | null,
): string {
	const applying = requirements.filter((each) => markerApplies(each.marker, project.environment.python) !== false);
	if (requirements.length > 0 && applying.length === 0) return "not for this Python";
	const isInstallable = project.environment.kind === "interpreter";
	if (requirements.length === 0) {
		if (chain !== null) return `comes with ${chain[0]}`;
		return isInstallable && installed === null ? "not declared, not installed" : "not declared";
	}
	if (!isInstallable) return "declared";
	if (installed === null) return "not installed";
	const outside = applying.find(({ specifier }) => versionSatisfies(installed, specifier) === false);
	if (outside !== undefined) return `installed ${installed} is not ${outside.specifier}`;
	return applying.every(({ group }) => group !== "")
		? `only in ${[...new Set(applying.map(({ group }) => group))].join(", ")}`
		: "ok";
}
