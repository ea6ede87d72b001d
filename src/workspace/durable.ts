import {
	closeSync,
	constants,
	fchmodSync,
	fchownSync,
	fsyncSync,
	ftruncateSync,
	futimesSync,
	linkSync,
	openSync,
	renameSync,
	rmSync,
	writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { copyExtendedAttributes } from "./extended-attributes.ts";

/** What a file that replaces another takes over from it. */
export interface FileAttributes {
	/** Permission bits. */
	readonly mode: number;
	/** Modification time in milliseconds since 1970; null for now. */
	readonly modifiedMs: number | null;
	/** User and group, where they must differ from the process's own. */
	readonly owner?: { readonly uid: number; readonly gid: number };
	/** Absolute path of the file whose extended attributes and access control list are taken over. */
	readonly like?: string;
}

/** How a finished file comes to its name. */
export interface Placing {
	/** Is nothing there yet? Then a file that appears meanwhile is never overwritten: `EEXIST` is thrown instead. */
	readonly isNew: boolean;
	/** Asked at the last moment before the name changes hands; what it throws is thrown, and the old file stands. */
	readonly confirm?: () => void;
}

/**
 * Puts `bytes` at `path` so that a reader, or a crash at any moment, sees the old file or the new one and never a part:
 * temporary file beside it, fsync, rename, fsync of the folder. Throws what node:fs throws, with the temporary file gone.
 */
export function replaceFile(
	path: string,
	temporary: string,
	bytes: Uint8Array,
	attributes: FileAttributes,
	placing: Placing = { isNew: false },
): void {
	rmSync(temporary, { force: true });
	const file = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
	try {
		try {
			if (attributes.like !== undefined) {
				// The content may come with them.
				copyExtendedAttributes(attributes.like, temporary);
				ftruncateSync(file);
			}
			writeAll(file, bytes);
			if (attributes.owner) fchownSync(file, attributes.owner.uid, attributes.owner.gid);
			fchmodSync(file, attributes.mode);
			if (attributes.modifiedMs !== null) futimesSync(file, attributes.modifiedMs / 1000, attributes.modifiedMs / 1000);
			fsyncSync(file);
		} finally {
			closeSync(file);
		}
		place(temporary, path, placing);
	} catch (error) {
		rmSync(temporary, { force: true });
		throw error;
	}
	syncFolder(dirname(path));
}

/**
 * Gives the file at `existing` a second name, `path`, in place of what is there: one file, so that its bytes and all that belongs to
 * it are the same. Throws what node:fs throws (`EPERM` and `ENOTSUP` where the file system knows no such links, `EXDEV` across two).
 */
export function linkFile(existing: string, path: string, temporary: string, placing: Placing): void {
	rmSync(temporary, { force: true });
	linkSync(existing, temporary);
	try {
		place(temporary, path, placing);
	} finally {
		// Renaming one name of a file over another of the same file leaves both.
		rmSync(temporary, { force: true });
	}
	syncFolder(dirname(path));
}

function place(temporary: string, path: string, { isNew, confirm }: Placing): void {
	confirm?.();
	if (!isNew) {
		renameSync(temporary, path);
		return;
	}
	try {
		linkSync(temporary, path);
	} catch (error) {
		if (!(error instanceof Error && "code" in error) || !["EPERM", "ENOTSUP", "ENOSYS", "EMLINK"].includes(String(error.code)))
			throw error;
		// A file system without links; `confirm` has just seen that the name is free.
		renameSync(temporary, path);
	}
	rmSync(temporary, { force: true });
}

/** Writes all bytes at the end of an open file; one call of the system may write fewer. */
export function writeAll(file: number, bytes: Uint8Array): void {
	for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/** Makes the names in a folder durable. Some platforms cannot open folders; there the rename is durable by itself. */
export function syncFolder(folder: string): void {
	let handle: number;
	try {
		handle = openSync(folder, "r");
	} catch {
		return;
	}
	try {
		fsyncSync(handle);
	} catch {
		// Windows and some network file systems refuse to sync a folder; nothing more can be done there.
	} finally {
		closeSync(handle);
	}
}
