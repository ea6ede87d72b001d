import { lstatSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** Where a path of the project really leads, or why nothing may be written there. */
export type ContainedPath =
	| { readonly type: "inside"; readonly absolute: string }
	| { readonly type: "refused"; readonly reason: string };

/**
 * Resolves a path that is relative to `root`, through symbolic links, to the place where its bytes lie. Refused are
 * paths that are absolute, climb out (`..`), lead out of the root through a link, or lie in git's or our own folder.
 * The last part may not exist yet; the folders above it may be missing too.
 */
export function resolveInside(root: string, path: string): ContainedPath {
	const problem = spellingProblem(path);
	if (problem !== null) return { type: "refused", reason: `${path} ${problem}` };
	let realRoot: string;
	try {
		realRoot = realpathSync(root);
	} catch {
		return { type: "refused", reason: `${root} is gone` };
	}
	const absolute = followLinks(join(realRoot, path));
	if (absolute === null) return { type: "refused", reason: `${path} is a link that leads nowhere` };
	const inside = relative(realRoot, absolute);
	if (inside === "" || inside === ".." || inside.startsWith(`..${sep}`) || inside.startsWith(sep)) {
		return { type: "refused", reason: `${path} leads out of the repository through a link` };
	}
	const guarded = guardedPart(inside.split(sep));
	if (guarded !== null) return { type: "refused", reason: `${path} leads into ${guarded}` };
	return { type: "inside", absolute };
}

function spellingProblem(path: string): string | null {
	if (path === "" || path.includes("\0")) return "is not a file name";
	if (path.startsWith("/") || path.includes("\\") || /^[A-Za-z]:/.test(path)) return "is not a path inside the repository";
	const parts = path.split("/");
	if (parts.includes("..") || parts.includes(".") || parts.includes("")) return "is not a plain path inside the repository";
	const guarded = guardedPart(parts);
	return guarded === null ? null : `leads into ${guarded}`;
}

/** Some file systems fold case or drop trailing dots and blanks: `.GIT` and `.git.` may be git's folder too. */
function guardedPart(parts: readonly string[]): string | null {
	const folded = parts.map((part) => part.toLowerCase().replace(/(?<![. ])[. ]+$/, ""));
	if (folded.some((part) => part === ".git" || part === "git~1")) return "git's own folder";
	return folded.includes(".bootmend") ? "bootmend's own folder" : null;
}

/** The real path of the deepest existing part, with the missing rest below it; null for a dangling link. */
function followLinks(path: string): string | null {
	const missing: string[] = [];
	let existing = path;
	while (lstatSync(existing, { throwIfNoEntry: false }) === undefined) {
		const parent = dirname(existing);
		if (parent === existing) return null;
		missing.unshift(existing.slice(parent.length).replace(/^[\\/]/, ""));
		existing = parent;
	}
	try {
		const real = realpathSync(existing);
		if (missing.length > 0 && !statSync(real).isDirectory()) return null;
		return join(real, ...missing);
	} catch {
		return null;
	}
}

/** The path under which git knows a file: where links on the way to it lead, relative to the root; the path itself where they lead nowhere. */
export function trackedPath(root: string, path: string): string {
	const place = resolveInside(root, path);
	if (place.type === "refused") return path;
	return relative(realpathSync(root), place.absolute).split(sep).join("/");
}
