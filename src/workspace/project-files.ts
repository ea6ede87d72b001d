import { createHash } from "node:crypto";
import {
	accessSync,
	constants,
	existsSync,
	lstatSync,
	mkdirSync,
	readFileSync,
	rmdirSync,
	rmSync,
	type Stats,
	statSync,
	unlinkSync,
} from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { resolveInside } from "./contained-path.ts";
import { linkFile, type Placing, replaceFile, syncFolder } from "./durable.ts";
import { changedMeanwhile, describeSystemError } from "./system-error.ts";

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
	/** User and group, where they are not those of the process that read it. */
	readonly owner?: { readonly uid: number; readonly gid: number };
}

export type FileReading =
	| {
			readonly type: "file";
			readonly bytes: Buffer;
			readonly image: FileImage;
			/** Is the path a symbolic link, and the bytes those of the file that it leads to? */
			readonly isLink: boolean;
			/** How many names (hard links) the file has. */
			readonly nameCount: number;
	  }
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
		const image = {
			...{ sha256: sha256(bytes), size: bytes.length, mode: stats.mode & 0o7777, modifiedMs: stats.mtimeMs },
			...foreignOwner(stats),
		};
		const isLink = lstatSync(join(root, path)).isSymbolicLink();
		return { type: "file", bytes, image, isLink, nameCount: stats.nlink };
	} catch (error) {
		return { type: "refused", reason: `${path} ${describeSystemError(error)}` };
	}
}

/** How a write finds the place that it writes to. */
export interface WriteTerms {
	/** SHA-256 of the bytes that it replaces, null where nothing may be there: looked at once more just before the file changes hands. */
	readonly replaces: string | null;
	/**
	 * Another path of the project: the same file by another name, or the one that this one is renamed from. Where its bytes are
	 * the same it is linked to, so that nothing of it is lost; else its owner, extended attributes and access control list are taken over.
	 */
	readonly twin?: string;
}

/**
 * Writes a file of the project atomically and durably; folders that it needs are made. Through a symbolic link the
 * file that it names is written, if that lies inside the root. Mode bits are as given; owner, group, extended attributes
 * and access control list stay.
 */
export function writeProjectFile(
	root: string,
	path: string,
	bytes: Uint8Array,
	attributes: Pick<FileImage, "mode" | "modifiedMs" | "owner">,
	terms: WriteTerms,
): FileWriting {
	return attempt(path, () => {
		const place = resolveInside(root, path);
		if (place.type === "refused") return place;
		const { absolute } = place;
		const made = makeFolders(dirname(absolute));
		try {
			putInPlace(root, absolute, bytes, attributes, terms);
			return { type: "done" };
		} catch (error) {
			for (const folder of [...made].reverse()) removeIfEmpty(folder);
			throw error;
		}
	});
}

function putInPlace(
	root: string,
	absolute: string,
	bytes: Uint8Array,
	attributes: Pick<FileImage, "mode" | "modifiedMs" | "owner">,
	{ replaces, twin: twinPath }: WriteTerms,
): void {
	confirmBytes(absolute, replaces);
	const current = statSync(absolute, { throwIfNoEntry: false });
	if (current !== undefined) confirmWritable(absolute, current);
	const placing: Placing = { isNew: replaces === null, confirm: () => confirmBytes(absolute, replaces) };
	const twin = twinPath === undefined ? null : existingFile(root, twinPath);
	if (twin !== null && hashOf(twin) === sha256(bytes) && linked(twin, absolute, placing)) return;
	const model = current === undefined ? twin : absolute;
	const owner = current === undefined ? (attributes.owner ?? (twin === null ? undefined : statSync(twin))) : current;
	replaceFile(
		absolute,
		temporaryPath(absolute),
		bytes,
		{
			mode: attributes.mode,
			modifiedMs: attributes.modifiedMs,
			...(owner === undefined ? {} : foreignOwner(owner)),
			...(model === null ? {} : { like: model }),
		},
		placing,
	);
}

/** Makes the folders that are missing on the way to one, durably; gives them back, outermost first. */
function makeFolders(folder: string): readonly string[] {
	if (existsSync(folder)) return [];
	const above = makeFolders(dirname(folder));
	mkdirSync(folder);
	syncFolder(dirname(folder));
	return [...above, folder];
}

function confirmBytes(absolute: string, expected: string | null): void {
	if (hashOf(absolute) !== expected)
		throw Object.assign(new Error(`${absolute} was changed meanwhile`), { code: changedMeanwhile });
}

/** A rename could replace what nobody may write, which is not what its owner has asked for. */
function confirmWritable(absolute: string, { mode }: Stats): void {
	if ((mode & 0o222) === 0) throw Object.assign(new Error(`${absolute} is read-only`), { code: "EREADONLY" });
	accessSync(absolute, constants.W_OK);
}

function hashOf(absolute: string): string | null {
	return existsSync(absolute) ? sha256(readFileSync(absolute)) : null;
}

function existingFile(root: string, path: string): string | null {
	const place = resolveInside(root, path);
	return place.type === "inside" && statSync(place.absolute, { throwIfNoEntry: false })?.isFile() ? place.absolute : null;
}

/** False where the file system has no links, or none between these places. */
function linked(twin: string, absolute: string, placing: Placing): boolean {
	try {
		linkFile(twin, absolute, temporaryPath(absolute), placing);
		return true;
	} catch (error) {
		const code = error instanceof Error && "code" in error ? String(error.code) : "";
		if (["EPERM", "ENOTSUP", "ENOSYS", "EXDEV", "EMLINK", "EACCES"].includes(code)) return false;
		throw error;
	}
}

function foreignOwner({ uid, gid }: Pick<Stats, "uid" | "gid">): Pick<FileImage, "owner"> {
	return uid === process.geteuid?.() && gid === process.getegid?.() ? {} : { owner: { uid, gid } };
}

/** Removes a file that has these bytes, and those of `folders` (relative to the root, outermost first) that are empty then. */
export function removeProjectFile(root: string, path: string, folders: readonly string[], replaces: string): FileWriting {
	return attempt(path, () => {
		const place = resolveInside(root, path);
		if (place.type === "refused") return place;
		confirmBytes(place.absolute, replaces);
		confirmWritable(place.absolute, statSync(place.absolute));
		unlinkSync(place.absolute);
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
