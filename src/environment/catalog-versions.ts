import type { CatalogOptions, DeclaredRequirement } from "./catalog.ts";
import type { CatalogIndex, CatalogVersion } from "./catalog-index.ts";
import { markerHolds } from "./marker.ts";
import { compareVersions, parseVersion, versionIsPicked, versionSatisfies } from "./pep440.ts";
import { type MetadataRequirement, parseRequirement } from "./requirement.ts";

/** The version of a distribution that an installation would bring, and the catalogued one that stands for it. */
export interface CatalogChoice {
	/** The version itself, which the catalog need not have. */
	readonly version: string;
	/** The catalogued version nearest to it, at or below where there is one. */
	readonly catalogued: string;
	/** Are the modules of the catalogued version known, and not its metadata alone? */
	readonly isDescribed: boolean;
	/** Where the version is not in the catalog: the next catalogued one on its other side, or null. */
	readonly neighbour: string | null;
	readonly facts: CatalogVersion;
	/** False where only one neighbour or none vouches for what is missing. */
	readonly exact: boolean;
	/** Is what it requires known from its own metadata? */
	readonly isRead: boolean;
}

export interface CatalogChoices {
	readonly choices: ReadonlyMap<string, CatalogChoice>;
	/** Everything that would be installed is known. */
	readonly complete: boolean;
	/** Distributions that would be installed and are not in it. */
	readonly unknown: ReadonlySet<string>;
	/**
	 * Everything that may come with what is not known in the release that an installer would take, as far as any known release of it
	 * tells: PEP 503 names. Null where something is not known by any release, or nothing says what is installed.
	 */
	readonly possible: ReadonlySet<string> | null;
}

type Choose = (name: string, specifiers: ReadonlySet<string>) => CatalogChoice | null;

/** Rounds of choosing and collecting what the choice requires; real requirements settle in three or four. */
const mostRounds = 8;

/** Releases that are gone back from; real lists need one or two. */
const mostSteps = 12;

/** Works out, without a network, what installing the requirements would bring. */
export function chooseVersions(index: CatalogIndex, options: ResolveOptions): CatalogChoices {
	const chosen = new Map<string, CatalogChoice | null>();
	/** The same is asked in every round. */
	const chooseOnce: Choose = (name, specifiers) => {
		const key = [name, ...[...specifiers].sort()].join("\n");
		let choice = chosen.get(key);
		if (choice === undefined) {
			choice = choose(index, options, name, [...specifiers]);
			chosen.set(key, choice);
		}
		return choice;
	};
	let settled = settle(options, chooseOnce, new Map());
	const barred = new Map<string, string[]>();
	for (let step = 0; step < mostSteps; step++) {
		const refused = firstRefused(index, options, settled.choices, barred);
		if (refused === null) break;
		barred.set(refused.name, [...(barred.get(refused.name) ?? []), `<${refused.version}`]);
		settled = settle(options, chooseOnce, barred);
	}
	const { choices, unknown } = settled;
	for (const [name] of barred) {
		const choice = choices.get(name);
		// What an installer really takes lies between the one that is known to go with the rest and the first that does not.
		if (choice !== undefined) choices.set(name, { ...choice, exact: false, neighbour: choice.neighbour ?? choice.version });
	}
	for (const name of refusedByPins(options, choices)) {
		choices.delete(name);
		unknown.add(name);
	}
	const unvouched = [...choices].filter(([, choice]) => !isVouched(choice)).map(([name]) => name);
	// A project that declares nothing keeps its list somewhere else.
	const isListed = options.requirements !== null || options.locked.size > 0;
	return {
		choices,
		complete: isListed && unknown.size === 0 && unvouched.length === 0,
		unknown,
		possible: isListed ? followAnyRelease(index, options, [...unknown, ...unvouched]) : null,
	};
}

/** The distributions themselves and all that any known release of theirs requires, and so on; null where one has no known release. */
function followAnyRelease(
	index: CatalogIndex,
	options: ResolveOptions,
	distributions: readonly string[],
): ReadonlySet<string> | null {
	const extrasOf = new Map(distributions.map((name) => [name, new Set<string>()]));
	for (const { normalized, extras } of options.requirements ?? [])
		for (const extra of extras) extrasOf.get(normalized)?.add(extra);
	const pending = [...extrasOf.keys()];
	// What is added on the way is gone through as well, and once more where it is asked for further extras.
	for (const name of pending) {
		const described = Object.hasOwn(index.distributions, name) ? index.distributions[name] : undefined;
		const releases = [...Object.values(described ?? {}), ...Object.values(options.metadata.of(name) ?? {})];
		if (releases.length === 0) return null;
		const facts = { python: options.python, platform: options.platform, extras: [...(extrasOf.get(name) ?? [])] };
		for (const { normalized, extras, marker } of releases.flatMap(requirementsOf)) {
			if (marker !== null && !markerHolds(marker, facts)) continue;
			const known = extrasOf.get(normalized);
			const further = extras.filter((extra) => !known?.has(extra));
			if (known !== undefined && further.length === 0) continue;
			extrasOf.set(normalized, new Set([...(known ?? []), ...further]));
			pending.push(normalized);
		}
	}
	return new Set(extrasOf.keys());
}

type ResolveOptions = CatalogOptions & { readonly platform: string };

/** Chooses and collects what the choice requires until nothing changes; `barred` holds further specifiers of some distributions. */
function settle(
	options: ResolveOptions,
	choose: Choose,
	barred: ReadonlyMap<string, readonly string[]>,
): { readonly choices: Map<string, CatalogChoice>; readonly unknown: Set<string> } {
	let choices = new Map<string, CatalogChoice>();
	let unknown = new Set<string>();
	let previous = "";
	for (let round = 0; round < mostRounds; round++) {
		const wanted = collect(options, choices, choose);
		choices = new Map();
		unknown = new Set();
		for (const [name, specifiers] of wanted) {
			const choice = choose(name, new Set([...specifiers, ...(barred.get(name) ?? [])]));
			if (choice === null) unknown.add(name);
			else choices.set(name, choice);
		}
		const now = [...choices].map(([name, choice]) => `${name}==${choice.version}`).join(" ");
		if (now === previous) break;
		previous = now;
	}
	return { choices, unknown };
}

/**
 * The first chosen release that asks for what no known release of a declared package is under the project's own bounds, and that has
 * an older one: an installer goes back to that.
 */
function firstRefused(
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
function refusedByPins(options: ResolveOptions, choices: ReadonlyMap<string, CatalogChoice>): readonly string[] {
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

/** The one version that a specifier asks for, or null. */
function pinOf(specifier: string): string | null {
	return /^\s*===?\s*([^*,\s]+)\s*$/.exec(specifier)?.[1] ?? null;
}

/** Of a version that is not catalogued the neighbours on both sides must vouch for what it requires. */
export function isVouched({ isRead, neighbour }: CatalogChoice): boolean {
	return isRead || neighbour !== null;
}

/** Every distribution that is declared or required by a chosen one, with all specifiers laid on it. */
function collect(
	options: CatalogOptions & { readonly platform: string },
	choices: ReadonlyMap<string, CatalogChoice>,
	choose: Choose,
): Map<string, Set<string>> {
	const wanted = new Map<string, Set<string>>();
	const done = new Set<string>();
	const queue: DeclaredRequirement[] = [...(options.requirements ?? [])];
	for (const next of queue) {
		if (next.marker !== null && !markerHolds(next.marker, { python: options.python, platform: options.platform, extras: [] }))
			continue;
		const name = next.normalized;
		const specifiers = wanted.get(name) ?? new Set<string>();
		if (next.specifier !== "") specifiers.add(next.specifier);
		wanted.set(name, specifiers);
		const facts = (choices.get(name) ?? choose(name, specifiers))?.facts;
		const key = `${name}[${next.extras.join(",")}]`;
		if (facts === undefined || done.has(key)) continue;
		done.add(key);
		for (const required of requirementsOf(facts)) {
			const facts = { python: options.python, platform: options.platform, extras: next.extras };
			if (required.marker === null || markerHolds(required.marker, facts)) queue.push({ ...required, marker: null });
		}
	}
	return wanted;
}

const parsed = new WeakMap<CatalogVersion, readonly MetadataRequirement[]>();

/** Parsed once, though every round asks. */
function requirementsOf(facts: CatalogVersion): readonly MetadataRequirement[] {
	let requirements = parsed.get(facts);
	if (requirements === undefined) {
		requirements = facts.requires.map(parseRequirement).filter((requirement) => requirement !== null);
		parsed.set(facts, requirements);
	}
	return requirements;
}

type ChoiceOptions = Pick<CatalogOptions, "python" | "locked" | "releases" | "metadata">;

/** The release that an installation would take of one distribution, under all specifiers that are laid on it; null where it is not known. */
export function choose(
	index: CatalogIndex,
	options: ChoiceOptions,
	name: string,
	specifiers: readonly string[],
): CatalogChoice | null {
	const described = Object.hasOwn(index.distributions, name) ? index.distributions[name] : undefined;
	const entry = described ?? options.metadata.of(name);
	if (entry === undefined) return null;
	const choice = chooseAmong(entry, options, name, specifiers);
	return choice === null || described !== undefined ? choice : { ...choice, isDescribed: false };
}

function chooseAmong(
	entry: Readonly<Record<string, CatalogVersion>>,
	options: ChoiceOptions,
	name: string,
	specifiers: readonly string[],
): CatalogChoice | null {
	const versions = inOrder(entry);
	const locked = options.locked.get(name);
	const pinned = locked ?? specifiers.map(pinOf).find((version) => version !== null);
	if (pinned != null) return withOwnRequirements(standIn(entry, versions, pinned), name, options);
	const allows = isPrereleaseOnly(versions) ? isAllowed : isPicked;
	const newest = newestOf(entry, versions, options, specifiers, allows);
	const listed = options.metadata.of(name) ?? {};
	const newestListed = newestOf(listed, inOrder(listed), options, specifiers, allows);
	// Of a later major only the metadata may be known; of a later release of the same the described one tells more.
	if (newest !== undefined && (newestListed === undefined || majorOf(newestListed) <= majorOf(newest)))
		return standIn(entry, versions, newest);
	const release = options.releases
		.of(name)
		.findLast((one) => one.requires !== null && runsOn(one, options) && specifiers.every((set) => allows(one.version, set)));
	const further = newest === undefined ? (release?.version ?? newestListed) : newestListed;
	if (further !== undefined) return withOwnRequirements(standIn(entry, versions, further), name, options);
	const last = newestOf(entry, versions, options, [], allows);
	const stand = last !== undefined && specifiers.every((set) => isPast(last, set)) ? standIn(entry, versions, last) : null;
	if (stand !== null) return { ...stand, exact: false };
	// Nothing known fits: an upper bound between two catalogued versions, or requirements that contradict each other.
	const upper = specifiers.flatMap((specifier) => [...specifier.matchAll(/<=?\s*([\w.]+)/g)].map((match) => match[1] ?? ""));
	const [lowest] = upper.sort(compareVersions);
	if (lowest !== undefined) return standIn(entry, versions, lowest, false);
	// Or nothing catalogued is for this Python: an installation would bring an older version.
	const oldest = versions.find((version) => specifiers.every((set) => allows(version, set)));
	return oldest === undefined ? null : standIn(entry, [oldest], oldest, false);
}

function runsOn(facts: Pick<CatalogVersion, "requiresPython"> | undefined, options: ChoiceOptions): boolean {
	if (facts?.requiresPython == null) return facts !== undefined;
	return isPicked(`${options.python.major}.${options.python.minor}.99`, facts.requiresPython);
}

/** An object has keys such as `26` before all others. */
function inOrder(entry: Readonly<Record<string, CatalogVersion>>): readonly string[] {
	return Object.keys(entry).toSorted(compareVersions);
}

function newestOf(
	entry: Readonly<Record<string, CatalogVersion>>,
	versions: readonly string[],
	options: ChoiceOptions,
	specifiers: readonly string[],
	allows: typeof isPicked,
): string | undefined {
	const sets = specifiers.length === 0 ? [">=0"] : specifiers;
	return versions.findLast((version) => runsOn(entry[version], options) && sets.every((set) => allows(version, set)));
}

function majorOf(version: string): number {
	return parseVersion(version)?.release[0] ?? 0;
}

/** A package that has had no final release yet is installed from those before it. */
function isPrereleaseOnly(versions: readonly string[]): boolean {
	return versions.every((version) => parseVersion(version)?.isPrerelease === true);
}

/** Does a specifier set allow this version, or none but later ones: `>=2026.10.19` of certifi, whose newest known release is 2026.10.18? */
function isPast(version: string, specifier: string): boolean {
	return specifier.split(",").every((clause) => isPicked(version, clause) || /^\s*(?:>|~=)/.test(clause));
}

/** A specifier that is none allows everything: the manifest rules speak about it. */
function isPicked(version: string, specifier: string): boolean {
	return versionIsPicked(version, specifier) !== false;
}

function isAllowed(version: string, specifier: string): boolean {
	return versionSatisfies(version, specifier) !== false;
}

/** A catalogued version for one that may not be catalogued. */
function standIn(
	entry: Readonly<Record<string, CatalogVersion>>,
	versions: readonly string[],
	version: string,
	known = true,
): CatalogChoice | null {
	// They stand in ascending order, and nearly always the very version is among them.
	const place = versions.indexOf(version);
	const below = place >= 0 ? version : versions.findLast((one) => compareVersions(one, version) <= 0);
	const above = place >= 0 ? versions[place + 1] : versions.find((one) => compareVersions(one, version) > 0);
	const catalogued = below ?? above;
	const facts = catalogued === undefined ? undefined : entry[catalogued];
	if (catalogued === undefined || facts === undefined) return null;
	const isExact = known && catalogued === version;
	const neighbour = isExact || below === undefined ? null : (above ?? null);
	const further = neighbour === null ? [] : (entry[neighbour]?.requires ?? []);
	const requires = [...new Set([...facts.requires, ...further])];
	return { version, catalogued, isDescribed: true, neighbour, facts: { ...facts, requires }, exact: isExact, isRead: isExact };
}

/** Of many releases that are not catalogued it is known what they require. */
function withOwnRequirements(
	choice: CatalogChoice | null,
	name: string,
	{ releases, metadata }: ChoiceOptions,
): CatalogChoice | null {
	if (choice === null || choice.exact) return choice;
	const { version, facts } = choice;
	const own = releases.of(name).find((release) => release.version === version) ?? metadata.of(name)?.[version];
	if (own === undefined || own.requires === null)
		return { ...choice, facts: { ...facts, requires: withNearestOf(choice, metadata.of(name)) } };
	return { ...choice, facts: { ...facts, requires: own.requires, requiresPython: own.requiresPython }, isRead: true };
}

/** What a release that nobody has read may require: what the described ones around it do, and the nearest of which only the metadata is known. */
function withNearestOf(
	{ version, facts }: CatalogChoice,
	listed: Readonly<Record<string, CatalogVersion>> = {},
): readonly string[] {
	const versions = inOrder(listed);
	const nearest = [
		versions.findLast((one) => compareVersions(one, version) < 0),
		versions.find((one) => compareVersions(one, version) > 0),
	];
	return [...new Set([...facts.requires, ...nearest.flatMap((one) => (one === undefined ? [] : (listed[one]?.requires ?? [])))])];
}
