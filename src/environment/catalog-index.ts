import { keptWith } from "./kept-data.ts";
import type { PackageFiles } from "./package-files.ts";

/** What the catalog's index says of one version of a distribution. */
export interface CatalogVersion {
	/** As its metadata spells it. */
	readonly name: string;
	readonly requires: readonly string[];
	readonly requiresPython: string | null;
	readonly topLevel: readonly string[];
	readonly extras: readonly string[];
}

/** The bundled catalog's table of contents: normalised name → version → facts, oldest version first. */
export interface CatalogIndex {
	/** Day on which it was generated, ISO 8601. */
	readonly generated: string;
	readonly distributions: Readonly<Record<string, Readonly<Record<string, CatalogVersion>>>>;
}

/** The index of the bundled catalog. */
export function bundledCatalog(files: PackageFiles): CatalogIndex {
	const path = "catalog/index.json.br";
	return keptWith(files, path, () => readCatalogIndex(files.readData(path)));
}

/** Parses the index; a missing or broken one is an empty catalog. */
export function readCatalogIndex(json: string | null): CatalogIndex {
	try {
		const index: CatalogIndex = JSON.parse(json ?? "");
		return index;
	} catch {
		return { generated: "", distributions: {} };
	}
}
