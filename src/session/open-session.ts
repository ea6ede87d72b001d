import type { Diagnose } from "./diagnosis.ts";
import { type ContextOptions, openContext } from "./open-context.ts";
import { RunningSession } from "./running-session.ts";
import type { Session } from "./session.ts";

export interface SessionOptions extends ContextOptions {
	/** Audits the tree on disk afresh; called once before the session opens and after each change. */
	readonly diagnose: Diagnose;
}

/**
 * Opens a session on a repository and audits it. Rejects with a SessionError where another run holds the lock,
 * `.bootmend` cannot be written, or the session is not there.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
	const { context, resumedFrom, release } = await openContext(options);
	try {
		return await RunningSession.start(context, options.diagnose, resumedFrom, release);
	} catch (error) {
		release();
		throw error;
	}
}
