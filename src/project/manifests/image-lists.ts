import type { SourceTree } from "../project.ts";
import { readInstructions, wordsOf } from "../starts/dockerfile-instructions.ts";
import { listInstallCommands } from "./install-commands.ts";
import type { Manifest } from "./manifest.ts";
import { folderOf, joinPath, relativeTo } from "./paths.ts";

/** A list that an image installs, and that includes files which the image does not get. */
export interface IncompleteImage {
	readonly dockerfile: string;
	/** Paths of the included files that are not copied. */
	readonly absent: readonly string[];
	/** The COPY instruction that brings the list, as written behind its name. */
	readonly copied: string;
	/** What is to be copied behind it: source and target of each absent file. */
	readonly wanted: readonly (readonly [source: string, target: string])[];
}

/**
 * Which of the files that a list includes its image lacks when it is installed. Null where the image gets all, or where it may get them
 * in a way that is not read here: whole folders, patterns, mounts, downloads.
 */
export function findIncompleteImage(files: SourceTree, manifest: Manifest): IncompleteImage | null {
	const dockerfile = manifest.installedBy?.replace(/:\d+$/, "") ?? "";
	const text = files.get(dockerfile)?.text ?? "";
	if (manifest.kind !== "requirements" || !/^FROM\s/im.test(text)) return null;
	const included = includedFiles(files, manifest.path);
	if (included.length === 0) return null;
	let copies: string[] = [];
	for (const { name, rest } of readInstructions(text)) {
		if (name === "FROM") copies = [];
		else if (name === "COPY" || name === "ADD") copies.push(rest);
		else if (name === "RUN") {
			if (listInstallCommands(rest).some(({ requirementFiles }) => requirementFiles.some((each) => isOf(each, manifest.path))))
				return lackOf(files, { dockerfile, list: manifest.path, included, copies, run: rest });
			if (/\b(?:cp|mv|ln|curl|wget|git|tar|echo|cat|sed|touch)\b|<</.test(rest)) return null;
		}
	}
	return null;
}

interface ImageStep {
	readonly dockerfile: string;
	readonly list: string;
	readonly included: readonly string[];
	/** What the instructions before it copy, in the same stage. */
	readonly copies: readonly string[];
	/** The command that installs. */
	readonly run: string;
}

function lackOf(files: SourceTree, { dockerfile, list, included, copies, run }: ImageStep): IncompleteImage | null {
	if (/--mount=type=bind|<</.test(run)) return null;
	let bringing: { readonly rest: string; readonly source: string; readonly target: string } | null = null;
	const brought = new Set<string>();
	for (const rest of copies) {
		const words = wordsOf(rest);
		const target = words.at(-1) ?? "";
		for (const source of words.slice(0, -1)) {
			// A folder, a pattern, a variable, another stage: it may bring anything.
			if (/--from=|[*?$[]/.test(rest.replace(/^\[|\]$/g, "")) || !/\.(?:txt|in)$/.test(source)) {
				if (!isPlainFile(files, dockerfile, source)) return null;
				continue;
			}
			brought.add(nameOf(source));
			if (isOf(source, list)) bringing = { rest, source, target };
		}
	}
	const absent = included.filter((path) => !brought.has(nameOf(path)));
	if (bringing === null || absent.length === 0) return null;
	const { rest, source, target } = bringing;
	const folder = /(?:^|\/)\.?$/.test(target) || !/\.(?:txt|in)$/.test(target) ? target.replace(/\/?\.?$/, "") : folderOf(target);
	const wanted = absent.flatMap((path): (readonly [string, string])[] => {
		const way = relativeTo(folderOf(list), path);
		const from = folderOf(source) === "" ? way : joinPath(`${folderOf(source)}/x`, way);
		return from === null || way.startsWith("..") ? [] : [[from, `${folder === "" ? "." : folder}/${way}`]];
	});
	return { dockerfile, absent, copied: rest, wanted };
}

/** Every file that a list includes, and that these include, as far as they are there. */
function includedFiles(files: SourceTree, list: string): readonly string[] {
	const found: string[] = [];
	const pending = [list];
	for (const path of pending) {
		for (const match of (files.get(path)?.text ?? "").matchAll(
			/^[ \t]*(?:-[rc]|--requirement|--constraint)[ \t=]*["']?([^\s"'#]+)/gm,
		)) {
			const included = joinPath(path, match[1] ?? "");
			if (included === null || !files.has(included) || pending.includes(included)) continue;
			found.push(included);
			pending.push(included);
		}
	}
	return found;
}

function isPlainFile(files: SourceTree, dockerfile: string, source: string): boolean {
	if (!/\.\w+$/.test(source)) return false;
	return [joinPath(dockerfile, source), source.replace(/^\.?\//, "")].some((path) => path !== null && files.has(path));
}

function isOf(written: string, path: string): boolean {
	return nameOf(written) === nameOf(path);
}

function nameOf(path: string): string {
	return path.slice(path.lastIndexOf("/") + 1);
}
