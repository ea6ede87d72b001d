import { type Story, stories } from "../../audit/issue.ts";
import { openRepository, type Repository } from "../../workspace/git.ts";
import { listSessionIds, plantSession } from "../../workspace/session-folder.ts";
import { readJournal } from "../journal/journal.ts";
import { listSessions } from "../list-sessions.ts";
import { type ContextOptions, openContext } from "../open-context.ts";
import type { Outcome, RollbackForecast } from "../session.ts";
import type { SessionContext, SessionView } from "../session-context.ts";
import { SessionError } from "../session-error.ts";
import { acceptedOf, type SessionRecord } from "../session-record.ts";
import { forecastPhases } from "./forecast-rollback.ts";
import { restorePhase, rollbackPhase } from "./rollback-phase.ts";
import { imagesInHistory, type SessionInHistory, sessionsInHistory } from "./sessions-in-history.ts";

export interface RollbackOptions extends Pick<ContextOptions, "root" | "commits" | "now" | "onStep"> {
	/** Unless told, the newest session that applied a fix. */
	readonly session?: string;
	/** The phase to take back; null for all phases of the session. */
	readonly story: Story | null;
	/** Take later phases back too where they changed the same lines? */
	readonly withLater: boolean;
	/** Bring back instead what a rollback took back? */
	readonly undo?: boolean;
}

/** What could be taken back of one session now. */
export interface SessionForecast {
	readonly id: string;
	/** ISO 8601, UTC. */
	readonly startedAt: string;
	/** `journal`: from `.bootmend`. `history`: its folder is gone, and the trailers of its commits tell of it. */
	readonly source: "journal" | "history";
	readonly phases: readonly RollbackForecast[];
}

/** Says for each phase of a session whether it can be taken back now. Changes nothing. Rejects with a SessionError where there is no such session. */
export async function forecastRollback(options: Pick<RollbackOptions, "root" | "commits" | "session">): Promise<SessionForecast> {
	const found = await sessionToRollBack(options.root, options.session);
	const { record } = found;
	const repository = await openRepository(options.root);
	const images = found.source === "history" ? found.session.images : await replacedBackups(repository, record);
	const view: SessionView = { root: options.root, commits: options.commits, repository, journal: { record }, images };
	return { id: record.id, startedAt: record.startedAt, source: found.source, phases: await forecastPhases(view) };
}

/**
 * Takes a phase, or all phases of a session, back from what the journal on disk says, in any later process; where the journal is
 * gone, from what the session's commits say. Of several phases those go that can: one that is refused stays whole, and does
 * not keep the others. Rejects with a SessionError as `openContext` does.
 */
export async function rollbackSession(options: RollbackOptions): Promise<readonly Outcome[]> {
	const found = await sessionToRollBack(options.root, options.session);
	const { id } = found.record;
	if (found.source === "history") {
		const { lines, images } = found.session;
		const journal = lines.map((line) => JSON.stringify(line));
		plantSession(options.root, id, journal, images.values());
	}
	const { context: opened, release } = await openContext({ ...options, session: { id } });
	try {
		const context = { ...opened, images: await replacedBackups(opened.repository, found.record) };
		return await (options.undo === true ? undoRollbacks(context, options.story) : rollBackPhases(context, options));
	} finally {
		release();
	}
}

/** Where `bootmend clean` has removed a session's backups, what git keeps of the files that its commits changed. */
async function replacedBackups(
	repository: Repository | null,
	{ id, backupsRemoved }: SessionRecord,
): Promise<ReadonlyMap<string, Buffer>> {
	return repository === null || !backupsRemoved ? new Map() : await imagesInHistory(repository, id);
}

async function rollBackPhases(context: SessionContext, options: RollbackOptions): Promise<readonly Outcome[]> {
	const { record } = context.journal;
	const newestWrite = (story: Story) => Math.max(...acceptedOf(record, story).map((decision) => decision.write ?? 0));
	const all = stories.filter((story) => acceptedOf(record, story).length > 0).sort((a, b) => newestWrite(b) - newestWrite(a));
	const outcomes: Outcome[] = [];
	for (const story of options.story === null ? all : [options.story]) {
		// An earlier turn may have taken it back with its own phase.
		if (options.story === null && acceptedOf(context.journal.record, story).length === 0) continue;
		const outcome = await rollbackPhase(context, story, options.withLater);
		// What keeps git from committing keeps it from the next one too.
		if (outcome.type === "refused" && outcomes.some((other) => other.message === outcome.message)) break;
		outcomes.push(outcome);
	}
	return outcomes;
}

/** Undoes the newest rollback of the phase; without one named, the newest of all. */
async function undoRollbacks(context: SessionContext, story: Story | null): Promise<readonly Outcome[]> {
	const chosen = story ?? context.journal.record.rollbacks.at(-1)?.stories[0];
	return chosen === undefined ? [] : [await restorePhase(context, chosen)];
}

type FoundSession =
	| { readonly source: "journal"; readonly record: SessionRecord }
	| { readonly source: "history"; readonly record: SessionRecord; readonly session: SessionInHistory };

/** The session that `rollback` means: the one named, or the newest that applied a fix which still stands or could stand again. */
async function sessionToRollBack(root: string, id: string | undefined): Promise<FoundSession> {
	const { sessions, unreadable } = listSessions(root);
	const chosen = sessions.find((session) => (id === undefined ? session.accepted > 0 || session.rolledBack : session.id === id));
	if (chosen !== undefined) {
		const reading = readJournal(root, chosen.id);
		if (reading.type === "record") return { source: "journal", record: reading.record };
	}
	const repository = await openRepository(root);
	const inHistory = repository === null ? [] : await sessionsInHistory(repository, listSessionIds(root));
	const session = inHistory.find((candidate) => id === undefined || candidate.record.id === id);
	if (session !== undefined) return { source: "history", record: session.record, session };
	if (id !== undefined)
		throw new SessionError(
			`There is no session ${id} here.`,
			"`bootmend rollback --list` shows the sessions of this repository.",
		);
	throw new SessionError(unreadable[0] ?? "No session has an applied fix here.", "There is nothing to take back.");
}
