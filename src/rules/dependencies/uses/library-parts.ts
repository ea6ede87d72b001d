import type { Environment, LibraryImport } from "../../../environment/environment.ts";
import { remembered } from "../../../environment/remembered.ts";
import { parseRequirement } from "../../../environment/requirement.ts";
import type { ExternalImport } from "../../../project/imports/trace.ts";
import { isAnotherAuthors } from "../../../project/manifests/mistaken-names.ts";
import { distributionsOf, packageOf } from "../../../project/manifests/third-party-imports.ts";
import type { Project } from "../../../project/project.ts";
import type { OptionalUse } from "../../repair/packages/optional-use.ts";

/** An import inside a library that start-up certainly makes, with the project's own import that leads to it. */
export interface LibraryUse {
	readonly library: LibraryImport;
	readonly own: ExternalImport;
}

const known = new WeakMap<Project, readonly LibraryUse[]>();

/** Imports that libraries make of other packages, and those of them that fail, in the order in which start-up meets them. */
export function listLibraryUses(project: Project): readonly LibraryUse[] {
	let uses = known.get(project);
	if (uses === undefined) {
		uses = followImports(project);
		known.set(project, uses);
	}
	return uses;
}

function followImports(project: Project): LibraryUse[] {
	const { environment, trace } = project;
	const byModule = new Map<string, ExternalImport>();
	const certain = trace.externalImports.filter(({ reached, guarded, deferred }) => reached && !guarded && !deferred);
	for (const own of certain.toSorted((a, b) => a.order - b.order)) {
		const top = own.module.split(".")[0] ?? own.module;
		if (!environment.isStdlib(top) && !byModule.has(own.module)) byModule.set(own.module, own);
	}
	return environment.followImports([...byModule.keys()]).flatMap((library) => {
		const own = byModule.get(library.start);
		return own === undefined ? [] : [{ library, own }];
	});
}

/** Packages that a library imports where start-up imports that part of it: optional ones, which its extras may name. */
export function listLibraryParts(project: Project): OptionalUse[] {
	const { environment } = project;
	const seen = new Set<string>();
	const { distributionOf, providersOf } = providersIn(environment);
	return listLibraryUses(project).flatMap(({ library, own }) => {
		const { importer, module, symbol, error } = library;
		const top = module.split(".")[0] ?? module;
		if (symbol !== null || environment.isStdlib(top) || seen.has(`${importer} ${module}`)) return [];
		seen.add(`${importer} ${module}`);
		if (isAnotherAuthors(own.module, project)) return [];
		const distribution = distributionOf(importer);
		const providers = providersOf(distribution, module);
		if (providers.length === 0 || isBroughtByPython(project, providers)) return [];
		return [
			{
				providers,
				extras: [],
				floor: null,
				importName: module,
				what: own.module === importer ? own.module : `${own.module} (through ${importer})`,
				module: own.importer,
				range: own.range,
				stage: own.stage,
				order: own.order,
				error,
				...(distribution === undefined ? {} : { library: distribution }),
			},
		];
	});
}

/**
 * Answers which distribution a module belongs to, and which provide what it imports: those first that the importing library
 * names in its own metadata. The modules of a library import the same few packages, so each question is worked out once.
 */
function providersIn(environment: Environment) {
	const distributionsIn = remembered((module) => distributionsOf(module, environment));
	const namedBy = remembered((library) => {
		const requires = environment.distributions.get(library)?.requires ?? [];
		return new Set(requires.map((text) => parseRequirement(text)?.normalized ?? ""));
	});
	return {
		distributionOf: (importer: string): string | undefined => distributionsIn(packageOf(importer))[0],
		providersOf(library: string | undefined, module: string): readonly string[] {
			const named = library === undefined ? new Set() : namedBy(library);
			return distributionsIn(packageOf(module)).toSorted((a, b) => Number(named.has(b)) - Number(named.has(a)));
		},
	};
}

/** A virtual environment has setuptools of itself before Python 3.12 (https://docs.python.org/3/whatsnew/3.12.html#ensurepip). */
function isBroughtByPython({ environment }: Project, providers: readonly string[]): boolean {
	// An interpreter that is at hand shows what it has.
	if (environment.kind === "interpreter") return false;
	return providers.includes("setuptools") && environment.python.major === 3 && environment.python.minor < 12;
}
