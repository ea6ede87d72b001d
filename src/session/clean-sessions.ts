import { lockRepository, removeBackups } from "../workspace/session-folder.ts";
import { Journal, readJournal } from "./journal.ts";
import { listSessions } from "./list-sessions.ts";
import { SessionError } from "./session-error.ts";

export interface CleanedSession {
	readonly id: string;
	/** How many bytes became free. */
	readonly bytes: number;
}

/**
 * Removes the backups of finished sessions (with `includeUnfinished` of all that are not interrupted). Their journals
 * stay; what git does not track can no longer be restored then. Rejects with a SessionError while another run is at work.
 */
export function cleanSessions(
	root: string,
	options: { readonly includeUnfinished: boolean; readonly now?: () => Date },
): readonly CleanedSession[] {
	const now = options.now ?? (() => new Date());
	const { sessions } = listSessions(root);
	const chosen = sessions.filter(
		(session) => !session.backupsRemoved && !session.interrupted && (session.finished || options.includeUnfinished),
	);
	if (chosen.length === 0) return [];
	const lock = lockRepository(root, now());
	if (lock.type === "taken")
		throw new SessionError(`Another bootmend (process ${lock.owner.pid}) is at work in this repository.`, "Close it first.");
	try {
		return chosen.map(({ id }) => {
			const reading = readJournal(root, id);
			if (reading.type === "unreadable") return { id, bytes: 0 };
			const journal = Journal.continue(root, reading.record, reading.lines, now, () => {});
			journal.append({ type: "backups-removed" });
			journal.close();
			return { id, bytes: removeBackups(root, id) };
		});
	} finally {
		lock.release();
	}
}
