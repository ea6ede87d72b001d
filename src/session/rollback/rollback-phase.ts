import type { Story } from "../../audit/issue.ts";
import { carryOutWrite } from "../carry-out-write.ts";
import { commitObstacle, conflictObstacle } from "../commit/make-commit.ts";
import type { WritePurpose } from "../journal/events.ts";
import type { LedgerEntry, Outcome } from "../session.ts";
import { listed, refused, type SessionContext, type SessionView } from "../session-context.ts";
import { acceptedOf, type RecordedRollback } from "../session-record.ts";
import { closeRollback, fileChanges } from "./close-rollback.ts";
import { planRestore, planRollback, type RollbackPlan, standingWrites } from "./plan-rollback.ts";
import { rollbackContent } from "./rollback-content.ts";
import type { Obstacle } from "./take-back.ts";

type Possible = Extract<RollbackPlan, { type: "possible" }>;
type Refusal = Extract<Outcome, { type: "refused" }>;

/** What a rollback, or the undoing of one, would do, found out without changing anything. */
export type RollbackPreview =
	| { readonly type: "nothing" }
	| { readonly type: "possible"; readonly plan: Possible; readonly commit: readonly string[] }
	| { readonly type: "blocked"; readonly refusal: Refusal; readonly obstacle: Obstacle | null };

/** Can a phase be taken back now, with which others, and what would happen to each file? */
export async function previewRollback(view: SessionView, story: Story): Promise<RollbackPreview> {
	const { record } = view.journal;
	if (acceptedOf(record, story).length === 0) return { type: "nothing" };
	const plan = planRollback(view, story);
	const files = standingWrites(record, [story]).flatMap((write) => write.files.map((file) => file.path));
	if (plan.type === "blocked") {
		const nextStep = record.backupsRemoved
			? "Its backups were removed by `bootmend clean`; `git revert` takes its commit back."
			: "Nothing was overwritten. Take that change back, or take the fix out by hand.";
		return blocked(`${story} cannot be taken back`, plan, files, nextStep);
	}
	const purpose = { type: "rollback", stories: plan.stories, writes: plan.writes.map((one) => one.write), commit: [] } as const;
	return withCommit(view, `${story} cannot be taken back`, plan, purpose);
}

/** Can the newest rollback of a phase be undone now? */
export async function previewRestore(view: SessionView, story: Story): Promise<RollbackPreview> {
	const rollback = newestRollback(view, story);
	if (rollback === null) return { type: "nothing" };
	const words = `The rollback of ${listed(rollback.stories)} cannot be undone`;
	const again = rollback.stories.filter((one) => acceptedOf(view.journal.record, one).length > 0);
	if (again.length > 0) {
		const refusal = refused(
			`${words}: ${listed(again)} was fixed again since`,
			"Take that back first; then this one can be undone.",
		);
		return { type: "blocked", refusal, obstacle: null };
	}
	const plan = planRestore(view, rollback);
	const files = rollback.files.map((file) => file.path);
	if (plan.type === "blocked")
		return blocked(words, plan, files, "Nothing was overwritten. Take that change back, or accept the fixes afresh.");
	return withCommit(view, words, plan, { type: "restore", rollback: rollback.write, stories: rollback.stories, commit: [] });
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
	const writes = plan.writes.map((one) => one.write);
	return carryOut(context, `${story} cannot be taken back`, plan, { type: "rollback", stories: plan.stories, writes, commit });
}

/** Undoes the newest rollback of a phase, all of it or nothing; what somebody changed elsewhere in the files since stays. */
export async function restorePhase(context: SessionContext, story: Story): Promise<Outcome> {
	const preview = await previewRestore(context, story);
	const rollback = newestRollback(context, story);
	if (preview.type === "nothing" || rollback === null)
		return refused(`${story} was not taken back in this session`, "There is no rollback to undo.");
	if (preview.type === "blocked") return preview.refusal;
	const purpose = { type: "restore", rollback: rollback.write, stories: rollback.stories, commit: preview.commit } as const;
	return carryOut(context, `The rollback of ${listed(rollback.stories)} cannot be undone`, preview.plan, purpose);
}

function newestRollback({ journal }: SessionView, story: Story): RecordedRollback | null {
	return journal.record.rollbacks.findLast((rollback) => rollback.stories.includes(story)) ?? null;
}

type WayBack = Extract<WritePurpose, { type: "rollback" | "restore" }>;

async function carryOut(context: SessionContext, words: string, plan: Possible, purpose: WayBack): Promise<Outcome> {
	if (purpose.commit.length > 0 && context.repository) {
		const obstacle = await commitObstacle(context.repository);
		if (obstacle !== null) return obstacle;
	}
	const changes = fileChanges(
		context,
		plan.files.filter((file) => file.result !== "unchanged"),
	);
	const outcome = carryOutWrite(context, purpose, changes);
	if (outcome.type !== "done")
		return refused(`${words}: ${outcome.reason}`, "Nothing was changed. Mend what is named and try again.");
	const closing = await closeRollback(context);
	if (closing.type === "refused") return closing;
	return { ...closing, ledger: plan.files.map(({ path, result }) => ({ path, result })) };
}

function blocked(words: string, obstacle: Obstacle, files: readonly string[], nextStep: string): RollbackPreview {
	const refusal = refused(`${words}: ${obstacle.reason}`, nextStep);
	return { type: "blocked", obstacle, refusal: { ...refusal, ledger: refusedLedger(files, obstacle.path) } };
}

/** Nothing is written where one file is in the way, so the others stay as they are. */
function refusedLedger(files: readonly string[], inTheWay: string): readonly LedgerEntry[] {
	return [...new Set([...files, inTheWay])].map((path) => ({ path, result: path === inTheWay ? "refused" : "kept" }));
}

/** Adds which files git would record; blocked where git's own content has lost the lines that are to go. */
async function withCommit(view: SessionView, words: string, plan: Possible, purpose: WayBack): Promise<RollbackPreview> {
	const { repository } = view;
	if (repository === null || !view.commits) return { type: "possible", plan, commit: [] };
	try {
		const content = await rollbackContent(view, repository, purpose);
		const conflict = conflictObstacle(content.unmerged);
		if (conflict?.type === "refused") return { type: "blocked", refusal: conflict, obstacle: null };
		const [held] = content.held;
		if (held === undefined) return { type: "possible", plan, commit: content.changes.map((change) => change.path) };
		const reason = `${held.path} was changed in git since, in the lines of the fix`;
		const files = plan.files.map((file) => file.path);
		return blocked(
			words,
			{ reason, path: held.path, line: null },
			files,
			"Nothing was overwritten. `git log -p` on that file shows the change.",
		);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return {
			type: "blocked",
			refusal: refused(`${words}: git says ${reason}`, "Mend what git names and try again."),
			obstacle: null,
		};
	}
}
