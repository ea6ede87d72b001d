import { type Story, stories } from "../audit/issue.ts";
import { openRepository } from "../workspace/git.ts";
import { readJournal } from "./journal.ts";
import { listSessions } from "./list-sessions.ts";
import { type ContextOptions, openContext } from "./open-context.ts";
import { previewRollback, rollbackPhase } from "./rollback-phase.ts";
import type { LedgerEntry, Outcome } from "./session.ts";
import { SessionError } from "./session-error.ts";
import { acceptedOf } from "./session-record.ts";

/** What taking one phase back would mean now. */
export interface RollbackForecast {
	readonly story: Story;
	/** `clean`: by itself. `with-later`: only together with the phases in `later`. `blocked`: `outcome` says why. `nothing`: it has no applied fix. */
	readonly type: "clean" | "with-later" | "blocked" | "nothing";
	readonly later: readonly Story[];
	readonly ledger: readonly LedgerEntry[];
	/** Files whose return git would record in a commit. */
	readonly commit: readonly string[];
	readonly reason: string | null;
}

export interface RollbackOptions extends Pick<ContextOptions, "root" | "commits" | "now" | "onStep"> {
	/** Unless told, the newest session that applied a fix. */
	readonly session?: string;
	/** The phase to take back; null for all phases of the session. */
	readonly story: Story | null;
	/** Take later phases back too where they changed the same lines? */
	readonly withLater: boolean;
}

/** Says for each phase of a session whether it can be taken back now. Changes nothing. Rejects with a SessionError where there is no such session. */
export async function forecastRollback(
	options: Pick<RollbackOptions, "root" | "commits" | "session">,
): Promise<readonly RollbackForecast[]> {
	const id = sessionToRollBack(options.root, options.session);
	const reading = readJournal(options.root, id);
	if (reading.type === "unreadable")
		throw new SessionError(reading.reason, "`bootmend status` shows the sessions that can be read.");
	const repository = await openRepository(options.root);
	const view = { root: options.root, commits: options.commits, repository, journal: reading };
	const forecasts: RollbackForecast[] = [];
	for (const story of stories) {
		const preview = await previewRollback(view, story);
		const base = { story, later: [], ledger: [], commit: [], reason: null };
		if (preview.type === "nothing") forecasts.push({ ...base, type: "nothing" });
		else if (preview.type === "blocked") forecasts.push({ ...base, type: "blocked", reason: preview.refusal.message });
		else {
			const later = preview.plan.stories.filter((other) => other !== story);
			const ledger = preview.plan.files.map(({ path, result }) => ({ path, result }));
			forecasts.push({ ...base, type: later.length > 0 ? "with-later" : "clean", later, ledger, commit: preview.commit });
		}
	}
	return forecasts;
}

/**
 * Takes a phase, or all phases of a session, back from what the journal on disk says, in any later process. Stops at the
 * first refusal; what was taken back before it stays so. Rejects with a SessionError as `openContext` does.
 */
export async function rollbackSession(options: RollbackOptions): Promise<readonly Outcome[]> {
	const id = sessionToRollBack(options.root, options.session);
	const { context, release } = await openContext({ ...options, session: { id } });
	try {
		const outcomes: Outcome[] = [];
		const { record } = context.journal;
		const all = [...stories]
			.filter((story) => acceptedOf(record, story).length > 0)
			.sort((a, b) => newestWrite(b) - newestWrite(a));
		function newestWrite(story: Story): number {
			return Math.max(...acceptedOf(record, story).map((decision) => decision.write ?? 0));
		}
		const chosen = options.story === null ? all : [options.story];
		for (const story of chosen) {
			// An earlier turn may have taken it back with its own phase.
			if (options.story === null && acceptedOf(context.journal.record, story).length === 0) continue;
			const outcome = await rollbackPhase(context, story, options.withLater);
			outcomes.push(outcome);
			if (outcome.type === "refused") break;
		}
		return outcomes;
	} finally {
		release();
	}
}

/** The session that `rollback` means: the one named, or the newest that applied a fix which still stands. */
function sessionToRollBack(root: string, id: string | undefined): string {
	const { sessions, unreadable } = listSessions(root);
	const session =
		id === undefined ? sessions.find((candidate) => candidate.accepted > 0) : sessions.find((candidate) => candidate.id === id);
	if (session !== undefined) return session.id;
	if (id !== undefined)
		throw new SessionError(
			`There is no session ${id} here.`,
			"`bootmend rollback --list` shows the sessions of this repository.",
		);
	throw new SessionError(unreadable[0] ?? "No session has an applied fix here.", "There is nothing to take back.");
}
