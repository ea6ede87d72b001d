import { LineIndex } from "../../text/line-index.ts";
import type { TextRange } from "../../text/range.ts";
import type { SourceTree, Target } from "../project.ts";
import { joinFolder } from "./folders.ts";

/** A start command found in the repository, as it is written. */
export interface StartCommand {
	readonly target: Target;
	/** For FastAPI's own command: the folder that its module is imported from; null for others. */
	readonly importFolder: string | null;
	readonly server: string;
	readonly path: string;
	/** The text `module:attribute`; for FastAPI's own command the file, and empty where it names none. */
	readonly range: TextRange;
	/** The whole command, to the end of its line. */
	readonly text: string;
	/** What stands before the server's name on its line. */
	readonly before: string;
	/** Offset of the server's name. */
	readonly start: number;
}

const command =
	/\b(uvicorn|gunicorn|hypercorn|granian)\b(?!\.)[^\n;&|]{0,2000}?["'\s,]([A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(\(\))?/g;
const fastapiCommand = /\bfastapi["']?[\s,]+["']?(dev|run)\b["']?(?:[\s,]+["']?([\w./-]+\.py)\b)?/g;
const runCall = /\buvicorn\.run\(\s*(["'])([A-Za-z_]\w*(?:\.\w+)*:[A-Za-z_]\w*)\1/g;
const deployFile =
	/(^|\/)(Dockerfile[^/]*|[^/]*\.dockerfile|docker-compose[^/]*\.ya?ml|compose[^/]*\.ya?ml|Procfile|Makefile|justfile|package\.json|pyproject\.toml|render\.yaml|fly\.toml|[^/]+\.sh)$/i;

/** Of one file; nobody writes more. */
const mostCommands = 200;
/** In characters; what is longer is looked at so far. */
const longestCommand = 10_000;

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

function commandsOf(tree: SourceTree, path: string, written: string): StartCommand[] {
	const lines = new LineIndex(written);
	const text = onOneLine(path, written);
	const found: StartCommand[] = [];
	for (const match of text.matchAll(command)) {
		if (found.length === mostCommands) break;
		const [whole, server = "", name = ""] = match;
		const { line } = lines.positionAt(match.index);
		if (isCommentedOut(lines, match.index)) continue;
		const start = match.index + whole.length - name.length - (match[3]?.length ?? 0);
		const rest = text.slice(match.index, commandEnd(text, match.index));
		const [module = "", attribute = ""] = name.split(":");
		const factory = /--factory\b/.test(rest) || match[3] !== undefined;
		found.push({
			target: { module, attribute, factory, evidence: `${path}:${line}` },
			importFolder: null,
			server,
			path,
			range: { start, end: start + name.length },
			text: rest,
			before: beforeOf(text, match.index),
			start: match.index,
		});
	}
	for (const match of text.matchAll(fastapiCommand)) {
		if (found.length >= mostCommands) break;
		const { line } = lines.positionAt(match.index);
		const target = isCommentedOut(lines, match.index) ? null : fastapiTarget(tree, folderOf(path), match[2]);
		if (target === null) continue;
		const file = match[2] ?? "";
		const end = match.index + match[0].length - (/["']$/.test(match[0]) ? 1 : 0);
		found.push({
			target: { ...target.named, evidence: `${path}:${line}` },
			importFolder: target.folder,
			server: "fastapi",
			path,
			range: { start: end - file.length, end },
			text: text.slice(match.index, commandEnd(text, match.index)),
			before: beforeOf(text, match.index),
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
			target: { module, attribute, factory: /factory\s*=\s*True/.test(callAt(text, match.index)), evidence: `${path}:${line}` },
			importFolder: null,
			server: "uvicorn",
			path,
			range: { start, end: start + name.length },
			text: match[0],
			before: "",
			start: match.index,
		};
	});
}

/** A call from its beginning to its closing parenthesis, which stands on its first line or begins one. */
function callAt(text: string, start: number): string {
	const rest = text.slice(start);
	const first = /^[^\n]*\)[ \t]*(?:#[^\n]*)?(?=\n|$)/.exec(rest)?.[0];
	return first ?? rest.slice(0, /\n[ \t]*\)/.exec(rest)?.index ?? rest.length);
}

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

/** The line up to the command. */
function beforeOf(text: string, start: number): string {
	return text.slice(Math.max(start - longestCommand, text.lastIndexOf("\n", start - 1) + 1), start);
}

const yamlFile = /\.ya?ml$/i;

/** The text with commands on one line that stand on several: behind escaped line breaks, and as lists of YAML. Offsets stay. */
function onOneLine(path: string, text: string): string {
	const joined = text.replace(/\\\r?\n/g, blanks);
	if (!yamlFile.test(path)) return joined;
	return joined.replace(/\r?\n[ \t]*-[ \t]+/g, (next, at) => {
		const line = beforeOf(joined, at);
		return /^[ \t]*-[ \t][^:]*$/.test(line) || line.trimEnd().endsWith("command:") ? blanks(next) : next;
	});
}

function blanks(text: string): string {
	return " ".repeat(text.length);
}

function commandEnd(text: string, start: number): number {
	const end = /\r?\n/.exec(text.slice(start, start + longestCommand));
	return end === null ? Math.min(text.length, start + longestCommand) : start + end.index;
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
	if (file === undefined && named !== undefined && !isSomewhere(tree, named)) return missingFile(folder, named);
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

/** Does the file lie in any folder, so that the command may run there? */
function isSomewhere(tree: SourceTree, named: string): boolean {
	const inner = `/${joinFolder("", named)}`;
	for (const path of tree.keys()) if (`/${path}`.endsWith(inner)) return true;
	return false;
}

/** What a file that is nowhere would be started as. */
function missingFile(folder: string, named: string): { readonly named: Omit<Target, "evidence">; readonly folder: string } {
	const module = joinFolder("", named).slice(0, -".py".length).replace(/\//g, ".");
	return { named: { module, attribute: "app", factory: false }, folder };
}
