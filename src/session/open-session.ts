import { randomBytes } from "node:crypto";
import { openRepository, type Repository } from "../workspace/git.ts";
import { describeSystemError } from "../workspace/project-files.ts";
import { listSessionIds, lockRepository, stateFolderName } from "../workspace/session-folder.ts";
import type { Diagnose } from "./diagnosis.ts";
import type { SessionEvent } from "./events.ts";
import { Journal, readJournal } from "./journal.ts";
import { recover } from "./recover.ts";
import { resumeSentence } from "./resume.ts";
import { RunningSession } from "./running-session.ts";
import type { Session } from "./session.ts";
import type { SessionContext } from "./session-context.ts";
import { SessionError } from "./session-error.ts";
import type { SessionRecord } from "./session-record.ts";

export interface SessionOptions {
	/** Absolute path of the repository root; without git, of the folder that is audited. Its `.bootmend` holds the session. */
	readonly root: string;
	/** Audits the tree on disk afresh; called once before the session opens and after each change. */
	readonly diagnose: Diagnose;
	/** One commit a phase? False for `--no-commit`. */
	readonly commits: boolean;
	/**
	 * `continue` (unless told): the newest session that was not finished, else a new one. `new`: a new one in any case.
	 * An id: that session, finished or not, for a rollback say.
	 */
	readonly session?: "continue" | "new" | { readonly id: string };
	/** The clock; the system's unless told. */
	readonly now?: () => Date;
	/** Told the name of each durable step as it has happened: tests stop a run there. */
	readonly onStep?: (step: string) => void;
}

/**
 * Opens a session on a repository: takes its lock, brings what an interrupted run left to a clean state, and audits.
 * Rejects with a SessionError where another run holds the lock, `.bootmend` cannot be written, or the session is not there.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
	const now = options.now ?? (() => new Date());
	const lock = takeLock(options.root, now());
	try {
		const repository = await openRepository(options.root);
		const recovered = await recoverAll(options, repository, now);
		const { journal, resumed } = await openJournalOf(options, repository, now);
		try {
			const context = contextOf(options, journal, repository);
			await repository?.exclude(`${stateFolderName}/`);
			const resumedFrom = resumeSentence(context, resumed, recovered);
			return await RunningSession.start(context, options.diagnose, resumedFrom, () => {
				journal.close();
				lock.release();
			});
		} catch (error) {
			journal.close();
			throw error;
		}
	} catch (error) {
		lock.release();
		throw error instanceof Error && "code" in error ? unwritable(options.root, error) : error;
	}
}

function takeLock(root: string, now: Date): { release(): void } {
	try {
		const lock = lockRepository(root, now);
		if (lock.type === "locked") return lock;
		const { pid, host, since } = lock.owner;
		throw new SessionError(
			`Another bootmend (process ${pid} on ${host}, since ${since}) is at work in this repository.`,
			`Close it, or wait until it is done. If no such process runs any more, remove ${stateFolderName}/lock.`,
		);
	} catch (error) {
		throw error instanceof SessionError ? error : unwritable(root, error);
	}
}

function unwritable(root: string, error: unknown): SessionError {
	return new SessionError(
		`${root}/${stateFolderName} ${describeSystemError(error)}.`,
		"Backups and the journal are kept there, so nothing is changed without it. Make it writable and start again.",
	);
}

function contextOf(options: SessionOptions, journal: Journal, repository: Repository | null): SessionContext {
	return { root: options.root, journal, repository, commits: options.commits, onStep: options.onStep ?? (() => {}) };
}

/** Interrupted steps of any session are brought to an end first, so that no two sessions argue about a file. */
async function recoverAll(options: SessionOptions, repository: Repository | null, now: () => Date): Promise<readonly string[]> {
	const sentences: string[] = [];
	for (const id of listSessionIds(options.root)) {
		const reading = readJournal(options.root, id);
		if (reading.type === "unreadable" || !isInterrupted(reading.record)) continue;
		const journal = Journal.continue(options.root, reading.record, reading.lines, now, tellSteps(options));
		try {
			sentences.push(...(await recover(contextOf(options, journal, repository))));
		} finally {
			journal.close();
		}
	}
	return sentences;
}

function isInterrupted(record: SessionRecord): boolean {
	return record.openWrite !== null || record.openCommit !== null || record.openRollback !== null;
}

function tellSteps(options: SessionOptions): (event: SessionEvent) => void {
	return (event) => options.onStep?.(event.type);
}

interface OpenedJournal {
	readonly journal: Journal;
	readonly resumed: boolean;
}

async function openJournalOf(options: SessionOptions, repository: Repository | null, now: () => Date): Promise<OpenedJournal> {
	const wanted = options.session ?? "continue";
	const earlier = wanted === "new" ? null : findEarlier(options.root, wanted === "continue" ? null : wanted.id);
	if (earlier !== null) {
		const journal = Journal.continue(options.root, earlier.record, earlier.lines, now, tellSteps(options));
		if (wanted === "continue") journal.append({ type: "session-resumed" });
		return { journal, resumed: wanted === "continue" };
	}
	const head = await repository?.head();
	const start = { type: "session-started", id: newId(now()), branch: head?.branch ?? null, head: head?.commit ?? null } as const;
	return { journal: Journal.begin(options.root, start, now, tellSteps(options)), resumed: false };
}

/** The session of this id, or the newest that is not finished. */
function findEarlier(root: string, id: string | null): { record: SessionRecord; lines: number } | null {
	const ids = listSessionIds(root);
	if (id !== null) {
		const reading = ids.includes(id) ? readJournal(root, id) : null;
		if (reading?.type === "record") return reading;
		throw new SessionError(
			reading?.reason ?? `There is no session ${id} here.`,
			"`bootmend rollback --list` shows the sessions of this repository.",
		);
	}
	for (const candidate of [...ids].reverse()) {
		const reading = readJournal(root, candidate);
		if (reading.type === "record" && !reading.record.finished) return reading;
	}
	return null;
}

/** Begins with the date, so that ids sort by age. */
function newId(now: Date): string {
	const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
	return `${stamp}-${randomBytes(3).toString("hex")}`;
}
