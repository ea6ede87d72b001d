import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { type BootCase, parseCase } from "../boot/case-file.ts";
import { fixtures, readCorpus } from "../boot/corpus.ts";

/** A sound backend that mutants are made of. */
export interface Backend {
	readonly boot: BootCase;
	/** Its own interpreter; null where its environment is linked out of the case's pool. */
	readonly python: string | null;
}

/** How a folder on disk is started; cases say it themselves. */
export interface FolderOptions {
	readonly python: string | null;
	readonly target: string;
	/** Absolute path of a file of `KEY=value` lines, or null. */
	readonly environmentFile: string | null;
	/** Folder that the server runs in, relative to the root. */
	readonly workingDirectory: string;
}

/** The sound backends that come with bootmend. */
export function bundledBackends(): Backend[] {
	return readCorpus(["decoys/sound-backend/"]).map((boot) => ({ boot, python: null }));
}

/** A backend by the words of a case's name or by its folder. Throws where there is neither. */
export function readBackends(word: string, options: FolderOptions): Backend[] {
	if (existsSync(word) && statSync(word).isDirectory()) return [readFolder(resolve(word), options)];
	const cases = readCorpus([word]).filter(({ kind }) => kind === "decoy");
	if (cases.length === 0) throw new Error(`${word} is neither a folder nor part of the name of a case below ${fixtures}/decoys`);
	return cases.map((boot) => ({ boot, python: null }));
}

function readFolder(root: string, options: FolderOptions): Backend {
	if (options.python === null) throw new Error(`${root}: name the interpreter that has its packages (--python)`);
	const text = options.environmentFile === null ? "" : readFileSync(options.environmentFile, "utf8");
	const variables = text
		.split("\n")
		.filter((line) => /^\w+=/.test(line))
		.map((line) => `env: ${line}\n`);
	const header = `about: ${relative(dirname(root), root)}\ntarget: ${options.target}\ncwd: ${options.workingDirectory}\n${variables.join("")}`;
	const files = new Map(readTree(root, "").map((path) => [path, readFileSync(join(root, path))] as const));
	return {
		boot: { ...parseCase(`decoys/${relative(dirname(root), root)}`, `${header}#- x\n`), files, manifest: null },
		python: options.python,
	};
}

const skippedFolders = new Set([".git", ".venv", "venv", "node_modules", "__pycache__", ".bootmend", "frontend", "tests"]);
/** In bytes; nothing larger is needed to start. */
const largestFile = 2_000_000;

function readTree(root: string, folder: string): string[] {
	return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
		const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
		if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : readTree(root, path);
		return entry.isFile() && statSync(join(root, path)).size <= largestFile ? [path] : [];
	});
}
