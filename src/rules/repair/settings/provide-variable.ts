import type { FixProposal } from "../../../audit/fix.ts";
import type { Call, RunStage } from "../../../project/imports/trace.ts";
import { primaryManifest } from "../../../project/manifests/declared.ts";
import { addRequirement, usesHashes } from "../../../project/manifests/edit.ts";
import { packageAddition } from "../../../project/manifests/package-addition.ts";
import { folderOf } from "../../../project/manifests/paths.ts";
import type { Module, Project } from "../../../project/project.ts";
import { appendToEnvFile, exampleValue, findEntry } from "../../../project/settings/env-file-edit.ts";
import { placeholderText } from "../../../project/settings/placeholder.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { insertBefore } from "../../../python/rewrite/statements.ts";
import { contains, walk } from "../../../python/walk.ts";
import type { TextEdit, TextRange } from "../../../text/range.ts";

/** Where start-up needs a variable that is not there. */
export interface Need {
	readonly key: string;
	readonly module: Module;
	readonly range: TextRange;
	readonly stage: RunStage;
	/** When the environment is asked. */
	readonly order: number;
	/** When start-up fails for it, where that is later. */
	readonly failsAt?: number;
	readonly error: string;
	/** What comes of it: `os.environ[...] has no default`. */
	readonly consequence: string;
	readonly guarded: boolean;
	/** The `os.getenv("KEY")` that gave None; null for `os.environ["KEY"]`. */
	readonly reading: Call | null;
	/** The `.env` file that the reader looks into itself; null where it asks the environment alone. */
	readonly file: string | null;
}

/** Where a `.env` file belongs that load_dotenv() finds from every module of the backend. */
export function newEnvFile(project: Project): string {
	return project.workingDirectory === "" ? ".env" : `${project.workingDirectory}/.env`;
}

/** Adds a variable with a placeholder, or the value of an example file, to a `.env` file. */
export function writeTo(project: Project, file: string, key: string): FixProposal {
	const example = exampleValue(project, key);
	return {
		title: `Add ${key} to ${file}`,
		explanation: `Writes ${example === null ? "a placeholder" : `the value of ${example.path}`} to ${file}, so that the server can start. Put the real value in its place before you rely on it.`,
		applicability: "review",
		edits: [appendToEnvFile(project, file, [{ key, value: example?.value ?? placeholderText(project, key) }])],
	};
}

/** `export SECRET_KEY=…` where the reader knows no `export`, or `secret_key=…` for SECRET_KEY: the key is spelt as it is asked for. */
export function respellKey(project: Project, file: string, key: string): FixProposal | undefined {
	const entry = findEntry(project, file, key);
	const isMeant = entry !== null && entry.value !== null && entry.value !== "" && (entry.exported || entry.key !== key);
	const text = project.files.get(file)?.text;
	if (!isMeant || text === undefined) return undefined;
	const { start, end } = entry.keyRange;
	const before = entry.exported ? (/export\s+$/.exec(text.slice(0, start))?.[0].length ?? 0) : 0;
	return {
		title: `Write ${key} as such in ${file}`,
		explanation: `The value is there, under a name that is not looked for: names are compared to the letter${before > 0 ? ", and export is taken for a part of them" : ""}.`,
		applicability: "review",
		edits: [{ path: file, range: { start: start - before, end }, newText: key }],
	};
}

const secretName = /(KEY|SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIALS|DSN)/i;

/** `os.getenv("PORT", "8000")`: for names that are no secrets, a default lets the backend start on an empty machine. */
export function defaultInCode({ key, module, range, reading }: Need, project: Project): FixProposal | undefined {
	if (secretName.test(key)) return undefined;
	const node = reading?.node ?? nodeAt(module.tree, range, "Subscript");
	if (node === undefined) return undefined;
	const home = reading?.module ?? module;
	const value = quotedLike(home, node, meantFile(project, home, node) ?? placeholderText(project, key));
	const edit =
		node.type === "Call"
			? withDefault(home, node, value)
			: replaceText(
					home,
					node.start,
					node.end,
					`${home.text.slice(node.value.start, node.value.end)}.get(${home.text.slice(node.index.start, node.index.end)}, ${value})`,
				);
	if (edit === null) return undefined;
	return {
		title: `Give ${key} a default`,
		explanation: `Where ${key} is not set, the server starts with ${value}; a value in the environment still wins.`,
		applicability: "review",
		edits: [edit],
	};
}

/** A text in the quotes of the name that is asked for, or in the other ones than the f-string around it: within that its own may not stand. */
function quotedLike(module: Module, node: ast.Call | ast.Subscript, text: string): string {
	const name = node.type === "Call" ? node.args[0] : node.index;
	let isSingle = name?.type === "Constant" && module.text[name.end - 1] === "'";
	walk(module.tree, (each) => {
		if (each.type !== "JoinedString" || each.start > node.start || node.end > each.end) return;
		if (name?.type !== "Constant") isSingle = module.text[each.end - 1] === '"';
	});
	return isSingle ? `'${text.replace(/[\\']/g, (character) => `\\${character}`)}'` : JSON.stringify(text);
}

/** `local` where the variable chooses a file that is there: `f"config/{os.environ['STAGE']}.env"` beside `config/local.env`. */
function meantFile(project: Project, module: Module, node: ast.Call | ast.Subscript): string | null {
	let around: { readonly before: string; readonly after: string } | null = null;
	walk(module.tree, (each) => {
		if (each.type !== "JoinedString") return;
		const index = each.parts.findIndex((part) => typeof part !== "string" && part.value.start === node.start);
		const [before, after] = [each.parts[index - 1] ?? "", each.parts[index + 1] ?? ""];
		if (index >= 0 && typeof before === "string" && typeof after === "string") around = { before, after };
	});
	if (around === null) return null;
	const { before, after }: { readonly before: string; readonly after: string } = around;
	const found = [...project.files.keys()].flatMap((path) => {
		const rest = path.endsWith(after) ? path.slice(0, path.length - after.length) : "";
		const start = rest.lastIndexOf(before);
		const name = start < 0 ? "" : rest.slice(start + before.length);
		return after !== "" && /^[\w-]+$/.test(name) ? [name] : [];
	});
	return found.find((name) => /^(local|dev|development|default|base)$/i.test(name)) ?? found[0] ?? null;
}

function withDefault(module: Module, call: ast.Call, value: string): TextEdit | null {
	const given = call.args[1] ?? call.keywords.find(({ name }) => name?.name === "default")?.value;
	if (given !== undefined) return replaceText(module, given.start, given.end, value);
	return call.args.length === 1 && call.keywords.length === 0 ? addArgument(module, call, value) : null;
}

/** A `.env` file, new where there is none, that gets the variable with a placeholder and is loaded before it is read. */
export function loadNewFile(evidence: Need, project: Project): FixProposal | undefined {
	const file = [newEnvFile(project), ".env"].find((path) => project.files.has(path)) ?? newEnvFile(project);
	const loading = loadBefore(evidence, project, file);
	if (loading === undefined) return undefined;
	const { key } = evidence;
	const written = writeTo(project, file, key);
	return {
		...loading,
		...written,
		title: `Write ${key} to ${file}, and load that file`,
		edits: [...loading.edits, ...written.edits],
	};
}

/** Loads the file right before the statement that needs it; load_dotenv() looks beside the module and in the folders above it. */
export function loadBefore({ module, range, key }: Need, project: Project, file: string): FixProposal | undefined {
	const statement = module.tree.body.find((each) => contains(each, range.start));
	const folder = file.slice(0, Math.max(0, file.lastIndexOf("/")));
	const isFound = folder === "" || module.path.startsWith(`${folder}/`);
	const provider = isFound ? dotenvPackage(project) : null;
	if (statement === undefined || provider === null) return undefined;
	return {
		title: `Load ${file} before ${key} is read`,
		explanation: `load_dotenv() puts what ${file} says into the environment; values that are set there already stay.${provider.words}`,
		applicability: provider.edits.length === 0 ? "safe" : "review",
		edits: [insertBefore(module, statement, "load_dotenv()\n"), ...provider.edits],
		needs: [{ path: module.path, module: "dotenv", name: "load_dotenv" }],
		...(provider.commands.length === 0 ? {} : { commands: provider.commands }),
	};
}

interface DotenvPackage {
	readonly edits: readonly TextEdit[];
	readonly commands: readonly string[];
	readonly words: string;
}

/** What it takes to have python-dotenv: nothing where it is there, else a line of the manifest; null where neither is certain. */
function dotenvPackage(project: Project): DotenvPackage | null {
	const { found } = project.environment.findModule("dotenv");
	if (found === "present") return { edits: [], commands: [], words: "" };
	const manifest = primaryManifest(project.manifests);
	if (found !== "missing" || manifest === null || usesHashes(project.files, manifest)) return null;
	const edits = addRequirement(project.files, manifest, packageAddition("python-dotenv", [], project.environment));
	if (edits === null) return null;
	return { edits, commands: manifest.updateCommands, words: " python-dotenv, which has it, is declared as well." };
}

/** What load_dotenv() has done by some place of start-up. */
export interface DotenvLoading {
	/** The `.env` file that it has read by then, relative to the root; null where it read none. */
	readonly loadedFile: string | null;
	/** True where it has run by then, whether it found a file or not. */
	readonly loadsFile: boolean;
}

/** What a call of load_dotenv() before a place of start-up found beside its module, or above it. */
export function dotenvLoading(project: Project, before: number): DotenvLoading {
	let loadsFile = false;
	for (const { callee, order, module, args, keywords } of project.trace.calls) {
		if (callee.kind !== "external" || !/^dotenv\.(main\.)?load_dotenv$/.test(callee.canonical) || order > before) continue;
		if (args.length > 0 || keywords.has("dotenv_path")) continue;
		loadsFile = true;
		for (let folder = folderOf(module.path); ; folder = folderOf(folder)) {
			const path = folder === "" ? ".env" : `${folder}/.env`;
			if (project.files.has(path)) return { loadedFile: path, loadsFile };
			if (folder === "") break;
		}
	}
	return { loadedFile: null, loadsFile };
}

/** The `.env` file that load_dotenv() reads, or would read if it were there; null where nothing loads one. */
export function loadedEnvFile(project: Project, before: number): string | null {
	const { loadedFile, loadsFile } = dotenvLoading(project, before);
	return loadedFile ?? (loadsFile ? newEnvFile(project) : null);
}
