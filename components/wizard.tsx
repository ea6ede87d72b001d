import type { Workbench } from "../src/session/boots/verify-bench.ts";
import type { Session, SessionState } from "../src/session/session.ts";
import type { AuditProgress } from "../src/session/view/opening.ts";
import type { EditorResult } from "../src/workspace/editor.ts";
import { loadMount } from "./load-mount.ts";
import type { EndingSignal } from "./terminal.ts";

export interface WizardOptions {
	/** Reads and audits the project, and opens or resumes its session. What it throws is thrown again once the screen is left. */
	readonly openSession: (onProgress: (progress: AuditProgress) => void) => Promise<Session>;
	/** Edits a text in the person's own editor (`src/workspace/editor.ts`); it may block. `path` tells the kind of text. */
	readonly edit: (text: string, path: string) => EditorResult;
	/** What boots and installs, where the project's code may be run. */
	readonly bench?: Workbench;
	/** A terminal, in and out. */
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	/** False draws without colours. */
	readonly color: boolean;
}

export interface WizardResult {
	/** What to print once the screen is gone: what was wrong, what changed, what stays, the way back and the way on. */
	readonly summary: string;
	/** The session as it was left; null where the audit was not waited for. */
	readonly state: SessionState | null;
	/** Set where the process was asked to end from outside. */
	readonly endedBy: EndingSignal | null;
}

/**
 * Runs the wizard until the person leaves it. The alternate screen is left before this returns or throws, and the session is
 * closed; everything accepted is on disk at any moment.
 */
export async function runWizard(options: WizardOptions): Promise<WizardResult> {
	const { mountWizard } = await withInkEnvironment(options.color, loadMount);
	return mountWizard(options);
}

/**
 * Ink and chalk read the environment once, when they are loaded. In CI Ink would draw nothing until the end, and chalk draw
 * without colours, even where `CI=false`; and chalk knows no NO_COLOR. React is twice as fast in production.
 */
async function withInkEnvironment<Result>(color: boolean, load: () => Promise<Result>): Promise<Result> {
	const { env } = process;
	const names = ["CI", "CONTINUOUS_INTEGRATION", "FORCE_COLOR", "NODE_ENV"];
	const before = names.map((name) => [name, env[name]] as const);
	env.NODE_ENV = "production";
	delete env.CI;
	delete env.CONTINUOUS_INTEGRATION;
	if (!color) env.FORCE_COLOR = "0";
	try {
		return await load();
	} finally {
		for (const [name, value] of before) {
			if (value === undefined) delete env[name];
			else env[name] = value;
		}
	}
}
