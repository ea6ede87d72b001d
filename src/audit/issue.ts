import type { TextRange } from "../text/range.ts";
import type { Fix } from "./fix.ts";

export const severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW"] as const;
/** CRITICAL: the server does not come up. HIGH: it does, requests or the database fail. MEDIUM: works today. LOW: tidiness. */
export type Severity = (typeof severities)[number];

export const categories = ["DEPENDENCY", "IMPORT", "DATABASE", "CONFIG", "ENTRYPOINT"] as const;
export type Category = (typeof categories)[number];

export const stories = ["US1", "US2", "US3"] as const;
/** A user story of the specification; each is one phase of a session and one commit. */
export type Story = (typeof stories)[number];

/** When the fault shows: while modules are imported, while the application starts, on a request, or never. */
export type Stage = "import" | "startup" | "request" | "none";

export type FailsOn = "this-machine" | "clean-install";

/** A place in a file of the project; lines and columns count from 1. */
export interface Location {
	/** Relative to the repository root, `/` separated. */
	readonly path: string;
	readonly range: TextRange;
	readonly line: number;
	readonly column: number;
	readonly endLine: number;
}

/** One problem found. Plain data: everything above the audit sees only this. */
export interface Issue {
	/** `IMPORT-001`: the category and a number in critical-path order; may change between audits. */
	readonly id: string;
	/** Name of the rule, e.g. `unknown-import-symbol`. */
	readonly rule: string;
	/** Same fault, same fingerprint, wherever its lines have moved. */
	readonly fingerprint: string;
	readonly severity: Severity;
	readonly category: Category;
	readonly story: Story;
	readonly stage: Stage;
	readonly blocksStartup: boolean;
	readonly reachedFromTarget: boolean;
	readonly failsOn: readonly FailsOn[];
	readonly at: Location;
	/** One sentence: what is wrong. */
	readonly problem: string;
	/** Why it is so, with the evidence (versions, definitions). */
	readonly rootCause: string;
	/** The line that Python would print, or null where it prints none; an ellipsis stands for what differs from run to run. */
	readonly expectedError: string | null;
	/** The line of the project's own code that a traceback of that error ends with; null where start-up meets none. */
	readonly raisedAt: { readonly path: string; readonly line: number } | null;
	/** Modules from the target to this place: `["src.main", "src.core.database"]`; empty where nothing imports it. */
	readonly importChain: readonly string[];
	readonly fix: Fix | null;
	readonly alternatives: readonly Fix[];
	/** What a person must do where no edit can (or in addition to it), one step a line. */
	readonly manualSteps: readonly string[];
	/** Ids of issues about the same thing. */
	readonly related: readonly string[];
	/** Ids of issues that start-up meets only once this one is mended. */
	readonly hides: readonly string[];
}

/** The story a category belongs to: imports and dependencies are US1, database and configuration US2, the entrypoint US3. */
export function storyOf(category: Category): Story {
	if (category === "IMPORT" || category === "DEPENDENCY") return "US1";
	return category === "ENTRYPOINT" ? "US3" : "US2";
}
