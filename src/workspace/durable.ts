import {
	closeSync,
	constants,
	fchmodSync,
	fchownSync,
	fsyncSync,
	futimesSync,
	openSync,
	renameSync,
	rmSync,
	writeSync,
} from "node:fs";
import { dirname } from "node:path";

/** What a file that replaces another takes over from it. */
export interface FileAttributes {
	/** Permission bits. */
	readonly mode: number;
	/** Modification time in milliseconds since 1970; null for now. */
	readonly modifiedMs: number | null;
	/** User and group, where they must differ from the process's own. */
	readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * Puts `bytes` at `path` so that a reader, or a crash at any moment, sees the old file or the new one and never a part:
 * temporary file beside it, fsync, rename, fsync of the folder. Throws what node:fs throws, with the temporary file gone.
 */
export function replaceFile(path: string, temporary: string, bytes: Uint8Array, attributes: FileAttributes): void {
	rmSync(temporary, { force: true });
	const file = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
	try {
		try {
			writeAll(file, bytes);
			if (attributes.owner) fchownSync(file, attributes.owner.uid, attributes.owner.gid);
			fchmodSync(file, attributes.mode);
			if (attributes.modifiedMs !== null) futimesSync(file, attributes.modifiedMs / 1000, attributes.modifiedMs / 1000);
			fsyncSync(file);
		} finally {
			closeSync(file);
		}
		renameSync(temporary, path);
	} catch (error) {
		rmSync(temporary, { force: true });
		throw error;
	}
	syncFolder(dirname(path));
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
