import { existsSync, lstatSync, readdirSync, rmdirSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { writeCacheFile } from "./user-cache.ts";

/** What a cache may grow to. */
export interface CacheBounds {
	/** Together, in bytes. */
	readonly bytes: number;
	/** What nobody has used for so long goes, in milliseconds. */
	readonly age: number;
}

const day = 24 * 60 * 60 * 1_000;

/** Enough for a few dozen environments; a file that is needed again is made again. */
export const usualBounds: CacheBounds = { bytes: 256 * 1024 * 1024, age: 30 * day };

/** How often it is worth a look, in milliseconds. */
const interval = day;

/** Folders of ours in the cache: compiled code, and what was read of packages, by the version of their format. Nothing else there is touched. */
const ownFolder = /^(code|(?:tables|imports|names)-[\d.]+)$/;

/** Tidies the cache unless that was done within a day; returns how many bytes became free. Never throws: a cache is no reason to fail. */
export function tidyCacheDaily(folder: string, now: Date, bounds: CacheBounds = usualBounds): number {
	if (!existsSync(folder)) return 0;
	const mark = join(folder, "tidied");
	const last = statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? 0;
	if (Math.abs(now.getTime() - last) < interval || !writeCacheFile(mark, "")) return 0;
	return tidyCache(folder, now, bounds);
}

/** Removes what nobody has used for long, then the least recently used until the rest is within its bounds; returns how many bytes became free. */
export function tidyCache(folder: string, now: Date, bounds: CacheBounds): number {
	const files = listCached(folder).sort((a, b) => a.usedMs - b.usedMs);
	let total = files.reduce((sum, file) => sum + file.size, 0);
	const before = total;
	for (const { path, size, usedMs } of files) {
		if (now.getTime() - usedMs < bounds.age && total <= bounds.bytes) continue;
		if (attempt(() => unlinkSync(path))) total -= size;
	}
	// A folder that still holds something stays.
	for (const name of ownFolders(folder)) attempt(() => rmdirSync(join(folder, name)));
	return before - total;
}

interface CachedFile {
	readonly path: string;
	readonly size: number;
	/** When it was last read or written, as far as the file system notes it. */
	readonly usedMs: number;
}

function listCached(folder: string): CachedFile[] {
	return ownFolders(folder).flatMap((name) =>
		namesIn(join(folder, name)).flatMap((file): CachedFile[] => {
			const path = join(folder, name, file);
			const stats = lstatSync(path, { throwIfNoEntry: false });
			return stats?.isFile() ? [{ path, size: stats.size, usedMs: Math.max(stats.atimeMs, stats.mtimeMs) }] : [];
		}),
	);
}

function ownFolders(folder: string): readonly string[] {
	return namesIn(folder).filter((name) => ownFolder.test(name) && lstatSync(join(folder, name)).isDirectory());
}

function namesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

function attempt(action: () => void): boolean {
	try {
		action();
		return true;
	} catch {
		return false;
	}
}
