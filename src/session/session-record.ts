import type { FileChange } from "../apply/file-change.ts";
import type { Story } from "../audit/issue.ts";
import type { KnownIds } from "../plan/plan.ts";
import type { SeenBoots } from "./boots/verify-record.ts";
import type { DecisionRecord, SessionEvent } from "./journal/events.ts";

/** A decision that stands. */
export interface RecordedDecision {
	readonly record: DecisionRecord;
	readonly type: "accepted" | "skipped";
	readonly edited: boolean;
	/** Of a skip; null where none was given. */
	readonly reason: string | null;
	/** Number of the write that carried it out; null for a skip. */
	readonly write: number | null;
	readonly files: readonly FileChange[];
	/** Its phase was committed or kept since, so `undo` leaves it alone. */
	readonly closed: boolean;
	/** It is in a commit of its phase. */
	readonly committed: boolean;
}

/** What a hook of the person's changed while git was to commit a phase. */
export interface RecordedHookChange {
	readonly story: Story;
	readonly write: number;
	readonly files: readonly FileChange[];
	/** It is in a commit of its phase. */
	readonly committed: boolean;
}

/** A rollback that was carried out, with all that it took out of the record. */
export interface RecordedRollback {
	readonly write: number;
	/** Begins with the phase that was asked for. */
	readonly stories: readonly Story[];
	readonly files: readonly FileChange[];
	readonly commit: string | null;
	readonly decisions: readonly RecordedDecision[];
	readonly hookChanges: readonly RecordedHookChange[];
	readonly phases: Readonly<Record<Story, RecordedPhase>>;
}

export interface RecordedCommit {
	readonly hash: string;
	readonly subject: string;
	readonly paths: readonly string[];
}

export interface RecordedPhase {
	readonly status: "open" | "committed" | "kept" | "rolled-back";
	/** Of the fixes, oldest first; a phase that was opened again has several. Empty once it is rolled back. */
	readonly commits: readonly RecordedCommit[];
}

export type WriteIntended = Extract<SessionEvent, { type: "write-intended" }>;
type CommitIntended = Extract<SessionEvent, { type: "commit-intended" }>;

/** What a journal says, all its events taken together. */
export interface SessionRecord {
	readonly id: string;
	/** ISO 8601, UTC. */
	readonly startedAt: string;
	readonly lastAt: string;
	readonly branch: string | null;
	readonly head: string | null;
	/** In the order in which they were made. */
	readonly decisions: readonly RecordedDecision[];
	/** Taken back, the newest last: what `redo` brings back. */
	readonly undone: readonly RecordedDecision[];
	readonly phases: Readonly<Record<Story, RecordedPhase>>;
	readonly hookChanges: readonly RecordedHookChange[];
	/** Oldest first; one that was undone is gone from it. */
	readonly rollbacks: readonly RecordedRollback[];
	readonly nextWrite: number;
	/** Announced and neither finished nor undone: a run was interrupted there. */
	readonly openWrite: WriteIntended | null;
	/** A rollback, or the return of one, whose files are written and which is not closed yet. */
	readonly openRollback: WriteIntended | null;
	readonly openCommit: CommitIntended | null;
	readonly finished: boolean;
	readonly backupsRemoved: boolean;
	readonly boots: SeenBoots;
	/** What the audits of the session have called their issues, by fingerprint. */
	readonly ids: KnownIds;
}

/** Accepted decisions of a story that still stand, in order. */
export function acceptedOf(record: SessionRecord, story: Story): readonly RecordedDecision[] {
	return record.decisions.filter((decision) => decision.type === "accepted" && decision.record.story === story);
}

/** Numbers of the writes for these stories that still stand, newest first. */
export function standingOf(record: SessionRecord, chosen: readonly Story[]): readonly number[] {
	const writes = chosen.flatMap((story) => acceptedOf(record, story)).flatMap(({ write }) => (write === null ? [] : [write]));
	return writes.sort((a, b) => b - a);
}
