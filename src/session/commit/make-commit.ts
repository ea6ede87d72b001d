import type { FileChange } from "../../apply/file-change.ts";
import type { Story } from "../../audit/issue.ts";
import type { Repository } from "../../workspace/git.ts";
import type { EntryChange } from "../../workspace/git-commit.ts";
import { readProjectFile } from "../../workspace/project-files.ts";
import type { Outcome } from "../session.ts";
import { keep, listed, refused, type SessionContext } from "../session-context.ts";

/** A commit that is to be made, with what the journal must know to bring an interrupted one to its end. */
export interface CommitRequest {
	readonly stories: readonly Story[];
	/** The write that the commit records the rollback (or its return) of; null for a phase's fixes. */
	readonly rollback: number | null;
	readonly subject: string;
	readonly message: string;
	readonly changes: readonly EntryChange[];
	readonly held: readonly number[];
	/** Project files that a hook may change while git commits. */
	readonly watched: readonly string[];
}

export type MadeCommit =
	| {
			readonly type: "committed";
			readonly commit: string;
			readonly hooked: readonly FileChange[];
			readonly warnings: readonly string[];
	  }
	/** `reason` is what git said. Nothing is committed, and the index is as it was. */
	| { readonly type: "failed"; readonly reason: string; readonly hooked: readonly FileChange[] };

/** Makes a commit that was announced in the journal, then brings the person's index in step with it. The caller closes it in the journal. */
export async function makeCommit(context: SessionContext, repository: Repository, request: CommitRequest): Promise<MadeCommit> {
	const { journal } = context;
	const { stories, rollback, subject, changes, held } = request;
	const parent = await repository.headCommit();
	const paths = changes.map((change) => change.path);
	const moves = changes.map(({ path, index }) => ({ path, ...index }));
	journal.append({ type: "commit-intended", stories, rollback, subject, paths, parent, moves, held });
	const watch = (await repository.commits.hasHooks()) ? imagesOf(context, request.watched) : new Map<string, ProjectFile>();
	const result = await repository.commits.commit(changes, request.message, parent);
	context.onStep("git-committed");
	const hooked = changesSince(context, watch);
	if (result.type === "failed") {
		journal.append({ type: "commit-abandoned", reason: result.reason });
		return { type: "failed", reason: result.reason, hooked };
	}
	const unsettled = await repository.commits.settleIndex(result.moves);
	context.onStep("index-settled");
	const warnings =
		unsettled === null
			? []
			: [`git's index could not be brought in step (${unsettled}); \`git reset -- ${paths.join(" ")}\` does that.`];
	return { type: "committed", commit: result.commit, hooked, warnings };
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
	if (!(await repository.commits.waitUntilUnlocked())) {
		return refused(
			"Another git is at work in this repository (it holds index.lock), so nothing is committed",
			"Wait until it is done. If no git runs any more, remove the file index.lock in git's folder; every decision is kept.",
		);
	}
	if (await repository.hasIdentity()) return null;
	return refused(
		"git does not know who you are, so nothing is committed",
		"Set it with `git config user.name …` and `git config user.email …`, then commit again.",
	);
}

/** Refuses where files still hold conflicts that git left in them; null where there are none. */
export function conflictObstacle(unmerged: readonly string[]): Outcome | null {
	if (unmerged.length === 0) return null;
	return refused(
		`${listed(unmerged)} ${unmerged.length === 1 ? "has" : "have"} conflicts that are not resolved, so nothing is committed`,
		"Resolve them and `git add` the files; every decision is kept.",
	);
}

type ProjectFile = Extract<ReturnType<typeof readProjectFile>, { type: "file" }>;

function imagesOf(context: SessionContext, paths: readonly string[]): ReadonlyMap<string, ProjectFile> {
	const images = new Map<string, ProjectFile>();
	for (const path of paths) {
		const reading = readProjectFile(context.root, path);
		if (reading.type === "file") images.set(path, reading);
	}
	return images;
}

/** What became of files since; both sides are kept, so that it can be taken back. */
function changesSince(context: SessionContext, before: ReadonlyMap<string, ProjectFile>): readonly FileChange[] {
	const changes: FileChange[] = [];
	for (const [path, old] of before) {
		const now = readProjectFile(context.root, path);
		if (now.type !== "file" || now.image.sha256 === old.image.sha256) continue;
		keep(context, old.bytes);
		keep(context, now.bytes);
		changes.push({ path, before: old.image, after: now.image, folders: [] });
	}
	return changes;
}
