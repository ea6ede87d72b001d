import type { Issue, Story } from "../audit/issue.ts";
import type { DependencyRow } from "../project/manifests/dependency-rows.ts";

export type { DependencyRow };

/** Everything an audit has to say, in our own spelling; `report/json.ts` gives it the published one. Plain data. */
export interface AuditReport {
	readonly project: ProjectSummary;
	readonly filesScanned: number;
	readonly durationSeconds: number;
	/** In critical-path order, the rest behind by severity, path and line. */
	readonly issues: readonly Issue[];
	/** Ids of the issues that stand between the user and a running server, in the order to fix them. */
	readonly criticalPath: readonly string[];
	readonly phases: readonly PlannedPhase[];
	readonly recommendations: readonly Recommendation[];
	readonly dependencies: readonly DependencyRow[];
	readonly importGraph: ImportGraphSummary;
	/** Every start command that the repository holds, and what each would do. */
	readonly startCommands: readonly StartCommandRow[];
	/** Applications of the repository that this report is not about. */
	readonly otherApplications: readonly OtherApplicationRow[];
	/** What could not be audited, and why. */
	readonly notices: readonly Notice[];
}

export interface ProjectSummary {
	readonly root: string;
	/** Relative to the root; `""` where the backend is the root. */
	readonly backend: string;
	/** `src.main:app`, or null. */
	readonly target: string | null;
	readonly targetEvidence: string | null;
	/** First folder of the target's module below the backend (`src`), or null. */
	readonly packageRoot: string | null;
	/** `3.11 (pyvenv.cfg of .venv)`. */
	readonly python: string;
	readonly manifests: readonly string[];
}

export interface PlannedPhase {
	readonly story: Story;
	readonly title: string;
	/** Issue ids in order. */
	readonly issues: readonly string[];
}

export interface Recommendation {
	readonly priority: number;
	readonly description: string;
	readonly impact: string;
}

export interface ImportGraphSummary {
	readonly modules: readonly string[];
	readonly edges: readonly (readonly [string, string])[];
	/** Each cycle as module names, its first repeated at the end. */
	readonly cycles: readonly (readonly string[])[];
}

/** One start command of a deployment file. */
export interface StartCommandRow {
	readonly path: string;
	readonly line: number;
	/** The service of a compose file, or null. */
	readonly service: string | null;
	/** As a person would type it. */
	readonly command: string;
	readonly target: string;
	/** Relative to the root, or absolute in a container; null where it is not known. */
	readonly workingDirectory: string | null;
	/** Folders in which modules are looked for, in order, written as the working directory is. */
	readonly searchPath: readonly string[];
	readonly inContainer: boolean;
	/** Does it start the code as the audit followed it? */
	readonly isAudited: boolean;
	/** `unknown`: where it runs, or what lies there, cannot be told. */
	readonly verdict: "starts" | "fails" | "unknown";
	/** Where it stops; null where it starts. */
	readonly stop: StartStop | null;
	/** In what it differs from the audited command, as clauses. */
	readonly differences: readonly string[];
	/** Settings that must come from the container's environment, by name. */
	readonly needs: readonly string[];
	/** Where it fails and the audited one starts: where to run which command instead, in words; else null. */
	readonly correction: string | null;
}

/** The first thing that a start command fails at. */
export interface StartStop {
	/** In the repository. */
	readonly path: string;
	readonly line: number;
	/** The line that Python would print, or null. */
	readonly error: string | null;
	readonly problem: string;
}

/** An application of the repository that the report is not about. */
export interface OtherApplicationRow {
	/** The file that holds it. */
	readonly path: string;
	/** The folder that it is started in, relative to the root. */
	readonly backend: string;
	/** `main:app` */
	readonly target: string;
	/** Does the target name a function that makes it? */
	readonly factory: boolean;
	/** What audits it, typed in the repository's root. */
	readonly command: string;
}

export interface Notice {
	readonly path: string;
	readonly message: string;
}
