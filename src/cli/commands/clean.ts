import { cleanSessions } from "../../session/clean-sessions.ts";
import { exitStatus } from "../exit-status.ts";
import { outputOf, type ProcessIo } from "../io.ts";
import type { CleanOptions } from "../options.ts";
import { placeOf } from "../place.ts";

/** `bootmend clean`: removes backups that nobody needs any more. */
export async function cleanCommand(path: string | undefined, options: CleanOptions, io: ProcessIo): Promise<number> {
	const output = outputOf(io, options);
	const cleaned = cleanSessions(placeOf(path, io).root, { includeUnfinished: options.all === true });
	if (cleaned.length === 0) output.data("There are no backups to remove.\n");
	for (const { id, bytes } of cleaned) output.data(`Removed the backups of ${id} (${Math.ceil(bytes / 1000)} kB)\n`);
	return exitStatus.ok;
}
