import type { FileChange } from "../../apply/file-change.ts";
import { type Story, stories } from "../../audit/issue.ts";
import { showLine } from "../../text/gate.ts";
import type { Repository } from "../../workspace/git.ts";
import type { TreeEntry } from "../../workspace/git-files.ts";
import { commitsWithTrailer, committedFiles, type HistoryCommit } from "../../workspace/git-history.ts";
import { type FileImage, sha256 } from "../../workspace/project-files.ts";
import { type JournalLine, journalVersion, type SessionEvent } from "../journal/events.ts";
import { replay } from "../journal/replay.ts";
import { phaseSubject, restoreSubject, rollbackSubject } from "../phase-words.ts";
import { type SessionRecord, standingOf } from "../session-record.ts";

/** A session that has no journal any more, put together again from what git's history says of it. */
export interface SessionInHistory {
	readonly record: SessionRecord;
	/** Its journal as it would be. */
	readonly lines: readonly JournalLine[];
	/** The contents of the files that its commits changed, as a checkout would write them, by their SHA-256. */
	readonly images: ReadonlyMap<string, Buffer>;
}

/**
 * The sessions whose commits stand in the history of HEAD, newest first, but those of `known` ids: each phase is one fix that
 * changed what its commit changed. Commits that somebody has joined with others, or merged, tell of no phase: what is theirs
 * could not be told apart.
 */
export async function sessionsInHistory(repository: Repository, known: readonly string[]): Promise<readonly SessionInHistory[]> {
	const commits = await commitsWithTrailer(repository.root, "Bootmend-Session");
	const ids = [...new Set(commits.flatMap((commit) => valuesOf(commit, "Bootmend-Session")))].reverse();
	const sessions: SessionInHistory[] = [];
	for (const id of ids) {
		if (known.includes(id) || !/^[\w-]+$/.test(id)) continue;
		const own = commits.filter((commit) => valuesOf(commit, "Bootmend-Session").includes(id));
		const session = await rebuild(repository, id, own);
		if (session !== null) sessions.push(session);
	}
	return sessions;
}

/** The contents of the files that the commits of one session changed, by their SHA-256: what stands in for backups that are gone. */
export async function imagesInHistory(repository: Repository, id: string): Promise<ReadonlyMap<string, Buffer>> {
	const images = new Map<string, Buffer>();
	for (const commit of await commitsWithTrailer(repository.root, "Bootmend-Session"))
		if (valuesOf(commit, "Bootmend-Session").includes(id)) await filesOf(repository, commit, images);
	return images;
}

async function rebuild(repository: Repository, id: string, commits: readonly HistoryCommit[]): Promise<SessionInHistory | null> {
	const [first] = commits;
	if (first === undefined) return null;
	const images = new Map<string, Buffer>();
	const lines: JournalLine[] = [];
	const note = (event: SessionEvent, at: string) => {
		lines.push({ version: journalVersion, number: lines.length + 1, at, event });
	};
	note({ type: "session-started", id, branch: null, head: first.parents[0] ?? null }, first.at);
	for (const commit of commits) {
		const record = replay(lines);
		const files = await filesOf(repository, commit, images);
		if (record === null || files === null) continue;
		for (const event of eventsOf(commit, record, files)) note(event, commit.at);
	}
	note({ type: "finished" }, commits.at(-1)?.at ?? first.at);
	const record = replay(lines);
	const isEmpty = record === null || (record.decisions.length === 0 && record.rollbacks.length === 0);
	return isEmpty ? null : { record, lines, images };
}

/** What the journal would have said of this commit. */
function eventsOf(commit: HistoryCommit, record: SessionRecord, files: readonly FileChange[]): readonly SessionEvent[] {
	const chosen = valuesOf(commit, "Bootmend-Phase").flatMap((name) => stories.find((story) => story === name) ?? []);
	const [story] = chosen;
	if (story === undefined) return [];
	const write = record.nextWrite;
	const finished = { type: "write-finished", write } as const;
	const paths = files.map((file) => file.path);
	const isWayBack = valuesOf(commit, "Bootmend-Rollback").length > 0;
	if (!isWayBack && commit.subject === phaseSubject(story)) {
		const purpose = { type: "accept", decision: decisionOf(commit, story), edited: false } as const;
		const committed = { type: "phase-committed", story, commit: commit.hash, subject: commit.subject, paths } as const;
		return [{ type: "write-intended", write, purpose, files }, finished, committed];
	}
	if (isWayBack && commit.subject === rollbackSubject(chosen)) {
		const writes = standingOf(record, chosen);
		const purpose = { type: "rollback", stories: chosen, writes, commit: paths } as const;
		const closed = { type: "phases-rolled-back", stories: chosen, write, commit: commit.hash } as const;
		return [{ type: "write-intended", write, purpose, files }, finished, closed];
	}
	const undone = record.rollbacks.findLast((rollback) => rollback.stories.join() === chosen.join());
	if (!isWayBack || undone === undefined || commit.subject !== restoreSubject(chosen)) return [];
	const purpose = { type: "restore", rollback: undone.write, stories: chosen, commit: paths } as const;
	const closed = { type: "phases-restored", rollback: undone.write, write, commit: commit.hash } as const;
	return [{ type: "write-intended", write, purpose, files }, finished, closed];
}

function decisionOf(commit: HistoryCommit, story: Story) {
	const issues = valuesOf(commit, "Bootmend-Issue");
	return {
		fingerprint: commit.hash,
		issueId: showLine(issues.join(", ") || story),
		rule: "commit",
		severity: "CRITICAL",
		story,
		problem: showLine(commit.subject),
		details: "",
	} as const;
}

/** What a commit changed, in the form that the files have in the working tree; null where that cannot be said. */
async function filesOf(
	repository: Repository,
	commit: HistoryCommit,
	images: Map<string, Buffer>,
): Promise<readonly FileChange[] | null> {
	const [parent, ...others] = commit.parents;
	if (parent === undefined || others.length > 0) return null;
	const files = await committedFiles(repository.root, parent, commit.hash);
	if (files === null) return null;
	const changes: FileChange[] = [];
	for (const { path, before, after, twin } of files) {
		const sides = [await imageOf(parent, before), await imageOf(commit.hash, after)] as const;
		if (sides.includes(undefined)) return null;
		changes.push({ path, before: sides[0] ?? null, after: sides[1] ?? null, folders: [], ...(twin !== undefined && { twin }) });

		async function imageOf(at: string, entry: TreeEntry | null): Promise<FileImage | null | undefined> {
			if (entry === null) return null;
			const bytes = entry.mode.startsWith("100") ? await repository.files.checkedOut(at, path) : null;
			if (bytes === null) return undefined;
			const hash = sha256(bytes);
			images.set(hash, bytes);
			return { sha256: hash, size: bytes.length, mode: entry.mode === "100755" ? 0o755 : 0o644, modifiedMs: null };
		}
	}
	return changes;
}

function valuesOf(commit: HistoryCommit, key: string): readonly string[] {
	return commit.trailers.filter(([name]) => name === key).map(([, value]) => value);
}
