import type { FileChange } from "../apply/file-change.ts";
import { reverse } from "../apply/file-change.ts";
import { writeChanges } from "../apply/write-files.ts";
import type { Story } from "../audit/issue.ts";
import { carryOutWrite } from "./carry-out-write.ts";
import { rollbackMessage } from "./commit-message.ts";
import { commitObstacle, holdsForeignChanges } from "./commit-phase.ts";
import type { SessionEvent } from "./events.ts";
import { rollbackSubject } from "./phase-words.ts";
import { planRollback, type RollbackPlan, type RolledBackFile } from "./plan-rollback.ts";
import type { Outcome } from "./session.ts";
import { done, keep, listed, recall, refused, type SessionContext, type SessionView } from "./session-context.ts";
import { acceptedOf, type SessionRecord } from "./session-record.ts";

/** What `rollbackPhase` would do, found out without changing anything. */
export type RollbackPreview =
	| { readonly type: "nothing" }
	| { readonly type: "possible"; readonly plan: Extract<RollbackPlan, { type: "possible" }>; readonly commit: readonly string[] }
	| { readonly type: "blocked"; readonly refusal: Refusal };

type Refusal = Extract<Outcome, { type: "refused" }>;

/** Can a phase be taken back now, with which others, and what would happen to each file? */
export async function previewRollback(context: SessionView, story: Story): Promise<RollbackPreview> {
	const { record } = context.journal;
	if (acceptedOf(record, story).length === 0) return { type: "nothing" };
	const plan = planRollback(context, story);
	if (plan.type === "blocked") {
		const nextStep = record.backupsRemoved
			? "Its backups were removed by `bootmend clean`; `git revert` takes its commit back."
			: "Nothing was overwritten. Take that change back, or take the fix out by hand.";
		return { type: "blocked", refusal: refused(`${story} cannot be taken back: ${plan.reason}`, nextStep) };
	}
	const commit = await pathsToRecord(context, plan);
	return Array.isArray(commit) ? { type: "possible", plan, commit } : { type: "blocked", refusal: commit };
}

/** Takes a phase back, all of it or nothing: files from the backups, and one commit that records the return of what git tracks. */
export async function rollbackPhase(context: SessionContext, story: Story, withLater: boolean): Promise<Outcome> {
	const preview = await previewRollback(context, story);
	if (preview.type === "nothing")
		return refused(`${story} has no applied fix to take back`, "Look at the phases to see which have.");
	if (preview.type === "blocked") return preview.refusal;
	const { plan, commit } = preview;
	const later = plan.stories.filter((other) => other !== story);
	if (later.length > 0 && !withLater) {
		const nextStep = `Take ${listed(later)} back together with ${story}, or leave it.`;
		return { ...refused(`${listed(later)} changed the same lines after ${story}`, nextStep), later };
	}
	if (commit.length > 0 && context.repository) {
		const obstacle = await commitObstacle(context.repository);
		if (obstacle !== null) return obstacle;
	}
	const changed = plan.files.filter((file) => file.result !== "unchanged");
	const changes = await fileChanges(context, changed);
	const writes = plan.decisions.flatMap((decision) => decision.write ?? []);
	const outcome = carryOutWrite(context, { type: "rollback", stories: plan.stories, writes, commit }, changes);
	if (outcome.type !== "done")
		return refused(
			`${story} cannot be taken back: ${outcome.reason}`,
			"Nothing was taken back. Mend what is named and try again.",
		);
	const closing = await closeRollback(context);
	if (closing.type === "refused") return closing;
	return { ...closing, ledger: plan.files.map(({ path, result }) => ({ path, result })) };
}

/**
 * Records a rollback whose files are written: the commit where one is due, then the end. If git refuses, the files
 * return to what they were before, so that a rollback is never half done.
 */
export async function closeRollback(context: SessionContext): Promise<Outcome> {
	const { journal, repository } = context;
	const rollback = journal.record.openRollback;
	if (rollback === null || rollback.purpose.type !== "rollback")
		return refused("No rollback is under way", "Choose a phase to take back.");
	const { stories, commit: paths } = rollback.purpose;
	let commit: string | null = null;
	if (paths.length > 0 && repository !== null) {
		const subject = rollbackSubject(stories);
		const { commit: parent } = await repository.head();
		journal.append({ type: "commit-intended", stories, rollback: rollback.write, subject, paths, parent });
		const reverted = stories.flatMap((story) => journal.record.phases[story].commits).reverse();
		const result = await repository.commitPaths(paths, rollbackMessage(journal.record.id, stories, rollback.write, reverted));
		context.onStep("git-committed");
		if (result.type === "failed") return abandonRollback(context, rollback, result.reason);
		commit = result.commit;
	}
	journal.append({ type: "phases-rolled-back", stories, write: rollback.write, commit });
	const recorded = commit === null ? "" : `, recorded as ${commit.slice(0, 8)}`;
	return done(`${listed(stories)} ${stories.length === 1 ? "is" : "are"} taken back${recorded}`);
}

function abandonRollback(
	context: SessionContext,
	rollback: Extract<SessionEvent, { type: "write-intended" }>,
	reason: string,
): Outcome {
	context.journal.append({ type: "commit-abandoned", reason });
	const back = writeChanges(
		context.root,
		rollback.files.map(reverse),
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
	return refused(`git did not record the rollback, so nothing was taken back: ${reason}`, "Mend what git names and try again.");
}

async function fileChanges(context: SessionContext, files: readonly RolledBackFile[]): Promise<readonly FileChange[]> {
	const status = await context.repository?.statusOf(files.map((file) => file.path));
	return files.map(({ path, bytes, before, after, folders }) => {
		for (const side of [bytes.before, bytes.after]) if (side !== null) keep(context, side);
		return { path, before, after, folders, status: status?.get(path) ?? null };
	});
}

/** Files whose return must be committed: those that a commit of the phases changed. Refused where that would take other changes along. */
async function pathsToRecord(
	context: SessionView,
	plan: Extract<RollbackPlan, { type: "possible" }>,
): Promise<string[] | Refusal> {
	const { repository } = context;
	const { record } = context.journal;
	if (repository === null || !context.commits) return [];
	const committed = new Set(plan.stories.flatMap((story) => record.phases[story].commits.flatMap((commit) => commit.paths)));
	const candidates = plan.files
		.filter((file) => file.result !== "unchanged" && committed.has(file.path))
		.map((file) => file.path);
	const status = await repository.statusOf(candidates);
	const due = candidates.filter((path) => status.get(path) === "clean" || status.get(path) === "changed");
	const mixed = due.filter((path) => status.get(path) === "changed" && !isOnlyOurs(record, plan, path));
	if (mixed.length === 0) return due;
	return refused(
		`${listed(mixed)} ${mixed.length === 1 ? "has" : "have"} changes that are not committed, which the rollback's commit would take along`,
		"Commit or stash those changes, or close the phase they belong to; then take this one back.",
	);
}

/** Do the uncommitted changes of a file come from fixes alone that this rollback takes back too? */
function isOnlyOurs(record: SessionRecord, plan: Extract<RollbackPlan, { type: "possible" }>, path: string): boolean {
	const open = record.decisions.filter((decision) => !decision.closed && decision.files.some((file) => file.path === path));
	const file = plan.files.find((candidate) => candidate.path === path);
	return (
		open.length > 0 &&
		file?.result !== "merged" &&
		open.every((decision) => plan.decisions.includes(decision)) &&
		!holdsForeignChanges(record, path)
	);
}
