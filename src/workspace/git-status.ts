/** Where HEAD stands. */
export interface Head {
	/** Null when HEAD is detached. */
	readonly branch: string | null;
	/** Hash of the commit; null on a branch without commits. */
	readonly commit: string | null;
}

/** HEAD, and the paths with changes that are not committed: untracked ones too (folders as a whole), ignored ones not. */
export interface WorkingTree extends Head {
	readonly dirtyFiles: readonly string[];
}

/** The output of `git status --porcelain=v2 --branch -z` (git-status(1), "Porcelain Format Version 2"). */
export function parseWorkingTree(output: string): WorkingTree {
	const entries = output.split("\0");
	let branch: string | null = null;
	let commit: string | null = null;
	const dirtyFiles: string[] = [];
	for (let i = 0; i < entries.length; i++) {
		const entry = entries[i] ?? "";
		const fields = entry.split(" ");
		if (entry.startsWith("# branch.head ")) branch = entry.slice(14) === "(detached)" ? null : entry.slice(14);
		else if (entry.startsWith("# branch.oid ")) commit = entry.slice(13) === "(initial)" ? null : entry.slice(13);
		else if (fields[0] === "1") dirtyFiles.push(fields.slice(8).join(" "));
		else if (fields[0] === "u") dirtyFiles.push(fields.slice(10).join(" "));
		else if (fields[0] === "?") dirtyFiles.push(entry.slice(2));
		// A rename names both paths, the old one in an entry of its own.
		else if (fields[0] === "2") dirtyFiles.push(fields.slice(9).join(" "), entries[++i] ?? "");
	}
	return { branch, commit, dirtyFiles };
}
