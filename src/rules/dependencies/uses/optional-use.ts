import type { Module, Project } from "../../../project/project.ts";
import type { TextEdit, TextRange } from "../../../text/range.ts";

/** A place that needs a package which nothing there imports by name. */
export interface OptionalUse {
	/** PEP 503 names of the distributions that provide it; the first is the one to declare. */
	readonly providers: readonly string[];
	/** Extras to declare it with. */
	readonly extras: readonly string[];
	/** The lowest version to declare where none is installed, or null. */
	readonly floor: string | null;
	/** The module whose absence makes it fail. */
	readonly importName: string;
	/** What needs it, as the subject of a sentence: `EmailStr in the model UserCreate`. */
	readonly what: string;
	readonly module: Module;
	readonly range: TextRange;
	readonly stage: "import" | "startup" | "request";
	/** Position in start-up, comparable with the import trace; null for what only a request meets. */
	readonly order: number | null;
	/** The last line that Python prints. */
	readonly error: string;
	/** PEP 503 name of the library whose own import this is; it counts only where that one is brought by what is declared. */
	readonly library?: string;
	/** A change of the code that makes do with what is declared: preferred to declaring more. */
	readonly instead?: CodeChange;
}

/** One edit with the words that go with it. */
export interface CodeChange {
	readonly title: string;
	readonly explanation: string;
	readonly edit: TextEdit;
}

/** A module that start-up loads, with its position and its names at the end of its import. */
export type ReachedRun = Project["trace"]["runs"] extends ReadonlyMap<string, infer Run> ? Run : never;

/** Modules that start-up certainly loads, in the order in which they begin. */
export function reachedRuns(project: Project): ReachedRun[] {
	return [...project.trace.runs.values()].filter(({ reached }) => reached).toSorted((a, b) => a.order - b.order);
}

/** Position in start-up of a place at a module's top level: just behind the last thing known to happen above it. */
export function orderAt(project: Project, run: ReachedRun, offset: number): number {
	const { runs, externalImports, calls } = project.trace;
	let order = run.order;
	const note = (module: Module, start: number, at: number): void => {
		if (module.path === run.module.path && start < offset) order = Math.max(order, at);
	};
	for (const each of externalImports) note(each.importer, each.range.start, each.order);
	for (const each of calls) note(each.module, each.node.start, each.order);
	// Imports of own modules stand at the top, nearly always.
	for (const each of runs.values()) if (each.chain.at(-2) === run.module.name) order = Math.max(order, each.order);
	return order + 0.5;
}
