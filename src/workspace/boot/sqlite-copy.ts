import { existsSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Copies a SQLite database with what it has not yet taken in from its log into a folder of its own below `folder`, and returns the
 * copy's path. Where there is no such file the path is that of an empty place, and where not even its folder is there, neither is the copy's.
 */
export async function copySqliteFile(path: string, folder: string): Promise<string> {
	const place = join(folder, "sqlite");
	if (!existsSync(dirname(path))) return join(place, "missing", basename(path));
	await mkdir(place, { recursive: true });
	for (const ending of ["", "-wal", "-shm", "-journal"]) {
		await copyFile(path + ending, join(place, basename(path) + ending)).catch(() => undefined);
	}
	return join(place, basename(path));
}
