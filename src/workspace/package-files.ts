import { createHash } from "node:crypto";
import { closeSync, constants, openSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { PackageFiles } from "../environment/package-files.ts";
import { openBlocks } from "./text-blocks.ts";
import { tidyCacheDaily } from "./tidy-cache.ts";
import { userCacheFolder, writeCacheFile } from "./user-cache.ts";

/** Larger files are data, not modules that anybody imports names from. */
const largestFile = 8 * 1024 * 1024;

/** Cache folders that this process has written to: each is tidied once, however many audits a session makes. */
const growing = new Set<string>();

/**
 * The packages of this machine. `dataFolder` holds the bundled catalog; `cacheFolder` (by default `bootmend` in the user's
 * cache folder, https://specifications.freedesktop.org/basedir-spec/latest/) is used where it can be, null switches it off.
 */
export function openPackageFiles(
	options: { readonly dataFolder?: string; readonly cacheFolder?: string | null } = {},
): PackageFiles {
	const dataFolder = options.dataFolder ?? bundledDataFolder();
	const cacheFolder = options.cacheFolder === undefined ? userCacheFolder() : options.cacheFolder;
	let cacheWorks = cacheFolder !== null;
	return {
		platform: process.platform,
		readText,
		stampOf,
		listFolder,
		realPath(path) {
			try {
				return realpathSync(path);
			} catch {
				return null;
			}
		},
		readData(name) {
			try {
				const bytes = readFileSync(join(dataFolder, name));
				const unpacked = name.endsWith(".br") ? brotliDecompressSync(bytes) : name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
				return unpacked.toString("utf8");
			} catch {
				return null;
			}
		},
		openData(name) {
			try {
				return openBlocks(readFileSync(join(dataFolder, name)));
			} catch {
				return null;
			}
		},
		readCache(key) {
			try {
				return cacheFolder === null ? null : unsealed(key, readFileSync(join(cacheFolder, key), "utf8"));
			} catch {
				return null;
			}
		},
		writeCache(key, text) {
			if (cacheFolder === null || !cacheWorks) return;
			// Where something comes in, something else may have to go; at the end, when nobody waits any more.
			if (!growing.has(cacheFolder)) process.once("exit", () => tidyCacheDaily(cacheFolder, new Date()));
			growing.add(cacheFolder);
			cacheWorks = writeCacheFile(join(cacheFolder, key), seal(key, text) + text);
		},
	};
}

/** Stands before an entry, so that one which was damaged, cut off or put in another's place is known for what it is. */
function seal(key: string, text: string): string {
	return `${createHash("sha1").update(`${key}\n${text}`).digest("hex")}\n`;
}

function unsealed(key: string, entry: string): string | null {
	const text = entry.slice(entry.indexOf("\n") + 1);
	return entry.startsWith(seal(key, text)) ? text : null;
}

function readUnblocked(path: string): Buffer {
	const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		return readFileSync(file);
	} finally {
		closeSync(file);
	}
}

function readText(path: string): string | null {
	try {
		// A pipe is empty then, and not waited for.
		const bytes = readUnblocked(path);
		if (bytes.length > largestFile) return null;
		const text = bytes.toString("utf8");
		return text.includes("\ufffd") ? bytes.toString("latin1") : text;
	} catch {
		return null;
	}
}

function stampOf(path: string): string | null {
	try {
		const found = statSync(path, { throwIfNoEntry: false });
		return found?.isFile() ? `${found.size} ${found.mtimeMs}` : null;
	} catch {
		return null;
	}
}

function listFolder(path: string): ReadonlyMap<string, "file" | "folder"> | null {
	try {
		const entries = new Map<string, "file" | "folder">();
		for (const entry of readdirSync(path, { withFileTypes: true })) {
			if (entry.isDirectory()) entries.set(entry.name, "folder");
			else if (entry.isFile()) entries.set(entry.name, "file");
			else if (entry.isSymbolicLink()) {
				const kind = kindBehindLink(join(path, entry.name));
				if (kind !== null) entries.set(entry.name, kind);
			}
		}
		return entries;
	} catch {
		return null;
	}
}

function kindBehindLink(path: string): "file" | "folder" | null {
	try {
		const target = statSync(path);
		return target.isDirectory() ? "folder" : target.isFile() ? "file" : null;
	} catch {
		return null;
	}
}

/** `data/` beside `src/` in the repository, and beside `dist/` in the package. */
function bundledDataFolder(): string {
	const here = fileURLToPath(new URL(".", import.meta.url));
	for (const up of ["../../data", "../data"]) {
		const folder = join(here, up);
		if (listFolder(folder) !== null) return folder;
	}
	return join(here, "data");
}
