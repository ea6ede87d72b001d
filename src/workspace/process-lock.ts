import { spawnSync } from "node:child_process";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";

/** Who holds a lock. */
export interface LockOwner {
	readonly pid: number;
	/** When the process began, as the system tells it; a process of the same number that began at another time is another one. */
	readonly processStart: string | null;
	readonly host: string;
	/** ISO 8601, UTC. */
	readonly since: string;
}

export type LockAttempt = { readonly type: "locked"; release(): void } | { readonly type: "taken"; readonly owner: LockOwner };

/**
 * Takes a lock file for this process. A lock whose owner is dead is taken over; one that another machine holds counts as
 * alive, as nobody here can know. Throws what node:fs throws where the folder cannot be written.
 */
export function acquireLock(path: string, now: Date): LockAttempt {
	const mine: LockOwner = {
		pid: process.pid,
		processStart: processStart(process.pid),
		host: hostname(),
		since: now.toISOString(),
	};
	const draft = `${path}.${process.pid}`;
	writeFileSync(draft, JSON.stringify(mine), { mode: 0o600, flush: true });
	try {
		for (let attempt = 0; attempt < 10; attempt++) {
			if (linkIfFree(draft, path)) return { type: "locked", release: () => releaseLock(path, mine) };
			const owner = readLock(path);
			if (owner !== null && isAlive(owner)) return { type: "taken", owner };
			removeStale(path, owner);
		}
		return { type: "taken", owner: readLock(path) ?? mine };
	} finally {
		rmSync(draft, { force: true });
	}
}

/** Who holds a lock now; null where nobody alive does. */
export function lockHolder(path: string): LockOwner | null {
	const owner = readLock(path);
	return owner !== null && isAlive(owner) ? owner : null;
}

/** A link appears with its whole content or not at all, and never over an existing file. */
function linkIfFree(draft: string, path: string): boolean {
	try {
		linkSync(draft, path);
		return true;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
		throw error;
	}
}

function releaseLock(path: string, mine: LockOwner): void {
	const owner = readLock(path);
	if (owner !== null && sameOwner(owner, mine)) rmSync(path, { force: true });
}

/** Another process may have taken the stale lock over a moment ago: what was moved away is looked at, and put back if it is alive. */
function removeStale(path: string, stale: LockOwner | null): void {
	const aside = `${path}.stale.${process.pid}`;
	try {
		renameSync(path, aside);
	} catch {
		return;
	}
	const moved = readLock(aside);
	if (moved !== null && (stale === null || !sameOwner(moved, stale)) && isAlive(moved)) linkIfFree(aside, path);
	rmSync(aside, { force: true });
}

function readLock(path: string): LockOwner | null {
	try {
		const value: unknown = JSON.parse(readFileSync(path, "utf8"));
		return isOwner(value) ? value : null;
	} catch {
		return null;
	}
}

function isOwner(value: unknown): value is LockOwner {
	if (typeof value !== "object" || value === null) return false;
	const { pid, host, since } = value as Partial<Record<keyof LockOwner, unknown>>;
	return typeof pid === "number" && typeof host === "string" && typeof since === "string";
}

function sameOwner(a: LockOwner, b: LockOwner): boolean {
	return a.pid === b.pid && a.host === b.host && a.processStart === b.processStart && a.since === b.since;
}

function isAlive(owner: LockOwner): boolean {
	if (owner.host !== hostname()) return true;
	try {
		process.kill(owner.pid, 0);
	} catch (error) {
		// Anything but "no such process" means that it exists and belongs to somebody else.
		if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
	}
	const start = processStart(owner.pid);
	return start === null || owner.processStart === null || start === owner.processStart;
}

/** The start of a process: clock ticks since boot on Linux (proc(5), field 22 of stat), the date that `ps` prints elsewhere. */
function processStart(pid: number): string | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
		// The command in field 2 may hold blanks and brackets; what follows its last bracket is regular.
		return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
	} catch {
		if (process.platform === "linux" || process.platform === "win32") return null;
		const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], {
			encoding: "utf8",
			env: { ...process.env, LC_ALL: "C" },
		});
		return stdout?.trim() || null;
	}
}
