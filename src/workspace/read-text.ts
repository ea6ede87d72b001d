import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** The text of a file that a person named, relative to `folder` or absolute; null where it cannot be read. */
export function readText(folder: string, path: string): string | null {
	try {
		return readFileSync(resolve(folder, path), "utf8").replace(/^\ufeff/, "");
	} catch {
		return null;
	}
}
