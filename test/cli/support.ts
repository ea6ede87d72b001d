import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished, vi } from "vitest";
import type { ProcessIo } from "../../src/cli/io.ts";
import { run } from "../../src/cli/run.ts";

// The first command of a file loads the whole engine, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

export interface Ran {
	readonly status: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a command line as a process without a terminal and without Python would. */
export async function bootmend(folder: string, ...argv: readonly string[]): Promise<Ran> {
	const written = { stdout: "", stderr: "" };
	const stream = (name: keyof typeof written) => ({
		isTTY: false,
		write: (text: string) => {
			written[name] += text;
			return true;
		},
	});
	const io = { stdout: stream("stdout"), stderr: stream("stderr"), stdin: { isTTY: false }, env: {}, cwd: () => folder };
	const status = await run(argv, io as unknown as ProcessIo);
	return { status, ...written };
}

/** A temporary folder with some files; gone after the test. */
export function folderWith(files: Readonly<Record<string, string>>): string {
	const folder = mkdtempSync(join(tmpdir(), "bootmend-cli-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	}
	return folder;
}

/** Makes a git repository of a folder, with everything in one commit. */
export function commitAll(folder: string): void {
	git(folder, "init", "--quiet");
	git(folder, "config", "user.name", "Ada");
	git(folder, "config", "user.email", "ada@example.com");
	git(folder, "config", "commit.gpgsign", "false");
	git(folder, "add", "--all");
	git(folder, "commit", "--quiet", "--message", "Begin");
}

/** What git says in a folder. */
export function git(folder: string, ...argv: readonly string[]): string {
	return execFileSync("git", argv, { cwd: folder, encoding: "utf8" });
}

/** A backend that imports a function its module does not have, and another that nobody uses. */
export const brokenBackend = {
	"app/__init__.py": "",
	"app/main.py": "from fastapi import FastAPI\n\nfrom app.core import settngs\n\napp = FastAPI(title=settngs)\n",
	"app/core.py": 'import os\n\nsettings = "todo"\n',
	"requirements.txt": "fastapi\nuvicorn\n",
};

/** The same one mended. */
export const soundBackend = {
	"app/__init__.py": "",
	"app/main.py": "from fastapi import FastAPI\n\nfrom app.core import settings\n\napp = FastAPI(title=settings)\n",
	"app/core.py": 'settings = "todo"\n',
	"requirements.txt": "fastapi\nuvicorn\n",
};
