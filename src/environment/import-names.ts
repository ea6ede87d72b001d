import { type Distribution, normalizeName } from "./environment.ts";
import { keptWith } from "./kept-data.ts";
import { sharedPartOf } from "./namespace-packages.ts";
import type { PackageFiles } from "./package-files.ts";
import { publishedNames } from "./published-names.ts";
import { vanishedModule } from "./vanished-modules.ts";

/** Import names and the distributions that provide them: those at hand first, then the bundled map. */
export class ImportNames {
	private byImportName: Map<string, string[]> | null = null;

	constructor(
		private readonly files: PackageFiles,
		private readonly distributions: ReadonlyMap<string, Distribution>,
	) {}

	installedFor(importName: string): readonly string[] {
		const obvious = normalizeName(importName);
		if (this.distributions.get(obvious)?.topLevel.includes(importName)) return [obvious];
		if (this.byImportName === null) {
			this.byImportName = new Map();
			for (const [name, distribution] of this.distributions)
				for (const top of distribution.topLevel) this.byImportName.set(top, [...(this.byImportName.get(top) ?? []), name]);
		}
		return this.byImportName.get(importName) ?? [];
	}

	distributionsFor(importName: string): readonly string[] {
		const sharedPart = sharedPartOf(importName);
		if (sharedPart !== null) return sharedPart.distributions;
		const bundled = this.bundled();
		const known = Object.hasOwn(bundled, importName) ? bundled[importName] : undefined;
		const vanished = vanishedModule(importName);
		const former = vanished === null ? [] : [vanished.distribution];
		return [...new Set([...this.installedFor(importName), ...(known ?? []), ...former])];
	}

	/** Is a distribution of this PEP 503 name on the public index? */
	isPublished(distribution: string): boolean {
		return publishedNames(this.files).names.has(distribution);
	}

	/** The day as of which all names of the public index are known; null where none is. */
	publishedUntil(): string | null {
		return publishedNames(this.files).asOf;
	}

	/** Is a distribution of this PEP 503 name among those of the bundled map? */
	isOftenUsed(distribution: string): boolean {
		return keptWith(this.files, "names often used", () => new Set(Object.values(this.bundled()).flat())).has(distribution);
	}

	private bundled(): Readonly<Record<string, readonly string[]>> {
		return keptWith(this.files, "import-names.json", () => parseNames(this.files.readData("import-names.json")));
	}
}

function parseNames(json: string | null): Readonly<Record<string, readonly string[]>> {
	try {
		const names: Readonly<Record<string, readonly string[]>> = JSON.parse(json ?? "{}");
		return names;
	} catch {
		return {};
	}
}
