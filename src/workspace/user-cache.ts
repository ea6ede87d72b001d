import { mkdirSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/**
 * `bootmend` in the user's cache folder (https://specifications.freedesktop.org/basedir-spec/latest/), absolute; null where
 * the platform names none. What lies there can be deleted at any time.
 */
export function userCacheFolder(): string | null {
	const base = process.env.XDG_CACHE_HOME;
	if (base?.startsWith("/")) return join(base, "bootmend");
	if (process.platform === "win32")
		return process.env.LOCALAPPDATA === undefined ? null : join(process.env.LOCALAPPDATA, "bootmend", "cache");
	return join(homedir(), ".cache", "bootmend");
}

/** Writes beside the target and renames, so that another process never reads half a file; false where that cannot be. */
export function writeCacheFile(path: string, content: string | Uint8Array): boolean {
	const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
	try {
		mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
		writeFileSync(temporary, content);
		renameSync(temporary, path);
		return true;
	} catch {
		try {
			unlinkSync(temporary);
		} catch {
			// It was never made.
		}
		return false;
	}
}
