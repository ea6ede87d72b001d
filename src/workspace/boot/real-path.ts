import { realpathSync } from "node:fs";

/** The path with all its links followed; the path itself where it leads nowhere. */
export function realPath(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return path;
	}
}
