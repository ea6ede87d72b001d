import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sha256 } from "../../src/workspace/project-files.ts";

/**
 * A repository with everything that a write can tear apart: line ends, encodings, modes, a file that git ignores, one that it does not
 * know, one that is staged and one with changes of the person's own. The marks are issues of test/session/support/marked-audit.ts.
 */
const committed: Readonly<Record<string, string | Buffer>> = {
	".gitignore": ".env\n",
	"app/db.py": "import a\r\nx = BROKEN_US1_x\r\ny = 1\r\nv = BROKEN_US1_v\r\n",
	"app/legacy.py": Buffer.from("# -*- coding: latin-1 -*-\nname = 'caf\u00e9'\nl = BROKEN_US2_l", "latin1"),
	"app/marked.py": Buffer.from("\ufeffm = BROKEN_US3_m\n", "utf8"),
	"app/secrets.py": "\tkey = BROKEN_US2_move_s\n",
	"app/other.py": "# nobody's company\n",
	"run.py": "#!/usr/bin/env python\nr = BROKEN_US3_r\n",
	"mine.py": "mine = 1\n",
};

/** Makes the repository; its one commit holds all but what the person has not committed. */
export function makeWorld(root: string): void {
	mkdirSync(root, { recursive: true });
	const write = (path: string, content: string | Buffer) => {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), content);
	};
	for (const [path, content] of Object.entries(committed)) write(path, content);
	chmodSync(join(root, "run.py"), 0o755);
	git(root, "init", "--quiet", "--initial-branch=main", "--template=");
	for (const [key, value] of Object.entries({
		"user.name": "Test Person",
		"user.email": "person@example.com",
		"commit.gpgsign": "false",
		"gc.auto": "0",
	}))
		git(root, "config", key, value);
	git(root, "add", "--all");
	git(root, "commit", "--quiet", "--message", "Begin");
	write(".env", "A=BROKEN company\nURL=BROKEN_US2_url\n");
	write("notes.txt", "nobody knows me\n");
	write("staged.txt", "mine\n");
	git(root, "add", "staged.txt");
	write("mine.py", "mine = 2\n");
}

/** What a repository is at one moment, as far as a person can tell. */
export interface Snapshot {
	/** Hash and mode of each file, by its path. */
	readonly files: ReadonlyMap<string, string>;
	/** `git status`: what is staged, changed and unknown. */
	readonly status: string;
	/** What HEAD holds, commit by commit: subjects and trees, newest first. */
	readonly history: string;
}

/** Reads all of it; what a killed write has left beside its file counts as a file. */
export function takeSnapshot(root: string): Snapshot {
	return {
		files: readFiles(root),
		status: git(root, "status", "--porcelain", "--untracked-files=all"),
		history: git(root, "log", "--format=%s %T"),
	};
}

/** Only the files. */
export function readFiles(root: string): ReadonlyMap<string, string> {
	const files = new Map<string, string>();
	const visit = (folder: string) => {
		for (const name of readdirSync(join(root, folder)).sort()) {
			const path = folder === "" ? name : `${folder}/${name}`;
			if (path === ".git" || path === ".bootmend") continue;
			const stats = lstatSync(join(root, path));
			if (stats.isDirectory()) visit(path);
			else files.set(path, `${sha256(readFileSync(join(root, path)))} ${(stats.mode & 0o7777).toString(8)}`);
		}
	};
	visit("");
	return files;
}

/** A copy of a repository with all that belongs to it. */
export function copyWorld(from: string, to: string): void {
	rmSync(to, { recursive: true, force: true });
	cpSync(from, to, { recursive: true, preserveTimestamps: true });
}

/** What git says; throws where it fails. */
export function git(root: string, ...command: string[]): string {
	return execFileSync("git", command, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
