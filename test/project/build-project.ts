import { createHash } from "node:crypto";
import type { Environment, ExternalModule, ModuleLookup } from "../../src/environment/environment.ts";
import { loadProject } from "../../src/project/load.ts";
import type { Project, SourceFile, Target } from "../../src/project/project.ts";

/** A tiny backend written as one text: `#- path` begins each file. */
export function parseFiles(literal: string): Record<string, string> {
	const files: Record<string, string> = {};
	let path = "";
	for (const line of literal.replace(/^\n/, "").split("\n")) {
		const header = /^#- (\S+)$/.exec(line);
		if (header?.[1] !== undefined) {
			path = header[1];
			files[path] = "";
		} else if (path !== "") {
			files[path] += `${line}\n`;
		}
	}
	for (const name of Object.keys(files)) files[name] = (files[name] ?? "").replace(/\n+$/, "\n");
	return files;
}

export interface BuildOptions {
	readonly environment?: Environment;
	readonly target?: string;
	readonly variables?: Readonly<Record<string, string>>;
	readonly hint?: string;
	/** Paths of files and folders that are there and may not be read. */
	readonly unreadable?: readonly string[];
}

/** Loads a project from texts in memory; without an environment of its own nothing outside the project is known. */
export function buildProject(files: Readonly<Record<string, string>>, options: BuildOptions = {}): Project {
	const tree = new Map<string, SourceFile>();
	for (const [path, text] of Object.entries(files)) {
		tree.set(path, { path, text, sha256: createHash("sha256").update(text).digest("hex") });
	}
	const [module, attribute] = (options.target ?? "").split(":");
	const target: Target | null =
		module === undefined || attribute === undefined || options.target === undefined
			? null
			: { module, attribute, factory: false, evidence: "--target" };
	return loadProject({
		root: "/project",
		hint: options.hint ?? "",
		files: tree,
		unreadable: (options.unreadable ?? []).map((path) => ({ path, reason: "you may not read it", kind: "access" })),
		target,
		processEnvironment: options.variables ?? {},
		openEnvironment: () => options.environment ?? unknownEnvironment(),
	});
}

/** An environment that knows the standard library's names by heart and nothing else. */
export function unknownEnvironment(modules: Readonly<Record<string, ExternalModule>> = {}): Environment {
	return {
		python: { major: 3, minor: 11 },
		pythonEvidence: "the test",
		pythonIsCertain: true,
		kind: "catalog",
		pythonPath: null,
		distributions: new Map(),
		isStdlib: (name) =>
			["os", "sys", "typing", "asyncio", "contextlib", "functools", "logging", "pathlib", "datetime"].includes(name),
		findModule: (dotted): ModuleLookup => {
			const module = modules[dotted];
			return module === undefined ? { found: "unknown" } : { found: "present", module };
		},
		canonical: (dotted) => dotted,
		distributionsFor: () => [],
		isPublished: () => false,
		publishedUntil: () => null,
		isOftenUsed: () => false,
		findSymbol: () => [],
		followImports: () => [],
		releasesOf: () => [],
		expected: () => null,
		releasesWith: () => [],
		searchFolders: [],
	};
}
