import type { LockOwner } from "../workspace/process-lock.ts";
import { listSessionIds, repositoryLockHolder } from "../workspace/session-folder.ts";
import { type InterruptedStep, interruptedStep } from "./interrupted-step.ts";
import { readJournal } from "./journal/journal.ts";
import type { PhaseState } from "./session.ts";
import type { SessionRecord } from "./session-record.ts";
import { phaseStates } from "./session-state.ts";

/** One session of a repository, as its journal tells it. */
export interface SessionSummary {
	readonly id: string;
	/** ISO 8601, UTC. */
	readonly startedAt: string;
	readonly lastAt: string;
	readonly finished: boolean;
	/** The step that it was stopped in, which the next start brings to an end; null where it was not. */
	readonly interrupted: InterruptedStep | null;
	readonly backupsRemoved: boolean;
	readonly accepted: number;
	/** Has it a rollback that could be undone? */
	readonly rolledBack: boolean;
	readonly skipped: number;
	readonly phases: readonly PhaseState[];
	/** In the order of the decisions. */
	readonly decisions: readonly DecisionSummary[];
}

export interface DecisionSummary {
	readonly issueId: string;
	readonly problem: string;
	readonly story: PhaseState["story"];
	readonly decision: "accepted" | "edited" | "skipped";
	readonly files: readonly string[];
}

export interface SessionListing {
	/** Newest first. */
	readonly sessions: readonly SessionSummary[];
	/** Journals that could not be read, a sentence each. */
	readonly unreadable: readonly string[];
	/** The run that is at work in the repository now, or null. */
	readonly running: LockOwner | null;
}

/** All sessions of a repository, read from their journals; nothing is touched. */
export function listSessions(root: string): SessionListing {
	const sessions: SessionSummary[] = [];
	const unreadable: string[] = [];
	for (const id of [...listSessionIds(root)].reverse()) {
		const reading = readJournal(root, id);
		if (reading.type === "record") sessions.push(summaryOf(root, reading.record));
		else unreadable.push(reading.reason);
	}
	return { sessions, unreadable, running: repositoryLockHolder(root) };
}

function summaryOf(root: string, record: SessionRecord): SessionSummary {
	const { id, startedAt, lastAt, finished, backupsRemoved, decisions } = record;
	const accepted = decisions.filter((decision) => decision.type === "accepted").length;
	return {
		id,
		startedAt,
		lastAt,
		finished,
		interrupted: interruptedStep(root, record),
		backupsRemoved,
		accepted,
		rolledBack: record.rollbacks.length > 0,
		skipped: decisions.length - accepted,
		phases: phaseStates(record),
		decisions: decisions.map(({ record: { issueId, problem, story }, type, edited, files }) => ({
			issueId,
			problem,
			story,
			decision: type === "skipped" ? "skipped" : edited ? "edited" : "accepted",
			files: files.map((file) => file.path),
		})),
	};
}

/** Was a step announced and never brought to an end? */
export function isInterrupted(record: SessionRecord): boolean {
	return record.openWrite !== null || record.openCommit !== null || record.openRollback !== null;
}
