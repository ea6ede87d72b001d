import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type GitFiles, gitWords, type TreeEntry } from "./git-files.ts";
import { parseDiffTree } from "./git-history.ts";
import { runGit } from "./git-process.ts";

/** What a commit makes of one file, and what has to become of its place in the person's index so that nothing else there moves. */
export interface EntryChange {
	readonly path: string;
	/** In the commit's tree; null where the commit removes the file. */
	readonly tree: TreeEntry | null;
	readonly index: IndexMove;
	/** Contents that `tree` and `index` name. */
	readonly contents: readonly Buffer[];
}

/** One path's entry in the index, before and after; null stands for none. */
export interface IndexMove {
	readonly from: TreeEntry | null;
	readonly to: TreeEntry | null;
}

export type PathMove = IndexMove & { readonly path: string };

export type CommitResult =
	| {
			readonly type: "committed";
			readonly commit: string;
			/** What is to be settled in the index: ours, and what hooks have put into the commit. */
			readonly moves: readonly PathMove[];
	  }
	| { readonly type: "failed"; readonly reason: string };

/** How long another git may hold the index, in tenths of a second. */
const patience = 30;

/**
 * Commits in the repository at `root`, whose git folder (of this worktree) is `folder`, by way of an index of our own: the
 * commit holds HEAD and the given changes and nothing else, whatever is staged or changed besides. Hooks, signing and settings
 * apply as to any `git commit`.
 */
export class GitCommits {
	constructor(
		readonly root: string,
		readonly folder: string,
		private readonly files: GitFiles,
	) {}

	/** `before` is the commit that HEAD names; null on a branch without commits. */
	async commit(changes: readonly EntryChange[], message: string, before: string | null): Promise<CommitResult> {
		const index = join(this.folder, `${ownIndex}-${process.pid}`);
		const variables = { GIT_INDEX_FILE: index };
		try {
			const real = join(this.folder, "index");
			// The stamps in the person's index spare git reading every file of the tree again.
			if (existsSync(real)) copyFileSync(real, index);
			for (const bytes of changes.flatMap((change) => change.contents)) await this.files.write(bytes);
			const steps = [
				["read-tree", "--reset", before ?? emptyTree],
				["update-index", "-z", "--index-info"],
				["commit", "--quiet", "--cleanup=whitespace", "--file=-"],
			];
			const inputs = ["", indexInfo(changes.map(({ path, tree }) => ({ path, entry: tree }))), message];
			for (const [step, command] of steps.entries()) {
				const answer = await runGit(this.root, command, { variables, input: inputs[step] ?? "" });
				if (answer.status !== 0) return { type: "failed", reason: reasonOf(answer.stderr, answer.stdout, answer.status) };
			}
			const commit = await this.#headCommit();
			if (commit === null || commit === before) return { type: "failed", reason: "git made no commit" };
			return { type: "committed", commit, moves: await this.#movesAfter(commit, before, changes) };
		} catch (error) {
			return { type: "failed", reason: error instanceof Error ? gitWords(error.message) : String(error) };
		} finally {
			for (const path of [index, `${index}.lock`]) rmSync(path, { force: true });
		}
	}

	/**
	 * Brings the person's index in step with a commit. A path whose entry is neither what it was nor what it should be has been
	 * staged anew meanwhile and is left alone. Null, or why it could not be done.
	 */
	async settleIndex(moves: readonly PathMove[]): Promise<string | null> {
		const staged = await this.files.staged(moves.map((move) => move.path));
		const due = moves.filter(({ path, from, to }) => {
			const current = staged.get(path) ?? null;
			return isSameEntry(current, from) && !isSameEntry(current, to);
		});
		if (due.length === 0) return null;
		const input = indexInfo(due.map(({ path, to }) => ({ path, entry: to })));
		for (let waited = 0; ; waited++) {
			const answer = await runGit(this.root, ["update-index", "-z", "--index-info"], { input });
			if (answer.status === 0) break;
			if (waited === patience || !this.isLocked()) return gitWords(answer.stderr);
			await sleep(100);
		}
		const standing = due.filter((move) => move.to !== null).map((move) => move.path);
		// Stamps only: `git status` would look the contents up itself.
		if (standing.length > 0) await runGit(this.root, ["--literal-pathspecs", "add", "--refresh", "--", ...standing]);
		return null;
	}

	/** Does another git hold the index? */
	isLocked(): boolean {
		return existsSync(join(this.folder, "index.lock"));
	}

	/** Waits, at most a few seconds, while another git holds the index. Is it free now? */
	async waitUntilUnlocked(): Promise<boolean> {
		for (let waited = 0; waited < patience && this.isLocked(); waited++) await sleep(100);
		return !this.isLocked();
	}

	/** Removes what a run that was killed during a commit left in git's folder. */
	removeLeftovers(): void {
		for (const name of readdirSync(this.folder))
			if (name.startsWith(`${ownIndex}-`)) rmSync(join(this.folder, name), { force: true });
	}

	/** Does anything of the person's run at a commit that may change files? */
	async hasHooks(): Promise<boolean> {
		const { stdout } = await runGit(this.root, ["rev-parse", "--git-path", "hooks"]);
		const folder = resolve(this.root, stdout.toString("utf8").trim());
		return ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"].some((name) => existsSync(join(folder, name)));
	}

	/** The person's own message template (`commit.template`) without its comments; the empty text where there is none. */
	async template(): Promise<string> {
		const { stdout } = await runGit(this.root, ["config", "--get", "commit.template"]);
		const named = stdout.toString("utf8").trim();
		if (named === "") return "";
		const comment = (await runGit(this.root, ["config", "--get", "core.commentChar"])).stdout.toString("utf8").trim();
		const sign = comment === "" || comment === "auto" ? "#" : comment;
		try {
			const text = readFileSync(resolve(this.root, named.replace(/^~(?=\/)/, homedir())), "utf8");
			return text
				.split(/\r?\n/)
				.filter((line) => !line.startsWith(sign))
				.join("\n")
				.trim();
		} catch {
			return "";
		}
	}

	async #headCommit(): Promise<string | null> {
		const { stdout } = await runGit(this.root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
		return stdout.toString("latin1").trim() || null;
	}

	/** Hooks may have put other bytes, and other files, into the commit than it was given. */
	async #movesAfter(commit: string, before: string | null, changes: readonly EntryChange[]): Promise<readonly PathMove[]> {
		const ours = new Map(changes.map((change) => [change.path, change]));
		const base = before ?? emptyTree;
		const { stdout } = await runGit(this.root, ["diff-tree", "-r", "-z", "--no-renames", base, commit]);
		const moves = new Map<string, PathMove>();
		for (const { path, before: old, after: made } of parseDiffTree(stdout)) {
			const change = ours.get(path);
			// Where the person had staged something in the file, a hook's rewriting of it cannot be told apart: theirs stands.
			const isHooked = change === undefined || (!isSameEntry(change.tree, made) && isSameEntry(change.index.to, change.tree));
			moves.set(path, { path, from: change?.index.from ?? old, to: isHooked ? made : (change?.index.to ?? made) });
		}
		for (const { path, index: own } of changes) if (!moves.has(path)) moves.set(path, { path, ...own });
		return [...moves.values()];
	}
}

/** Name of our own index in git's folder, before the number of the process. */
const ownIndex = "bootmend-index";

/** Git knows the empty tree without having it stored. */
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** Input of `git update-index -z --index-info`. */
function indexInfo(entries: readonly { readonly path: string; readonly entry: TreeEntry | null }[]): string {
	const digits = entries.find(({ entry }) => entry !== null)?.entry?.blob.length ?? 40;
	return entries.map(({ path, entry }) => `${entry?.mode ?? "0"} ${entry?.blob ?? "0".repeat(digits)}\t${path}\0`).join("");
}

function isSameEntry(a: TreeEntry | null, b: TreeEntry | null): boolean {
	return a?.blob === b?.blob && a?.mode === b?.mode;
}

function reasonOf(stderr: string, stdout: Buffer, status: number): string {
	const said = `${stderr}\n${stdout.toString("utf8")}`.trim();
	return said === "" ? `git ended with status ${status} and gave no reason` : gitWords(said);
}
