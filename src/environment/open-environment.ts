import { type Catalog, type DeclaredRequirement, openCatalog } from "./catalog.ts";
import { readDistributions } from "./distributions.ts";
import {
	type Distribution,
	type Environment,
	type ExternalModule,
	type LibraryImport,
	type ModuleLookup,
	normalizeName,
	type PythonVersion,
} from "./environment.ts";
import { FolderModules, IntrospectedModules, type ModuleProvider } from "./installed-modules.ts";
import { findInterpreters, type Interpreter, type InterpreterSearch } from "./interpreter.ts";
import { LibraryImports } from "./library-imports.ts";
import { sharedPartOf } from "./namespace-packages.ts";
import type { PackageFiles } from "./package-files.ts";
import { newestMatchingMinor, parsePythonVersion } from "./python-version.ts";
import { readSearchPath, type SearchPath } from "./search-path.ts";
import { StandardLibrary } from "./standard-library.ts";
import { vanishedModule } from "./vanished-modules.ts";

/** Something in the project that says which Python it is for: `3.11`, `python:3.11-slim`, `>=3.10`. */
export interface PythonHint {
	readonly specifier: string;
	/** `Dockerfile:1`, `requires-python in pyproject.toml`. */
	readonly evidence: string;
}

export interface EnvironmentOptions {
	readonly files: PackageFiles;
	readonly search: InterpreterSearch;
	/** What the manifest that start-up installs from asks for; null where there is none, and anything may be installed. */
	readonly requirements: readonly DeclaredRequirement[] | null;
	/** Versions that a lock file names, by normalised name. */
	readonly locked: ReadonlyMap<string, string>;
	/** Best first. */
	readonly pythonHints: readonly PythonHint[];
}

const serverPackages: readonly string[] = ["fastapi", "uvicorn"];

/** Finds out what the server would run on, from files alone; nothing of the project or its environment is executed. */
export function openEnvironment(options: EnvironmentOptions): Environment {
	const { files, requirements } = options;
	const wanted = [...serverPackages, ...(requirements ?? []).map((requirement) => requirement.normalized)];
	const seen: Interpreter[] = [];
	for (const interpreter of findInterpreters(files, options.search)) {
		seen.push(interpreter);
		const path = readSearchPath(files, interpreter.siteFolders);
		const distributions = readDistributions(files, path.folders);
		// A virtual environment with anything of the backend in it is the backend's; the machine's own Python only where it could serve one.
		const isIts = interpreter.ownedByProject
			? wanted.some((name) => distributions.has(name))
			: serverPackages.every((name) => distributions.has(name));
		if (options.search.override !== null || isIts) return openInterpreter(files, interpreter, path, distributions);
	}
	return openFromCatalog(options, seen);
}

function openInterpreter(
	files: PackageFiles,
	interpreter: Interpreter,
	path: SearchPath,
	distributions: ReadonlyMap<string, Distribution>,
): Environment {
	const { python } = interpreter;
	const standard = new StandardLibrary(files, python);
	const names = new ImportNames(files, distributions);
	const installed = new FolderModules(files, python, "installed", path, standard, (name) => names.installedFor(name)[0] ?? null);
	return new ProviderEnvironment({
		python,
		pythonEvidence: interpreter.evidence,
		kind: "interpreter",
		pythonPath: interpreter.path,
		distributions,
		searchFolders: path.added,
		standard,
		standardProviders: standardProviders(files, interpreter, python, standard),
		packages: installed,
		names,
		files,
		place: path.folders.join(":"),
	});
}

/** No environment of the project has its packages: the bundled catalog says what its manifests would bring. */
function openFromCatalog(options: EnvironmentOptions, seen: readonly Interpreter[]): Environment {
	const { files } = options;
	const own = seen.find((interpreter) => interpreter.ownedByProject);
	const { python, evidence } = choosePython(options, own, seen[0]);
	const interpreter =
		[own, ...seen].find((one) => one?.python.minor === python.minor && one.python.major === python.major) ?? null;
	const standard = new StandardLibrary(files, python);
	const catalog: Catalog = openCatalog(files, { python, requirements: options.requirements, locked: options.locked });
	return new ProviderEnvironment({
		python,
		pythonEvidence: evidence,
		kind: "catalog",
		pythonPath: own?.path ?? null,
		distributions: catalog.distributions,
		searchFolders: [],
		standard,
		standardProviders: standardProviders(files, interpreter, python, standard),
		packages: catalog.modules,
		names: new ImportNames(files, catalog.distributions),
		files,
		place: "",
	});
}

function choosePython(
	options: EnvironmentOptions,
	own: Interpreter | undefined,
	machine: Interpreter | undefined,
): { readonly python: PythonVersion; readonly evidence: string } {
	if (own !== undefined) return { python: own.python, evidence: own.evidence };
	for (const { specifier, evidence } of options.pythonHints) {
		const exact = /^[^<>=!~^*]*$/.test(specifier) ? parsePythonVersion(specifier) : null;
		const python = exact ?? newestMatchingMinor(specifier);
		if (python !== null) return { python, evidence };
	}
	if (machine !== undefined) return { python: machine.python, evidence: machine.evidence };
	return {
		python: newestMatchingMinor("") ?? { major: 3, minor: 14 },
		evidence: "the newest Python we know, since nothing names one",
	};
}

/** What answers for the standard library: the real one where it is at hand, else what introspection of its like showed. */
function standardProviders(
	files: PackageFiles,
	interpreter: Interpreter | null,
	python: PythonVersion,
	standard: StandardLibrary,
): readonly ModuleProvider[] {
	const library = interpreter?.standardLibrary ?? null;
	if (library === null) return [new IntrospectedModules(python, files.platform, standard, false)];
	const path: SearchPath = {
		folders: [library, `${library}/lib-dynload`],
		mapped: new Map(),
		added: [],
		hooked: false,
		provided: new Set(),
	};
	return [
		new IntrospectedModules(python, files.platform, standard, true),
		new FolderModules(files, python, "stdlib", path, standard, () => null),
	];
}

interface EnvironmentParts {
	readonly python: PythonVersion;
	readonly pythonEvidence: string;
	readonly kind: Environment["kind"];
	readonly pythonPath: string | null;
	readonly distributions: ReadonlyMap<string, Distribution>;
	readonly searchFolders: readonly string[];
	readonly standard: StandardLibrary;
	readonly standardProviders: readonly ModuleProvider[];
	readonly packages: ModuleProvider;
	readonly names: ImportNames;
	readonly files: PackageFiles;
	/** Where the packages lie, to tell one environment from another. */
	readonly place: string;
}

/** An environment over providers: the standard library's first, as on `sys.path`. */
class ProviderEnvironment implements Environment {
	readonly python: PythonVersion;
	readonly pythonEvidence: string;
	readonly kind: Environment["kind"];
	readonly pythonPath: string | null;
	readonly distributions: ReadonlyMap<string, Distribution>;
	readonly searchFolders: readonly string[];
	private readonly modules = new Map<string, ModuleLookup>();
	private readonly canonicals = new Map<string, string>();
	private libraryImports: LibraryImports | null = null;

	constructor(private readonly parts: EnvironmentParts) {
		this.python = parts.python;
		this.pythonEvidence = parts.pythonEvidence;
		this.kind = parts.kind;
		this.pythonPath = parts.pythonPath;
		this.distributions = parts.distributions;
		this.searchFolders = parts.searchFolders;
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
		return answer;
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

/** Import names and the distributions that provide them: those at hand first, then the bundled map. */
class ImportNames {
	private byImportName: Map<string, string[]> | null = null;
	private bundled: Readonly<Record<string, readonly string[]>> | null = null;

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
		this.bundled ??= parseNames(this.files.readData("import-names.json"));
		const known = Object.hasOwn(this.bundled, importName) ? this.bundled[importName] : undefined;
		const vanished = vanishedModule(importName);
		const former = vanished === null ? [] : [vanished.distribution];
		return [...new Set([...this.installedFor(importName), ...(known ?? []), ...former])];
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
