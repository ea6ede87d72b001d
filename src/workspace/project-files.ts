import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, unlinkSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { resolveInside } from "./contained-path.ts";
import { replaceFile, syncFolder } from "./durable.ts";

/** What a file was at one moment. Its bytes lie in a session's backups under their hash. */
export interface FileImage {
	/** SHA-256 (hex) of the bytes. */
	readonly sha256: string;
	/** In bytes. */
	readonly size: number;
	/** Permission bits, e.g. `0o644`. */
	readonly mode: number;
	/** Modification time in milliseconds since 1970; null for a file that has yet to be written. */
	readonly modifiedMs: number | null;
}

export type FileReading =
	| { readonly type: "file"; readonly bytes: Buffer; readonly image: FileImage }
	/** `missingFolders` would have to be made for it, outermost first, relative to the root. */
	| { readonly type: "absent"; readonly missingFolders: readonly string[] }
	/** `reason` is for people: what is in the way of reading or writing here. */
	| { readonly type: "refused"; readonly reason: string };

export type FileWriting = { readonly type: "done" } | { readonly type: "refused"; readonly reason: string };

/** Reads a file of the project with what is needed to restore it exactly. */
export function readProjectFile(root: string, path: string): FileReading {
	const place = resolveInside(root, path);
	if (place.type === "refused") return place;
	try {
		const stats = statSync(place.absolute, { throwIfNoEntry: false });
		if (stats === undefined) return { type: "absent", missingFolders: missingFolders(root, place.absolute) };
		if (!stats.isFile()) return { type: "refused", reason: `${path} is not a plain file` };
		const bytes = readFileSync(place.absolute);
		const image = { sha256: sha256(bytes), size: bytes.length, mode: stats.mode & 0o7777, modifiedMs: stats.mtimeMs };
		return { type: "file", bytes, image };
	} catch (error) {
		return { type: "refused", reason: `${path} ${describeSystemError(error)}` };
	}
}

/**
 * Writes a file of the project atomically and durably; folders that it needs are made. Through a symbolic link the
 * file that it names is written, if that lies inside the root. Mode bits are as given; owner and group stay.
 */
export function writeProjectFile(
	root: string,
	path: string,
	bytes: Uint8Array,
	attributes: Pick<FileImage, "mode" | "modifiedMs">,
): FileWriting {
	return attempt(path, () => {
		const place = resolveInside(root, path);
		if (place.type === "refused") return place;
		mkdirSync(dirname(place.absolute), { recursive: true });
		const current = statSync(place.absolute, { throwIfNoEntry: false });
		const foreign = current !== undefined && (current.uid !== process.geteuid?.() || current.gid !== process.getegid?.());
		replaceFile(place.absolute, temporaryPath(place.absolute), bytes, {
			...attributes,
			...(foreign ? { owner: { uid: current.uid, gid: current.gid } } : {}),
		});
		return { type: "done" };
	});
}

/** Removes a file, and those of `folders` (relative to the root, outermost first) that are empty then. */
export function removeProjectFile(root: string, path: string, folders: readonly string[]): FileWriting {
	return attempt(path, () => {
		const place = resolveInside(root, path);
		if (place.type === "refused") return place;
		if (existsSync(place.absolute)) unlinkSync(place.absolute);
		syncFolder(dirname(place.absolute));
		for (const folder of [...folders].reverse()) {
			const above = resolveInside(root, folder);
			if (above.type === "refused" || !removeIfEmpty(above.absolute)) break;
		}
		return { type: "done" };
	});
}

/** Removes what a write that was killed may have left beside its file. */
export function removeTemporaryFile(root: string, path: string): void {
	const place = resolveInside(root, path);
	if (place.type === "inside") rmSync(temporaryPath(place.absolute), { force: true });
}

/** SHA-256 of bytes, in hex. */
export function sha256(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("hex");
}

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
	};
	return words[code] ?? `could not be handled (${code})`;
}

function attempt(path: string, action: () => FileWriting): FileWriting {
	try {
		return action();
	} catch (error) {
		return { type: "refused", reason: `${path} ${describeSystemError(error)}` };
	}
}

/** One name per file, so that what a killed run left is found again; hashed, as the name may be as long as names can be. */
function temporaryPath(absolute: string): string {
	return join(dirname(absolute), `.bootmend-${sha256(Buffer.from(basename(absolute))).slice(0, 16)}.tmp`);
}

function missingFolders(root: string, absolute: string): readonly string[] {
	const place = resolveInside(root, "x");
	if (place.type === "refused") return [];
	const realRoot = dirname(place.absolute);
	const missing: string[] = [];
	for (let folder = dirname(absolute); folder !== realRoot && folder !== dirname(folder); folder = dirname(folder)) {
		if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) break;
		missing.unshift(relative(realRoot, folder).split(sep).join("/"));
	}
	return missing;
}

function removeIfEmpty(folder: string): boolean {
	try {
		rmdirSync(folder);
		return true;
	} catch {
		return false;
	}
}
