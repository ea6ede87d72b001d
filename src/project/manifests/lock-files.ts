import { parse } from "smol-toml";
import { normalizeName } from "../../environment/environment.ts";
import type { SourceTree } from "../project.ts";
import { foldersUpwards, inFolder } from "./paths.ts";

export type LockKind = "uv" | "poetry" | "pdm" | "pipenv";

/** A lock file and the exact versions it would install. */
export interface LockFile {
	readonly kind: LockKind;
	readonly path: string;
	/** By PEP 503 name. A package locked in several versions (for several Pythons) is left out. */
	readonly versions: ReadonlyMap<string, string>;
}

const lockNames: readonly (readonly [string, LockKind])[] = [
	["uv.lock", "uv"],
	["poetry.lock", "poetry"],
	["pdm.lock", "pdm"],
	["Pipfile.lock", "pipenv"],
];

/** Lock files in the backend's folder and those above it, nearest first. Broken ones have no versions. */
export function readLockFiles(files: SourceTree, backend: string): LockFile[] {
	return foldersUpwards(backend).flatMap((folder) =>
		lockNames.flatMap(([name, kind]) => {
			const path = inFolder(folder, name);
			const text = files.get(path)?.text;
			if (text === undefined) return [];
			return [{ kind, path, versions: kind === "pipenv" ? readPipfileLock(text) : readTomlLock(text) }];
		}),
	);
}

/** uv, poetry and pdm all write `[[package]]` tables with a name and a version. */
function readTomlLock(text: string): Map<string, string> {
	const packages = readOrNull(() => parse(text))?.package;
	if (!Array.isArray(packages)) return new Map();
	return gather(packages.map((entry) => (isRecord(entry) ? [entry.name, entry.version] : [null, null])));
}

function readPipfileLock(text: string): Map<string, string> {
	const document: unknown = readOrNull(() => JSON.parse(text));
	const packages = isRecord(document) ? document.default : null;
	if (!isRecord(packages)) return new Map();
	return gather(
		Object.entries(packages).map(([name, entry]) => {
			const version = isRecord(entry) ? entry.version : null;
			return [name, typeof version === "string" ? version.replace(/^==/, "") : null];
		}),
	);
}

function gather(pairs: readonly (readonly unknown[])[]): Map<string, string> {
	const versions = new Map<string, string>();
	const ambiguous = new Set<string>();
	for (const [name, version] of pairs) {
		if (typeof name !== "string" || typeof version !== "string") continue;
		const normalized = normalizeName(name);
		if (versions.has(normalized) && versions.get(normalized) !== version) ambiguous.add(normalized);
		versions.set(normalized, version);
	}
	for (const name of ambiguous) versions.delete(name);
	return versions;
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readOrNull<T>(read: () => T): T | null {
	try {
		return read();
	} catch {
		return null;
	}
}
