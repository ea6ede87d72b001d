/** Code of our own: a file has other bytes than those that were to be replaced. */
export const changedMeanwhile = "ECHANGED";

/** What a failed call of the file system means to a person, as the end of a sentence that begins with the path. */
export function describeSystemError(error: unknown): string {
	const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
	const words: Readonly<Record<string, string>> = {
		EACCES: "may not be read or changed by you (permission denied)",
		EPERM: "may not be changed by you (operation not permitted)",
		EROFS: "lies on a read-only file system",
		ENOSPC: "does not fit: the disk is full",
		EDQUOT: "does not fit: your disk quota is used up",
		ENOTDIR: "lies below something that is not a folder",
		EISDIR: "is a folder",
		ENOENT: "vanished meanwhile",
		EMFILE: "could not be opened: too many files are open",
		ENAMETOOLONG: "has too long a name",
		ELOOP: "is part of a loop of links",
		ELINK: "is a link or holds one, where only real folders are written to",
		EEXIST: "appeared meanwhile; somebody made it",
		EREADONLY: "is read-only (chmod u+w makes it writable)",
		EXATTR: "has extended attributes that would be lost",
		EIO: "could not be handled: the disk reports an error (EIO)",
		EFBIG: "does not fit: it would be larger than the system allows here",
		[changedMeanwhile]: "was changed by someone meanwhile",
	};
	return words[code] ?? `could not be handled (${code})`;
}
