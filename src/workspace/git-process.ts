import { spawn } from "node:child_process";

/** What a git that was run left behind. */
export interface GitAnswer {
	/** Its exit status; -1 where it could not be started at all. */
	readonly status: number;
	readonly stdout: Buffer;
	readonly stderr: string;
}

export interface GitRun {
	/** What it reads from its standard input; nothing unless told. */
	readonly input?: string | Buffer;
	/** Variables of its environment beside the person's own, `GIT_INDEX_FILE` say. */
	readonly variables?: Readonly<Record<string, string>>;
}

/** Variables that say who a person is and where their settings lie; no other `GIT_…` variable reaches git. */
export const identityVariables: readonly string[] = [
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

/** Runs git with bytes in and out and with variables of our own, which simple-git has no way for. Never rejects. */
export function runGit(root: string, command: readonly string[], run: GitRun = {}): Promise<GitAnswer> {
	return new Promise((resolve) => {
		const git = spawn("git", [...command], { cwd: root, env: { ...ownEnvironment(), ...run.variables } });
		const stdout: Buffer[] = [];
		const stderr: Buffer[] = [];
		git.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
		git.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
		git.on("error", (error) => resolve({ status: -1, stdout: Buffer.alloc(0), stderr: error.message }));
		git.on("close", (status) =>
			resolve({ status: status ?? -1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString("utf8") }),
		);
		// A git that ends without reading what it is given says why by its status.
		git.stdin.on("error", () => {});
		git.stdin.end(run.input ?? "");
	});
}

function ownEnvironment(): NodeJS.ProcessEnv {
	const entries = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_") || identityVariables.includes(name));
	return Object.fromEntries(entries);
}
