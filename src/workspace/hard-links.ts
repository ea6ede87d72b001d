import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { resolveInside } from "./contained-path.ts";

/** Names of one file on the disk. */
export interface FileNames {
	/** Relative to the root, `/` separated, in the order of the folders; the name that was asked for is not among them. */
	readonly others: readonly string[];
	/** Are all its names below the root? */
	readonly isComplete: boolean;
}

/** Enough for any repository of source; a tree that is larger counts as not searched to its end. */
const mostEntries = 500_000;

/**
 * The other names (hard links) that a file has below `root`: two names of one file are changed together. Git's and our own folder are
 * left out. Null where the file cannot be read.
 */
export function otherNames(root: string, path: string): FileNames | null {
	const place = resolveInside(root, path);
	if (place.type === "refused") return null;
	try {
		return searchNames(realpathSync(root), place.absolute);
	} catch {
		return null;
	}
}

function searchNames(root: string, absolute: string): FileNames {
	const file = statSync(absolute);
	const others: string[] = [];
	const pending = [root];
	let visited = 0;
	for (let folder = pending.pop(); folder !== undefined && others.length < file.nlink - 1; folder = pending.pop()) {
		for (const entry of entriesOf(folder)) {
			if (++visited > mostEntries) return { others, isComplete: false };
			const path = join(folder, entry.name);
			if (entry.isDirectory() && entry.name !== ".git" && entry.name !== ".bootmend") pending.push(path);
			if (!entry.isFile() || path === absolute) continue;
			const stats = statSync(path, { throwIfNoEntry: false });
			if (stats?.ino === file.ino && stats.dev === file.dev) others.push(relative(root, path).split(sep).join("/"));
		}
	}
	return { others: others.sort(), isComplete: others.length === file.nlink - 1 };
}

function entriesOf(folder: string): readonly Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch {
		return [];
	}
}
