import { LineIndex } from "../../text/line-index.ts";
import type { TextRange } from "../../text/range.ts";
import type { SourceTree, Target } from "../project.ts";
import { readFastapiCommand } from "./fastapi-command.ts";
import { makeFile, makeVariables } from "./make-variables.ts";
import { meantByWord } from "./meant-word.ts";
import { runCallsOf } from "./run-calls.ts";

/** A start command found in the repository, as it is written. */
export interface StartCommand {
	/** Without a module where a script hands over its own object, `uvicorn.run(app)`. */
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
	/** Is the server handed an object of the module that starts it, `uvicorn.run(app)`? */
	readonly givesObject: boolean;
	/** What the server prints where it cannot read what it is told to start; the target is then what is meant, without a module where nothing is. */
	readonly refusal: string | null;
}

const command =
	/\b(uvicorn|gunicorn|hypercorn|granian)\b(?!\.)[^\n;&|]{0,2000}?["'\s,](?!unix:)([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(\(\))?/g;
/** Files that may hold start commands. */
export const deployFile =
	/(^|\/)(Dockerfile[^/]*|[^/]*\.dockerfile|docker-compose[^/]*\.ya?ml|compose[^/]*\.ya?ml|Procfile|Makefile|justfile|Taskfile\.ya?ml|package\.json|pyproject\.toml|render\.ya?ml|fly\.toml|railway\.(?:json|toml)|nixpacks\.toml|app\.yaml|supervisord\.conf|[^/]+\.service|[^/]+\.sh)$/i;

const fastapiCommand = /\bfastapi["']?[\s,]+["']?(?:dev|run)\b/g;
/** uvicorn's first word, unless that is an option. */
const firstWord = /\buvicorn["']?[ \t,]{1,4}["']?(?!-)([^\s"',[\]]{1,200})/g;
/** Words that are no `module:attribute`: `main`, `app.main`, `app/main.py`, `src/main:app`. */
const misspelled = /^(?:[\w./-]+|[\w.-]*\/[\w./-]*:\w+)$/;
/** Where a command begins, as its line says. */
const commandPlace = /(?:^|&&|[;:[(=@-]|\b(?:CMD|ENTRYPOINT|exec|run|time|nohup))\s*["']?$/;

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
	for (const [path, file] of tree)
		if (path.endsWith(".py") && file.text.includes("uvicorn") && file.text.includes("run")) found.push(...runCallsOf(tree, file));
	return found;
}

function commandsOf(tree: SourceTree, path: string, written: string): StartCommand[] {
	const lines = new LineIndex(written);
	const text = onOneLine(path, written);
	const found: StartCommand[] = makeFile.test(path) ? commandsByVariable(path, text, lines) : [];
	for (const match of text.matchAll(command)) {
		if (found.length >= mostCommands) break;
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
			givesObject: false,
			refusal: null,
		});
	}
	for (const match of text.matchAll(fastapiCommand)) {
		if (found.length >= mostCommands) break;
		if (isCommentedOut(lines, match.index)) continue;
		const line = text.slice(match.index, commandEnd(text, match.index));
		const before = beforeOf(text, match.index);
		const start = readFastapiCommand(tree, { path, line, before, start: match.index });
		const evidence = `${path}:${lines.positionAt(match.index).line}`;
		if (start === null) continue;
		const { named, folder, range, refusal } = start;
		found.push({
			target: { ...named, evidence },
			importFolder: folder,
			server: "fastapi",
			path,
			range,
			text: line,
			before,
			start: match.index,
			givesObject: false,
			refusal,
		});
	}
	for (const match of text.matchAll(firstWord)) {
		if (found.length >= mostCommands) break;
		const [whole, word = ""] = match;
		const before = beforeOf(text, match.index);
		const isRead = !misspelled.test(word) || isCommentedOut(lines, match.index) || !commandPlace.test(before);
		const meant = isRead ? null : meantByWord(tree, word);
		if (meant === null) continue;
		const start = match.index + whole.length - word.length;
		found.push({
			target: { ...meant.target, evidence: `${path}:${lines.positionAt(match.index).line}` },
			importFolder: null,
			server: "uvicorn",
			path,
			range: { start, end: start + word.length },
			text: text.slice(match.index, commandEnd(text, match.index)),
			before,
			start: match.index,
			givesObject: false,
			refusal: meant.refusal,
		});
	}
	return found;
}

const byVariable = /\b(uvicorn|gunicorn|hypercorn|granian)\b(?!\.)[^\n;&|$]{0,2000}[ \t]\$[({](\w+)[)}]/g;
const importString = /^([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*):([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(\(\))?$/;

/** Commands of a Makefile that name the application by a variable: `uvicorn $(APP)`. */
function commandsByVariable(path: string, text: string, lines: LineIndex): StartCommand[] {
	const variables = makeVariables(text);
	const found: StartCommand[] = [];
	for (const match of text.matchAll(byVariable)) {
		if (found.length === mostCommands) break;
		const [, server = "", name = ""] = match;
		const variable = variables.get(name);
		const [, module = "", attribute = "", call] = importString.exec(variable?.value ?? "") ?? [];
		if (variable === undefined || module === "" || isCommentedOut(lines, match.index)) continue;
		const { value, start } = variable;
		const line = text.slice(match.index, commandEnd(text, match.index));
		found.push({
			target: {
				module,
				attribute,
				factory: call !== undefined || /--factory\b/.test(line),
				evidence: `${path}:${lines.positionAt(match.index).line}`,
			},
			importFolder: null,
			server,
			path,
			range: { start, end: start + value.length - (call?.length ?? 0) },
			text: line,
			before: beforeOf(text, match.index),
			start: match.index,
			givesObject: false,
			refusal: null,
		});
	}
	return found;
}

/** The line up to the command. */
function beforeOf(text: string, start: number): string {
	return text.slice(Math.max(start - longestCommand, text.lastIndexOf("\n", start - 1) + 1), start);
}

const dockerFile = /(^|\/)(?:dockerfile[^/]*|[^/]*\.dockerfile)$/i;
const yamlFile = /\.ya?ml$/i;

/** The text with commands on one line that stand on several: behind escaped line breaks, and as lists of YAML. Offsets stay. */
function onOneLine(path: string, text: string): string {
	const joined = text.replace(/\\\r?\n/g, blanks);
	// The list of CMD goes on where that of ENTRYPOINT ends.
	if (dockerFile.test(path)) return joined.replace(/\](\s*\n[ \t]*CMD[ \t]*)\[/g, (whole) => `,${blanks(whole.slice(1))}`);
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

function rank(path: string): number {
	const depth = path.split("/").length;
	const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
	const kind = name.startsWith("dockerfile") ? 0 : name === "procfile" ? 1 : name.includes("compose") ? 2 : 3;
	return depth * 10 + kind;
}
