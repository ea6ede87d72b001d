import { changesConflict, type TreeChange } from "../text/tree-change.ts";
import { acceptFix } from "./accept-fix.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { fixesOnOwnWork, onOwnWorkWords } from "./own-work.ts";
import type { SessionContext } from "./session-context.ts";

/** Which fixes of an audit are wanted, by the fingerprints of their issues, and whether those on the person's own uncommitted lines are too. */
export interface WantedFixes {
	readonly fingerprints: readonly string[];
	readonly onOwnWork: boolean;
}

/**
 * Applies those wanted fixes of the newest audit that do not touch each other. Returns the fingerprints of the applied ones; why
 * others are not applied is noted in `problems`, a sentence each.
 */
export async function acceptPass(
	context: SessionContext,
	diagnosis: Diagnosis,
	{ fingerprints, onOwnWork }: WantedFixes,
	problems: Map<string, string>,
): Promise<readonly string[]> {
	const { report, files } = diagnosis;
	const dirtyFiles = onOwnWork ? [] : ((await context.repository?.workingTree())?.dirtyFiles ?? []);
	const heldBack = await fixesOnOwnWork(context, diagnosis, dirtyFiles);
	const taken: TreeChange[] = [];
	const accepted: string[] = [];
	for (const issue of report.issues) {
		const { fix } = issue;
		if (!fingerprints.includes(issue.fingerprint) || fix === null) continue;
		if (taken.some((other) => changesConflict(other, fix))) continue;
		const own = heldBack.get(issue.fingerprint);
		if (own !== undefined) {
			problems.set(issue.fingerprint, `${issue.id} is held back: ${onOwnWorkWords(own)}.`);
			continue;
		}
		const edits = taken.flatMap((other) => other.edits);
		const result = await acceptFix(context, { issue, fix, edited: false }, files, edits);
		if (result.type === "accepted") {
			taken.push(fix);
			accepted.push(issue.fingerprint);
			problems.delete(issue.fingerprint);
		} else {
			const reason = result.type === "stale" ? `${result.path} changed while it was audited` : result.reason;
			problems.set(issue.fingerprint, `${issue.id} is not applied: ${reason}.`);
		}
	}
	return accepted;
}
