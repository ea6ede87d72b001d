import { applyToFiles, editsByPath, editsConflict } from "./edit.ts";
import type { TextEdit } from "./range.ts";

/** A file that gets another path, with its bytes and all that belongs to it; or, where `to` is null, one that goes. */
export interface FileMove {
	/** Relative to the repository root, `/` separated, as everywhere. */
	readonly path: string;
	/** Where nothing may be yet. */
	readonly to: string | null;
}

/** A change of several files, all or nothing: first their texts, by the paths that they have before, then their places. */
export interface TreeChange {
	readonly edits: readonly TextEdit[];
	readonly moves?: readonly FileMove[];
}

/**
 * The texts that a change leaves, by path; null for a path where no file is any more. A moved file whose text is not in
 * `sources` (a picture, say) is only known to be gone from its old path. Null where the change does not apply.
 */
export function applyChange(
	sources: ReadonlyMap<string, string>,
	{ edits, moves = [] }: TreeChange,
): ReadonlyMap<string, string | null> | null {
	const edited = applyToFiles(sources, edits);
	if (edited === null) return null;
	const results = new Map<string, string | null>(edited);
	for (const { path, to } of moves) {
		if (to !== null && (sources.has(to) || typeof results.get(to) === "string")) return null;
		const text = results.get(path) ?? sources.get(path);
		results.set(path, null);
		if (to !== null && text !== undefined) results.set(to, text);
	}
	return results;
}

/** Could both changes be made of the same files, in either order, with the same result? A moved file belongs to one change alone. */
export function changesConflict(a: TreeChange, b: TreeChange): boolean {
	return editsConflict(a.edits, b.edits) || claimsPathOf(a, b) || claimsPathOf(b, a);
}

function claimsPathOf(mover: TreeChange, other: TreeChange): boolean {
	const claimed = new Set((mover.moves ?? []).flatMap(({ path, to }) => (to === null ? [path] : [path, to])));
	if (claimed.size === 0) return false;
	const touched = [...other.edits.map(({ path }) => path), ...(other.moves ?? []).flatMap(({ path, to }) => [path, to])];
	return touched.some((path) => path !== null && claimed.has(path));
}

/** A file that a change touches, by the path that it has before. */
export interface TouchedFile {
	readonly path: string;
	/** Its path afterwards: the same where it stays, null where it goes. */
	readonly to: string | null;
	readonly edits: readonly TextEdit[];
}

/** The files that a change touches, in the order of its edits; those that only move come last. */
export function touchedFiles({ edits, moves = [] }: TreeChange): readonly TouchedFile[] {
	const destinations = new Map(moves.map(({ path, to }) => [path, to]));
	const byPath = editsByPath(edits);
	return [...new Set([...byPath.keys(), ...destinations.keys()])].map((path) => {
		const to = destinations.get(path);
		return { path, to: to === undefined ? path : to, edits: byPath.get(path) ?? [] };
	});
}

/** The lines with which git begins to show such a change of a file: none where it stays; paths are as given. */
export function moveLines({ path, to }: Pick<TouchedFile, "path" | "to">): readonly string[] {
	if (to === path) return [];
	return to === null ? [`delete ${path}`] : [`rename from ${path}`, `rename to ${to}`];
}
