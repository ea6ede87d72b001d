import { type CleanedSession, cleanSessions } from "../../session/clean-sessions.ts";
import { tidyCache, usualBounds } from "../../workspace/tidy-cache.ts";
import { userCacheFolder } from "../../workspace/user-cache.ts";
import { exitStatus } from "../exit-status.ts";
import { outputOf, type ProcessIo } from "../io.ts";
import type { CleanOptions } from "../options.ts";
import { placeOf } from "../place.ts";

/** `bootmend clean`: removes backups that nobody needs any more and says which are kept; `--cache` empties the user's cache besides. */
export async function cleanCommand(path: string | undefined, options: CleanOptions, io: ProcessIo): Promise<number> {
	const output = outputOf(io, options);
	const sessions = cleanSessions(placeOf(path, io).root, { all: options.all === true });
	if (sessions.length === 0) output.data("There are no backups to remove.\n");
	for (const session of sessions) output.data(`${sentenceOf(session)}\n`);
	if (sessions.some((session) => session.kept !== null && options.all !== true))
		output.say("--all removes those too, but for interrupted ones; what no commit holds cannot be taken back then.");
	const cache = options.cache === true ? userCacheFolder() : null;
	if (cache !== null) {
		const freed = tidyCache(cache, new Date(), { ...usualBounds, bytes: 0 });
		output.data(`Emptied the cache ${cache} (${sizeOf(freed)})\n`);
	}
	return exitStatus.ok;
}

function sentenceOf({ id, bytes, kept }: CleanedSession): string {
	if (kept === null) return `Removed the backups of ${id} (${sizeOf(bytes)})`;
	return `Kept the backups of ${id} (${sizeOf(bytes)}): ${kept}`;
}

function sizeOf(bytes: number): string {
	return `${Math.ceil(bytes / 1000)} kB`;
}
