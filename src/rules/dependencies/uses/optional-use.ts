import type { Module, Project } from "../../../project/project.ts";
import type { TextRange } from "../../../text/range.ts";

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
}

/** A module that start-up loads, with its position and its names at the end of its import. */
export type ReachedRun = Project["trace"]["runs"] extends ReadonlyMap<string, infer Run> ? Run : never;

/** Modules that start-up certainly loads, in the order in which they begin. */
export function reachedRuns(project: Project): ReachedRun[] {
	return [...project.trace.runs.values()].filter(({ reached }) => reached).toSorted((a, b) => a.order - b.order);
}
