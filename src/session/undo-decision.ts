import { reverse } from "../apply/file-change.ts";
import { carryOutWrite } from "./carry-out-write.ts";
import type { Outcome } from "./session.ts";
import { done, refused, type SessionContext } from "./session-context.ts";
import type { RecordedDecision } from "./session-record.ts";

/** Takes the newest decision of an open phase back; an accepted fix's files return to the bytes before it. */
export function undoDecision(context: SessionContext): Outcome {
	const { journal } = context;
	const decision = newestOpenDecision(journal.record.decisions);
	if (decision === undefined)
		return refused(
			"There is no decision to take back",
			"A phase that is committed is taken back as a whole, in the phases screen or with `bootmend rollback`.",
		);
	const name = decision.record.issueId;
	if (decision.write === null) {
		journal.append({ type: "skip-undone", fingerprint: decision.record.fingerprint });
		return done(`${name} is open again`);
	}
	const outcome = carryOutWrite(context, { type: "undo", write: decision.write }, decision.files.map(reverse));
	if (outcome.type === "done") return done(`${name} is taken back: its files are as they were before it`);
	return refused(
		`${name} cannot be taken back: ${outcome.reason}`,
		"Nothing was overwritten. Undo that change first, or take the place back by hand.",
	);
}

/** Brings back what was taken back last. */
export function redoDecision(context: SessionContext): Outcome {
	const { journal } = context;
	const decision = journal.record.undone.at(-1);
	if (decision === undefined)
		return refused("There is nothing to bring back", "Only what was taken back a moment ago can be brought back.");
	const name = decision.record.issueId;
	if (decision.write === null) {
		journal.append({ type: "skip-redone", fingerprint: decision.record.fingerprint });
		return done(`${name} is skipped again`);
	}
	const outcome = carryOutWrite(context, { type: "redo", write: decision.write }, decision.files);
	if (outcome.type === "done") return done(`${name} is applied again`);
	return refused(
		`${name} cannot be brought back: ${outcome.reason}`,
		"Nothing was overwritten. Accept the fix afresh where the audit still finds the issue.",
	);
}

/** What `undo` would take back. */
export function newestOpenDecision(decisions: readonly RecordedDecision[]): RecordedDecision | undefined {
	return decisions.findLast((decision) => !decision.closed);
}
