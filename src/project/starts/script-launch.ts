import type { SourceTree } from "../project.ts";
import { deployFile } from "./start-commands.ts";

/** A command that runs a module of the project as a script: `python app/main.py`, `python -m app.main`, `uv run main.py`. */
export interface ScriptLaunch {
	/** The file as written, from where the process stands; null where a module is named. */
	readonly script: string | null;
	/** The module behind `-m`; null where a file is named. */
	readonly module: string | null;
	/** What stands before `python` in the command, and the rest of it. */
	readonly before: string;
	readonly text: string;
	/** Offset of `python` in the text that was read. */
	readonly start: number;
}

const launch =
	/(?:^|[\s"'/;&(@=-])((?:python[\d.]*|uv\s+run)(?:\s+-[uBOEsSqv]+)*\s+(?:-m\s+([A-Za-z_][\w.]*)|["']?([\w./-]+\.py)))(?![\w./-])/g;

/** The files that may be run, from where the process stands. */
export function launchedFiles({ script, module }: Pick<ScriptLaunch, "script" | "module">): readonly string[] {
	return script !== null
		? [script]
		: module === null
			? []
			: [`${module.replaceAll(".", "/")}.py`, `${module.replaceAll(".", "/")}/__main__.py`];
}

/** Of one file; nobody writes more. */
const mostLaunches = 50;

/** The commands of a text that run a script, in their order. */
export function launchesIn(text: string): ScriptLaunch[] {
	const found: ScriptLaunch[] = [];
	for (const match of text.matchAll(launch)) {
		if (found.length === mostLaunches) break;
		const [whole, command = "", module = null, script = null] = match;
		const start = match.index + whole.length - command.length;
		const line = text.lastIndexOf("\n", start - 1) + 1;
		if (/^\s*#/.test(text.slice(line, start))) continue;
		found.push({ script, module, text: command, before: text.slice(line, start), start });
	}
	return found;
}

/** The script that a Dockerfile ends in running, where its last instruction of that kind does so. */
export function launchOfImage(files: SourceTree, dockerfile: string): ScriptLaunch | null {
	const text = (files.get(dockerfile)?.text ?? "").replace(/\\\r?\n/g, (whole) => " ".repeat(whole.length));
	const last = [...text.matchAll(/^([ \t]*(?:CMD|ENTRYPOINT)[ \t]+)(\S.*)$/gim)].at(-1);
	if (last === undefined) return null;
	const [, keyword = "", written = ""] = last;
	// The words of the list form stand for themselves.
	const words = written.startsWith("[") ? written.replace(/[[\]",]/g, " ") : written;
	const [found] = launchesIn(words);
	return found === undefined ? null : { ...found, start: last.index + keyword.length + found.start };
}

/** The launches of files that are no Dockerfile and no compose file: of a Procfile, a Makefile, a script. */
export function launchesOnHost(files: SourceTree): (ScriptLaunch & { readonly path: string })[] {
	return [...files].flatMap(([path, { text }]) =>
		deployFile.test(path) && !containerFile.test(path) && /python|uv\s+run/.test(text)
			? launchesIn(text).map((each) => ({ ...each, path }))
			: [],
	);
}

const containerFile = /(^|\/)(?:dockerfile[^/]*|[^/]*\.dockerfile|(?:docker-)?compose[^/]*\.ya?ml)$/i;

/** Do deployment files run a module or script of the repository: `python -m package`, `python app/run.py`? */
export function isLaunched(tree: SourceTree, path: string): boolean {
	const parts = path.replace(/(\/__main__)?\.py$/, "").split("/");
	const modules = parts.map((_, index) => parts.slice(index).join("\\."));
	const scripts = path.split("/").map((_, index, all) => all.slice(index).join("/").replaceAll(".", "\\."));
	const launch = new RegExp(
		`-m["',\\s]+(?:${modules.join("|")})(?![\\w.])|\\bpython[\\d.]*["',\\s]+(?:\\./|/\\w[\\w/-]*/)?(?:${scripts.join("|")})(?![\\w.])`,
	);
	for (const [file, { text }] of tree) if (deployFile.test(file) && launch.test(text)) return true;
	return false;
}
