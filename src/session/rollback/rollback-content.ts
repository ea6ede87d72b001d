import type { Repository } from "../../workspace/git.ts";
import { type CommitContent, planContent } from "../commit/commit-content.ts";
import type { ContentStep } from "../commit/content-sides.ts";
import type { WritePurpose } from "../journal/events.ts";
import type { SessionView } from "../session-context.ts";

type WayBack = Extract<WritePurpose, { type: "rollback" | "restore" }>;

/**
 * What git has to record of a rollback, or of the return of one: the lines that a commit of the phases holds, newest fix first,
 * the other way round. Rejects with git's words where git fails.
 */
export async function rollbackContent(view: SessionView, repository: Repository, purpose: WayBack): Promise<CommitContent> {
	return planContent(
		view,
		repository.files,
		purpose.type === "rollback" ? stepsBack(view, purpose.writes) : stepsAgain(view, purpose.rollback),
	);
}

function stepsBack(view: SessionView, writes: readonly number[]): readonly ContentStep[] {
	const { decisions, hookChanges } = view.journal.record;
	return committedSteps([...decisions, ...hookChanges], writes)
		.sort((a, b) => b.write - a.write)
		.map(({ write, files }) => ({
			write,
			files: files.map(({ before, after, ...file }) => ({ ...file, before: after, after: before })),
		}));
}

function stepsAgain(view: SessionView, rollback: number): readonly ContentStep[] {
	const taken = view.journal.record.rollbacks.find((candidate) => candidate.write === rollback);
	if (taken === undefined || taken.commit === null) return [];
	return committedSteps([...taken.decisions, ...taken.hookChanges], null).sort((a, b) => a.write - b.write);
}

type Written = Pick<ContentStep, "files"> & { readonly write: number | null; readonly committed: boolean };

function committedSteps(written: readonly Written[], chosen: readonly number[] | null): ContentStep[] {
	return written.flatMap(({ write, files, committed }) =>
		write !== null && committed && (chosen === null || chosen.includes(write)) ? [{ write, files }] : [],
	);
}
