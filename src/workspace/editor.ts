import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { makeScratchFolder } from "./scratch-folder.ts";

export type EditorResult =
	| { readonly type: "edited"; readonly text: string }
	/** The editor could not be run, or ended with an error; the reason is for the person. */
	| { readonly type: "failed"; readonly reason: string }
	/** The person has named no editor. */
	| { readonly type: "no-editor" };

/** Editors that return at once unless they are told to wait for the file to be closed. */
const waitFlags: Readonly<Record<string, string>> = {
	code: "--wait",
	"code-insiders": "--wait",
	codium: "--wait",
	cursor: "--wait",
	zed: "--wait",
	subl: "-w",
	atom: "--wait",
	gvim: "-f",
};

/** What npm sets `$EDITOR` to, for what it runs, where the person has set nothing. */
const npmDefaults = /^(vi|.*\\notepad\.exe)$/i;

/**
 * The person's editor as a command line, from `$VISUAL` or else `$EDITOR`; null where neither is set, or where it is only npm's
 * stand-in for one (under `npx` and `npm start`), which somebody who never chose vi may not get out of.
 */
export function findEditor(environment: NodeJS.ProcessEnv): readonly string[] | null {
	const words = (environment.VISUAL || environment.EDITOR || "").trim();
	const isOfNpm = environment.npm_execpath !== undefined && !environment.VISUAL && npmDefaults.test(words);
	if (isOfNpm) return null;
	const [command, ...flags] = splitWords(words);
	if (command === undefined) return null;
	const wait = waitFlags[basename(command).replace(/\.(exe|cmd)$/i, "")];
	return wait === undefined || flags.includes(wait) ? [command, ...flags] : [command, ...flags, wait];
}

/**
 * Lets the person edit a text, and returns what they saved. It blocks, since nothing else may read the keyboard meanwhile.
 * The text lies in a folder that only they can read, with the extension of `path`, and is gone afterwards.
 */
export function editText(text: string, path: string, editor: readonly string[] | null): EditorResult {
	const [command, ...flags] = editor ?? [];
	if (command === undefined) return { type: "no-editor" };
	let folder: string | null = null;
	try {
		folder = makeScratchFolder("edit");
		const file = join(folder, `proposal${extname(path)}`);
		writeFileSync(file, text, { mode: 0o600 });
		const run = spawnSync(command, [...flags, file], { stdio: "inherit", shell: process.platform === "win32" });
		if (run.error) return { type: "failed", reason: `The editor could not be started: ${run.error.message}.` };
		if (run.status !== 0)
			return { type: "failed", reason: `The editor ended with status ${run.status ?? run.signal}; nothing was changed.` };
		return { type: "edited", text: readFileSync(file, "utf8") };
	} catch (error) {
		return {
			type: "failed",
			reason: `The text could not be handed to the editor: ${error instanceof Error ? error.message : String(error)}.`,
		};
	} finally {
		if (folder !== null) rmSync(folder, { recursive: true, force: true });
	}
}

/** Splits a command line at spaces, as a shell does with quotes. */
function splitWords(words: string): readonly string[] {
	return [...words.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}
