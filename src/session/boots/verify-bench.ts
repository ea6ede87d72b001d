import type { InstallOutcome } from "../../apply/install-packages.ts";
import type { FileMove } from "../../text/tree-change.ts";
import type { BootReport, BootStage } from "../../verify/boot-report.ts";
import type { KnownSettings } from "../settings-form.ts";

/** What the wizard can do with the real Python of a project, beyond reading it. A port: the command line carries it out. */
export interface Workbench {
	/** What is possible on this machine at the moment. Looks at folders only, and runs nothing. */
	readonly facts: () => BenchFacts;
	/** Boots the files as they are on disk, with `overlay` (text by path from the root) in place of some of them. Never writes to the project. */
	readonly boot: (request: BootRequest) => Promise<BootReport>;
	/** Carries the planned installation out, into the project's own environment. */
	readonly install: (progress: {
		readonly onLine: (line: string) => void;
		readonly signal: AbortSignal;
	}) => Promise<InstallOutcome>;
	/** What is known about settings, and how git stands to these files (paths from the root). */
	readonly settings: (files: readonly string[]) => Promise<KnownSettings>;
	/** Writes a document of ours, over no file that is there. Returns its path from the root, or why it could not. */
	readonly writeDocument: (name: string, text: string) => { readonly path: string } | { readonly reason: string };
}

export interface BootRequest {
	/** `configured` only where the person has said so with its host before their eyes. */
	readonly database: "scratch" | "configured";
	readonly overlay: ReadonlyMap<string, string>;
	/** Files that have another path, or are gone, in what is booted. */
	readonly moves: readonly FileMove[];
	readonly signal: AbortSignal;
	readonly onStage: (stage: BootStage) => void;
}

export interface BenchFacts {
	/** Why nothing can be booted here, in a sentence, and what to do about it; null where it can be tried. */
	readonly lacks: { readonly reason: string; readonly nextSteps: readonly string[] } | null;
	/** The databases that the backend is configured with, as URLs whose passwords are masked. */
	readonly databases: readonly string[];
	readonly install: PossibleInstall | { readonly type: "refused"; readonly message: string; readonly nextStep: string };
}

/** What installing would do. */
export interface PossibleInstall {
	readonly type: "possible";
	/** Absolute path of the virtual environment, and whether it is made first. */
	readonly environment: string;
	readonly creates: boolean;
	/** Commands as a person would type them, in order. */
	readonly commands: readonly string[];
}
