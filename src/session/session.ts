import type { Fix } from "../audit/fix.ts";
import type { Issue, Story } from "../audit/issue.ts";
import type { AuditReport } from "../plan/audit-report.ts";
import type { SeenBoot, SeenBoots } from "./boots/verify-record.ts";

/** What a person (or `fix --yes`) asks of a session. Decisions name issues by fingerprint: ids change between audits. */
export type Command =
	/** `fix` is the issue's own, an alternative, or one that was edited. */
	| {
			readonly type: "accept";
			readonly fingerprint: string;
			readonly fix: Fix;
			readonly edited: boolean;
			/** The texts that the fix was shown on. Where the newest audit has read others, it is refused and offered afresh; absent where nobody looked at it. */
			readonly shown?: ReadonlyMap<string, string>;
	  }
	/** Accepts the own fixes of these issues, as the newest audit proposes them, audit by audit until none is left to apply. */
	| {
			readonly type: "accept-all";
			readonly fingerprints: readonly string[];
			/** Also those on lines that the person has changed and not committed? Unless told, they are held back. */
			readonly onOwnWork?: boolean;
	  }
	| { readonly type: "skip"; readonly fingerprint: string; readonly reason: string | null }
	/** Takes the newest decision of an open phase back (the file returns to its bytes before it). */
	| { readonly type: "undo" }
	| { readonly type: "redo" }
	| { readonly type: "commit-phase"; readonly story: Story }
	/** Where later phases changed the same lines it is refused and names them, unless `withLater` takes them back too. */
	| { readonly type: "rollback-phase"; readonly story: Story; readonly withLater?: boolean }
	/** Undoes the newest rollback that took this phase back. */
	| { readonly type: "restore-phase"; readonly story: Story }
	/** Looks afresh at git and at what a rollback would do; changes nothing. */
	| { readonly type: "look" }
	| { readonly type: "audit" }
	/** Notes how far a boot got; `restart` where it was the second start of the same files. */
	| { readonly type: "note-boot"; readonly boot: SeenBoot; readonly restart: boolean }
	/** Removes the backups of a session whose phases are all closed. */
	| { readonly type: "remove-backups" }
	| { readonly type: "finish" };

/** What became of a command; `refused` changes nothing and says why and what to do. */
export type Outcome =
	| {
			readonly type: "done";
			readonly message: string;
			readonly warnings?: readonly string[];
			readonly ledger?: readonly LedgerEntry[];
	  }
	/** `later`: the phases that must be taken back with it (a rollback that can be asked for again with `withLater`). */
	| {
			readonly type: "refused";
			readonly message: string;
			readonly nextStep: string;
			readonly later?: readonly Story[];
			readonly ledger?: readonly LedgerEntry[];
	  };

/**
 * What became of one file of a rollback. `merged`: taken back, with the later changes of someone else kept. `unchanged`: it was
 * as before already. Where the rollback is refused, `refused` is the file that is in the way, and the others are `kept`.
 */
export interface LedgerEntry {
	readonly path: string;
	readonly result: "restored" | "merged" | "removed" | "unchanged" | "kept" | "refused";
}

/** What taking one phase back would mean now. */
export interface RollbackForecast {
	readonly story: Story;
	/**
	 * `clean`: by itself. `with-later`: only together with the phases in `later`. `blocked`: something is in the way.
	 * `nothing`: it has no applied fix. `undoable`: it was taken back, and that can be undone.
	 */
	readonly type: "clean" | "with-later" | "blocked" | "nothing" | "undoable";
	/** The same in words: `rolls back cleanly`, `needs US3 first`, `blocked: you edited app/db.py line 12 since`. */
	readonly words: string;
	readonly later: readonly Story[];
	/** What would become of each file. */
	readonly ledger: readonly LedgerEntry[];
	/** Files whose return git would record in a commit. */
	readonly commit: readonly string[];
	/** What is in the way; null where nothing is, or where it is no file. */
	readonly blockedBy: { readonly path: string; readonly line: number | null } | null;
}

/** Lines of a file that the person has changed and not committed. */
export interface OwnWork {
	readonly path: string;
	/** Counting from 1 in the file as the fix on top of them leaves it; null where it is the file as a whole. */
	readonly line: number | null;
}

export type Decision =
	| { readonly type: "accepted"; readonly edited: boolean; readonly write: number }
	| { readonly type: "skipped"; readonly reason: string | null };

/** An issue that was decided, kept as it was when shown: an accepted one no longer is in the report. */
export interface DecidedIssue {
	readonly issue: Issue;
	readonly decision: Decision;
	readonly story: Story;
	/** Files that an accepted fix changed. */
	readonly files: readonly string[];
	/** The fix that was applied (edited or an alternative, maybe); null for a skipped issue. */
	readonly fix: Fix | null;
	/** Text of the fix's files just before it was applied, so that its diff can be shown again; a file that was created is not in it. */
	readonly before: ReadonlyMap<string, string>;
}

export interface PhaseState {
	readonly story: Story;
	readonly status: "open" | "committed" | "kept" | "rolled-back";
	/** Hash of the phase's commit; null without git, with `--no-commit`, or where only ignored files changed. */
	readonly commit: string | null;
	readonly files: readonly string[];
	readonly subject: string | null;
}

/** Everything a screen needs, replayed from the journal plus the newest report. */
export interface SessionState {
	readonly id: string;
	readonly report: AuditReport;
	/** Text (decoded, without byte order mark) of every file that a fix of the report edits, as the audit saw it: what a diff is drawn from. */
	readonly sources: ReadonlyMap<string, string>;
	/** In the order of the decisions. */
	readonly decided: readonly DecidedIssue[];
	readonly phases: readonly PhaseState[];
	readonly canUndo: boolean;
	readonly canRedo: boolean;
	/** Issues (by fingerprint) whose fix lies on the person's own uncommitted lines: shown on top of them, and held back unless asked for one by one. */
	readonly onOwnWork: ReadonlyMap<string, OwnWork>;
	/** What taking back each phase would mean at the moment. */
	readonly rollbacks: readonly RollbackForecast[];
	readonly git: { readonly branch: string | null; readonly head: string | null; readonly dirtyFiles: readonly string[] } | null;
	readonly finished: boolean;
	readonly backupsRemoved: boolean;
	/** Boots of the backend that this session has seen. */
	readonly boots: SeenBoots;
	/** Rises with every write to the project. */
	readonly revision: number;
	/** What an interrupted earlier run left, in a sentence; null where there was none. */
	readonly resumedFrom: string | null;
}

/** A session: commands in, state out. Commands are carried out one after the other. */
export interface Session {
	readonly state: SessionState;
	dispatch(command: Command): Promise<Outcome>;
	/** Called after every change of state; returns its own removal. */
	subscribe(listener: (state: SessionState) => void): () => void;
	/** Releases the lock; everything stays on disk. */
	close(): Promise<void>;
}
