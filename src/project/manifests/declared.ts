import type { Distribution, Environment } from "../../environment/environment.ts";
import { markerApplies } from "../../environment/marker.ts";
import { type MetadataRequirement, parseRequirement } from "../../environment/requirement.ts";
import { spend } from "../../python/effort.ts";
import type { Manifest, Requirement } from "./manifest.ts";
import { folderOf, joinPath } from "./paths.ts";

/** What an installation of some requirements brings, as far as the metadata of the environment tells. */
export interface RequirementClosure {
	/** PEP 503 name → how it comes in: the names from the declared one to it. */
	readonly provided: ReadonlyMap<string, readonly string[]>;
	/** Names whose own requirements nobody knows; where there are any, more may come in than is in `provided`. */
	readonly opaque: readonly string[];
}

/** The manifest that an installation for start-up would use, or null. */
export function primaryManifest(manifests: readonly Manifest[]): Manifest | null {
	return manifests.find((manifest) => manifest.primary) ?? null;
}

/** The requirements that an installation for start-up takes: the main lists of what it installs, and the groups that its command names. */
export function startUpRequirements(manifests: readonly Manifest[]): readonly Requirement[] {
	return manifests.flatMap(({ startUpGroups: taken, requirements }) =>
		taken === null ? [] : requirements.filter(({ group }) => group === "" || taken === "all" || taken.includes(group)),
	);
}

/**
 * What may come in: the requirements for start-up where a file states how they are installed, else whatever any manifest declares. A
 * list for developers alone (`requirements-dev.txt`) beside the one for everybody brings nothing to a server, nor does an extra that
 * nobody asks for.
 */
export function possibleRequirements(manifests: readonly Manifest[], environment: Environment): readonly Requirement[] {
	const primary = primaryManifest(manifests);
	if (primary?.installedBy != null) return startUpRequirements(manifests);
	// Where it is installed, somebody has asked for it.
	const isHere = ({ normalized }: Requirement): boolean =>
		environment.kind === "interpreter" && environment.distributions.has(normalized);
	return manifests.flatMap((manifest) => {
		if (isBesideMainList(manifest, primary)) return [];
		return manifest.requirements.filter((each) => !manifest.optionalGroups.includes(each.group) || isHere(each));
	});
}

/** Is it a list for developers or another platform alone, and the list for everybody another? */
function isBesideMainList({ path, kind, primary }: Manifest, main: Manifest | null): boolean {
	const isApart = isForDevelopment(path) || isForOtherPlatform(path);
	return !primary && kind === "requirements" && main?.kind === "requirements" && isApart;
}

/** Is a list by its name for machines other than servers, which run Linux: `requirements-windows.txt`? */
function isForOtherPlatform(path: string): boolean {
	const name = path.slice(path.lastIndexOf("/") + 1);
	return /(?:^|[^a-z])(?:windows|win(?:32|64)?|macos|mac|osx|darwin)(?:[^a-z]|$)/.test(name.toLowerCase());
}

/**
 * What may come in, with the names whose requirements nobody knows and that could bring more. Those of development alone are left
 * out: linters and test runners bring nothing that a server needs.
 */
export function possibleClosure(manifests: readonly Manifest[], environment: Environment): RequirementClosure {
	const known = closures.get(manifests);
	if (known?.environment === environment) return known.closure;
	const closure = followPossible(manifests, environment);
	closures.set(manifests, { environment, closure });
	return closure;
}

/** Several rules ask for the same. */
const closures = new WeakMap<readonly Manifest[], { readonly environment: Environment; readonly closure: RequirementClosure }>();

function followPossible(manifests: readonly Manifest[], environment: Environment): RequirementClosure {
	const possible = possibleRequirements(manifests, environment);
	const { provided } = closeOver(possible, manifests, environment);
	const atStartUp = new Set(startUpRequirements(manifests));
	const forDevelopment = new Set(manifests.flatMap(({ path, requirements }) => (isForDevelopment(path) ? requirements : [])));
	const telling = possible.filter(
		(requirement) =>
			requirement.normalized === "" ||
			(!isForDevelopment(requirement.group) && (atStartUp.has(requirement) || !forDevelopment.has(requirement))),
	);
	return { provided, opaque: closeOver(telling, manifests, environment).opaque };
}

/** Does a file or group of this name serve tests, linters and the like: `requirements-dev.txt`, `lint`? */
export function isForDevelopment(name: string): boolean {
	return /(?:^|[^a-z])(?:dev|dev-?packages|development|tests?|testing|lint|linting|docs?|ci|local|typing|types?|format)(?:[^a-z]|$)/.test(
		name.toLowerCase(),
	);
}

/** Follows `Requires-Dist` from the given requirements with their extras. What a marker leaves open counts as provided. */
export function closeOver(
	requirements: readonly Requirement[],
	manifests: readonly Manifest[],
	environment: Environment,
): RequirementClosure {
	const provided = new Map<string, readonly string[]>();
	const opaque = new Set<string>();
	const visited = new Set<string>();
	const pending = requirements
		.filter((requirement) => markerApplies(requirement.marker, environment.python) !== false)
		.map((requirement) => ({
			requirement,
			name: requirement.normalized,
			extras: requirement.extras,
			specifier: requirement.specifier,
			chain: [] as readonly string[],
		}));

	// What is added on the way is gone through as well.
	for (const next of pending) {
		spend(1);
		const { requirement, name, extras, specifier, chain } = next;
		const key = `${name}[${extras.toSorted().join()}]${name === "" ? requirement.range.start : ""}`;
		if (visited.has(key)) continue;
		visited.add(key);
		const local = localRequirements(requirement, manifests);
		if (local !== null && chain.length === 0) {
			for (const each of local)
				pending.push({
					requirement: each,
					name: each.normalized,
					extras: each.extras,
					specifier: each.specifier,
					chain: [],
				});
		}
		if (name === "") {
			if (local === null) opaque.add(requirement.url ?? "");
			continue;
		}
		const here = [...chain, name];
		if (!provided.has(name)) provided.set(name, here);
		const isReleased = requirement.url === null || chain.length > 0;
		const distribution = environment.distributions.get(name) ?? (isReleased ? environment.expected(name, specifier) : null);
		if (distribution === null) {
			if (local === null) opaque.add(name);
			continue;
		}
		for (const required of requiredBy(distribution, extras, environment)) {
			const { normalized, extras: along, specifier: bounds } = required;
			pending.push({ requirement, name: normalized, extras: along, specifier: bounds, chain: here });
		}
	}
	return { provided, opaque: [...opaque] };
}

/** What a distribution with these extras requires for this Python; what a marker leaves open counts. `among`: only these names. */
export function requiredBy(
	distribution: Distribution,
	extras: readonly string[],
	environment: Environment,
	among: ReadonlySet<string> | null = null,
): MetadataRequirement[] {
	const isWanted = (name: string): boolean => among === null || among.has(name);
	return parsedRequirements(distribution).filter(
		({ normalized, marker }) => isWanted(normalized) && markerApplies(marker, environment.python, extras) !== false,
	);
}

/** Several rules ask for the same distributions, and reading their requirements takes longer than all the rest. */
const parsedByDistribution = new WeakMap<Distribution, readonly MetadataRequirement[]>();

function parsedRequirements(distribution: Distribution): readonly MetadataRequirement[] {
	const known = parsedByDistribution.get(distribution);
	if (known !== undefined) return known;
	const parsed = distribution.requires.flatMap((required) => parseRequirement(required) ?? []);
	parsedByDistribution.set(distribution, parsed);
	return parsed;
}

/** The requirements of a project of this repository that is referred to by its folder (`-e .`, `./libs/common`). */
function localRequirements(requirement: Requirement, manifests: readonly Manifest[]): readonly Requirement[] | null {
	if (requirement.url === null || /:\/\//.test(requirement.url)) return null;
	const folder = joinPath(requirement.path, requirement.url.replace(/\[[^[\]]*\]$/, ""));
	const project = manifests.find(({ kind, path }) => kind !== "requirements" && folderOf(path) === folder);
	return project?.requirements.filter(({ group }) => group === "" || requirement.extras.includes(group)) ?? null;
}
