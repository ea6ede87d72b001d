import { type Standing, standingOf } from "../apply/write-files.ts";
import type { SessionEvent } from "./journal/events.ts";
import { listed } from "./session-context.ts";
import type { SessionRecord } from "./session-record.ts";

/** A step that was announced and never brought to an end, as it stands. */
export interface InterruptedStep {
	/** `applied the fix of DATABASE-001`: the end of "The run stopped while it …". */
	readonly what: string;
	/** The files of a write, in its order; `[]` where git was at work. */
	readonly files: readonly { readonly path: string; readonly standing: Standing }[];
}

/** The step that a run was stopped in, or null. Only reads. */
export function interruptedStep(root: string, record: SessionRecord): InterruptedStep | null {
	const write = record.openWrite ?? record.openRollback;
	const { openCommit } = record;
	if (openCommit !== null) return { what: `had git make the commit of ${listed(openCommit.stories)}`, files: [] };
	if (write === null) return null;
	const files = write.files.map((file) => ({ path: file.path, standing: standingOf(root, file) }));
	return { what: purposeWords(write), files };
}

/** What a write was for, as the end of "The last run stopped while it …". */
export function purposeWords({ purpose }: Extract<SessionEvent, { type: "write-intended" }>): string {
	switch (purpose.type) {
		case "accept":
			return `applied the fix of ${purpose.decision.issueId}`;
		case "rollback":
			return `took ${listed(purpose.stories)} back`;
		case "restore":
			return `undid the rollback of ${listed(purpose.stories)}`;
		default:
			return purpose.type === "undo" ? "took a fix back" : "brought a fix back";
	}
}
