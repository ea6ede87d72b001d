import { appendFileSync, existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type SimpleGit, simpleGit } from "simple-git";

/** Where HEAD stands. */
export interface Head {
	/** Null when HEAD is detached. */
	readonly branch: string | null;
	/** Hash of the commit; null on a branch without commits. */
	readonly commit: string | null;
}

/** `clean`: tracked and as in HEAD and the index. `changed`: tracked, with changes that are not committed, staged or not. */
export type PathStatus = "clean" | "changed" | "untracked" | "ignored";

export type CommitResult =
	| { readonly type: "committed"; readonly commit: string }
	| { readonly type: "failed"; readonly reason: string };

/** A git repository, asked through the `git` command. Paths are relative to its root. Methods reject only where git itself is gone or broken. */
export interface Repository {
	head(): Promise<Head>;
	/** HEAD, and the paths with changes that are not committed: untracked ones too (folders as a whole), ignored ones not. */
	workingTree(): Promise<Head & { readonly dirtyFiles: readonly string[] }>;
	statusOf(paths: readonly string[]): Promise<ReadonlyMap<string, PathStatus>>;
	/** What a person is in the middle of (`a merge`, `a rebase`), or null. */
	operationInProgress(): string | null;
	/** Does git know who commits? */
	hasIdentity(): Promise<boolean>;
	/** Commits these paths as they are on disk, and nothing else: other staged changes stay staged. Hooks and signing run as for any commit. */
	commitPaths(paths: readonly string[], message: string): Promise<CommitResult>;
	/** The newest commit after `since` (null: of all) whose message has each of these lines, or null. */
	findCommit(lines: readonly string[], since: string | null): Promise<string | null>;
	/** Makes git forget paths that a commit was to add and that it never came to know beyond "intent to add". */
	forgetIntents(paths: readonly string[]): Promise<void>;
	/** Waits, at most a few seconds, while another git holds the index. */
	waitUntilUnlocked(): Promise<void>;
	/** Adds a line to `.git/info/exclude` unless it is there. */
	exclude(pattern: string): Promise<void>;
}

/**
 * The repository whose root is `root`; null where there is none, no `git` command, or git refuses to work there. Variables such as `GIT_DIR` do not count.
 */
export async function openRepository(root: string): Promise<Repository | null> {
	try {
		const git = simpleGit({ baseDir: root, allowEnvironment: identityVariables, errors: errorOf });
		const [top = "", folder = ""] = (await git.raw(["rev-parse", "--show-toplevel", "--absolute-git-dir"])).trimEnd().split("\n");
		if (top === "" || realpathSync(top) !== realpathSync(root)) return null;
		return new GitRepository(root, folder, git);
	} catch {
		return null;
	}
}

/** simple-git keeps all `GIT_…` variables from git; these say who a person is and where their settings lie. */
const identityVariables = [
	...[
		"GIT_AUTHOR_NAME",
		"GIT_AUTHOR_EMAIL",
		"GIT_AUTHOR_DATE",
		"GIT_COMMITTER_NAME",
		"GIT_COMMITTER_EMAIL",
		"GIT_COMMITTER_DATE",
	],
	...["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"],
];

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
	["BISECT_LOG", "a bisect"],
];

class GitRepository implements Repository {
	readonly #folder: string;
	readonly #git: SimpleGit;

	constructor(
		readonly root: string,
		folder: string,
		git: SimpleGit,
	) {
		this.#folder = folder;
		this.#git = git;
	}

	async head(): Promise<Head> {
		const branch = (await this.#ask(["symbolic-ref", "--quiet", "--short", "HEAD"])).trim();
		return { branch: branch || null, commit: await this.#headCommit() };
	}

	async workingTree(): Promise<Head & { readonly dirtyFiles: readonly string[] }> {
		const output = await this.#git.raw(["--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z"]);
		return parseWorkingTree(output);
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

	async commitPaths(paths: readonly string[], message: string): Promise<CommitResult> {
		const status = await this.statusOf(paths);
		const added = paths.filter((path) => status.get(path) === "untracked");
		try {
			// A path that git does not know cannot be named in a commit; "intent to add" makes it known without staging anything.
			if (added.length > 0) await this.#git.raw(["--literal-pathspecs", "add", "--intent-to-add", "--", ...added]);
			await this.#git.raw(["--literal-pathspecs", "commit", "--quiet", "--only", "-m", message, "--", ...paths]);
			const commit = await this.#headCommit();
			return commit === null ? { type: "failed", reason: "git made no commit" } : { type: "committed", commit };
		} catch (error) {
			if (added.length > 0) await this.#ask(["--literal-pathspecs", "reset", "--quiet", "--", ...added]);
			return { type: "failed", reason: gitWords(error) };
		}
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

	async forgetIntents(paths: readonly string[]): Promise<void> {
		for (const path of paths) {
			const inHead = await this.#ask(["--literal-pathspecs", "ls-tree", "--name-only", "HEAD", "--", path]);
			const staged = await this.#ask(["--literal-pathspecs", "diff", "--cached", "--name-only", "--", path]);
			const known = await this.#ask(["--literal-pathspecs", "ls-files", "--", path]);
			if (known !== "" && inHead === "" && staged === "")
				await this.#ask(["--literal-pathspecs", "reset", "--quiet", "--", path]);
		}
	}

	async waitUntilUnlocked(): Promise<void> {
		for (let waited = 0; waited < 30 && existsSync(join(this.#folder, "index.lock")); waited++) await sleep(100);
	}

	async exclude(pattern: string): Promise<void> {
		const file = resolve(this.root, (await this.#git.raw(["rev-parse", "--git-path", "info/exclude"])).trim());
		const text = existsSync(file) ? readFileSync(file, "utf8") : "";
		if (text.split(/\r?\n/).includes(pattern)) return;
		mkdirSync(dirname(file), { recursive: true });
		appendFileSync(file, `${text === "" || text.endsWith("\n") ? "" : "\n"}${pattern}\n`);
	}

	async #headCommit(): Promise<string | null> {
		return (await this.#ask(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])).trim() || null;
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

/** The output of `git status --porcelain=v2 --branch -z` (git-status(1), "Porcelain Format Version 2"). */
function parseWorkingTree(output: string): Head & { readonly dirtyFiles: readonly string[] } {
	const entries = output.split("\0");
	let branch: string | null = null;
	let commit: string | null = null;
	const dirtyFiles: string[] = [];
	for (let i = 0; i < entries.length; i++) {
		const entry = entries[i] ?? "";
		const fields = entry.split(" ");
		if (entry.startsWith("# branch.head ")) branch = entry.slice(14) === "(detached)" ? null : entry.slice(14);
		else if (entry.startsWith("# branch.oid ")) commit = entry.slice(13) === "(initial)" ? null : entry.slice(13);
		else if (fields[0] === "1") dirtyFiles.push(fields.slice(8).join(" "));
		else if (fields[0] === "u") dirtyFiles.push(fields.slice(10).join(" "));
		else if (fields[0] === "?") dirtyFiles.push(entry.slice(2));
		// A rename names both paths, the old one in an entry of its own.
		else if (fields[0] === "2") dirtyFiles.push(fields.slice(9).join(" "), entries[++i] ?? "");
	}
	return { branch, commit, dirtyFiles };
}

/** What git said, without its own prefixes, in at most a few lines. */
function gitWords(error: unknown): string {
	const lines = (error instanceof Error ? error.message : String(error)).split("\n").map((line) => line.trim());
	const said = lines
		.filter((line) => line !== "" && !line.startsWith("hint:"))
		.map((line) => line.replace(/^(fatal|error): /, ""));
	return said.slice(0, 6).join("; ") || "git gave no reason";
}
