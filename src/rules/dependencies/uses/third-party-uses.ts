import { listThirdPartyImports } from "../../../project/manifests/third-party-imports.ts";
import type { Module, Project } from "../../../project/project.ts";
import type { TextRange } from "../../../text/range.ts";

/** One import that start-up, or a function of a module that start-up loads, executes. */
export interface ThirdPartyUse {
	readonly name: string;
	readonly module: Module;
	readonly range: TextRange;
	readonly deferred: boolean;
	readonly stage: "import" | "startup";
	readonly order: number | null;
}

/** What start-up imports for certain, in its order, then the imports inside functions of the modules it loads. */
export function listThirdPartyUses(project: Project): ThirdPartyUse[] {
	const imports = listThirdPartyImports(project);
	const named = new Map<string, string[]>();
	for (const { name, module, range } of imports) {
		const place = `${module.path}:${range.start}`;
		named.set(place, [...(named.get(place) ?? []), name]);
	}
	const atStart = project.trace.externalImports
		.filter(({ reached, guarded, deferred, module }) => reached && !guarded && !deferred && isThirdParty(project, module))
		.toSorted((a, b) => a.order - b.order)
		.flatMap(({ module, importer, range, stage, order }) =>
			(named.get(`${importer.path}:${range.start}`) ?? [module]).map((name) => ({
				name,
				module: importer,
				range,
				deferred: false,
				stage,
				order,
			})),
		);
	const reachedModules = new Set(
		[...project.trace.runs.values()].filter(({ reached }) => reached).map(({ module }) => module.path),
	);
	// A package that some place does without is optional everywhere.
	const optional = new Set(imports.filter(({ conditional }) => conditional).map(({ name }) => name.split(".")[0]));
	const inFunctions = imports
		.filter(({ name, deferred, module }) => deferred && !optional.has(name.split(".")[0]) && reachedModules.has(module.path))
		.map(({ name, module, range }) => ({ name, module, range, deferred: true, stage: "import" as const, order: null }));
	return [...atStart, ...inFunctions];
}

function isThirdParty(project: Project, module: string): boolean {
	return !project.environment.isStdlib(module.split(".")[0] ?? module);
}

/** The first prefix that is not there: of `google.protobuf` only `google` where no other part of it is installed. */
export function firstMissing(environment: Project["environment"], part: string): string {
	const steps = part.split(".");
	const prefixes = steps.map((_, index) => steps.slice(0, index + 1).join("."));
	return prefixes.find((prefix) => environment.findModule(prefix).found === "missing") ?? part;
}
