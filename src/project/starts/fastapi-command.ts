import type { TextRange } from "../../text/range.ts";
import { folderOf } from "../manifests/paths.ts";
import { findTomlNode, parseTomlDocument } from "../manifests/toml-document.ts";
import type { SourceTree, Target } from "../project.ts";
import { joinFolder } from "./folders.ts";

/** A line of FastAPI's own command from its name on, with what stands before it. */
interface WrittenCommand {
	readonly path: string;
	readonly line: string;
	readonly before: string;
	readonly start: number;
}

/** What `fastapi dev` and `fastapi run` start. */
interface FastapiStart {
	readonly named: Omit<Target, "evidence">;
	/** The folder that the module is imported from; null where nothing is started. */
	readonly folder: string | null;
	/** The file or the import string as it is written; where neither is, the place for it. */
	readonly range: TextRange;
	readonly refusal: string | null;
}

const usualFiles = ["main.py", "app.py", "api.py", "app/main.py", "app/app.py", "app/api.py"];
const noFile = "Could not find a default file to run, please provide an explicit path";
const noApplication = "Could not find FastAPI app in module, try using --app";
const importString = /^([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*):([A-Za-z_]\w*)$/;
/** Options of the two commands that stand alone. */
const flags = new Set(["--reload", "--no-reload", "--proxy-headers", "--no-proxy-headers", "--verbose", "-v"]);

/** Reads the command as fastapi-cli does: an entry point, a file, or a usual file, under the packages around it (fastapi_cli/discover.py). */
export function readFastapiCommand(tree: SourceTree, { path, line, before, start }: WrittenCommand): FastapiStart | null {
	const folder = /\bcd\s+["']?([\w./-]+)["']?\s*(?:&&|;)/.exec(before)?.[1];
	const here = joinFolder(folderOf(path), folder ?? "");
	const { words, mode } = wordsOf(line);
	const option = (...names: string[]) => words.find((_, index) => names.includes(words[index - 1]?.text ?? ""));
	const entry = option("-e", "--entrypoint");
	if (entry !== undefined) return ofImportString(entry.text, here, at(entry, start));
	const file = words.find(({ text }, index) => {
		const last = words[index - 1]?.text;
		return !text.startsWith("-") && (last === undefined || !last.startsWith("-") || flags.has(last));
	});
	const place = file === undefined ? { start: start + mode, end: start + mode } : at(file, start);
	if (file === undefined) {
		const declared = declaredEntry(tree.get(joinFolder(here, "pyproject.toml"))?.text ?? "");
		if (declared !== undefined) return ofImportString(declared, here, place);
	}
	const found = (file === undefined ? usualFiles : [file.text])
		.map((each) => joinFolder(here, each))
		.find((each) => tree.has(each));
	if (found === undefined) {
		if (file !== undefined) return isSomewhere(tree, file.text) ? null : missingFile(here, file.text, place);
		const isHere = /(^|\/)(?:Makefile|Procfile)$/i.test(path);
		return isHere ? { named: { module: "", attribute: "", factory: false }, folder: null, range: place, refusal: noFile } : null;
	}
	return ofFile(tree, found, option("--app")?.text, place);
}

/** `entrypoint` of `[tool.fastapi]`. */
function declaredEntry(pyproject: string): string | undefined {
	if (!pyproject.includes("entrypoint")) return undefined;
	const found = findTomlNode(parseTomlDocument(pyproject), ["tool", "fastapi", "entrypoint"]);
	return found?.kind === "string" ? found.value : undefined;
}

interface Word {
	readonly text: string;
	readonly start: number;
}

/** The words behind `run` or `dev`, in a shell's line or in Docker's list, and the offset behind that one. */
function wordsOf(line: string): { readonly words: readonly Word[]; readonly mode: number } {
	const end = /&&|\|\||[;|&>#]/.exec(line)?.index ?? line.length;
	const all = [...line.slice(0, end).matchAll(/[^\s"',[\]=]+/g)].map((match): Word => ({ text: match[0], start: match.index }));
	const mode = all[1];
	return { words: all.slice(2), mode: mode === undefined ? 0 : mode.start + mode.text.length };
}

function at({ text, start }: Word, offset: number): TextRange {
	return { start: offset + start, end: offset + start + text.length };
}

function ofImportString(written: string, folder: string, range: TextRange): FastapiStart | null {
	const [, module, attribute] = importString.exec(written) ?? [];
	if (module === undefined || attribute === undefined) return null;
	return { named: { module, attribute, factory: false }, folder, range, refusal: null };
}

function ofFile(tree: SourceTree, file: string, name: string | undefined, range: TextRange): FastapiStart | null {
	const text = tree.get(file)?.text;
	if (text === undefined) return null;
	let outer = folderOf(file);
	while (outer !== "" && tree.has(`${outer}/__init__.py`)) outer = folderOf(outer);
	const module = file
		.slice(outer === "" ? 0 : outer.length + 1, -3)
		.replace(/\/__init__$/, "")
		.replace(/\//g, ".");
	const binds = (each: string) => new RegExp(`^${each}\\s*(:[^=\\n]*)?=|^from\\s[^\\n#]*\\b${each}\\b`, "m").test(text);
	const attribute = name ?? ["app", "api"].find(binds) ?? /^(\w+)\s*(?::[^=\n]*)?=\s*FastAPI\(/m.exec(text)?.[1];
	if (attribute !== undefined) return { named: { module, attribute, factory: false }, folder: outer, range, refusal: null };
	// Where functions build the application and the module keeps nothing that a call gives, the command finds nothing to start.
	const keepsResult = /^\w+\s*(?::[^=\n]*)?=[^=\n]*\(|^from\s[^\n]*\bimport\s+\*/m.test(text);
	const hasFactory = /^[ \t]+(?:\w+\s*(?::[^=\n]*)?=|return)\s*FastAPI\(/m.test(text);
	return keepsResult || !hasFactory
		? null
		: { named: { module, attribute: "app", factory: false }, folder: outer, range, refusal: noApplication };
}

/** Does the file lie in any folder, so that the command may run there? */
function isSomewhere(tree: SourceTree, named: string): boolean {
	const inner = `/${joinFolder("", named)}`;
	for (const path of tree.keys()) if (`/${path}`.endsWith(inner) || `/${path}`.includes(`${inner}/`)) return true;
	return false;
}

/** What a file that is nowhere would be started as. */
function missingFile(folder: string, named: string, range: TextRange): FastapiStart | null {
	if (!named.endsWith(".py")) return null;
	const module = joinFolder("", named).slice(0, -".py".length).replace(/\//g, ".");
	return { named: { module, attribute: "app", factory: false }, folder, range, refusal: null };
}
