import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openSession, type SessionOptions } from "../../../src/session/open-session.ts";
import type { Command, Session } from "../../../src/session/session.ts";
import { auditMarks } from "./marked-audit.ts";

/** A folder with files of its own, with or without a real git repository in it. */
export interface TestFolder {
	readonly root: string;
	git(...command: string[]): string;
	read(path: string): string;
	write(path: string, text: string | Buffer): void;
	remove(): void;
}

/** A git repository whose one commit holds `files`; what `.gitignore` names is there and not in it. */
export function testRepository(files: Readonly<Record<string, string | Buffer>>): TestFolder {
	const folder = testFolder(files);
	folder.git("init", "-q", "-b", "main");
	folder.git("config", "user.name", "Test Person");
	folder.git("config", "user.email", "person@example.com");
	folder.git("config", "commit.gpgsign", "false");
	folder.git("add", "-A");
	folder.git("commit", "-q", "-m", "Begin");
	return folder;
}

/** A plain folder without git. */
export function testFolder(files: Readonly<Record<string, string | Buffer>>): TestFolder {
	const root = realpathSync(mkdtempSync(join(tmpdir(), "bootmend-test-")));
	const folder: TestFolder = {
		root,
		git: (...command) =>
			execFileSync("git", command, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trimEnd(),
		read: (path) => readFileSync(join(root, path), "utf8"),
		write: (path, text) => {
			mkdirSync(dirname(join(root, path)), { recursive: true });
			writeFileSync(join(root, path), text);
		},
		remove: () => rmSync(root, { recursive: true, force: true }),
	};
	for (const [path, text] of Object.entries(files)) folder.write(path, text);
	return folder;
}

/** Opens a session with the marked audit. */
export function openTestSession(root: string, options: Partial<SessionOptions> = {}): Promise<Session> {
	return openSession({ root, diagnose: () => auditMarks(root), commits: true, ...options });
}

/** The command that accepts the proposed fix of the issue about `name`. */
export function accepting(session: Session, name: string): Command {
	const issue = session.state.report.issues.find((candidate) => candidate.fingerprint.endsWith(`:${name}`));
	if (issue?.fix == null) throw new Error(`no fix for ${name}`);
	return { type: "accept", fingerprint: issue.fingerprint, fix: issue.fix, edited: false };
}
