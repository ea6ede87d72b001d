import type { PlannedFile } from "../apply/plan-fix.ts";
import { sentence } from "../text/sentences.ts";
import type { Repository } from "../workspace/git.ts";
import { keepBackup, readBackup } from "../workspace/session-folder.ts";
import type { Journal } from "./journal/journal.ts";
import type { Outcome } from "./session.ts";
import type { SessionRecord } from "./session-record.ts";

/** A session to look at: nothing can be changed with it. */
export interface SessionView {
	/** Absolute path of the repository root. */
	readonly root: string;
	readonly journal: { readonly record: SessionRecord };
	/** Null without git. */
	readonly repository: Repository | null;
	/** Are phases committed? */
	readonly commits: boolean;
	/** Bytes by their hash that lie in no backup: of a session that was found again in git's history. */
	readonly images?: ReadonlyMap<string, Buffer>;
}

/** What the commands of one open session work with. */
export interface SessionContext extends SessionView {
	readonly journal: Journal;
	/** Told the name of each durable step as it has happened, so that tests can stop a run there. */
	readonly onStep: (step: string) => void;
}

/** Keeps bytes in the session's backups; returns their hash. Throws what node:fs throws. */
export function keep(context: SessionContext, bytes: Uint8Array): string {
	const hash = keepBackup(context.root, context.journal.record.id, bytes);
	context.onStep("backup-kept");
	return hash;
}

/** Bytes from the session's backups, or null where they are gone. */
export function recall(context: SessionView, hash: string): Buffer | null {
	return context.images?.get(hash) ?? readBackup(context.root, context.journal.record.id, hash);
}

/** Keeps both sides of every planned file, so that a write can be finished or undone by a later run. */
export function keepBothSides(context: SessionContext, files: readonly PlannedFile[]): void {
	for (const file of files) {
		for (const side of [file.before, file.after]) if (side !== null) keep(context, side.bytes);
	}
}

/** The outcome of a command that was carried out; the message becomes a whole sentence. */
export function done(message: string, warnings: readonly string[] = []): Extract<Outcome, { type: "done" }> {
	return { type: "done", message: sentence(message), warnings };
}

/** The outcome of a command that changed nothing. */
export function refused(message: string, nextStep: string): Extract<Outcome, { type: "refused" }> {
	return { type: "refused", message: sentence(message), nextStep };
}

/** `1 file`, `3 files`; `plural` where it is not the noun with an `s`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
	return `${number} ${number === 1 ? noun : plural}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
	return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
