import type { CatalogOptions } from "./catalog.ts";
import type { CatalogIndex, CatalogVersion } from "./catalog-index.ts";
import { compareVersions, parseVersion, versionIsPicked, versionSatisfies } from "./pep440.ts";

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

export type ChoiceOptions = Pick<CatalogOptions, "python" | "locked" | "releases" | "metadata">;

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
export function isPicked(version: string, specifier: string): boolean {
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

/** The one version that a specifier asks for, or null. */
export function pinOf(specifier: string): string | null {
	return /^\s*===?\s*([^*,\s]+)\s*$/.exec(specifier)?.[1] ?? null;
}

/** Of a version that is not catalogued the neighbours on both sides must vouch for what it requires. */
export function isVouched({ isRead, neighbour }: CatalogChoice): boolean {
	return isRead || neighbour !== null;
}
