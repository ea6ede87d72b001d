import type { FileChange } from "../../apply/file-change.ts";
import type { Severity, Story } from "../../audit/issue.ts";
import type { PathMove } from "../../workspace/git-commit.ts";
import type { SeenBoot } from "../boots/verify-record.ts";

/** Version of the journal's format. A journal of a newer version is left alone, with a sentence that says so. */
export const journalVersion = 1;

/** A decision as the journal keeps it: enough for a list. The issue and its fix lie in the backups, as they may hold secrets. */
export interface DecisionRecord {
	readonly fingerprint: string;
	readonly issueId: string;
	readonly rule: string;
	readonly severity: Severity;
	readonly story: Story;
	/** What the issue says is wrong, through the display gate. */
	readonly problem: string;
	/** Hash of the backup that holds issue and fix as JSON. */
	readonly details: string;
}

/** Why files are written. */
export type WritePurpose =
	| { readonly type: "accept"; readonly decision: DecisionRecord; readonly edited: boolean }
	/** Takes back the decision that `write` carried out. */
	| { readonly type: "undo"; readonly write: number }
	| { readonly type: "redo"; readonly write: number }
	/** `writes` are the ones that it takes back, newest first; `stories` begins with the one that was asked for; `commit` lists the paths whose return git must record. */
	| {
			readonly type: "rollback";
			readonly stories: readonly Story[];
			readonly writes: readonly number[];
			readonly commit: readonly string[];
	  }
	/** Brings back what the rollback `rollback` (the number of its write) took back. */
	| {
			readonly type: "restore";
			readonly rollback: number;
			readonly stories: readonly Story[];
			readonly commit: readonly string[];
	  };

/**
 * What happened in a session, one line of its journal each. Everything that changes the project is announced before it
 * happens (`…-intended`) and closed afterwards, so that a later run knows what an interrupted one was about.
 */
export type SessionEvent =
	| { readonly type: "session-started"; readonly id: string; readonly branch: string | null; readonly head: string | null }
	| { readonly type: "session-resumed" }
	/** `ids` are the ids, by fingerprint, of issues that no earlier audit of the session had found; absent where there are none. */
	| {
			readonly type: "audited";
			readonly issues: number;
			readonly critical: number;
			readonly ids?: Readonly<Record<string, string>>;
	  }
	| {
			readonly type: "write-intended";
			readonly write: number;
			readonly purpose: WritePurpose;
			readonly files: readonly FileChange[];
	  }
	| { readonly type: "write-finished"; readonly write: number }
	/** Every file is again what it was before the write. */
	| { readonly type: "write-undone"; readonly write: number; readonly reason: string }
	| { readonly type: "skipped"; readonly decision: DecisionRecord; readonly reason: string | null }
	| { readonly type: "skip-undone"; readonly fingerprint: string }
	| { readonly type: "skip-redone"; readonly fingerprint: string }
	/**
	 * `stories` is one for a phase's fixes; several where one rollback takes back several. `parent` is the commit that
	 * HEAD named, null on an unborn branch. `rollback` is the write that the commit records, null for a phase's fixes. `moves` are
	 * due in the index once the commit is made; absent in journals of before it had them.
	 */
	| {
			readonly type: "commit-intended";
			readonly stories: readonly Story[];
			readonly rollback: number | null;
			readonly subject: string;
			readonly paths: readonly string[];
			readonly parent: string | null;
			readonly moves?: readonly PathMove[];
			/** Writes of the phase that the commit leaves out. */
			readonly held?: readonly number[];
	  }
	| { readonly type: "commit-abandoned"; readonly reason: string }
	/** A hook of the person's (a formatter, say) changed files while git was to commit the phase. */
	| {
			readonly type: "hook-changed";
			readonly story: Story;
			readonly write: number;
			readonly files: readonly FileChange[];
	  }
	/** The phase's fixes are committed, but for the writes in `held`: those cannot be told apart from the person's own changes. */
	| {
			readonly type: "phase-committed";
			readonly story: Story;
			readonly commit: string;
			readonly subject: string;
			readonly paths: readonly string[];
			readonly held?: readonly number[];
	  }
	/** The phase is closed without a commit. */
	| { readonly type: "phase-kept"; readonly story: Story; readonly reason: string }
	/** `commit` records the rollback; null where git had nothing to record. */
	| {
			readonly type: "phases-rolled-back";
			readonly stories: readonly Story[];
			readonly write: number;
			readonly commit: string | null;
	  }
	/** What the rollback of the write `rollback` took back stands again. */
	| {
			readonly type: "phases-restored";
			readonly rollback: number;
			readonly write: number;
			readonly commit: string | null;
	  }
	/** The backend was booted; `restart` where it was the second start of the same files. */
	| { readonly type: "booted"; readonly boot: SeenBoot; readonly restart: boolean }
	| { readonly type: "backups-removed" }
	| { readonly type: "finished" };

/** One line of the journal. */
export interface JournalLine {
	readonly version: number;
	/** Counts from 1 without a gap. */
	readonly number: number;
	/** ISO 8601, UTC. */
	readonly at: string;
	readonly event: SessionEvent;
}
