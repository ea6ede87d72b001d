import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type AppendLog, openAppendLog, readLogLines } from "./append-log.ts";
import { replaceFile, syncFolder } from "./durable.ts";
import { acquireLock, type LockAttempt, type LockOwner, lockHolder } from "./process-lock.ts";
import { sha256 } from "./project-files.ts";

/** Folder at the repository root that holds all that bootmend remembers. */
export const stateFolderName = ".bootmend";

/** Keeps two runs in one repository apart. Throws what node:fs throws where `.bootmend` cannot be made. */
export function lockRepository(root: string, now: Date): LockAttempt {
	makePrivateFolder(join(root, stateFolderName));
	return acquireLock(join(root, stateFolderName, "lock"), now);
}

/** The run that works in this repository at the moment, or null. */
export function repositoryLockHolder(root: string): LockOwner | null {
	return lockHolder(join(root, stateFolderName, "lock"));
}

/** Ids of the sessions of this repository, oldest first; ids begin with their date. */
export function listSessionIds(root: string): readonly string[] {
	try {
		return readdirSync(sessionsFolder(root), { withFileTypes: true })
			.filter(
				(entry) =>
					entry.isDirectory() &&
					!entry.name.startsWith(".") &&
					existsSync(join(sessionsFolder(root), entry.name, "journal.jsonl")),
			)
			.map((entry) => entry.name)
			.sort();
	} catch {
		return [];
	}
}

/** The whole lines of a session's journal, or null where it cannot be read. */
export function readJournalLines(root: string, id: string): readonly string[] | null {
	return readLogLines(join(sessionsFolder(root), id, "journal.jsonl"));
}

/** Opens a session's journal for appending; a new session gets its folders (mode 0700) here. Throws what node:fs throws. */
export function openJournal(root: string, id: string): AppendLog {
	makePrivateFolder(join(root, stateFolderName));
	makePrivateFolder(sessionsFolder(root));
	makePrivateFolder(join(sessionsFolder(root), id));
	makePrivateFolder(backupsFolder(root, id));
	return openAppendLog(join(sessionsFolder(root), id, "journal.jsonl"));
}

/** Keeps bytes in a session's backups (mode 0600), on disk before it returns. Returns their SHA-256. Throws what node:fs throws. */
export function keepBackup(root: string, id: string, bytes: Uint8Array): string {
	const hash = sha256(bytes);
	const path = join(backupsFolder(root, id), hash);
	if (readBackup(root, id, hash) === null) replaceFile(path, `${path}.tmp`, bytes, { mode: 0o600, modifiedMs: null });
	return hash;
}

/** Bytes that a session keeps; null where they are gone or no longer what they were. */
export function readBackup(root: string, id: string, hash: string): Buffer | null {
	if (!/^[0-9a-f]{64}$/.test(hash)) return null;
	try {
		const bytes = readFileSync(join(backupsFolder(root, id), hash));
		return sha256(bytes) === hash ? bytes : null;
	} catch {
		return null;
	}
}

/** How many bytes a session's backups take. */
export function sizeOfBackups(root: string, id: string): number {
	const folder = backupsFolder(root, id);
	if (!existsSync(folder)) return 0;
	return readdirSync(folder).reduce(
		(sum, name) => sum + (lstatSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
		0,
	);
}

/** Removes a session's backups; returns how many bytes became free. Throws what node:fs throws. */
export function removeBackups(root: string, id: string): number {
	const bytes = sizeOfBackups(root, id);
	rmSync(backupsFolder(root, id), { recursive: true, force: true });
	syncFolder(join(sessionsFolder(root), id));
	return bytes;
}

/** Writes a session that was found elsewhere, with its journal and backups: whole or not at all. Throws what node:fs throws. */
export function plantSession(root: string, id: string, journal: readonly string[], backups: Iterable<Uint8Array>): void {
	makePrivateFolder(join(root, stateFolderName));
	makePrivateFolder(sessionsFolder(root));
	// A name that begins with a dot is no session yet.
	const draft = `.${id}`;
	rmSync(join(sessionsFolder(root), draft), { recursive: true, force: true });
	const log = openJournal(root, draft);
	for (const line of journal) log.append(line);
	log.close();
	for (const bytes of backups) keepBackup(root, draft, bytes);
	renameSync(join(sessionsFolder(root), draft), join(sessionsFolder(root), id));
	syncFolder(sessionsFolder(root));
}

function sessionsFolder(root: string): string {
	return join(root, stateFolderName, "sessions");
}

function backupsFolder(root: string, id: string): string {
	return join(sessionsFolder(root), id, "backups");
}

function makePrivateFolder(path: string): void {
	const stats = lstatSync(path, { throwIfNoEntry: false });
	// A link, in a repository from somewhere else, could lead our writes anywhere.
	if (stats?.isSymbolicLink()) throw Object.assign(new Error(`${path} is a link`), { code: "ELINK" });
	if (stats !== undefined) return;
	mkdirSync(path, { mode: 0o700 });
	syncFolder(join(path, ".."));
}
