import type { Environment } from "../../environment/environment.ts";
import type { KnownRelease } from "../../environment/known-releases.ts";
import { markerApplies } from "../../environment/marker.ts";
import { canAllBeSatisfied, pinnedVersion, versionSatisfies } from "../../environment/pep440.ts";
import { type MetadataRequirement, parseRequirement } from "../../environment/requirement.ts";
import type { Requirement } from "./manifest.ts";

/** A declared version that whatever may be installed of another declared package excludes. */
export interface Exclusion {
	/** What is declared in vain. */
	readonly requirement: Requirement;
	/** Who excludes it, and through whom: `["fastapi"]`, or `["fastapi", "starlette"]` where fastapi's own choice does. */
	readonly chain: readonly string[];
	/** The newest version of the last of the chain that could be installed. */
	readonly version: string;
	/** What that version asks for: `<0.37.0,>=0.36.3`. */
	readonly required: string;
}

/** Longer chains than this end in packages that everything gets on with. */
const longestChain = 3;

/** A version above all that there will be: does a set of specifiers leave the future open? */
const future = "99999";

/**
 * Pairs of requirements that no installation can satisfy together, as far as the known releases tell. Certain: each release that the
 * one allows excludes the other. A release that nobody knows yet may lift an upper bound, so those count only where the one allows no later release.
 * `constraints` allow versions of what comes in, and bring nothing in themselves.
 */
export function listExclusions(
	requirements: readonly Requirement[],
	constraints: readonly Requirement[],
	environment: Environment,
): Exclusion[] {
	const declared = byName(requirements, environment);
	const limited = byName([...requirements, ...constraints], environment);
	const search = new ExclusionSearch(limited, environment);
	return [...declared.keys()].flatMap((name) => {
		const own = limited.get(name) ?? [];
		// Without a bound an old release may be taken that gets on with everything: only lists of bounded ones are looked at.
		const specifiers = own.map(({ specifier }) => specifier).filter((specifier) => specifier !== "");
		const found =
			specifiers.length === 0 ? null : search.from({ name, specifiers, extras: own.flatMap(({ extras }) => extras) }, []);
		return found === null ? [] : [found];
	});
}

function byName(requirements: readonly Requirement[], environment: Environment): ReadonlyMap<string, readonly Requirement[]> {
	const found = new Map<string, Requirement[]>();
	for (const requirement of requirements) {
		const { normalized, url, marker } = requirement;
		if (normalized === "" || url !== null || markerApplies(marker, environment.python) !== true) continue;
		found.set(normalized, [...(found.get(normalized) ?? []), requirement]);
	}
	return found;
}

/** Which releases of a package a set of specifiers allows for the project's Python, newest first. One is mostly enough, so each is looked at when it is asked for. */
export function* allowedReleases(name: string, specifiers: readonly string[], environment: Environment): Generator<KnownRelease> {
	const { python, pythonIsCertain } = environment;
	const runs = ({ requiresPython }: KnownRelease): boolean =>
		!pythonIsCertain ||
		requiresPython === null ||
		versionSatisfies(`${python.major}.${python.minor}.99`, requiresPython) !== false;
	const isPinned = specifiers.some((set) => pinnedVersion(set) !== null);
	const releases = environment.releasesOf(name).filter(({ isYanked }) => isPinned || !isYanked);
	for (let index = releases.length - 1; index >= 0; index--) {
		const release = releases[index];
		if (release !== undefined && specifiers.every((set) => versionSatisfies(release.version, set) !== false) && runs(release))
			yield release;
	}
}

interface Wanted {
	readonly name: string;
	readonly specifiers: readonly string[];
	readonly extras: readonly string[];
}

class ExclusionSearch {
	private readonly answers = new Map<string, Exclusion | null>();

	constructor(
		private readonly declared: ReadonlyMap<string, readonly Requirement[]>,
		private readonly environment: Environment,
	) {}

	/** What every release excludes that may be installed of a package; null where one of them, or one that nobody knows, may not. */
	from(wanted: Wanted, above: readonly string[]): Exclusion | null {
		const { name, specifiers, extras } = wanted;
		const key = `${name}[${extras.join()}] ${specifiers.join(" ")}`;
		const known = this.answers.get(key);
		if (known !== undefined) return known === null ? null : { ...known, chain: [...above, ...known.chain] };
		this.answers.set(key, null);
		const found = above.length >= longestChain ? null : this.search(wanted);
		this.answers.set(key, found);
		return found === null ? null : { ...found, chain: [...above, ...found.chain] };
	}

	private search({ name, specifiers, extras }: Wanted): Exclusion | null {
		const isOpen = specifiers.every((set) => versionSatisfies(future, set) !== false);
		let newest: Exclusion | null = null;
		for (const release of allowedReleases(name, specifiers, this.environment)) {
			const found = this.excludedBy(name, release, extras, isOpen);
			if (found === null) return null;
			newest ??= found;
		}
		return newest;
	}

	private excludedBy(
		name: string,
		{ version, requires }: KnownRelease,
		extras: readonly string[],
		isOpen: boolean,
	): Exclusion | null {
		for (const required of (requires ?? []).flatMap((text) => parseRequirement(text) ?? [])) {
			if (required.marker !== null && markerApplies(required.marker, this.environment.python, extras) !== true) continue;
			const own = this.declared.get(required.normalized);
			const excluded = own?.find((requirement) => this.excludes(required, requirement, isOpen));
			if (excluded !== undefined) return { requirement: excluded, chain: [name], version, required: required.specifier };
			if (own !== undefined || required.specifier === "" || isOpen) continue;
			const { normalized, specifier } = required;
			const further = this.from({ name: normalized, specifiers: [specifier], extras: required.extras }, []);
			if (further !== null) return { ...further, chain: [name, ...further.chain] };
		}
		return null;
	}

	private excludes({ specifier, normalized }: MetadataRequirement, requirement: Requirement, isOpen: boolean): boolean {
		if (specifier === "" || requirement.specifier === "") return false;
		// Later releases ask for later ones: what is too old today will not do tomorrow either.
		const lasting = isOpen ? lowerBounds(specifier) : specifier;
		if (!canAllBeSatisfied([requirement.specifier, lasting])) return true;
		if (isOpen || this.environment.releasesOf(normalized).length === 0) return false;
		const both = [requirement.specifier, specifier];
		// Both allow numbers that are no releases.
		return both.some((set) => versionSatisfies(future, set) === false) && this.isEmpty(normalized, both);
	}

	/** Have all releases that are allowed been made, and none of them is both? */
	private isEmpty(name: string, specifiers: readonly string[]): boolean {
		const newest = this.environment.releasesOf(name).at(-1)?.version;
		if (newest === undefined || canAllBeSatisfied([...specifiers, `>${newest}`])) return false;
		return allowedReleases(name, specifiers, this.environment).next().done === true;
	}
}

function lowerBounds(specifier: string): string {
	return specifier
		.split(",")
		.map((clause) => clause.trim())
		.filter((clause) => /^(?:>|~=|==)/.test(clause))
		.map((clause) => clause.replace(/^(?:~=|===?)\s*/, ">=").replace(/\.\*$/, ""))
		.join(",");
}
