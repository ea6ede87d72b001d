import type { SourceTree } from "../project.ts";

/** A command of a container that runs a script of the project: `python app/main.py`. */
export interface ScriptLaunch {
	/** As written, from where the process stands. */
	readonly script: string;
	/** What stands before `python` in the command, and the rest of it. */
	readonly before: string;
	readonly text: string;
}

/** The script that a command of a compose file runs; null where it runs something else. */
export function scriptIn(command: string | null): ScriptLaunch | null {
	const match = /(?:^|[\s"'/;&])(python[\d.]*(?:\s+-[uBOEsSqv]+)*\s+["']?([\w./-]+\.py))(?![\w.])/.exec(command ?? "");
	if (command === null || match === null) return null;
	const [whole, text = "", script = ""] = match;
	return { script, text, before: command.slice(0, match.index + whole.length - text.length) };
}

/** The script that a Dockerfile ends in running; its last instruction of that kind counts. */
export function scriptOfImage(files: SourceTree, dockerfile: string): ScriptLaunch | null {
	const text = files.get(dockerfile)?.text.replace(/\\\r?\n/g, "  ") ?? "";
	const [, written = ""] = [...text.matchAll(/^[ \t]*(?:CMD|ENTRYPOINT)[ \t]+(\S.*)$/gim)].at(-1) ?? [];
	// The words of the list form stand for themselves.
	return scriptIn(written.startsWith("[") ? written.replace(/[[\]",]+/g, " ").trim() : written);
}

/** The folder of a script, as written. */
export function folderOfScript(text: string): string {
	const script = /(?<![\w./-])([\w./-]+\.py)\b/.exec(text)?.[1] ?? "";
	return script.includes("/") ? script.slice(0, script.lastIndexOf("/")) : ".";
}
