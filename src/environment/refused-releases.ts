import type { CatalogIndex } from "./catalog-index.ts";
import type { ResolveOptions } from "./catalog-versions.ts";
import { type CatalogChoice, type ChoiceOptions, isPicked, pinOf } from "./choose-release.ts";
import { markerHolds } from "./marker.ts";
import { versionSatisfies } from "./pep440.ts";
import { requirementsOf } from "./release-requirements.ts";
import type { MetadataRequirement } from "./requirement.ts";

/**
 * The first chosen release that asks for what no known release of a declared package is under the project's own bounds, and that has
 * an older one: an installer goes back to that.
 */
export function firstRefused(
	index: CatalogIndex,
	options: ResolveOptions,
	choices: ReadonlyMap<string, CatalogChoice>,
	barred: ReadonlyMap<string, readonly string[]>,
): { readonly name: string; readonly version: string } | null {
	const declared = new Map<string, readonly string[]>();
	for (const { normalized, specifier } of options.requirements ?? [])
		if (specifier !== "") declared.set(normalized, [...(declared.get(normalized) ?? []), specifier]);
	const facts = { python: options.python, platform: options.platform, extras: [] };
	const isRefused = ({ normalized, specifier, marker }: MetadataRequirement): boolean => {
		const bounds = declared.get(normalized);
		const chosen = choices.get(normalized);
		if (bounds === undefined || chosen === undefined || specifier === "") return false;
		const both = [...bounds, specifier];
		const isMet = (version: string): boolean => both.every((set) => isPicked(version, set));
		if (isMet(chosen.version) || (marker !== null && !markerHolds(marker, facts))) return false;
		return !knownVersions(index, options, normalized).some(isMet);
	};
	for (const [name, { version, facts: own }] of choices) {
		if (options.locked.has(name) || (declared.get(name) ?? []).some((specifier) => pinOf(specifier) !== null)) continue;
		if (!requirementsOf(own).some(isRefused)) continue;
		const bounds = [...(declared.get(name) ?? []), ...(barred.get(name) ?? []), `<${version}`];
		const isOlder = (one: string): boolean => bounds.every((set) => isPicked(one, set));
		if (knownVersions(index, options, name).some(isOlder)) return { name, version };
	}
	return null;
}

/** Every release of a distribution that anything is known of. */
function knownVersions(index: CatalogIndex, { metadata, releases }: ChoiceOptions, name: string): readonly string[] {
	const described = Object.hasOwn(index.distributions, name) ? Object.keys(index.distributions[name] ?? {}) : [];
	return [...described, ...Object.keys(metadata.of(name) ?? {}), ...releases.of(name).map(({ version }) => version)];
}

/** Distributions whose chosen release asks for another release of a pinned one: an installer would go back to an older release of theirs, and nobody knows to which. */
export function refusedByPins(options: ResolveOptions, choices: ReadonlyMap<string, CatalogChoice>): readonly string[] {
	const pinned = new Set([...options.locked.keys()]);
	for (const { normalized, specifier } of options.requirements ?? []) if (pinOf(specifier) !== null) pinned.add(normalized);
	const facts = { python: options.python, platform: options.platform, extras: [] };
	const isRefused = ({ normalized, specifier, marker }: MetadataRequirement): boolean => {
		const other = pinned.has(normalized) ? choices.get(normalized) : undefined;
		if (other === undefined || specifier === "" || versionSatisfies(other.version, specifier)) return false;
		return marker === null || markerHolds(marker, facts);
	};
	return [...choices]
		.filter(([name, choice]) => !pinned.has(name) && requirementsOf(choice.facts).some(isRefused))
		.map(([name]) => name);
}
