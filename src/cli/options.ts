import type { Severity, Story } from "../audit/issue.ts";

/** Options that every command about a project has, as commander gives them. */
export interface CommonOptions {
	readonly target?: string;
	readonly python?: string;
	readonly envFile?: string;
	readonly cleanEnv?: boolean;
	readonly color?: boolean;
	readonly quiet?: boolean;
	readonly verbose?: boolean;
}

export interface AuditOptions extends CommonOptions {
	readonly format?: "pretty" | "json" | "markdown" | "sarif" | "github";
	readonly output?: string;
	readonly failOn: Severity;
	readonly brief?: boolean;
}

export interface FixOptions extends CommonOptions {
	readonly yes?: boolean;
	readonly review?: boolean;
	readonly dryRun?: boolean;
	readonly phase?: Story;
	readonly severity?: Severity;
	readonly issue?: readonly string[];
	/** Fixes on lines too that the person has changed and not committed. */
	readonly onMyChanges?: boolean;
	readonly commit?: boolean;
	/** Boot before and after each phase, and take back what makes it worse. */
	readonly verify?: boolean;
	readonly install?: boolean;
}

export interface VerifyOptions extends CommonOptions {
	readonly database: "scratch" | "configured" | "none";
	readonly format: "pretty" | "json";
	readonly json?: boolean;
	/** Longest time for the import and for the lifespan, in seconds. */
	readonly timeout?: number;
	readonly yes?: boolean;
}

export interface RollbackOptions extends CommonOptions {
	readonly phase?: Story;
	readonly session?: string;
	readonly withLater?: boolean;
	readonly undo?: boolean;
	readonly list?: boolean;
	readonly json?: boolean;
	readonly dryRun?: boolean;
	readonly commit?: boolean;
}

export interface StatusOptions extends CommonOptions {
	readonly json?: boolean;
}

export interface CleanOptions extends CommonOptions {
	readonly all?: boolean;
	readonly cache?: boolean;
}

export interface GraphOptions extends CommonOptions {
	readonly format: "text" | "mermaid" | "dot" | "json";
	readonly cycles?: boolean;
}

export interface RoutesOptions extends CommonOptions {
	readonly format: "text" | "json";
}

export interface DepsOptions extends CommonOptions {
	readonly format: "pretty" | "json" | "markdown";
}

export interface EnvOptions extends CommonOptions {
	readonly format: "pretty" | "json" | "markdown";
	/** Show what `.env.example` should say. */
	readonly writeExample?: boolean;
	/** Write it. */
	readonly yes?: boolean;
}

export interface WizardOptions extends CommonOptions {
	readonly commit?: boolean;
}
