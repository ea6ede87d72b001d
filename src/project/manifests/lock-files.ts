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
	/** The projects that it was made for, where it says what they declared then: uv's does, and names each member of a workspace. */
	readonly projects: readonly LockedProject[];
	/** The Pythons that it was made for, as a PEP 440 specifier set, or null. */
	readonly requiresPython: string | null;
	/** poetry's hash of what the lock was made of, or null. */
	readonly contentHash: string | null;
	/** The line (from 1) at which its tool stops to read it, or null. */
	readonly brokenAt: number | null;
}

/** A project and what it declared when it was locked. */
export interface LockedProject {
	/** PEP 503 name. */
	readonly normalized: string;
	/** Null where it was not written down, but worked out. */
	readonly version: string | null;
	/** As seen from the lock's folder: `""`, `backend`. */
	readonly folder: string;
	/** Its main list. */
	readonly requirements: readonly LockedRequirement[];
	/** PEP 503 names of what its groups and extras ask for. */
	readonly optional: ReadonlySet<string>;
}

/** A requirement as it was when it was locked. */
export interface LockedRequirement {
	/** PEP 503 name. */
	readonly normalized: string;
	readonly extras: readonly string[];
	/** PEP 440 specifier set, `""` for any version; null for what comes from a folder or a repository. */
	readonly specifier: string | null;
	/** As uv writes it, or null. */
	readonly marker: string | null;
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
		const entries = packages.filter(isRecord);
		const hash = isRecord(document) && isRecord(document.metadata) ? document.metadata["content-hash"] : null;
		return {
			...gather(entries.map(({ name, version }) => [name, version])),
			projects: entries.flatMap((entry) => projectWhenLocked(entry) ?? []),
			requiresPython: isRecord(document) && typeof document["requires-python"] === "string" ? document["requires-python"] : null,
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

/** uv writes down what each project in the lock's folder and below it declares: its main list, its groups and its extras. */
function projectWhenLocked({ name, version, source, metadata }: Record<string, unknown>): LockedProject | null {
	const folder = isRecord(source) ? (source.virtual ?? source.editable) : null;
	if (typeof name !== "string" || typeof folder !== "string" || !isRecord(metadata)) return null;
	const listed = recordsIn(metadata["requires-dist"]);
	const groups = isRecord(metadata["requires-dev"]) ? Object.values(metadata["requires-dev"]).flatMap(recordsIn) : [];
	const isOptional = ({ marker }: Record<string, unknown>): boolean => typeof marker === "string" && /\bextra\b/.test(marker);
	return {
		normalized: normalizeName(name),
		version: typeof version === "string" ? version : null,
		folder: folder === "." ? "" : folder,
		requirements: listed.filter((each) => !isOptional(each)).flatMap(requirementWhenLocked),
		optional: new Set(
			[...listed.filter(isOptional), ...groups].flatMap(requirementWhenLocked).map(({ normalized }) => normalized),
		),
	};
}

function requirementWhenLocked({ name, extras, specifier, marker, ...place }: Record<string, unknown>): LockedRequirement[] {
	if (typeof name !== "string") return [];
	const isElsewhere = Object.keys(place).some((key) => key !== "index");
	return [
		{
			normalized: normalizeName(name),
			extras: Array.isArray(extras) ? extras.map((extra) => normalizeName(String(extra))) : [],
			specifier: isElsewhere ? null : typeof specifier === "string" ? specifier : "",
			marker: typeof marker === "string" ? marker : null,
		},
	];
}

function recordsIn(value: unknown): Record<string, unknown>[] {
	return Array.isArray(value) ? value.filter(isRecord) : [];
}

const nothing: Content = {
	versions: new Map(),
	names: new Set(),
	projects: [],
	requiresPython: null,
	contentHash: null,
	brokenAt: null,
};

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
