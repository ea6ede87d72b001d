import type { DescribedReleases } from "./described-releases.ts";
import type { Distribution, Environment, ExternalModule, LibraryImport, ModuleLookup, PythonVersion } from "./environment.ts";
import type { ImportNames } from "./import-names.ts";
import type { ModuleProvider } from "./installed-modules.ts";
import type { KnownRelease, KnownReleases } from "./known-releases.ts";
import { LibraryImports } from "./library-imports.ts";
import type { PackageFiles } from "./package-files.ts";
import { RemovedNames } from "./removed-names.ts";
import type { StandardLibrary } from "./standard-library.ts";

/** What an environment is put together from. */
export interface EnvironmentParts {
	readonly python: PythonVersion;
	readonly pythonEvidence: string;
	readonly pythonIsCertain: boolean;
	readonly kind: Environment["kind"];
	readonly pythonPath: string | null;
	readonly distributions: ReadonlyMap<string, Distribution>;
	readonly searchFolders: readonly string[];
	readonly standard: StandardLibrary;
	readonly standardProviders: readonly ModuleProvider[];
	readonly packages: ModuleProvider;
	readonly names: ImportNames;
	readonly releases: KnownReleases;
	readonly expected: Environment["expected"];
	readonly releasesWith: DescribedReleases;
	readonly files: PackageFiles;
	/** Where the packages lie, to tell one environment from another. */
	readonly place: string;
}

/** An environment over providers: the standard library's first, as on `sys.path`. */
export class ProviderEnvironment implements Environment {
	readonly python: PythonVersion;
	readonly pythonEvidence: string;
	readonly pythonIsCertain: boolean;
	readonly kind: Environment["kind"];
	readonly pythonPath: string | null;
	readonly distributions: ReadonlyMap<string, Distribution>;
	readonly searchFolders: readonly string[];
	private readonly modules = new Map<string, ModuleLookup>();
	private readonly canonicals = new Map<string, string>();
	private readonly removed: RemovedNames;
	private libraryImports: LibraryImports | null = null;

	constructor(private readonly parts: EnvironmentParts) {
		this.python = parts.python;
		this.pythonEvidence = parts.pythonEvidence;
		this.pythonIsCertain = parts.pythonIsCertain;
		this.kind = parts.kind;
		this.pythonPath = parts.pythonPath;
		this.distributions = parts.distributions;
		this.searchFolders = parts.searchFolders;
		this.removed = new RemovedNames(parts.distributions);
	}

	isStdlib(topLevelName: string): boolean {
		return this.parts.standard.has(topLevelName);
	}

	findModule(dotted: string): ModuleLookup {
		const known = this.modules.get(dotted);
		if (known !== undefined) return known;
		const found = this.search(dotted);
		this.modules.set(dotted, found);
		return found;
	}

	canonical(dotted: string): string {
		const known = this.canonicals.get(dotted);
		if (known !== undefined) return known;
		const result = this.follow(dotted, new Set());
		this.canonicals.set(dotted, result);
		return result;
	}

	distributionsFor(importName: string): readonly string[] {
		return this.parts.names.distributionsFor(importName);
	}

	isPublished(distribution: string): boolean {
		return this.parts.names.isPublished(distribution);
	}

	publishedUntil(): string | null {
		return this.parts.names.publishedUntil();
	}

	isOftenUsed(distribution: string): boolean {
		return this.parts.names.isOftenUsed(distribution);
	}

	findSymbol(symbol: string, topLevelNames: readonly string[]): readonly string[] {
		const found = new Set<string>();
		for (const top of topLevelNames) {
			for (const provider of [...this.parts.standardProviders, this.parts.packages]) {
				for (const mentioned of provider.modulesMentioning(symbol, top)) {
					// A public parent that re-exports the name is the better home.
					for (let module = mentioned; module !== ""; module = module.slice(0, Math.max(0, module.lastIndexOf(".")))) {
						if (!found.has(module) && this.has(module, symbol)) found.add(module);
					}
				}
			}
		}
		return [...found].sort((a, b) => homeRank(a) - homeRank(b) || a.length - b.length || (a < b ? -1 : 1));
	}

	followImports(modules: readonly string[]): readonly LibraryImport[] {
		this.libraryImports ??= new LibraryImports(this, this.parts.files, this.parts.place);
		return this.libraryImports.follow(modules);
	}

	releasesOf(distribution: string): readonly KnownRelease[] {
		return this.parts.releases.of(distribution);
	}

	expected(distribution: string, specifier: string): Distribution | null {
		return this.parts.expected(distribution, specifier);
	}

	releasesWith(...asked: Parameters<DescribedReleases>): ReturnType<DescribedReleases> {
		return this.parts.releasesWith(...asked);
	}

	private has(module: string, symbol: string): boolean {
		const lookup = this.moduleOf(module)?.lookup(symbol);
		return lookup?.found === "present" && lookup.entry.kind !== "submodule";
	}

	private search(dotted: string): ModuleLookup {
		if (dotted === "os.path") return this.findModule(this.parts.files.platform === "win32" ? "ntpath" : "posixpath");
		// From Python 3.14 on there is no file of this name: `collections/__init__.py` puts it into `sys.modules`, as os.py does with os.path.
		if (dotted === "collections.abc") return this.findModule("_collections_abc");
		let answer: ModuleLookup = { found: "missing" };
		for (const provider of [...this.parts.standardProviders, this.parts.packages]) {
			const found = provider.find(dotted, this);
			if (found.found === "present") return found;
			if (found.found === "unknown") answer = found;
		}
		// Listed in the standard library, yet not there: stripped by a packager, or of another platform.
		const top = dotted.split(".")[0] ?? dotted;
		if (answer.found === "missing" && top === dotted && this.isStdlib(top) && this.parts.standard.find(top)?.kind !== "source")
			return { found: "unknown" };
		return answer.found === "unknown" ? this.withoutRemoved(dotted) : answer;
	}

	/** Of a package whose files are not at hand only what its releases took away may be on record. */
	private withoutRemoved(dotted: string): ModuleLookup {
		if (this.removed.hasModule(dotted)) return { found: "missing" };
		const module = this.removed.remainderOf(dotted);
		return module === null ? { found: "unknown" } : { found: "present", module };
	}

	/** Is a name, dotted, one that the releases at hand have no more? */
	isRemoved(dotted: string): boolean {
		return this.removed.hasName(dotted);
	}

	private moduleOf(name: string): ExternalModule | null {
		const found = this.findModule(name);
		return found.found === "present" ? found.module : null;
	}

	/** Walks a dotted name from the left, as attribute access would. */
	private follow(dotted: string, seen: Set<string>): string {
		// `name = name.attribute` leads to a longer name each time.
		if (seen.has(dotted) || seen.size > longestTrail) return dotted;
		seen.add(dotted);
		const [first = "", ...rest] = dotted.split(".");
		let module = this.moduleOf(first);
		for (const [index, name] of rest.entries()) {
			if (module === null) return dotted;
			const tail = rest.slice(index + 1);
			const lookup = module.lookup(name);
			if (lookup.found !== "present") return dotted;
			const { entry } = lookup;
			if (entry.kind === "submodule") {
				module = this.moduleOf(entry.module);
				continue;
			}
			// Names of the standard library stay as its documentation spells them, wherever they are implemented.
			if (this.isStdlib(first)) return dotted;
			if (entry.kind === "alias") {
				const target = entry.name === null ? [entry.module, ...tail] : [entry.module, entry.name, ...tail];
				return this.follow(target.join("."), seen);
			}
			const assigned = entry.kind === "value" ? this.assigned(module, entry.text) : null;
			return assigned === null ? [module.name, name, ...tail].join(".") : this.follow([assigned, ...tail].join("."), seen);
		}
		return module?.name ?? dotted;
	}

	/** The absolute name behind `Name = other.Name`, or null for any other value. */
	private assigned(module: ExternalModule, text: string | null): string | null {
		if (text === null || !/^[A-Za-z_]\w*(?:\.\w+)*$/.test(text)) return null;
		const [first = "", ...rest] = text.split(".");
		const lookup = module.lookup(first);
		if (lookup.found !== "present" || lookup.entry.kind === "unknown") return null;
		return [module.name, first, ...rest].join(".");
	}
}

/** Aliases that lead from one to the next, in the worst case that is no circle. */
const longestTrail = 32;

/** Lower is the better place to import from: public before private, shallow before deep. */
function homeRank(module: string): number {
	const parts = module.split(".");
	const isPrivate = parts.some((part) => part.startsWith("_"));
	const isOld = parts.includes("v1") || parts.includes("deprecated");
	return parts.length + (isPrivate ? 100 : 0) + (isOld ? 50 : 0);
}
