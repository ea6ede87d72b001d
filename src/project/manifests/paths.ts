/** Joins a path written in a file of the repository with that file's folder; null where it leads out of the repository. */
export function joinPath(fromFile: string, written: string): string | null {
	if (/^(?:[/~]|[a-z]:)/i.test(written)) return null;
	const segments = fromFile.split("/").slice(0, -1);
	for (const segment of written.replaceAll("\\", "/").split("/")) {
		if (segment === "" || segment === ".") continue;
		if (segment !== "..") segments.push(segment);
		else if (segments.pop() === undefined) return null;
	}
	return segments.join("/");
}

/** The folder of a path, `""` for the root. */
export function folderOf(path: string): string {
	const slash = path.lastIndexOf("/");
	return slash === -1 ? "" : path.slice(0, slash);
}

/** Folders from this one up to the root, this one first. */
export function foldersUpwards(folder: string): string[] {
	const folders = [folder];
	for (let at = folder; at !== ""; ) {
		at = folderOf(at);
		folders.push(at);
	}
	return folders;
}

export function inFolder(folder: string, name: string): string {
	return folder === "" ? name : `${folder}/${name}`;
}

/** A path as seen from a folder that may be above or beside it. */
export function relativeTo(folder: string, path: string): string {
	const from = folder === "" ? [] : folder.split("/");
	const to = path.split("/");
	let shared = 0;
	while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared++;
	return [...from.slice(shared).map(() => ".."), ...to.slice(shared)].join("/");
}
