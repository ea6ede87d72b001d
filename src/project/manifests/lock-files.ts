import { parse, TomlError } from "smol-toml";
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
	/** Every package in it, by PEP 503 name. */
	readonly names: ReadonlySet<string>;
	/** What the project itself declared when it was locked, where the lock says it; null where it does not. */
	readonly declared: ReadonlySet<string> | null;
	/** poetry's hash of what the lock was made of, or null. */
	readonly contentHash: string | null;
	/** The line (from 1) at which its tool stops to read it, or null. */
	readonly brokenAt: number | null;
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
			return [{ kind, path, ...(kind === "pipenv" ? readPipfileLock(text) : readTomlLock(text)) }];
		}),
	);
}

type Content = Omit<LockFile, "kind" | "path">;

/** uv, poetry and pdm all write `[[package]]` tables with a name and a version. */
function readTomlLock(text: string): Content {
	try {
		const document: unknown = parse(text);
		const packages = isRecord(document) ? document.package : null;
		if (!Array.isArray(packages)) return nothing;
		const entries = packages.flatMap((entry: unknown) => (isRecord(entry) ? [entry] : []));
		const hash = isRecord(document) && isRecord(document.metadata) ? document.metadata["content-hash"] : null;
		return {
			...gather(entries.map(({ name, version }) => [name, version])),
			declared: declaredWhenLocked(entries),
			contentHash: typeof hash === "string" ? hash : null,
		};
	} catch (error) {
		return { ...nothing, brokenAt: error instanceof TomlError ? error.line : 1 };
	}
}

function readPipfileLock(text: string): Content {
	let document: unknown;
	try {
		document = JSON.parse(text);
	} catch {
		// What breaks a file that no person writes is a merge.
		return { ...nothing, brokenAt: text.slice(0, Math.max(text.search(/^<{7}/m), 0)).split("\n").length };
	}
	const packages = isRecord(document) ? document.default : null;
	if (!isRecord(packages)) return nothing;
	return gather(
		Object.entries(packages).map(([name, entry]) => {
			const version = isRecord(entry) ? entry.version : null;
			return [name, typeof version === "string" ? version.replace(/^==/, "") : null];
		}),
	);
}

/** uv writes down what the project in the lock's own folder declares: its main list, its groups and its extras. */
function declaredWhenLocked(entries: readonly Record<string, unknown>[]): ReadonlySet<string> | null {
	const own = entries.find(({ source }) => isRecord(source) && (source.virtual === "." || source.editable === "."));
	const listed = isRecord(own?.metadata) ? own.metadata["requires-dist"] : null;
	if (!Array.isArray(listed)) return null;
	return new Set(listed.flatMap((each) => (isRecord(each) && typeof each.name === "string" ? [normalizeName(each.name)] : [])));
}

const nothing: Content = { versions: new Map(), names: new Set(), declared: null, contentHash: null, brokenAt: null };

function gather(pairs: readonly (readonly unknown[])[]): Content {
	const versions = new Map<string, string>();
	const names = new Set(pairs.flatMap(([name]) => (typeof name === "string" ? [normalizeName(name)] : [])));
	const ambiguous = new Set<string>();
	for (const [name, version] of pairs) {
		if (typeof name !== "string" || typeof version !== "string") continue;
		const normalized = normalizeName(name);
		if (versions.has(normalized) && versions.get(normalized) !== version) ambiguous.add(normalized);
		versions.set(normalized, version);
	}
	for (const name of ambiguous) versions.delete(name);
	return { ...nothing, versions, names };
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
