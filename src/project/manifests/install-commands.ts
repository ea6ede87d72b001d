import { LineIndex } from "../../text/line-index.ts";
import type { ManifestKind } from "./manifest.ts";

/** One command of a Dockerfile, a script or the like that installs packages. */
export interface InstallCommand {
	/** Offset of the tool's name. */
	readonly start: number;
	/** Files behind `-r`, as written. */
	readonly requirementFiles: readonly string[];
	/** Projects that are installed themselves (`.`, `-e .[prod]`), as written, with their extras. */
	readonly projects: readonly { readonly folder: string; readonly extras: readonly string[] }[];
	/** Packages named on the command line, without quotes. */
	readonly packages: readonly { readonly text: string; readonly start: number }[];
	/** The manifest that a project tool installs from (`uv sync`, `poetry install`), or null for pip. */
	readonly project: {
		readonly kind: ManifestKind;
		readonly groups: InstalledGroups;
		/** Does it only run something in an environment that is there (`poetry run`)? */
		readonly isRun: boolean;
	} | null;
	/** Name of the list that it writes for another command to install (`poetry export -o requirements.txt`), or null. */
	readonly writes: string | null;
}

/** Names of the groups and extras that come along with the main list; `"all"` where the command does not say it exactly. */
export type InstalledGroups = readonly string[] | "all";

interface Word {
	/** Without quotes. */
	readonly text: string;
	readonly start: number;
}

/** Every installation that a file's text orders, in its order; lines that are commented out do not count. */
export function listInstallCommands(text: string): InstallCommand[] {
	const lines = new LineIndex(text);
	const found: InstallCommand[] = [];
	let behind = 0;
	for (const match of text.matchAll(/\b(?:pip3?|uv|poetry|pdm|pipenv|conda|mamba|micromamba)["']?[\s,]/g)) {
		const { line } = lines.positionAt(match.index);
		if (match.index < behind || /^\s*#/.test(lines.lineText(line))) continue;
		const words = wordsFrom(text, match.index);
		const command = readPip(words) ?? readConda(words) ?? readProjectTool(words);
		if (command === null) continue;
		found.push({ ...command, start: match.index });
		behind = words.at(-1)?.start ?? 0;
	}
	return found;
}

/** The words of one command up to its end: of a shell, over escaped line breaks, or the strings of Docker's exec form. */
function wordsFrom(text: string, start: number): Word[] {
	const isExecForm = text[start - 1] === '"' && /^\w+"/.test(text.slice(start, start + 20));
	return isExecForm ? stringsFrom(text, start - 1) : shellWordsFrom(text, start);
}

function stringsFrom(text: string, start: number): Word[] {
	const end = text.indexOf("]", start);
	const listed = text.slice(start, end === -1 ? text.length : end);
	return [...listed.matchAll(/"([^"\n]*)"/g)].map((match) => ({ text: match[1] ?? "", start: start + match.index + 1 }));
}

function shellWordsFrom(text: string, start: number): Word[] {
	const words: Word[] = [];
	const token = /((?:\\\r?\n|[ \t])+)|((?:"[^"\n]*"|'[^'\n]*'|\[[^\]\s]*\]|[^\s"',;&|)\]}\\[])+)/y;
	token.lastIndex = start;
	for (let match = token.exec(text); match !== null && words.length < 500; match = token.exec(text)) {
		const written = match[2];
		if (written === undefined) continue;
		words.push({ text: written.replace(/["']/g, ""), start: match.index + (/^["']/.test(written) ? 1 : 0) });
	}
	return words;
}

type Read = Omit<InstallCommand, "start">;

/** Options of pip that take a value of their own. */
const valued =
	/^(?:-[citfw]|--(?:wheel-dir|constraint|index-url|extra-index-url|find-links|trusted-host|target|prefix|root|python|python-version|platform|abi|implementation|timeout|retries|cache-dir|log|proxy|src|upgrade-strategy|config-settings?|global-option|progress-bar|only-binary|no-binary|index-strategy|default-index|index))$/;

/** Programs that install or build, which no backend imports. */
const tools = /^(?:pip|setuptools|wheel|uv|poetry|pipenv|pdm|hatch|hatchling|virtualenv|pip-tools|build|pipx)(?:[[<>=~!@].*)?$/i;

function readPip(words: readonly Word[]): Read | null {
	const at = words.findIndex(({ text }) => /^pip3?$/.test(text));
	// What one stage builds as wheels, the next installs.
	if (at === -1 || at > 1 || !/^(?:install|wheel)$/.test(words[at + 1]?.text ?? "")) return null;
	const requirementFiles: string[] = [];
	const projects: { folder: string; extras: string[] }[] = [];
	const packages: Word[] = [];
	const rest = words.slice(at + 2);
	for (let index = 0; index < rest.length; index++) {
		const { text, start } = rest[index] ?? { text: "", start: 0 };
		const joined = /^(-r|--requirement=|--editable=)(.+)$/.exec(text);
		if (joined?.[1] === "-r" || joined?.[1] === "--requirement=") requirementFiles.push(joined[2] ?? "");
		else if (text === "-r" || text === "--requirement") requirementFiles.push(rest[++index]?.text ?? "");
		else if (text === "-e" || text === "--editable" || joined !== null)
			projects.push(projectOf(joined?.[2] ?? rest[++index]?.text ?? ""));
		else if (valued.test(text)) index++;
		else if (text.startsWith("-")) continue;
		else if (/^(?:\.{0,2}\/|\.{1,2}(?:\[|$))/.test(text) && !/\.(?:whl|tar\.gz|zip)$/.test(text)) projects.push(projectOf(text));
		else if (!tools.test(text)) packages.push({ text, start });
	}
	return { requirementFiles, projects, packages, project: null, writes: null };
}

function projectOf(written: string): { folder: string; extras: string[] } {
	const extras = /\[([^[\]]*)\]$/.exec(written);
	return {
		folder: extras === null ? written : written.slice(0, extras.index),
		extras: (extras?.[1] ?? "")
			.split(",")
			.map((extra) => extra.trim())
			.filter((extra) => extra !== ""),
	};
}

const nothing = { requirementFiles: [], projects: [], packages: [], writes: null };

/** `conda env create -f environment.yml`; packages that conda is told by name may be called otherwise than in Python. */
function readConda(words: readonly Word[]): Read | null {
	const [tool, group, verb] = words.map(({ text }) => text);
	if (!/^(?:conda|mamba|micromamba)$/.test(tool ?? "") || group !== "env" || !/^(?:create|update)$/.test(verb ?? "")) return null;
	return { ...nothing, project: { kind: "conda", groups: [], isRun: false } };
}

/** `uv sync`, `poetry install` and their like, with the groups that their options take along. */
function readProjectTool(words: readonly Word[]): Read | null {
	const [tool, verb] = words.map(({ text }) => text);
	const options = words.slice(2).map(({ text }) => text);
	const kind = tool === "pipenv" ? "pipfile" : "pyproject";
	if (verb === "export" && tool !== "pipenv") return readExport(tool ?? "", options);
	if (verb !== "install" && verb !== "sync" && verb !== "run") return null;
	// What follows the name of the program that is run is not for the tool.
	const program = options.findIndex((option) => !option.startsWith("-"));
	const own = verb === "run" && program !== -1 ? options.slice(0, program) : options;
	if (own.includes("--no-sync")) return null;
	// `uv run` installs first what is missing; the others run what is there.
	const isRun = verb === "run" && tool !== "uv";
	return { ...nothing, project: { kind, groups: isRun ? "all" : groupsOf(tool ?? "", own), isRun } };
}

/** `poetry export`, which leaves out all groups that it is not told of, and its like of uv and pdm, which do as their installations. */
function readExport(tool: string, options: readonly string[]): Read {
	const at = options.findIndex((option) => /^(?:-o|--output(?:-file)?|>)(?:=|$)/.test(option));
	const written = options[at]?.includes("=") === true ? options[at].replace(/^[^=]*=/, "") : options[at + 1];
	const isPlain = !options.some((option) => /^(?:--(?:with|extras|all-|dev|without-hashes=)|-E\b)/.test(option));
	const groups = tool !== "poetry" ? groupsOf(tool, options) : isPlain ? [] : "all";
	const writes = at === -1 ? "requirements.txt" : (written ?? "requirements.txt");
	return { ...nothing, project: { kind: "pyproject", groups, isRun: false }, writes };
}

/** uv takes the group `dev` along unless it is told otherwise, and no other group or extra unless it is told so. */
function groupsOfUv(options: readonly string[]): InstalledGroups {
	if (options.some((option) => /^--(?:all-(?:extras|groups)|only-\S+|no-(?:group|extra)\b)/.test(option))) return "all";
	const named = options.flatMap((option, index) => {
		const match = /^--(?:extra|group)(?:=(\S+))?$/.exec(option);
		return match === null ? [] : [match[1] ?? options[index + 1] ?? ""];
	});
	return options.some((option) => mainOnly.test(option)) ? named : ["dev", ...named];
}

const mainOnly = /^(?:--no-dev|--prod|--production|--no-default-groups|--only=main|--without=dev)$/;

/** Every tool but pipenv takes its development group along unless it is told otherwise. */
function groupsOf(tool: string, options: readonly string[]): InstalledGroups {
	if (tool === "pipenv") return options.includes("--dev") || options.includes("-d") ? ["dev"] : [];
	if (tool === "uv") return groupsOfUv(options);
	const named = options.some(
		(option) => /^(?:--(?:all-)?(?:extras?|groups?|with|only)\b|-[EG]\b)/.test(option) && !/^--only=main$/.test(option),
	);
	const follows = options.some((option, index) => option === "--only" && options[index + 1] === "main");
	const without = options.some((option, index) => option === "--without" && options[index + 1] === "dev");
	if (follows || (without && !named)) return [];
	return options.some((option) => mainOnly.test(option)) && !named ? [] : "all";
}
