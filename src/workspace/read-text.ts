import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";

/** The text of a file that a person named, relative to `folder` or absolute; null where it cannot be read. */
export function readText(folder: string, path: string): string | null {
	try {
		return readFileSync(resolve(folder, path), "utf8").replace(/^\ufeff/, "");
	} catch {
		return null;
	}
}

/** Like `readText`, for a file that nobody named: a pipe, a socket or a device would be waited for without end, and is null. */
export function readPlainText(folder: string, path: string): string | null {
	try {
		return statSync(resolve(folder, path)).isFile() ? readText(folder, path) : null;
	} catch {
		return null;
	}
}
