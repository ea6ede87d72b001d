import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { makeScratchFolder } from "../../../src/workspace/scratch-folder.ts";

const project = (name: string) => fileURLToPath(new URL(`../../../fixtures/projects/${name}`, import.meta.url));

/** A backend of a test's own: path → text of every file. */
export type BackendFiles = Readonly<Record<string, string>>;

/** A git repository of its own with one commit: a copy of one of the bundled backends, or a backend of a test's own. */
export class ScratchRepository {
	readonly folder: string;
	/**
	 * A folder with the only programs that a journey finds on its PATH. No Python is among them, so that the audit of a backend
	 * without an environment of its own says the same on every machine.
	 */
	readonly tools: string;
	private readonly parent = makeScratchFolder("journey");

	/** `source` is the name of a bundled backend or the files of another, `folder` what its copy is called. */
	constructor(source: string | BackendFiles = "todo-broken", folder = "todo") {
		this.folder = join(this.parent, folder);
		this.tools = join(this.parent, "tools");
		mkdirSync(this.tools);
		symlinkSync(process.execPath, join(this.tools, "node"));
		for (const tool of ["git", "sed"]) symlinkSync(programPath(tool), join(this.tools, tool));
		if (typeof source === "string") cpSync(project(source), this.folder, { recursive: true });
		else this.write(source);
		this.git("init", "--quiet", "--initial-branch=main");
		this.git("config", "user.name", "A Person");
		this.git("config", "user.email", "person@example.com");
		this.git("add", ".");
		this.git("commit", "--quiet", "--message", "The backend as it is");
	}

	git(...args: readonly string[]): string {
		return execFileSync("git", args, { cwd: this.folder, encoding: "utf8" }).trim();
	}

	/** Subjects of all commits, the newest first. */
	log(): readonly string[] {
		return this.git("log", "--format=%s").split("\n");
	}

	/** Files that differ from the newest commit, or that git does not know. */
	status(): string {
		return this.git("status", "--porcelain");
	}

	read(path: string): string {
		return readFileSync(join(this.folder, path), "utf8");
	}

	/** What the journals of all sessions hold. */
	journals(): string {
		const sessions = join(this.folder, ".bootmend/sessions");
		return readdirSync(sessions)
			.map((id) => readFileSync(join(sessions, id, "journal.jsonl"), "utf8"))
			.join("\n");
	}

	private write(files: BackendFiles): void {
		for (const [path, text] of Object.entries(files)) {
			mkdirSync(dirname(join(this.folder, path)), { recursive: true });
			writeFileSync(join(this.folder, path), text);
		}
	}

	/** Path → text of every file of the backend. */
	tree(): Readonly<Record<string, string>> {
		return treeOf(this.folder);
	}

	remove(): void {
		rmSync(this.parent, { recursive: true, force: true });
	}
}

/** Path → text of every file of a bundled backend. */
export function projectTree(name: string): Readonly<Record<string, string>> {
	return treeOf(project(name));
}

function programPath(name: string): string {
	return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
}

function treeOf(folder: string): Readonly<Record<string, string>> {
	const files = readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => relative(folder, join(entry.parentPath, entry.name)))
		.filter((path) => !/^(\.git|\.bootmend)\//.test(path) && !path.includes("__pycache__"));
	return Object.fromEntries(files.sort().map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}
