import { LineIndex } from "../../text/line-index.ts";
import type { TextRange } from "../../text/range.ts";
import type { SourceTree, Target } from "../project.ts";
import { joinFolder, readDockerfile } from "./docker-file.ts";

/** A start command found in the repository: what to import, and from which folders. */
export interface StartCommand {
	readonly target: Target;
	/** Folders relative to the root in which the server looks for the module, the working directory first, as far as the file says so. */
	readonly folders: readonly string[];
	/** Is it certain that the command runs there? A script may be called from anywhere. */
	readonly isCertain: boolean;
	readonly server: string;
	readonly path: string;
	/** The text `module:attribute`; empty where the command names a file or nothing. */
	readonly range: TextRange;
	/** The whole command, to the end of its line. */
	readonly text: string;
	/** Offset of the server's name. */
	readonly start: number;
}

const command =
	/\b(uvicorn|gunicorn|hypercorn|granian)\b(?!\.)[^\n;&|]*?["'\s,]([A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(\(\))?/g;
const fastapiCommand = /\bfastapi["']?[\s,]+["']?(dev|run)\b["']?(?:[\s,]+["']?([\w./-]+\.py)\b)?/g;
const runCall = /\buvicorn\.run\(\s*(["'])([A-Za-z_]\w*(?:\.\w+)*:[A-Za-z_]\w*)\1/g;
const deployFile =
	/(^|\/)(Dockerfile[^/]*|[^/]*\.dockerfile|docker-compose[^/]*\.ya?ml|compose[^/]*\.ya?ml|Procfile|Makefile|justfile|package\.json|pyproject\.toml|render\.yaml|fly\.toml|[^/]+\.sh)$/i;

/** Start commands in deployment files, nearest to the root first, and then those that modules run themselves. */
export function findStartCommands(tree: SourceTree): StartCommand[] {
	const found: StartCommand[] = [];
	const paths = [...tree.keys()].filter((path) => deployFile.test(path)).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
	for (const path of paths) {
		const text = tree.get(path)?.text ?? "";
		if (/uvicorn|gunicorn|hypercorn|granian|fastapi/.test(text)) found.push(...commandsOf(tree, path, text));
	}
	for (const [path, { text }] of tree)
		if (path.endsWith(".py") && text.includes("uvicorn.run")) found.push(...runCallsOf(path, text));
	return found;
}

function commandsOf(tree: SourceTree, path: string, text: string): StartCommand[] {
	const lines = new LineIndex(text);
	const found: StartCommand[] = [];
	for (const match of text.matchAll(command)) {
		const [whole, server = "", name = ""] = match;
		const { line } = lines.positionAt(match.index);
		if (isCommentedOut(lines, match.index)) continue;
		const start = match.index + whole.length - name.length - (match[3]?.length ?? 0);
		const rest = text.slice(match.index, commandEnd(text, match.index));
		const [module = "", attribute = ""] = name.split(":");
		const factory = /--factory\b/.test(rest) || match[3] !== undefined;
		const place = placeOf(path, text, module, lines.lineText(line));
		found.push({
			target: { module, attribute, factory, evidence: `${path}:${line}` },
			...place,
			server,
			path,
			range: { start, end: start + name.length },
			text: rest,
			start: match.index,
		});
	}
	for (const match of text.matchAll(fastapiCommand)) {
		const { line } = lines.positionAt(match.index);
		const target = isCommentedOut(lines, match.index) ? null : fastapiTarget(tree, folderOf(path), match[2]);
		if (target === null) continue;
		found.push({
			target: { ...target.named, evidence: `${path}:${line}` },
			folders: [target.folder],
			isCertain: false,
			server: "fastapi",
			path,
			range: { start: match.index, end: match.index },
			text: text.slice(match.index, commandEnd(text, match.index)),
			start: match.index,
		});
	}
	return found;
}

/** `uvicorn.run("main:app")` in a module: Python looks first in the folder of the script that it was told to run. */
function runCallsOf(path: string, text: string): StartCommand[] {
	const lines = new LineIndex(text);
	return [...text.matchAll(runCall)].flatMap((match) => {
		if (isCommentedOut(lines, match.index)) return [];
		const name = match[2] ?? "";
		const [module = "", attribute = ""] = name.split(":");
		const { line } = lines.positionAt(match.index);
		const start = match.index + match[0].length - 1 - name.length;
		return {
			target: { module, attribute, factory: /factory\s*=\s*True/.test(lines.lineText(line)), evidence: `${path}:${line}` },
			folders: [folderOf(path)],
			isCertain: false,
			server: "uvicorn",
			path,
			range: { start, end: start + name.length },
			text: match[0],
			start: match.index,
		};
	});
}

/** A command goes on behind a line break that is escaped. */
function commandEnd(text: string, start: number): number {
	const end = /(?<!\\)\r?\n/.exec(text.slice(start));
	return end === null ? text.length : start + end.index;
}

function isCommentedOut(lines: LineIndex, offset: number): boolean {
	return /^\s*#/.test(lines.lineText(lines.positionAt(offset).line));
}

function folderOf(path: string): string {
	return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function rank(path: string): number {
	const depth = path.split("/").length;
	const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
	const kind = name.startsWith("dockerfile") ? 0 : name === "procfile" ? 1 : name.includes("compose") ? 2 : 3;
	return depth * 10 + kind;
}

/** Where the module of a command is looked for. */
function placeOf(path: string, text: string, module: string, line: string): Pick<StartCommand, "folders" | "isCertain"> {
	const base = folderOf(path);
	const moved = /--app-dir[= ,"']+([\w./-]+)/.exec(line)?.[1] ?? /\bcd\s+["']?([\w./-]+)/.exec(line)?.[1] ?? "";
	const name = path.slice(base === "" ? 0 : base.length + 1);
	if (/^dockerfile|\.dockerfile$/i.test(name)) {
		const layout = readDockerfile(text, base);
		const first = module.split(".")[0] ?? module;
		const start = moved.startsWith("/") ? moved : `/${joinFolder(layout.workingDirectory, moved)}`;
		const folders = [start, ...layout.pythonPath].map((each) => layout.folderAt(each, first));
		const known = folders.filter((folder) => folder !== null);
		// What the image brings along, and what a start script changes, is not seen.
		return known.length === folders.length
			? { folders: known, isCertain: true }
			: { folders: [...known, base], isCertain: false };
	}
	const isAtHome = name === "Procfile" && !moved.startsWith("/");
	return { folders: [joinFolder(base, moved)], isCertain: isAtHome };
}

const usualFiles = ["main.py", "app.py", "api.py", "app/main.py", "app/app.py", "app/api.py"];

/** What `fastapi dev` and `fastapi run` start: the named file or a usual one, under the packages around it (fastapi_cli/discover.py). */
function fastapiTarget(
	tree: SourceTree,
	folder: string,
	named: string | undefined,
): { readonly named: Omit<Target, "evidence">; readonly folder: string } | null {
	const file = (named === undefined ? usualFiles : [named])
		.map((each) => joinFolder(folder, each))
		.find((each) => tree.has(each));
	const text = file === undefined ? undefined : tree.get(file)?.text;
	if (file === undefined || text === undefined) return null;
	let outer = folderOf(file);
	while (outer !== "" && tree.has(`${outer}/__init__.py`)) outer = folderOf(outer);
	const module = file
		.slice(outer === "" ? 0 : outer.length + 1, -3)
		.replace(/\/__init__$/, "")
		.replace(/\//g, ".");
	const binds = (name: string) => new RegExp(`^${name}\\s*(:[^=\\n]*)?=`, "m").test(text);
	const attribute = ["app", "api"].find(binds) ?? /^(\w+)\s*(?::[^=\n]*)?=\s*FastAPI\(/m.exec(text)?.[1];
	return attribute === undefined ? null : { named: { module, attribute, factory: false }, folder: outer };
}
