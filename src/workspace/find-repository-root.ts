import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** What stands at a path that a person named. */
export type PathKind = "folder" | "file" | "missing" | "unreachable";

/** Says what stands at a path without opening it. */
export function kindOfPath(path: string): PathKind {
	try {
		const stats = statSync(path, { throwIfNoEntry: false });
		if (stats === undefined) return "missing";
		return stats.isDirectory() ? "folder" : "file";
	} catch {
		return "unreachable";
	}
}

/**
 * The absolute path, links resolved, of the nearest folder at or above `folder` that holds `.git` (a folder, or a file in
 * worktrees and submodules); null where there is none or `folder` does not exist.
 */
export function findRepositoryRoot(folder: string): string | null {
	let current: string;
	try {
		current = realpathSync(folder);
	} catch {
		return null;
	}
	for (;;) {
		if (existsSync(join(current, ".git"))) return current;
		const parent = dirname(current);
		if (parent === current) return null;
		current = parent;
	}
}
