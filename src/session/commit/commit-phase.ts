import { join } from "node:path";
import type { Story } from "../../audit/issue.ts";
import { mergeTexts } from "../../text/merge.ts";
import { kindOfPath } from "../../workspace/find-repository-root.ts";
import { readProjectFile } from "../../workspace/project-files.ts";
import { decidedIssue } from "../decision-details.ts";
import { phaseSubject } from "../phase-words.ts";
import { hookWords } from "../rollback/close-rollback.ts";
import type { Outcome } from "../session.ts";
import { count, done, listed, recall, refused, type SessionContext, type SessionView } from "../session-context.ts";
import { acceptedOf, type RecordedDecision, type SessionRecord } from "../session-record.ts";
import { verifiedTrailer } from "../view/verify-words.ts";
import { type CommitContent, planContent } from "./commit-content.ts";
import { phaseMessage } from "./commit-message.ts";
import type { ContentStep, HeldStep, StepFile } from "./content-sides.ts";
import { commitObstacle, conflictObstacle, makeCommit } from "./make-commit.ts";

/**
 * Closes a phase: one commit with the lines of its fixes and nothing else. What the person has staged stays staged, what they
 * changed beside the fixes stays uncommitted, and a fix on lines that they had changed themselves is left to them. Without git,
 * with `--no-commit` or where git has nothing to record, the phase is kept without a commit.
 */
export async function commitPhase(context: SessionContext, story: Story): Promise<Outcome> {
	const { journal, repository } = context;
	const decisions = acceptedOf(journal.record, story).filter((decision) => !decision.closed);
	if (decisions.length === 0) return keepPhase(context, story, "no fix was accepted");
	if (repository === null) return keepPhase(context, story, whyWithoutGit(context.root));
	if (!context.commits) return keepPhase(context, story, "commits are switched off");
	if ((await repository.headCommit()) === null)
		return keepPhase(context, story, "the branch has no commit yet that this one could follow");

	const obstacle = await commitObstacle(repository);
	if (obstacle !== null) return obstacle;
	let content: CommitContent;
	try {
		content = await planContent(context, repository.files, openSteps(context, story));
	} catch (error) {
		return gitFailed(story, error instanceof Error ? error.message : String(error));
	}
	const conflict = conflictObstacle(content.unmerged);
	if (conflict !== null) return conflict;
	const held = heldSentences(decisions, content.held);
	if (content.changes.length === 0) return keepPhase(context, story, whyNothing(content), held);

	const subject = phaseSubject(story);
	const heldWrites = content.held.map((step) => step.write);
	const inCommit = decisions.filter((decision) => decision.write !== null && !heldWrites.includes(decision.write));
	const decided = inCommit.map((decision) => decidedIssue(context, decision));
	const verified = verifiedTrailer(journal.record.boots, journal.record.nextWrite);
	const template = await repository.commits.template();
	const made = await makeCommit(context, repository, {
		stories: [story],
		rollback: null,
		subject,
		message: phaseMessage(journal.record.id, story, decided, { verified, template }),
		changes: content.changes,
		held: heldWrites,
		watched: content.changes.map((change) => change.path),
	});
	if (made.hooked.length > 0)
		journal.append({ type: "hook-changed", story, write: journal.record.nextWrite, files: made.hooked });
	const hooked = listed(made.hooked.map((file) => file.path));
	if (made.type === "failed") {
		if (hooked === "") return gitFailed(story, made.reason);
		return refused(
			`git did not commit ${story}: ${made.reason}`,
			`A hook changed ${hooked}. Look at that and commit again: the commit takes it in.`,
		);
	}
	const paths = content.changes.map((change) => change.path);
	journal.append({ type: "phase-committed", story, commit: made.commit, subject, paths, held: heldWrites });
	return done(`${story} is committed as ${made.commit.slice(0, 8)}: ${subject} (${count(paths.length, "file")})`, [
		...held,
		...hookWords(made.hooked),
		...made.warnings,
	]);
}

/** The fixes of a phase that its next commit would hold, in the order of their writes, and what hooks made of them. */
function openSteps(view: SessionView, story: Story): readonly ContentStep[] {
	return stepsOf(view, story, (decision) => !decision.closed);
}

/** The fixes of a phase that no commit holds, those too that were closed without one. */
export function uncommittedSteps(view: SessionView, story: Story): readonly ContentStep[] {
	return stepsOf(view, story, (decision) => !decision.committed);
}

function stepsOf(view: SessionView, story: Story, counts: (decision: RecordedDecision) => boolean): readonly ContentStep[] {
	const { record } = view.journal;
	return [
		...acceptedOf(record, story)
			.filter(counts)
			.flatMap(({ write, files }) => (write === null ? [] : [{ write, files }])),
		...record.hookChanges.filter((change) => change.story === story && !change.committed),
	]
		.map(({ write, files }) => ({ write, files: files.filter((file) => !isGone(view, record, file)) }))
		.sort((a, b) => a.write - b.write);
}

/** Has somebody taken this change out of the file again, with nothing but other lines changed besides? */
function isGone(view: SessionView, record: SessionRecord, file: StepFile): boolean {
	if (file.before === null || file.after === null) return false;
	const reading = readProjectFile(view.root, file.path);
	if (reading.type !== "file" || reading.image.sha256 === newestImage(record, file.path)) return false;
	const [before, after] = [recall(view, file.before.sha256), recall(view, file.after.sha256)];
	if (before === null || after === null) return false;
	const current = reading.bytes.toString("latin1");
	const merge = mergeTexts(after.toString("latin1"), current, before.toString("latin1"));
	return merge.type === "merged" && merge.text === current;
}

/** What the newest write left of a file. */
function newestImage(record: SessionRecord, path: string): string | null {
	const writes = [...record.decisions, ...record.hookChanges].filter((one) => one.files.some((file) => file.path === path));
	const newest = writes.reduce<(typeof writes)[number] | null>(
		(best, one) => (best === null || (one.write ?? 0) > (best.write ?? 0) ? one : best),
		null,
	);
	return newest?.files.find((file) => file.path === path)?.after?.sha256 ?? null;
}

/** What is not in the commit, a whole sentence each. */
function heldSentences(decisions: readonly RecordedDecision[], held: readonly HeldStep[]): readonly string[] {
	return held.map(({ write, path, line }) => {
		const place = line === null ? path : `${path} line ${line}`;
		const decision = decisions.find((candidate) => candidate.write === write);
		const what = decision === undefined ? "What a hook changed" : decision.record.issueId;
		return `${what} is not in the commit: ${place} held changes of your own that are not committed; it stays in your files with them.`;
	});
}

function whyNothing({ outside, held }: CommitContent): string {
	if (held.length > 0) return "its fixes lie on lines that you have changed and not committed";
	const [first] = outside;
	if (first === undefined) return "git has nothing to record; you have committed it yourself";
	const [path, why] = first;
	const others = outside.size === 1 ? "" : ` (and ${count(outside.size - 1, "other file")})`;
	return `git has nothing to record: ${path}${others}: ${why}`;
}

function whyWithoutGit(root: string): string {
	const isRepository = kindOfPath(join(root, ".git")) !== "missing";
	return isRepository ? "git is not installed, or refuses to work here" : "there is no git repository";
}

function keepPhase(context: SessionContext, story: Story, reason: string, warnings: readonly string[] = []): Outcome {
	context.journal.append({ type: "phase-kept", story, reason });
	return done(`${story} is closed without a commit: ${reason}`, warnings);
}

function gitFailed(story: Story, reason: string): Outcome {
	return refused(
		`git did not commit ${story}: ${reason}`,
		"The fixes are in your files. Mend what git names and commit the phase again.",
	);
}
