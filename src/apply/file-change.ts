import type { PathStatus } from "../workspace/git.ts";
import type { FileImage } from "../workspace/project-files.ts";

/** What a write does to one file; null stands for "there is no such file". */
export interface FileChange {
	/** Relative to the repository root, `/` separated. */
	readonly path: string;
	readonly before: FileImage | null;
	readonly after: FileImage | null;
	/** Folders that had to be made for a new file, outermost first; they go when it goes, if they are empty then. */
	readonly folders: readonly string[];
	/** What git said of the file before the write; null without git. */
	readonly status: PathStatus | null;
}

/** The same write the other way round. */
export function reverse(change: FileChange): FileChange {
	return { ...change, before: change.after, after: change.before };
}
