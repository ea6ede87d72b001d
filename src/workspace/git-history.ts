import type { TreeEntry } from "./git-files.ts";
import { runGit } from "./git-process.ts";

/** A commit as its message tells of it. */
export interface HistoryCommit {
	readonly hash: string;
	readonly parents: readonly string[];
	readonly subject: string;
	/** ISO 8601, UTC. */
	readonly at: string;
	/** Key and value of each trailer, in order. */
	readonly trailers: readonly (readonly [key: string, value: string])[];
}

/** A file that a commit changed; null where it was not there. A renamed file is two: one path comes, one goes. */
export interface CommittedFile {
	readonly path: string;
	readonly before: TreeEntry | null;
	readonly after: TreeEntry | null;
	/** The other path of a renamed file. */
	readonly twin?: string;
}

/** The commits in the history of HEAD whose messages have a trailer of this key, oldest first; `[]` where git cannot say. */
export async function commitsWithTrailer(root: string, key: string): Promise<readonly HistoryCommit[]> {
	const format = "%H%x1f%P%x1f%s%x1f%cI%x1f%(trailers:only,unfold)%x1e";
	const command = ["log", "--reverse", `--format=${format}`, "--basic-regexp", `--grep=^${key}: `, "HEAD", "--"];
	const { stdout } = await runGit(root, command);
	const commits: HistoryCommit[] = [];
	for (const record of stdout.toString("utf8").split("\x1e")) {
		const [hash = "", parents = "", subject = "", date = "", lines = ""] = record.trimStart().split("\x1f");
		const trailers = lines.split("\n").flatMap((line) => {
			const [, name, value] = /^([A-Za-z0-9-]+): (.*)$/.exec(line) ?? [];
			return name === undefined || value === undefined ? [] : [[name, value] as const];
		});
		// A mention in the text of a message is no trailer.
		if (!trailers.some(([name]) => name === key)) continue;
		commits.push({ hash, parents: parents.split(" ").filter(Boolean), subject, at: new Date(date).toISOString(), trailers });
	}
	return commits;
}

/** What a commit changed against its parent; null where the parent is not at hand, in a shallow clone for instance. */
export async function committedFiles(root: string, parent: string, commit: string): Promise<readonly CommittedFile[] | null> {
	const { status, stdout } = await runGit(root, ["diff-tree", "-r", "-z", "--find-renames", parent, commit]);
	return status === 0 ? parseDiffTree(stdout) : null;
}

/** The output of `git diff-tree -r -z`: for each file a record of modes, names and status, then its path; of a renamed one the old path and the new. */
export function parseDiffTree(output: Buffer): readonly CommittedFile[] {
	const fields = output.toString("utf8").split("\0");
	const files: CommittedFile[] = [];
	for (let i = 0; i + 1 < fields.length; i += 2) {
		const [oldMode = "", newMode = "", oldBlob = "", newBlob = "", status = ""] = (fields[i] ?? "").replace(/^:/, "").split(" ");
		const [before, after] = [entryOf(oldMode, oldBlob), entryOf(newMode, newBlob)];
		const path = fields[i + 1] ?? "";
		if (!status.startsWith("R")) {
			files.push({ path, before, after });
			continue;
		}
		const to = fields[i + 2] ?? "";
		files.push({ path: to, before: null, after, twin: path }, { path, before, after: null, twin: to });
		i += 1;
	}
	return files;
}

/** Git writes a name of zeros for "no such file". */
function entryOf(mode: string, blob: string): TreeEntry | null {
	return /^0+$/.test(blob) ? null : { mode, blob };
}
