import { bundledCatalog } from "./catalog-index.ts";
import { CatalogModules } from "./catalog-modules.ts";
import type { ModuleWorld, PythonVersion } from "./environment.ts";
import type { PackageFiles } from "./package-files.ts";
import { removalOf } from "./removed-names.ts";

/** Whether one release of a distribution has what is asked for. */
export interface ReleaseContent {
	readonly version: string;
	readonly has: boolean;
}

/** Asks for a module of a distribution (PEP 503 name), and for a name in it where `symbol` is not null. */
export type DescribedReleases = (distribution: string, module: string, symbol: string | null) => readonly ReleaseContent[];

/**
 * Answers which releases of a distribution have a module or a name, oldest first, as far as the bundled catalog describes them or
 * it is on record that a release took it away; a release of which it cannot be told is left out.
 */
export function describedReleases(files: PackageFiles, python: PythonVersion): DescribedReleases {
	return (distribution, module, symbol) => {
		const removal = removalOf(distribution, module, symbol);
		if (removal !== null)
			return [
				{ version: removal.lastWith, has: true },
				{ version: removal.from, has: false },
			];
		const { distributions } = bundledCatalog(files);
		const entry = Object.hasOwn(distributions, distribution) ? distributions[distribution] : undefined;
		return Object.entries(entry ?? {}).flatMap(([version, facts]) => {
			const choice = {
				version,
				catalogued: version,
				isDescribed: true,
				neighbour: null,
				facts,
				exact: true,
				isRead: true,
			};
			const modules = new CatalogModules(files, python, new Map([[distribution, choice]]), {
				complete: false,
				mayBring: () => true,
			});
			const world: ModuleWorld = { isStdlib: () => false, findModule: (dotted) => modules.find(dotted, world) };
			const found = modules.find(module, world);
			if (found.found !== "present") return found.found === "missing" ? [{ version, has: false }] : [];
			if (symbol === null) return [{ version, has: true }];
			const lookup = found.module.lookup(symbol);
			return lookup.found === "unknown" ? [] : [{ version, has: lookup.found === "present" }];
		});
	};
}
