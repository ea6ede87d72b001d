import { stories } from "../audit/issue.ts";
import { listSessionIds, lockRepository, removeBackups, sizeOfBackups } from "../workspace/session-folder.ts";
import { Journal, readJournal } from "./journal/journal.ts";
import { isInterrupted } from "./list-sessions.ts";
import { listed } from "./session-context.ts";
import { SessionError } from "./session-error.ts";
import { acceptedOf, type SessionRecord } from "./session-record.ts";

/** What became of one session's backups. */
export interface CleanedSession {
	readonly id: string;
	/** How many bytes became free, or would. */
	readonly bytes: number;
	/** Why they are kept, as a clause; null where they are removed. */
	readonly kept: string | null;
}

/**
 * Removes the backups that nobody needs any more: those of finished sessions whose fixes are all in commits (with `all`, of every
 * session that is not interrupted). Their journals stay; what no commit holds can no longer be taken back then. Rejects with a
 * SessionError while another run is at work.
 */
export function cleanSessions(
	root: string,
	options: { readonly all: boolean; readonly now?: () => Date },
): readonly CleanedSession[] {
	const now = options.now ?? (() => new Date());
	const found = listSessionIds(root).flatMap((id) => {
		const reading = readJournal(root, id);
		return reading.type === "record" && !reading.record.backupsRemoved ? [reading] : [];
	});
	const kept = new Map(found.map(({ record }) => [record.id, whyKept(record, options.all)]));
	if ([...kept.values()].every((reason) => reason !== null))
		return found.map(({ record: { id } }) => ({ id, bytes: sizeOfBackups(root, id), kept: kept.get(id) ?? null }));
	const lock = lockRepository(root, now());
	if (lock.type === "taken")
		throw new SessionError(`Another bootmend (process ${lock.owner.pid}) is at work in this repository.`, "Close it first.");
	try {
		return found.map(({ record, lines }) => {
			const { id } = record;
			const reason = kept.get(id) ?? null;
			if (reason !== null) return { id, bytes: sizeOfBackups(root, id), kept: reason };
			const journal = Journal.continue(root, record, lines, now, () => {});
			journal.append({ type: "backups-removed" });
			journal.close();
			return { id, bytes: removeBackups(root, id), kept: null };
		});
	} finally {
		lock.release();
	}
}

function whyKept(record: SessionRecord, all: boolean): string | null {
	if (isInterrupted(record)) return "it was interrupted, and the next start needs them";
	if (all) return null;
	if (!record.finished) return "it is not finished";
	const uncommitted = stories.filter((story) => acceptedOf(record, story).some((decision) => !decision.committed));
	if (uncommitted.length === 0) return null;
	return `they are the only way back of ${listed(uncommitted)}, which no commit holds whole`;
}
