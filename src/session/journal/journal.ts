import { openJournal, readJournalLines } from "../../workspace/session-folder.ts";
import type { SessionRecord } from "../session-record.ts";
import { type JournalLine, journalVersion, type SessionEvent } from "./events.ts";
import { isMoment, isSessionEvent } from "./journal-shape.ts";
import { reduce, replay } from "./replay.ts";

export type JournalReading =
	| { readonly type: "record"; readonly record: SessionRecord; readonly lines: number }
	/** `reason` is a whole sentence. */
	| { readonly type: "unreadable"; readonly reason: string };

/** Reads a session's journal without touching it. */
export function readJournal(root: string, id: string): JournalReading {
	const lines = readJournalLines(root, id);
	if (lines === null) return { type: "unreadable", reason: `The journal of session ${id} cannot be read.` };
	const parsed: JournalLine[] = [];
	for (const [index, text] of lines.entries()) {
		const line = parseLine(text);
		if (line !== null && line.version > journalVersion) {
			return { type: "unreadable", reason: `Session ${id} was written by a newer bootmend (journal version ${line.version}).` };
		}
		if (line === null || line.number !== index + 1) {
			return { type: "unreadable", reason: `The journal of session ${id} is damaged at line ${index + 1}.` };
		}
		parsed.push(line);
	}
	const record = replay(parsed);
	if (record === null) return { type: "unreadable", reason: `The journal of session ${id} has no beginning.` };
	return { type: "record", record, lines: parsed.length };
}

/** A session's journal, open for writing, with what it says so far. */
export class Journal {
	readonly #log: ReturnType<typeof openJournal>;
	#record: SessionRecord;
	#lines: number;

	private constructor(
		readonly root: string,
		record: SessionRecord,
		lines: number,
		log: ReturnType<typeof openJournal>,
		readonly now: () => Date,
		readonly onEvent: (event: SessionEvent) => void,
	) {
		this.#record = record;
		this.#lines = lines;
		this.#log = log;
	}

	/** Begins the journal of a new session. Throws what node:fs throws. */
	static begin(
		root: string,
		start: Extract<SessionEvent, { type: "session-started" }>,
		now: () => Date,
		onEvent: (event: SessionEvent) => void,
	): Journal {
		const line: JournalLine = { version: journalVersion, number: 1, at: now().toISOString(), event: start };
		const log = openJournal(root, start.id);
		log.append(JSON.stringify(line));
		onEvent(start);
		const record = replay([line]);
		if (record === null) throw new Error("a journal begins with the start of its session");
		return new Journal(root, record, 1, log, now, onEvent);
	}

	/** Goes on with the journal of an earlier run. Throws what node:fs throws. */
	static continue(
		root: string,
		record: SessionRecord,
		lines: number,
		now: () => Date,
		onEvent: (event: SessionEvent) => void,
	): Journal {
		return new Journal(root, record, lines, openJournal(root, record.id), now, onEvent);
	}

	get record(): SessionRecord {
		return this.#record;
	}

	/** Notes an event; it is on the disk when this returns. Throws what node:fs throws, and then the event has not happened. */
	append(event: SessionEvent): void {
		const line: JournalLine = { version: journalVersion, number: this.#lines + 1, at: this.now().toISOString(), event };
		this.#log.append(JSON.stringify(line));
		this.#lines++;
		this.#record = { ...reduce(this.#record, event), lastAt: line.at };
		this.onEvent(event);
	}

	close(): void {
		this.#log.close();
	}
}

function parseLine(text: string): JournalLine | null {
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value !== "object" || value === null) return null;
		const { version, number, at, event } = value as Partial<Record<keyof JournalLine, unknown>>;
		if (typeof version !== "number" || typeof number !== "number" || !isMoment(at)) return null;
		if (version > journalVersion) return { version, number, at, event: { type: "session-resumed" } };
		return isSessionEvent(event) ? { version, number, at, event } : null;
	} catch {
		return null;
	}
}
