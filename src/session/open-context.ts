import { randomBytes } from "node:crypto";
import { openRepository, type Repository } from "../workspace/git.ts";
import { listSessionIds, lockRepository, stateFolderName } from "../workspace/session-folder.ts";
import { describeSystemError } from "../workspace/system-error.ts";
import type { SessionEvent } from "./journal/events.ts";
import { Journal, readJournal } from "./journal/journal.ts";
import { isInterrupted } from "./list-sessions.ts";
import { recover } from "./recover.ts";
import { resumeSentence } from "./resume.ts";
import type { SessionContext } from "./session-context.ts";
import { SessionError } from "./session-error.ts";
import type { SessionRecord } from "./session-record.ts";

/** Where a session lives and how it is opened. */
export interface ContextOptions {
	/** Absolute path of the repository root; without git, of the folder that is audited. Its `.bootmend` holds the session. */
	readonly root: string;
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

/** A session that is locked for this process and in a clean state. */
export interface OpenedContext {
	readonly context: SessionContext;
	/** What an interrupted or earlier run left, in sentences; null where there is nothing to say. */
	readonly resumedFrom: string | null;
	/** Closes the journal and gives the lock back. */
	release(): void;
}

/**
 * Takes the repository's lock, brings what an interrupted run left to a clean state, and opens the session's journal.
 * Rejects with a SessionError where another run holds the lock, `.bootmend` cannot be written, or the session is not there.
 */
export async function openContext(options: ContextOptions): Promise<OpenedContext> {
	const now = options.now ?? (() => new Date());
	const lock = takeLock(options.root, now());
	let opened: Journal | null = null;
	try {
		const repository = await openRepository(options.root);
		const recovered = await recoverAll(options, repository, now);
		const { journal, resumed } = await openJournalOf(options, repository, now);
		opened = journal;
		const context = contextOf(options, journal, repository);
		await repository?.exclude(`${stateFolderName}/`);
		const release = () => {
			journal.close();
			lock.release();
		};
		return { context, resumedFrom: resumeSentence(context, resumed, recovered), release };
	} catch (error) {
		opened?.close();
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

function contextOf(options: ContextOptions, journal: Journal, repository: Repository | null): SessionContext {
	return { root: options.root, journal, repository, commits: options.commits, onStep: options.onStep ?? (() => {}) };
}

/** Interrupted steps of any session are brought to an end first, so that no two sessions argue about a file. */
async function recoverAll(options: ContextOptions, repository: Repository | null, now: () => Date): Promise<readonly string[]> {
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

function tellSteps(options: ContextOptions): (event: SessionEvent) => void {
	return (event) => options.onStep?.(event.type);
}

interface OpenedJournal {
	readonly journal: Journal;
	readonly resumed: boolean;
}

async function openJournalOf(options: ContextOptions, repository: Repository | null, now: () => Date): Promise<OpenedJournal> {
	const wanted = options.session ?? "continue";
	const earlier = wanted === "new" ? null : findEarlier(options.root, wanted === "continue" ? null : wanted.id);
	if (earlier !== null) {
		const journal = Journal.continue(options.root, earlier.record, earlier.lines, now, tellSteps(options));
		if (wanted === "continue") journal.append({ type: "session-resumed" });
		return { journal, resumed: wanted === "continue" };
	}
	const head = await repository?.head();
	const start = {
		type: "session-started",
		id: newId(options.root, now()),
		branch: head?.branch ?? null,
		head: head?.commit ?? null,
	} as const;
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

/** Begins with the date, so that ids sort by age; where a clock was set back, the second after the newest session counts. */
function newId(root: string, now: Date): string {
	const newest = listSessionIds(root).at(-1)?.slice(0, 15) ?? "";
	const stamp = stampOf(now);
	const date = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/.exec(newest);
	if (stamp > newest || date === null) return `${stamp}-${randomBytes(3).toString("hex")}`;
	const [year = 0, month = 1, ...rest] = date.slice(1).map(Number);
	const [day = 1, hour = 0, minute = 0, second = 0] = rest;
	const next = new Date(Date.UTC(year, month - 1, day, hour, minute, second + 1));
	return `${stampOf(next)}-${randomBytes(3).toString("hex")}`;
}

function stampOf(date: Date): string {
	return date.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
}
