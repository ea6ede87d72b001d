import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Makes an empty folder of our own (mode 0700) among the system's temporary files. `kind` says what it is for: `edit`, `case`. Its name
 * holds the number of this process, so that the next one of its kind removes what a process that was killed has left.
 * Throws what node:fs throws where no folder can be made.
 */
export function makeScratchFolder(kind: string): string {
	sweepScratchFolders(kind);
	return mkdtempSync(join(tmpdir(), `bootmend-${kind}-${process.pid}-`));
}

/** Removes the folders of a kind whose process is dead. */
function sweepScratchFolders(kind: string): void {
	const owned = new RegExp(`^bootmend-${kind}-(\\d+)-`);
	for (const name of readdirSync(tmpdir())) {
		const owner = owned.exec(name)?.[1];
		if (owner === undefined || isAlive(Number(owner))) continue;
		try {
			rmSync(join(tmpdir(), name), { recursive: true, force: true });
		} catch {
			// Somebody else's, or somebody else removes it at this moment.
		}
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// Anything but "no such process" means that it exists and belongs to somebody else.
		return !(error instanceof Error && "code" in error && error.code === "ESRCH");
	}
}
