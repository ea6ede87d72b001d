import type { Issue } from "../../audit/issue.ts";
import { applyToFiles } from "../../text/edit.ts";
import { mergeTexts } from "../../text/merge.ts";
import type { TextEdit } from "../../text/range.ts";
import type { Command, DecidedIssue, Outcome, Session } from "../session.ts";

/** How far a boot of the tree as it is now gets. */
export interface BootTrial {
	/** The higher the farther; its whole part is the stage. */
	readonly progress: number;
	/** The end of a sentence: `the database connection`. */
	readonly reaches: string;
	/** What stops it and the file where, or null. */
	readonly error: string | null;
	readonly path: string | null;
	/** True where only the installation of what is declared is missing, which no edit of the code can bring. */
	readonly awaitsInstall: boolean;
}

/** Boots the tree; null where that cannot be tried here. */
export type TryBoot = () => Promise<BootTrial | null>;

export interface Kept {
	/** How far the boot gets with what is kept. */
	readonly trial: BootTrial;
	/** Fixes with which it got less far, and which are taken back. */
	readonly takenBack: readonly DecidedIssue[];
}

/**
 * Boots after a phase's fixes, before its commit. Where the boot gets less far than before, they are taken back and applied again one
 * by one, each with a boot of its own, and those with which it gets less far stay out. Null where no boot can be tried.
 */
export async function keepProgress(
	session: Session,
	applied: readonly DecidedIssue[],
	before: BootTrial,
	tryBoot: TryBoot,
	onOutcome: (outcome: Outcome) => void,
): Promise<Kept | null> {
	const together = await tryBoot();
	if (together === null) return null;
	if (!isWorse(before, together, applied)) return { trial: together, takenBack: [] };
	for (const _ of applied) await session.dispatch({ type: "undo" });
	let trial = before;
	const takenBack: DecidedIssue[] = [];
	const pending = new Map(applied.map((decided) => [decided.issue.fingerprint, decided]));
	for (let next = nextOf(session, pending); next !== undefined; next = nextOf(session, pending)) {
		const { issue, decided } = next;
		pending.delete(issue.fingerprint);
		const again = acceptAgain(decided, issue, session.state.sources);
		if (again === null) continue;
		const accepted = await session.dispatch(again);
		if (accepted.type === "refused") continue;
		const alone = await tryBoot();
		if (alone === null) return null;
		if (!isWorse(trial, alone, [decided])) {
			trial = alone;
			continue;
		}
		await session.dispatch({ type: "undo" });
		await session.dispatch({ type: "skip", fingerprint: issue.fingerprint, reason: "the boot got less far with it" });
		takenBack.push(decided);
		onOutcome({
			type: "refused",
			message: `${issue.id} is taken back: with it the boot reaches only ${alone.reaches}${alone.error === null ? "" : ` (${alone.error})`}.`,
			nextStep: `Look at it in the wizard, or skip it; without it the boot reaches ${trial.reaches}.`,
		});
	}
	return { trial, takenBack };
}

/** The same decision once more, on the files as they are now: what a person made of a fix is kept, the rest is as the newest audit proposes it. */
function acceptAgain(
	{ decision, fix, before }: DecidedIssue,
	issue: Issue,
	sources: ReadonlyMap<string, string>,
): Command | null {
	const { fingerprint } = issue;
	if (decision.type !== "accepted" || !decision.edited || fix === null)
		return issue.fix === null ? null : { type: "accept", fingerprint, fix: issue.fix, edited: false };
	const edits: TextEdit[] = [];
	for (const [path, after] of applyToFiles(before, fix.edits) ?? []) {
		const now = sources.get(path) ?? "";
		const merged = mergeTexts(before.get(path) ?? "", now, after);
		if (merged.type === "conflict") return null;
		edits.push({ path, range: { start: 0, end: now.length }, newText: merged.text });
	}
	return { type: "accept", fingerprint, fix: { ...fix, edits }, edited: true };
}

function nextOf(session: Session, pending: ReadonlyMap<string, DecidedIssue>) {
	for (const issue of session.state.report.issues) {
		const decided = pending.get(issue.fingerprint);
		if (decided !== undefined) return { issue, decided };
	}
	return undefined;
}

/** An earlier stage is worse. Within the imports, fewer modules are so only where the fix's own file now fails in another way. */
function isWorse(before: BootTrial, after: BootTrial, fixes: readonly DecidedIssue[]): boolean {
	if (after.awaitsInstall) return false;
	if (Math.floor(after.progress) !== Math.floor(before.progress)) return after.progress < before.progress;
	const isOurs = fixes.some(({ files }) => after.path !== null && files.includes(after.path));
	return after.progress < before.progress && after.error !== before.error && isOurs;
}
