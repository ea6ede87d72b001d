import type { Environment } from "../environment/environment.ts";
import type * as ast from "../python/ast.ts";
import { findSyntaxFaults } from "../python/grammar.ts";
import { findUndecodable } from "../python/undecodable.ts";
import { LineIndex } from "../text/line-index.ts";
import { discover } from "./discover.ts";
import { findMeantTarget } from "./fastapi/meant-target.ts";
import { localPackageFolders } from "./imports/local-packages.ts";
import { Resolver } from "./imports/resolver.ts";
import { constant } from "./imports/simulator/external.ts";
import { simulate } from "./imports/simulator/simulate.ts";
import type { Value } from "./imports/values.ts";
import type { Manifest } from "./manifests/manifest.ts";
import { readManifests } from "./manifests/read-manifests.ts";
import type { FolderListings, Module, Project, SourceTree, StartPlace, Target, UnreadableFile } from "./project.ts";
import { parseDotenv, resolveDotenv } from "./settings/dotenv.ts";
import { readIniSettings } from "./settings/ini-settings.ts";
import { treeOf } from "./source-tree.ts";

/** What a project is loaded from. Nothing here touches a disk: files and environment come from outside. */
export interface LoadInput {
	/** Absolute path of the repository root, without a slash at its end. */
	readonly root: string;
	/** The folder that a person named, relative to the root; `""` for the root. */
	readonly hint: string;
	readonly files: SourceTree;
	readonly unreadable: readonly UnreadableFile[];
	/** See `Project.listings`. */
	readonly listings?: FolderListings;
	/** `--target`, or null to discover it. */
	readonly target: Target | null;
	/** Where a given target is started, if that is known; it is discovered otherwise. */
	readonly place?: StartPlace;
	/** The variables that count as the server's. */
	readonly processEnvironment: Readonly<Record<string, string>>;
	/** Opens the environment once the backend folder and its manifests are known. */
	readonly openEnvironment: (backend: string, manifests: readonly Manifest[]) => Environment;
	/** What declares packages, where that is known better than from the files: those of a container's image. */
	readonly manifests?: readonly Manifest[];
	/** Syntax trees of files that are known already, by path: those of a project that only differs in some of its files. */
	readonly trees?: ReadonlyMap<string, ast.Module>;
	/** Told about each stage of the work, for a progress display. */
	readonly onProgress?: (stage: "discover" | "environment" | "simulate") => void;
}

/** Parses, resolves and simulates a backend. Never throws on anything that stands in its files. */
export function loadProject(input: LoadInput): Project {
	const parse = (path: string): ast.Module | null => {
		const file = input.files.get(path);
		return input.trees?.get(path) ?? (file === undefined ? null : treeOf(file));
	};
	input.onProgress?.("discover");
	const { backend, target, otherApplications, place } = discover({
		files: input.files,
		hint: input.hint,
		given: input.target,
		place: input.place ?? null,
		parse,
	});
	const manifests = input.manifests ?? readManifests(input.files, backend);
	input.onProgress?.("environment");
	const environment = input.openEnvironment(backend, manifests);
	// A folder that may not be read holds nobody knows what: a package like any other.
	const unread = input.unreadable.map(({ path }) => (/(^|\/)[^./][^/.]*$/.test(path) ? `${path}/__init__.py` : path));
	const resolver = new Resolver([...input.files.keys(), ...unread]);
	const modules = new Map<string, Module>();
	const modulesByPath = new Map<string, Module>();
	const makeModule = (path: string, name: string, isPackage: boolean): Module | null => {
		const file = input.files.get(path);
		const parsed = parse(path);
		if (file === undefined || parsed === null) return null;
		const undecodable = file.undecodable === true ? findUndecodable(file.text) : null;
		const errors = undecodable === null ? syntaxFaults(file.text, parsed, environment.python.minor) : [undecodable];
		const tree = errors.length === 0 && parsed.errors.length === 0 ? parsed : { ...parsed, errors };
		let lines: LineIndex | null = null;
		return {
			name,
			path,
			isPackage,
			text: file.text,
			tree,
			get lines() {
				lines ??= new LineIndex(file.text);
				return lines;
			},
		};
	};
	for (const { name, path, isPackage } of resolver.modulesBelow(backend)) {
		const module = makeModule(path, name, isPackage);
		if (module === null) continue;
		modules.set(name, module);
		modulesByPath.set(path, module);
	}
	input.onProgress?.("simulate");
	const startingAt = (target: Target | null, isAlone: boolean) =>
		simulate({
			isAlone,
			root: input.root,
			backend,
			...place,
			target,
			environment,
			resolver,
			isInstallable: isInstallable(input.files, backend),
			// Where packages are installed, they say themselves where their sources lie.
			localPackages: environment.kind === "catalog" ? localPackageFolders(input.files, manifests) : [],
			modules,
			moduleAt: (path, name, isPackage) => {
				const known = modules.get(name);
				return known?.path === path ? known : makeModule(path, name, isPackage);
			},
			listing: (folder) => input.listings?.get(folder) ?? null,
			processEnvironment: input.processEnvironment,
			byteOrderMark: (path) => input.files.get(path)?.mark ?? null,
			dotenvValues: (path) => readDotenv(input.files, path, input.processEnvironment),
			fileText: (path) => {
				const file = input.files.get(path);
				return file === undefined || file.undecodable === true ? null : file.text;
			},
		});
	// A wrong start command is one fault; what is wrong behind it shows in the application that it means.
	const trace = startingAt(target && (findMeantTarget(modules, target) ?? target), false);
	return {
		root: input.root,
		backend,
		...place,
		files: input.files,
		unreadable: input.unreadable,
		...(input.listings && { listings: input.listings }),
		target,
		otherApplications,
		environment,
		modules,
		modulesByPath,
		trace,
		traceFrom: startingAt,
		manifests,
		processEnvironment: input.processEnvironment,
	};
}

/** What was found in a syntax tree, by the minor version of Python: a project that is understood anew keeps most of its trees. */
const judged = new WeakMap<ast.Module, Map<number, readonly ast.SyntaxFault[]>>();

/** The syntax faults of a file; none where it is nested deeper than our own stack, which says nothing about it. */
function syntaxFaults(text: string, tree: ast.Module, minor: number): readonly ast.SyntaxFault[] {
	const known = judged.get(tree) ?? new Map<number, readonly ast.SyntaxFault[]>();
	judged.set(tree, known);
	let faults = known.get(minor);
	if (faults === undefined) {
		faults = faultsOrNone(text, tree, minor);
		known.set(minor, faults);
	}
	return faults;
}

function faultsOrNone(text: string, tree: ast.Module, minor: number): readonly ast.SyntaxFault[] {
	try {
		return findSyntaxFaults(text, tree, minor);
	} catch (error) {
		if (error instanceof RangeError) return [];
		throw error;
	}
}

/** The variables of a `.env` file as python-dotenv gives them, each with the place where it is written; null where there is no such file. */
function readDotenv(
	files: SourceTree,
	path: string,
	environment: Readonly<Record<string, string>>,
): ReadonlyMap<string, Value> | null {
	const file = files.get(path);
	if (file === undefined) return null;
	if (path.endsWith(".ini")) return readIniSettings(path, file.text);
	const { entries } = parseDotenv(file.text);
	const resolved = resolveDotenv(entries, environment, "environment");
	const result = new Map<string, Value>();
	for (const entry of entries) {
		const value = resolved.get(entry.key);
		if (value === undefined || value === null || entry.valueRange === null) continue;
		result.set(entry.key, constant(value, { type: "env-file", path, key: entry.key, range: entry.valueRange }));
	}
	return result;
}

/** Does the root or the backend say how it is built into a distribution (https://peps.python.org/pep-0517/)? */
function isInstallable(files: SourceTree, backend: string): boolean {
	return ["", ...(backend === "" ? [] : [`${backend}/`])].some((folder) => {
		const builds = /^[ \t]*\[build-system\]/m.test(files.get(`${folder}pyproject.toml`)?.text ?? "");
		return builds || files.has(`${folder}setup.py`) || files.has(`${folder}setup.cfg`);
	});
}
