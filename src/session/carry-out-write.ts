import type { FileChange } from "../apply/file-change.ts";
import { type WriteOutcome, writeChanges } from "../apply/write-files.ts";
import type { WritePurpose } from "./journal/events.ts";
import { recall, type SessionContext } from "./session-context.ts";

/**
 * Announces a write in the journal, carries it out, and closes it there. The bytes of both sides must lie in the
 * backups already. A write that could not even be taken back stays open for `recover`.
 */
export function carryOutWrite(context: SessionContext, purpose: WritePurpose, files: readonly FileChange[]): WriteOutcome {
	const { journal, root, onStep } = context;
	const write = journal.record.nextWrite;
	journal.append({ type: "write-intended", write, purpose, files });
	const outcome = writeChanges(
		root,
		files,
		(hash) => recall(context, hash),
		() => onStep("file-written"),
	);
	if (outcome.type === "done") journal.append({ type: "write-finished", write });
	if (outcome.type === "refused") journal.append({ type: "write-undone", write, reason: outcome.reason });
	return outcome;
}
