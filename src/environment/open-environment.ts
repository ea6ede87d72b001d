import { type Catalog, type DeclaredRequirement, openCatalog } from "./catalog.ts";
import { bundledCatalog } from "./catalog-index.ts";
import { describedReleases } from "./described-releases.ts";
import { readDistributions } from "./distributions.ts";
import type { Distribution, Environment, PythonVersion } from "./environment.ts";
import { expectedReleases } from "./expected-releases.ts";
import { ImportNames } from "./import-names.ts";
import { FolderModules, IntrospectedModules, type ModuleProvider } from "./installed-modules.ts";
import { findInterpreters, type Interpreter, type InterpreterSearch } from "./interpreter.ts";
import { knownReleases } from "./known-releases.ts";
import type { PackageFiles } from "./package-files.ts";
import { packageMetadata } from "./package-metadata.ts";
import { hintsOfPins } from "./pinned-pythons.ts";
import { ProviderEnvironment } from "./provider-environment.ts";
import { choosePython, type PythonHint } from "./python-choice.ts";
import { readSearchPath, type SearchPath } from "./search-path.ts";
import { type StandardLibrary, standardLibrary } from "./standard-library.ts";

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
		if (options.search.override !== null || isIts) return openInterpreter(options, interpreter, path, distributions);
	}
	return openFromCatalog(options, seen);
}

function openInterpreter(
	{ files, locked }: EnvironmentOptions,
	interpreter: Interpreter,
	path: SearchPath,
	distributions: ReadonlyMap<string, Distribution>,
): Environment {
	const { python } = interpreter;
	const standard = standardLibrary(files, python);
	const names = new ImportNames(files, distributions);
	const releases = knownReleases(files);
	const metadata = packageMetadata(files);
	const installed = new FolderModules(files, python, "installed", path, standard, (name) => names.installedFor(name)[0] ?? null);
	return new ProviderEnvironment({
		python,
		pythonEvidence: interpreter.evidence,
		pythonIsCertain: true,
		kind: "interpreter",
		pythonPath: interpreter.path,
		distributions,
		searchFolders: path.added,
		standard,
		standardProviders: standardProviders(files, interpreter, python, standard),
		packages: installed,
		names,
		releases,
		expected: expectedReleases({ files, python, locked, releases, metadata }),
		releasesWith: describedReleases(files, python),
		files,
		place: path.folders.join(":"),
	});
}

/** No environment of the project has its packages: the bundled catalog says what its manifests would bring. */
function openFromCatalog(options: EnvironmentOptions, seen: readonly Interpreter[]): Environment {
	const { files } = options;
	const own = seen.find((interpreter) => interpreter.ownedByProject);
	const metadata = packageMetadata(files);
	const hints = [...options.pythonHints, ...hintsOfPins(options.requirements ?? [], bundledCatalog(files), metadata)];
	const { python, evidence, isCertain } = choosePython(hints, own, seen[0]);
	const interpreter =
		[own, ...seen].find((one) => one?.python.minor === python.minor && one.python.major === python.major) ?? null;
	const standard = standardLibrary(files, python);
	const releases = knownReleases(files);
	const { requirements, locked } = options;
	const catalog: Catalog = openCatalog(files, { python, requirements, locked, releases, metadata });
	return new ProviderEnvironment({
		python,
		pythonEvidence: evidence,
		pythonIsCertain: isCertain,
		kind: "catalog",
		pythonPath: own?.path ?? null,
		distributions: catalog.distributions,
		searchFolders: [],
		standard,
		standardProviders: standardProviders(files, interpreter, python, standard),
		packages: catalog.modules,
		names: catalog.names,
		releases,
		expected: expectedReleases({ files, python, locked, releases, metadata }),
		releasesWith: describedReleases(files, python),
		files,
		// What is missing from one catalog may come with the unknown packages of another.
		place: catalog.closure.complete ? "" : `and ${[...catalog.closure.unknown].sort().join()}`,
	});
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
