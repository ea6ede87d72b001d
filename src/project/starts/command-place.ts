import type { StartPlace } from "../project.ts";
import { joinFolder } from "./folders.ts";

/** A folder that a server is started in, and what is set there. */
export interface Surroundings {
	/** Relative to the root of the files that the process sees; null where it is not known. */
	readonly workingDirectory: string | null;
	/** PYTHONPATH as the file sets it around the command; null where nothing does. */
	readonly pythonPath: string | null;
}

/** One command that starts a server, with the rest of its line. */
export interface WrittenCommand {
	readonly server: string;
	/** What stands before the server's name on its line: `cd backend && PYTHONPATH=src poetry run `. */
	readonly before: string;
	/** From the server's name to the command's end. */
	readonly text: string;
}

/**
 * Where a command starts the server and looks for modules; null where it goes to a place that cannot be told. `fileFolder` is the
 * folder of what `fastapi run` finds. uvicorn puts `--app-dir` (or the working directory) before PYTHONPATH, gunicorn the folder
 * that `--chdir` names, `python -m` the working directory,
 * and `python FILE` the folder of the file.
 */
export function placeOfCommand(command: WrittenCommand, around: Surroundings, fastapiFolder: string | null): StartPlace | null {
	let folder = around.workingDirectory;
	for (const [, target = ""] of command.before.matchAll(/(?:^|[\s"'@(&;])cd\s+("[^"]*"|'[^']*'|[^\s"'&;]+)/g))
		folder = moved(folder, target);
	const changed = option(command.text, command.server === "granian" ? "--working-dir" : "--chdir");
	if (changed !== null && command.server !== "uvicorn") folder = moved(folder, changed);
	if (folder === null) return null;
	const inline = /(?:^|[\s"'&;])PYTHONPATH\s*[?:+]?=\s*("[^"]*"|'[^']*'|[^\s"'&;]*)/.exec(command.before)?.[1];
	const set = inline === undefined ? around.pythonPath : unquoted(inline);
	const entries = set === null ? [] : entriesOf(set, folder);
	if (entries === null) return null;
	const first = firstFolder(command, folder, fastapiFolder);
	return first === null ? null : { workingDirectory: folder, searchPath: [...new Set([first, ...entries])] };
}

function firstFolder({ server, text }: WrittenCommand, folder: string, fastapiFolder: string | null): string | null {
	if (server === "fastapi") return fastapiFolder;
	if (server === "python") return moved(folder, folderOfScript(text));
	const named = server === "uvicorn" ? option(text, "--app-dir") : null;
	return named === null ? folder : moved(folder, named);
}

/** The folders of a PYTHONPATH; one that cannot be told makes the whole unknown, what it held before counts as nothing. */
function entriesOf(value: string, folder: string): string[] | null {
	const found: string[] = [];
	for (const entry of value.split(":")) {
		if (entry === "" || /^\$\{?PYTHONPATH\b/.test(entry)) continue;
		const place = moved(folder, entry);
		if (place === null) return null;
		found.push(place);
	}
	return found;
}

/** A folder that is named from another one; null where the shell fills in what we do not know, or it is the machine's. */
function moved(folder: string | null, written: string): string | null {
	const here = unquoted(written).replace(/^(?:\$\{?PWD\}?|\$?\$\(pwd\)|\$\(CURDIR\)|`pwd`)(?=\/|$)/, ".");
	if (folder === null || /[$`~*]/.test(here)) return null;
	return joinFolder(here.startsWith("/") ? "" : folder, here);
}

/** The value of an option of the command, `--app-dir src` or `--app-dir=src`, also in Docker's list form. */
function option(text: string, name: string): string | null {
	const match = new RegExp(`${name}(?:=|["']?[\\s,]+)["']?([^\\s"',\\]]+)`).exec(text);
	return match?.[1] ?? null;
}

function unquoted(text: string): string {
	return text.replace(/^(["'])(.*)\1$/s, "$2");
}

/** The folder of a script, as written. */
function folderOfScript(text: string): string {
	const script = /(?<![\w./-])([\w./-]+\.py)\b/.exec(text)?.[1] ?? "";
	return script.includes("/") ? script.slice(0, script.lastIndexOf("/")) : ".";
}
