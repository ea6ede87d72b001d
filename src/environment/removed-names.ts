import data from "../../data/removed-names.json" with { type: "json" };
import type { Distribution, ExportLookup, ExternalModule } from "./environment.ts";
import { compareVersions, versionSatisfies } from "./pep440.ts";

/** A parameter that a function or a class takes no more; seen by running old and new releases, see scripts/removed-names. */
export interface RemovedParameter {
	/** The first release that was seen to refuse it. */
	readonly from: string;
	/** The line that it prints; undefined where it is Python's own for an unexpected keyword. */
	readonly error?: string;
}

/** What releases of one distribution took away; names are dotted, and go with the first release that was seen without them. */
interface RemovedOfPackage {
	/** Those that were looked into by their number, oldest first. */
	readonly releases: readonly string[];
	readonly modules: Readonly<Record<string, string>>;
	readonly names: Readonly<Record<string, string>>;
	readonly parameters: Readonly<Record<string, Readonly<Record<string, RemovedParameter>>>>;
}

const packages: Readonly<Record<string, RemovedOfPackage>> = data.packages;

/** The last release that was seen with a module (`symbol` null) or a name in it, and the first without; null where it is not on record as removed. */
export function removalOf(
	distribution: string,
	module: string,
	symbol: string | null,
): { readonly lastWith: string; readonly from: string } | null {
	const removed = Object.hasOwn(packages, distribution) ? packages[distribution] : undefined;
	const known = symbol === null ? removed?.modules : removed?.names;
	const dotted = symbol === null ? module : `${module}.${symbol}`;
	const from = known !== undefined && Object.hasOwn(known, dotted) ? known[dotted] : undefined;
	const older = from === undefined ? [] : (removed?.releases ?? []).filter((each) => compareVersions(each, from) < 0);
	const lastWith = older.at(-1);
	return from === undefined || lastWith === undefined ? null : { lastWith, from };
}

type Distributions = ReadonlyMap<string, Pick<Distribution, "version">>;

/** What the releases at hand have no more, though older ones had it: said where a library's own tables do not tell. */
export class RemovedNames {
	private readonly names: ReadonlySet<string>;
	private readonly modules: ReadonlySet<string>;
	/** Modules that had what was removed, and the packages around them → the distribution. */
	private readonly holders: ReadonlyMap<string, string>;

	constructor(distributions: Distributions) {
		const names = new Set<string>();
		const modules = new Set<string>();
		const holders = new Map<string, string>();
		for (const [distribution, removed] of Object.entries(packages)) {
			if (!distributions.has(distribution)) continue;
			for (const [dotted, from] of Object.entries(removed.modules))
				if (isFrom(distributions, distribution, from)) modules.add(dotted);
			for (const [dotted, from] of Object.entries(removed.names)) {
				if (!isFrom(distributions, distribution, from)) continue;
				names.add(dotted);
				for (const holder of parentsOf(dotted)) holders.set(holder, distribution);
			}
		}
		[this.names, this.modules, this.holders] = [names, modules, holders];
	}

	hasName(dotted: string): boolean {
		return this.names.has(dotted) || this.modules.has(dotted);
	}

	hasModule(dotted: string): boolean {
		return this.modules.has(dotted);
	}

	/** A module of which nothing is known but what it has no more; null where that is nothing. */
	remainderOf(dotted: string): ExternalModule | null {
		const distribution = this.holders.get(dotted);
		if (distribution === undefined) return null;
		const lookup = (symbol: string): ExportLookup => {
			const name = `${dotted}.${symbol}`;
			if (this.hasName(name)) return { found: "absent" };
			return this.holders.has(name) ? { found: "present", entry: { kind: "submodule", module: name } } : { found: "unknown" };
		};
		return {
			name: dotted,
			isPackage: true,
			origin: "catalog",
			kind: "opaque",
			distribution,
			lookup,
			names: () => [],
			starNames: () => null,
			needs: () => [],
			definition: () => null,
		};
	}
}

/** `PIL` and `PIL.Image` for `PIL.Image.ANTIALIAS`. */
function parentsOf(dotted: string): string[] {
	const parts = dotted.split(".");
	return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."));
}

/** A keyword that a callable of the release at hand takes no more, with the exception that it raises; null where it may. */
export function removedParameter(distributions: Distributions, callee: string, keyword: string): RemovedParameter | null {
	for (const [distribution, { parameters }] of packagesWith(callee.split(".")[0] ?? callee)) {
		const known = Object.hasOwn(parameters, callee) ? parameters[callee] : undefined;
		const removed = known !== undefined && Object.hasOwn(known, keyword) ? known[keyword] : undefined;
		if (removed !== undefined && isFrom(distributions, distribution, removed.from)) return removed;
	}
	return null;
}

/** The names by which callables are on record whose modules begin with a top-level name: `pandas.read_csv`. */
export function callablesOnRecord(topLevelName: string): readonly string[] {
	return packagesWith(topLevelName).flatMap(([, { parameters }]) => Object.keys(parameters));
}

const byTopLevel = new Map<string, [string, RemovedOfPackage][]>();

function packagesWith(topLevelName: string): readonly [string, RemovedOfPackage][] {
	if (byTopLevel.size === 0)
		for (const entry of Object.entries(packages))
			for (const top of new Set(Object.keys(entry[1].parameters).map((callee) => callee.split(".")[0] ?? callee)))
				byTopLevel.set(top, [...(byTopLevel.get(top) ?? []), entry]);
	return byTopLevel.get(topLevelName) ?? [];
}

function isFrom(distributions: Distributions, distribution: string, from: string): boolean {
	const version = distributions.get(distribution)?.version;
	return version !== undefined && versionSatisfies(version, `>=${from}`) === true;
}
