import type { Issue } from "../audit/issue.ts";

/** How far a boot gets, in order; each has a verdict, a time and what was printed while it lasted. */
export type BootStage = "interpreter" | "import" | "engine" | "lifespan" | "listening" | "answers" | "shutdown";

/** `skipped`: not asked for, or an earlier stage failed. `unavailable`: this machine lacks what it takes, and `said` names it. */
export type StageVerdict = "passed" | "failed" | "hung" | "skipped" | "unavailable";

export interface StageResult {
	readonly stage: BootStage;
	readonly verdict: StageVerdict;
	readonly milliseconds: number;
	/** One sentence for a person: `imported 41 modules`, `did not end within 8 s`; through the gate of `src/text`. */
	readonly said: string;
}

/** One frame of a traceback, innermost last. */
export interface Frame {
	/** Relative to the repository where it lies in it, else `<site-packages>/…` or `<stdlib>/…`. */
	readonly path: string;
	readonly line: number;
	readonly name: string;
	readonly ofProject: boolean;
}

/** What stopped the server, read from its output. */
export interface BootFailure {
	readonly stage: BootStage;
	/** Last line of the exception as Python prints it, paths as in {@link Frame}; or what happened in words. */
	readonly error: string;
	/** Further lines of the message, such as pydantic's, one for each field. */
	readonly detail: readonly string[];
	/** Frames of the exception that was raised last, and of those it came from. */
	readonly frames: readonly Frame[];
	/** The innermost frame of the project, or null. */
	readonly at: Frame | null;
	/** True where even a path that does not exist is answered by an internal error. */
	readonly everyRequestFails: boolean;
	/** The audit's issue that foretold it; where there was none, one of the rule `found-by-boot`. */
	readonly issue: Issue;
	/** Ready to be sent to the makers of bootmend, with nothing of the project in it; null where the audit foretold the failure, or could not. */
	readonly bugReport: string | null;
}

/** What one request was answered. */
export interface Answer {
	readonly method: string;
	readonly path: string;
	/** Null where there was no answer in time. */
	readonly status: number | null;
	/** First characters of the body, through the gate. */
	readonly body: string;
	readonly milliseconds: number;
}

/** Time of one module's own top level, without what it imports, in milliseconds. */
export interface ModuleTime {
	readonly module: string;
	readonly milliseconds: number;
}

/** What stands behind the server's database URLs: throw-away ones, its own, or none, so that the boot ends before the lifespan. */
export type DatabaseChoice = "scratch" | "configured" | "none";

export interface BootReport {
	/** True where the server came up and no route answered an internal error to what was asked. */
	readonly boots: boolean;
	/** True where a stage could not be tried on this machine, so that `boots` says nothing against the project. */
	readonly unavailable: boolean;
	readonly stages: readonly StageResult[];
	readonly failure: BootFailure | null;
	readonly answers: readonly Answer[];
	/** Slowest first. */
	readonly moduleTimes: readonly ModuleTime[];
	/** The environment variables that were given a scratch value, and the addresses in the code that one took the place of, with what stands behind them: `postgresql (scratch)`. */
	readonly database: { readonly choice: DatabaseChoice; readonly replaced: Readonly<Record<string, string>> };
	/** Newest part of what the server printed, capped and through the gate. */
	readonly output: string;
	/** How far it gets, as the end of a sentence: `the database connection`, `a running server`. */
	readonly reaches: string;
	/** How far it gets, to compare two boots by: the higher the farther. */
	readonly progress: number;
	/** What a person can do where a stage was unavailable, a sentence each. */
	readonly nextSteps: readonly string[];
}
