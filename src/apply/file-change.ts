import type { FileImage } from "../workspace/project-files.ts";

/** What a write does to one file; null stands for "there is no such file". A renamed file is two changes: one path comes, one goes. */
export interface FileChange {
	/** Relative to the repository root, `/` separated. */
	readonly path: string;
	readonly before: FileImage | null;
	readonly after: FileImage | null;
	/**
	 * Outermost first: folders that had to be made for a new file, which go when it goes, if they are empty then; of a file that goes,
	 * those above it, which go with it if they are empty then.
	 */
	readonly folders: readonly string[];
	/** The other path of a renamed file, or another name (hard link) of the same file: where its bytes are to be had with all that belongs to them. */
	readonly twin?: string;
}

/** The same write the other way round. */
export function reverse(change: FileChange): FileChange {
	return { ...change, before: change.after, after: change.before };
}
