import { reverse } from "../apply/file-change.ts";
import { standingOf, writeChanges } from "../apply/write-files.ts";
import { removeTemporaryFile } from "../workspace/project-files.ts";
import { rollbackTrailer } from "./commit/commit-message.ts";
import { purposeWords } from "./interrupted-step.ts";
import type { SessionEvent } from "./journal/events.ts";
import { closeRollback } from "./rollback/close-rollback.ts";
import { count, listed, recall, type SessionContext } from "./session-context.ts";

/**
 * Brings a session that was interrupted in the middle of a step to a clean state: the step is completed, or undone
 * where somebody else changed a file meanwhile. Returns what was done, a sentence each; `[]` where nothing was open.
 */
export async function recover(context: SessionContext): Promise<readonly string[]> {
	const sentences: string[] = [];
	const { openWrite } = context.journal.record;
	if (openWrite !== null) sentences.push(recoverWrite(context, openWrite));
	const { openCommit } = context.journal.record;
	if (openCommit !== null) sentences.push(await recoverCommit(context, openCommit));
	if (context.journal.record.openRollback !== null) {
		const outcome = await closeRollback(context);
		sentences.push(`The rollback that was interrupted was taken up again. ${outcome.message}`);
	}
	return sentences;
}

function recoverWrite(context: SessionContext, write: Extract<SessionEvent, { type: "write-intended" }>): string {
	const { root, journal } = context;
	const what = purposeWords(write);
	for (const file of write.files) removeTemporaryFile(root, file.path);
	const standings = write.files.map((file) => ({ file, standing: standingOf(root, file) }));
	const foreign = standings.filter(({ standing }) => standing === "other").map(({ file }) => file.path);
	const read = (hash: string) => recall(context, hash);
	const tell = () => context.onStep("file-written");

	if (foreign.length > 0) {
		const ours = standings.filter(({ standing }) => standing === "after").map(({ file }) => reverse(file));
		writeChanges(root, ours, read, tell);
		journal.append({ type: "write-undone", write: write.write, reason: `${listed(foreign)} was changed by someone else` });
		return `The last run stopped while it ${what}; ${listed(foreign)} was changed since and is left as it is, so that step does not count.`;
	}
	if (standings.every(({ standing }) => standing === "before" || standing === "same")) {
		journal.append({ type: "write-undone", write: write.write, reason: "interrupted before any file was written" });
		return `The last run stopped just before it ${what}; no file had been changed.`;
	}
	const outcome = writeChanges(root, write.files, read, tell);
	if (outcome.type === "done") {
		journal.append({ type: "write-finished", write: write.write });
		return `The last run stopped while it ${what}; that is finished now (${count(write.files.length, "file")}).`;
	}
	const ours = write.files.filter((file) => standingOf(root, file) === "after").map(reverse);
	const back = writeChanges(root, ours, read, tell);
	if (back.type !== "done")
		return `The last run stopped while it ${what}, and that can neither be finished nor undone now: ${outcome.reason}.`;
	journal.append({ type: "write-undone", write: write.write, reason: outcome.reason });
	return `The last run stopped while it ${what}; that could not be finished (${outcome.reason}) and is undone.`;
}

async function recoverCommit(
	context: SessionContext,
	intended: Extract<SessionEvent, { type: "commit-intended" }>,
): Promise<string> {
	const { journal, repository } = context;
	const names = listed(intended.stories);
	// A git that our killed run had started may still be at work.
	await repository?.commits.waitUntilUnlocked();
	repository?.commits.removeLeftovers();
	const trailer = intended.rollback === null ? `Bootmend-Phase: ${intended.stories[0]}` : rollbackTrailer(intended.rollback);
	const commit = (await repository?.findCommit([`Bootmend-Session: ${journal.record.id}`, trailer], intended.parent)) ?? null;
	if (commit === null) {
		journal.append({ type: "commit-abandoned", reason: "interrupted before git had made it" });
		return `The last run stopped before git had made the commit of ${names}.`;
	}
	await repository?.commits.settleIndex(intended.moves ?? []);
	const { stories, rollback, subject, paths, held = [] } = intended;
	const purpose = journal.record.openRollback?.purpose;
	const [story] = stories;
	if (rollback !== null && purpose?.type === "restore")
		journal.append({ type: "phases-restored", rollback: purpose.rollback, write: rollback, commit });
	else if (rollback !== null) journal.append({ type: "phases-rolled-back", stories, write: rollback, commit });
	else if (story) journal.append({ type: "phase-committed", story, commit, subject, paths, held });
	return `The last run stopped just after git had made the commit of ${names}; it counts.`;
}
