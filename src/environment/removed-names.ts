import type { ExportLookup, ExternalModule } from "./environment.ts";
import { compareVersions } from "./pep440.ts";
import { isSince, type Releases, releaseLosses } from "./release-losses.ts";

/** Where releases of a distribution lost something: the last one before that runs today, and the first one after. */
export interface Removal {
	readonly lastWith: string;
	readonly from: string;
}

/** See {@link Removal}, of a module (`symbol` null), a name in it, or an attribute of a class; null where none is on record. */
export function removalOf(distribution: string, module: string, symbol: string | null): Removal | null {
	const losses = ofName(releaseLosses, distribution);
	if (losses === undefined) return null;
	const from =
		symbol === null
			? ofName(losses.modules, module)
			: (ofName(losses.names, `${module}.${symbol}`) ?? ofName(ofName(losses.attributes, module) ?? {}, symbol)?.from);
	return from === undefined ? null : removalBefore(distribution, from);
}

/** See {@link Removal}, of what went with a release; null where no older one is known to run. */
export function removalBefore(distribution: string, from: string): Removal | null {
	const lastWith = ofName(releaseLosses, distribution)?.runsAlone.findLast((each) => compareVersions(each, from) < 0);
	return lastWith === undefined ? null : { lastWith, from };
}

function ofName<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
	return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The line that importing a module prints in the release at hand, or one below it, where older releases could be imported; null where there is none. */
export function refusalToImport(releases: Releases, module: string): string | null {
	for (const [distribution, { imports }] of Object.entries(releaseLosses))
		for (const [refused, since] of Object.entries(imports))
			if ((module === refused || module.startsWith(`${refused}.`)) && isSince(releases, distribution, since)) return since.error;
	return null;
}

/** What the releases at hand have no more, though older ones had it: said where a library's own tables do not tell. */
export class RemovedNames {
	private readonly names = new Set<string>();
	private readonly modules = new Set<string>();
	/** Modules that had what was removed, and the packages around them → the distribution. */
	private readonly holders = new Map<string, string>();

	constructor(releases: Releases) {
		for (const [distribution, { modules, names }] of Object.entries(releaseLosses)) {
			if (!releases.has(distribution)) continue;
			for (const [dotted, from] of Object.entries(modules))
				if (isSince(releases, distribution, { from })) this.modules.add(dotted);
			for (const [dotted, from] of Object.entries(names)) {
				if (!isSince(releases, distribution, { from })) continue;
				this.names.add(dotted);
				for (const holder of parentsOf(dotted)) this.holders.set(holder, distribution);
			}
		}
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
