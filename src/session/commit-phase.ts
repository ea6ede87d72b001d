import { join } from "node:path";
import type { Story } from "../audit/issue.ts";
import { kindOfPath } from "../workspace/find-repository-root.ts";
import type { Repository } from "../workspace/git.ts";
import { readProjectFile } from "../workspace/project-files.ts";
import { phaseMessage } from "./commit-message.ts";
import { decidedIssue } from "./decision-details.ts";
import { phaseSubject } from "./phase-words.ts";
import type { Outcome } from "./session.ts";
import { count, done, listed, refused, type SessionContext } from "./session-context.ts";
import { acceptedOf, type RecordedDecision, type SessionRecord } from "./session-record.ts";
import { verifiedTrailer } from "./verify-words.ts";

/**
 * Closes a phase: one commit with only the files of its fixes that git tracks (or that the fixes created), everything
 * else of the person's stays as it is. Without git, with `--no-commit` or where git has nothing to record, the phase is kept without one.
 */
export async function commitPhase(context: SessionContext, story: Story): Promise<Outcome> {
	const { journal, repository } = context;
	const decisions = acceptedOf(journal.record, story).filter((decision) => !decision.closed);
	if (decisions.length === 0) return keepPhase(context, story, "no fix was accepted");
	if (repository === null) return keepPhase(context, story, whyWithoutGit(context.root));
	if (!context.commits) return keepPhase(context, story, "commits are switched off");

	const paths = await pathsToCommit(context, repository, story, decisions);
	if (!Array.isArray(paths)) return paths;
	if (paths.length === 0)
		return keepPhase(context, story, "git has nothing to record (ignored files, or you committed them yourself)");
	const obstacle = await commitObstacle(repository);
	if (obstacle !== null) return obstacle;

	const { commit: parent } = await repository.head();
	const subject = phaseSubject(story);
	const decided = decisions.map((decision) => decidedIssue(context, decision));
	journal.append({ type: "commit-intended", stories: [story], rollback: null, subject, paths, parent });
	const verified = verifiedTrailer(journal.record.boots, journal.record.nextWrite);
	const result = await repository.commitPaths(paths, phaseMessage(journal.record.id, story, decided, verified));
	context.onStep("git-committed");
	if (result.type === "failed") {
		journal.append({ type: "commit-abandoned", reason: result.reason });
		return refused(
			`git did not commit ${story}: ${result.reason}`,
			"The fixes are in your files. Mend what git names and commit the phase again.",
		);
	}
	journal.append({ type: "phase-committed", story, commit: result.commit, subject, paths });
	return done(`${story} is committed as ${result.commit.slice(0, 8)}: ${subject} (${count(paths.length, "file")})`);
}

/** What keeps git from committing anything at the moment, or null. */
export async function commitObstacle(repository: Repository): Promise<Outcome | null> {
	const operation = repository.operationInProgress();
	if (operation !== null) {
		return refused(
			`You are in the middle of ${operation}, so nothing is committed`,
			`Finish or abort ${operation} first; every decision is kept.`,
		);
	}
	if (await repository.hasIdentity()) return null;
	return refused(
		"git does not know who you are, so nothing is committed",
		"Set it with `git config user.name …` and `git config user.email …`, then commit again.",
	);
}

/**
 * Do changes that are not committed lie in this file which no fix made? Seen from the file's state before each fix:
 * it was changed then, and not by the fix before.
 */
export function holdsForeignChanges(record: SessionRecord, path: string): boolean {
	let foreign = false;
	let last: string | null | undefined;
	for (const decision of record.decisions) {
		for (const file of decision.files) {
			if (file.path !== path) continue;
			const before = file.before?.sha256 ?? null;
			if (file.status !== "changed") foreign = false;
			else if (before !== last) foreign = true;
			last = file.after?.sha256 ?? null;
		}
	}
	return foreign;
}

function whyWithoutGit(root: string): string {
	const isRepository = kindOfPath(join(root, ".git")) !== "missing";
	return isRepository ? "git is not installed, or refuses to work here" : "there is no git repository";
}

function keepPhase(context: SessionContext, story: Story, reason: string): Outcome {
	context.journal.append({ type: "phase-kept", story, reason });
	return done(`${story} is closed without a commit: ${reason}`);
}

async function pathsToCommit(
	context: SessionContext,
	repository: Repository,
	story: Story,
	decisions: readonly RecordedDecision[],
): Promise<string[] | Outcome> {
	const { record } = context.journal;
	const paths = [...new Set(decisions.flatMap((decision) => decision.files.map((file) => file.path)))];
	const status = await repository.statusOf(paths);
	const chosen = paths.filter(
		(path) => status.get(path) === "changed" || (status.get(path) === "untracked" && wasCreated(record, path)),
	);

	const open = record.decisions.filter((decision) => !decision.closed && decision.record.story !== story);
	const shared = chosen.filter((path) => open.some((decision) => decision.files.some((file) => file.path === path)));
	if (shared.length > 0) {
		const others = [
			...new Set(open.filter((d) => d.files.some((file) => shared.includes(file.path))).map((d) => d.record.story)),
		];
		return refused(
			`${listed(shared)} also ${shared.length === 1 ? "holds" : "hold"} open fixes of ${listed(others)}, which do not belong into the commit of ${story}`,
			`Take the fixes of ${listed(others)} back with undo, commit ${story}, then accept them again.`,
		);
	}
	const foreign = chosen.filter((path) => holdsForeignChanges(record, path));
	if (foreign.length > 0) {
		return refused(
			`${listed(foreign)} held changes of your own that were not committed before the fixes, so the commit would mix them`,
			"Take the fixes back with undo, commit your changes, then accept again; or go on without commits (`--no-commit`).",
		);
	}
	const moved = chosen.filter((path) => isChangedSince(context, path));
	if (moved.length > 0) {
		return refused(
			`${listed(moved)} ${moved.length === 1 ? "was" : "were"} changed after the fix, so the commit would mix that change with it`,
			"Commit those files yourself, or take your change back; then close the phase again.",
		);
	}
	return chosen;
}

function wasCreated(record: SessionRecord, path: string): boolean {
	return record.decisions.some((decision) => decision.files.some((file) => file.path === path && file.before === null));
}

/** Is the file no longer what the newest fix left? */
function isChangedSince(context: SessionContext, path: string): boolean {
	const changes = context.journal.record.decisions.flatMap((decision) => decision.files).filter((file) => file.path === path);
	const reading = readProjectFile(context.root, path);
	const current = reading.type === "file" ? reading.image.sha256 : null;
	return current !== (changes.at(-1)?.after?.sha256 ?? null);
}
