import { appendFileSync, existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type SimpleGit, simpleGit } from "simple-git";
import { GitCommits } from "./git-commit.ts";
import { GitFiles } from "./git-files.ts";
import { identityVariables } from "./git-process.ts";
import { type Head, parseWorkingTree, type WorkingTree } from "./git-status.ts";

/** `clean`: tracked and as in HEAD and the index. `changed`: tracked, with changes that are not committed, staged or not. */
export type PathStatus = "clean" | "changed" | "untracked" | "ignored";

/** A git repository, asked through the `git` command. Paths are relative to its root. Methods reject only where git itself is gone or broken. */
export interface Repository {
	/** Absolute path. */
	readonly root: string;
	head(): Promise<Head>;
	/** The commit that HEAD names; null on a branch without commits. */
	headCommit(): Promise<string | null>;
	/** HEAD, and the paths with changes that are not committed: untracked ones too (folders as a whole), ignored ones not. */
	workingTree(): Promise<WorkingTree>;
	/** The contents that git keeps. */
	readonly files: GitFiles;
	/** Commits that touch nothing else. */
	readonly commits: GitCommits;
	statusOf(paths: readonly string[]): Promise<ReadonlyMap<string, PathStatus>>;
	/** What a person is in the middle of (`a merge`, `a rebase`), or null. */
	operationInProgress(): string | null;
	/** Does git know who commits? */
	hasIdentity(): Promise<boolean>;
	/** The newest commit after `since` (null: of all) whose message has each of these lines, or null. */
	findCommit(lines: readonly string[], since: string | null): Promise<string | null>;
	/** Adds a line to `.git/info/exclude` unless it is there. */
	exclude(pattern: string): Promise<void>;
}

/**
 * The repository whose root is `root`; null where there is none, no `git` command, or git refuses to work there. Variables such as `GIT_DIR` do not count.
 */
export async function openRepository(root: string): Promise<Repository | null> {
	try {
		const git = simpleGit({ baseDir: root, allowEnvironment: [...identityVariables], errors: errorOf });
		const answer = await git.raw(["rev-parse", "--show-toplevel", "--absolute-git-dir"]);
		// A line each; a folder's name may hold line breaks too, but the first is known where it is the right one.
		const top = `${realpathSync(root)}\n`;
		return answer.startsWith(top) ? new GitRepository(root, answer.slice(top.length).replace(/\n$/, ""), git) : null;
	} catch {
		return null;
	}
}

/** simple-git takes a git that fails without a word (a hook with `exit 1`) for a success; the exit status alone counts here. */
function errorOf(error: Buffer | Error | undefined, result: { readonly exitCode: number; readonly stdErr: readonly Buffer[] }) {
	if (error !== undefined || result.exitCode === 0) return error;
	const said = Buffer.concat([...result.stdErr]);
	return said.length > 0 ? said : Buffer.from(`git ended with status ${result.exitCode} and gave no reason`);
}

const operations: readonly (readonly [file: string, words: string])[] = [
	["MERGE_HEAD", "a merge"],
	["rebase-merge", "a rebase"],
	["rebase-apply", "a rebase"],
	["CHERRY_PICK_HEAD", "a cherry-pick"],
	["REVERT_HEAD", "a revert"],
	["sequencer", "a series of cherry-picks or reverts"],
	["BISECT_LOG", "a bisect"],
];

class GitRepository implements Repository {
	readonly files: GitFiles;
	readonly commits: GitCommits;
	readonly #folder: string;
	readonly #git: SimpleGit;

	constructor(
		readonly root: string,
		folder: string,
		git: SimpleGit,
	) {
		this.#folder = folder;
		this.#git = git;
		this.files = new GitFiles(root);
		this.commits = new GitCommits(root, folder, this.files);
	}

	async head(): Promise<Head> {
		const branch = (await this.#ask(["symbolic-ref", "--quiet", "--short", "HEAD"])).trim();
		return { branch: branch || null, commit: await this.headCommit() };
	}

	async headCommit(): Promise<string | null> {
		return (await this.#ask(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])).trim() || null;
	}

	async workingTree(): Promise<WorkingTree> {
		const output = await this.#ask(["--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z"]);
		// A filter of the person's that fails keeps git from comparing files; where HEAD stands can be said all the same.
		return output === "" ? { ...(await this.head()), dirtyFiles: [] } : parseWorkingTree(output);
	}

	async statusOf(paths: readonly string[]): Promise<ReadonlyMap<string, PathStatus>> {
		const result = new Map<string, PathStatus>();
		if (paths.length === 0) return result;
		const options = ["--porcelain=v1", "-z", "--ignored=matching", "--untracked-files=all", "--no-renames"];
		const output = await this.#git.raw(["--literal-pathspecs", "--no-optional-locks", "status", ...options, "--", ...paths]);
		for (const entry of output.split("\0")) {
			const path = entry.slice(3);
			if (paths.includes(path)) result.set(path, statusWords[entry.slice(0, 2)] ?? "changed");
		}
		const silent = paths.filter((path) => !result.has(path));
		if (silent.length === 0) return result;
		const tracked = new Set((await this.#git.raw(["--literal-pathspecs", "ls-files", "-z", "--", ...silent])).split("\0"));
		for (const path of silent) {
			if (tracked.has(path)) result.set(path, "clean");
			// A file that is not there yet, or lies in an ignored folder.
			else result.set(path, (await this.#ask(["check-ignore", "--", path])) === "" ? "untracked" : "ignored");
		}
		return result;
	}

	operationInProgress(): string | null {
		return operations.find(([file]) => existsSync(join(this.#folder, file)))?.[1] ?? null;
	}

	async hasIdentity(): Promise<boolean> {
		return (await this.#ask(["var", "GIT_COMMITTER_IDENT"])) !== "" && (await this.#ask(["var", "GIT_AUTHOR_IDENT"])) !== "";
	}

	async findCommit(lines: readonly string[], since: string | null): Promise<string | null> {
		const range = since === null ? "HEAD" : `${since}..HEAD`;
		const greps = lines.map((line) => `--grep=^${line.replace(/[.[\]*^$\\]/g, "\\$&")}$`);
		const found = await this.#ask([
			"log",
			"--format=%H",
			"--max-count=1",
			"--basic-regexp",
			"--all-match",
			...greps,
			range,
			"--",
		]);
		return found.trim() || null;
	}

	async exclude(pattern: string): Promise<void> {
		const file = resolve(this.root, (await this.#git.raw(["rev-parse", "--git-path", "info/exclude"])).trim());
		const text = existsSync(file) ? readFileSync(file, "utf8") : "";
		if (text.split(/\r?\n/).includes(pattern)) return;
		mkdirSync(dirname(file), { recursive: true });
		appendFileSync(file, `${text === "" || text.endsWith("\n") ? "" : "\n"}${pattern}\n`);
	}

	/** For questions to which a failing git means "no": its output, or the empty text. */
	async #ask(command: readonly string[]): Promise<string> {
		try {
			return await this.#git.raw([...command]);
		} catch {
			return "";
		}
	}
}

/** What the two letters of `git status --porcelain=v1` say, where it is not that a tracked file changed. */
const statusWords: Readonly<Record<string, PathStatus>> = { "??": "untracked", "!!": "ignored" };
