import { type FileChange, reverse } from "../../apply/file-change.ts";
import { writeChanges } from "../../apply/write-files.ts";
import type { Repository } from "../../workspace/git.ts";
import type { CommitContent } from "../commit/commit-content.ts";
import { restoreMessage, rollbackMessage } from "../commit/commit-message.ts";
import { type MadeCommit, makeCommit } from "../commit/make-commit.ts";
import type { SessionEvent } from "../journal/events.ts";
import { restoreSubject, rollbackSubject } from "../phase-words.ts";
import type { Outcome } from "../session.ts";
import { done, keep, listed, recall, refused, type SessionContext } from "../session-context.ts";
import { rollbackContent } from "./rollback-content.ts";
import type { RolledBackFile } from "./take-back.ts";

type OpenRollback = Extract<SessionEvent, { type: "write-intended" }>;
type WayBack = Extract<OpenRollback["purpose"], { type: "rollback" | "restore" }>;

/**
 * Records a rollback (or the undoing of one) whose files are written: the commit where one is due, then the end. If git refuses,
 * the files return to what they were before, so that it is never half done.
 */
export async function closeRollback(context: SessionContext): Promise<Outcome> {
	const { journal, repository } = context;
	const open = journal.record.openRollback;
	if (open === null || (open.purpose.type !== "rollback" && open.purpose.type !== "restore"))
		return refused("No rollback is under way", "Choose a phase to take back.");
	const { purpose } = open;
	let made: MadeCommit | null = null;
	if (purpose.commit.length > 0 && repository !== null) {
		made = await recordInGit(context, repository, open.write, purpose);
		if (made?.type === "failed") return abandon(context, open, made);
	}
	const commit = made?.commit ?? null;
	const { stories } = purpose;
	if (purpose.type === "rollback") journal.append({ type: "phases-rolled-back", stories, write: open.write, commit });
	else journal.append({ type: "phases-restored", rollback: purpose.rollback, write: open.write, commit });
	const recorded = commit === null ? "" : `, recorded as ${commit.slice(0, 8)}`;
	const what = purpose.type === "rollback" ? "taken back" : "in place again";
	return done(`${listed(stories)} ${stories.length === 1 ? "is" : "are"} ${what}${recorded}`, [
		...hookWords(made?.hooked ?? []),
		...(made?.warnings ?? []),
	]);
}

/** What the person's own hooks made of files while git committed. */
export function hookWords(hooked: readonly FileChange[]): readonly string[] {
	return hooked.length === 0 ? [] : [`A hook of yours changed ${listed(hooked.map((file) => file.path))}.`];
}

/** Null where git has nothing to record any more: somebody has done it meanwhile. */
async function recordInGit(
	context: SessionContext,
	repository: Repository,
	write: number,
	purpose: WayBack,
): Promise<MadeCommit | null> {
	const { record } = context.journal;
	const { stories } = purpose;
	let content: CommitContent;
	try {
		content = await rollbackContent(context, repository, purpose);
	} catch (error) {
		return { type: "failed", reason: error instanceof Error ? error.message : String(error), hooked: [] };
	}
	const [held] = content.held;
	if (held !== undefined) return { type: "failed", reason: `${held.path} was changed in git meanwhile`, hooked: [] };
	if (content.changes.length === 0) return null;
	const subject = purpose.type === "rollback" ? rollbackSubject(stories) : restoreSubject(stories);
	const reverted = stories.flatMap((story) => record.phases[story].commits).reverse();
	const undone = purpose.type === "restore" ? record.rollbacks.find((one) => one.write === purpose.rollback) : undefined;
	const message =
		purpose.type === "rollback"
			? rollbackMessage(record.id, stories, write, reverted)
			: restoreMessage(record.id, stories, write, undone?.commit ?? null);
	const watched = content.changes.map((change) => change.path);
	return makeCommit(context, repository, {
		stories,
		rollback: write,
		subject,
		message,
		changes: content.changes,
		held: [],
		watched,
	});
}

/** Puts the files back to what they were before the rollback, past what a hook made of them. */
function abandon(
	context: SessionContext,
	rollback: OpenRollback,
	{ reason, hooked }: Extract<MadeCommit, { type: "failed" }>,
): Outcome {
	const isUndo = rollback.purpose.type === "restore";
	const back = writeChanges(
		context.root,
		rollback.files.map((file) => reverse({ ...file, after: hooked.find((one) => one.path === file.path)?.after ?? file.after })),
		(hash) => recall(context, hash),
		() => context.onStep("file-written"),
	);
	if (back.type !== "done") {
		return refused(
			`git did not record the rollback (${reason}), and ${back.reason}`,
			"The files of the rollback are in place. Mend what git names and start bootmend again: it goes on from here.",
		);
	}
	context.journal.append({ type: "write-undone", write: rollback.write, reason });
	const nothing = isUndo ? "nothing was brought back" : "nothing was taken back";
	return refused(`git did not record the rollback, so ${nothing}: ${reason}`, "Mend what git names and try again.");
}

/** The writes of a planned rollback; both sides are kept, so that a later run can finish or undo it. */
export function fileChanges(context: SessionContext, files: readonly RolledBackFile[]): readonly FileChange[] {
	return files.map(({ path, bytes, before, after, folders, twin }) => {
		for (const side of [bytes.before, bytes.after]) if (side !== null) keep(context, side);
		return { path, before, after, folders, ...(twin !== undefined && { twin }) };
	});
}
