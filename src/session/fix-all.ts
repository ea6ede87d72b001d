import { type Issue, type Story, stories } from "../audit/issue.ts";
import { onOwnWorkWords } from "./own-work.ts";
import type { DecidedIssue, Outcome, Session } from "./session.ts";

export interface FixAllOptions {
	readonly session: Session;
	/** Which issues are asked for: `--phase`, `--severity`, `--issue`. */
	readonly wanted: (issue: Issue) => boolean;
	/** Apply fixes marked `review` too? Otherwise only `safe` ones. */
	readonly review: boolean;
	/** Apply fixes on lines too that the person has changed and not committed? */
	readonly onOwnWork?: boolean;
	/** Told what became of each command as it happens. */
	readonly onOutcome?: (story: Story, outcome: Outcome) => void;
	/** Called after a phase's fixes and before its commit, with what they were; it may take some back. */
	readonly beforeCommit?: (story: Story, applied: readonly DecidedIssue[]) => Promise<void>;
}

export interface FixAllResult {
	/** What this run applied, in order. */
	readonly applied: readonly DecidedIssue[];
	/** What was asked for and is still there. */
	readonly left: readonly LeftIssue[];
	/** Commands that were refused: a commit, say. */
	readonly refusals: readonly Extract<Outcome, { type: "refused" }>[];
}

/** `reason` is the end of a sentence about the issue: `needs a look first (--review)`. */
export interface LeftIssue {
	readonly issue: Issue;
	readonly reason: string;
	/** Does it wait because its fix lies on lines that the person has changed and not committed? */
	readonly heldBack: boolean;
}

/** Fixes may reveal issues of their own phase, and of an earlier one; more rounds than this is going in circles. */
const mostRounds = 3;

/** The wizard's work without the screen: phase by phase every fix that is asked for and may be applied, then the phase's commit. */
export async function fixAll(options: FixAllOptions): Promise<FixAllResult> {
	const { session } = options;
	const known = new Set(session.state.decided);
	const refusals: Extract<Outcome, { type: "refused" }>[] = [];
	const note = (story: Story, outcome: Outcome) => {
		if (outcome.type === "refused") refusals.push(outcome);
		options.onOutcome?.(story, outcome);
		return outcome.type === "done";
	};
	const tried = new Set<string>();
	for (let round = 0; round < mostRounds; round++) {
		let progress = false;
		for (const story of stories) {
			const decidedBefore = session.state.decided.length;
			const isUntried = (issue: Issue): boolean => !tried.has(issue.fingerprint);
			let chosen = eligible(session, options, story).filter(isUntried);
			if (chosen.length === 0) continue;
			// A fix may leave an import that nothing uses: its removal goes into the same commit.
			for (let pass = 0; pass < mostRounds && chosen.length > 0; pass++) {
				for (const issue of chosen) tried.add(issue.fingerprint);
				const fingerprints = chosen.map((issue) => issue.fingerprint);
				const outcome = await session.dispatch({ type: "accept-all", fingerprints, onOwnWork: options.onOwnWork === true });
				progress = note(story, outcome) || progress;
				chosen = eligible(session, options, story).filter(isUntried);
			}
			const applied = session.state.decided.slice(decidedBefore);
			if (applied.length > 0) await options.beforeCommit?.(story, applied);
			const isOpen = session.state.phases.some(
				(phase) => phase.story === story && phase.status === "open" && phase.files.length > 0,
			);
			if (isOpen) note(story, await session.dispatch({ type: "commit-phase", story }));
		}
		if (!progress) break;
	}
	const applied = session.state.decided.filter((decided) => !known.has(decided) && decided.decision.type === "accepted");
	return {
		applied,
		left: leftIssues(session, options),
		refusals,
	};
}

function eligible(session: Session, options: FixAllOptions, story: Story): readonly Issue[] {
	const skipped = skippedOf(session);
	return session.state.report.issues.filter(
		(issue) =>
			issue.story === story &&
			options.wanted(issue) &&
			mayApply(issue, options.review) &&
			!skipped.has(issue.fingerprint) &&
			(options.onOwnWork === true || !session.state.onOwnWork.has(issue.fingerprint)),
	);
}

function mayApply(issue: Issue, review: boolean): boolean {
	return issue.fix !== null && (review || issue.fix.applicability === "safe");
}

/** Issues that a person skipped in this session are left alone. */
function skippedOf(session: Session): ReadonlySet<string> {
	return new Set(
		session.state.decided.filter(({ decision }) => decision.type === "skipped").map(({ issue }) => issue.fingerprint),
	);
}

function leftIssues(session: Session, { wanted, review }: FixAllOptions): readonly LeftIssue[] {
	const skipped = skippedOf(session);
	return session.state.report.issues.filter(wanted).map((issue) => {
		const own = session.state.onOwnWork.get(issue.fingerprint);
		if (issue.fix === null) return { issue, reason: "has no fix that can be applied by itself", heldBack: false };
		if (skipped.has(issue.fingerprint)) return { issue, reason: "was skipped in this session", heldBack: false };
		if (!mayApply(issue, review))
			return { issue, reason: "has a fix that needs a look first (--review applies it)", heldBack: false };
		if (own !== undefined)
			return { issue, reason: `is held back: ${onOwnWorkWords(own)}; --on-my-changes applies it`, heldBack: true };
		return { issue, reason: "could not be applied", heldBack: false };
	});
}
