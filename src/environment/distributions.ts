import { type Distribution, normalizeName } from "./environment.ts";
import type { PackageFiles } from "./package-files.ts";

/** The distributions installed in some folders, by normalised name; the first folder that has one wins. Metadata is read when asked for. */
export function readDistributions(files: PackageFiles, folders: readonly string[]): ReadonlyMap<string, Distribution> {
	const found = new Map<string, Distribution>();
	for (const folder of folders) {
		for (const [entry, kind] of files.listFolder(folder) ?? []) {
			const match = /^(.+?)(?:-([^-]+?))?(?:-py\d.*)?\.(dist-info|egg-info)$/.exec(entry);
			if (match?.[1] === undefined) continue;
			const isDist = match[3] === "dist-info";
			if (isDist && kind !== "folder") continue;
			const path = `${folder}/${entry}`;
			const key = normalizeName(match[1]);
			if (!found.has(key)) found.set(key, new InstalledDistribution(files, path, kind === "file", match[1], match[2] ?? ""));
		}
	}
	return found;
}

/** A distribution whose metadata is read from disk at the first question about it. */
class InstalledDistribution implements Distribution {
	private readonly metadata: Lazy<Metadata>;
	private readonly top: Lazy<readonly string[]>;

	constructor(files: PackageFiles, path: string, isFile: boolean, folderName: string, folderVersion: string) {
		this.metadata = new Lazy(() => {
			const text =
				(isFile ? files.readText(path) : (files.readText(`${path}/METADATA`) ?? files.readText(`${path}/PKG-INFO`))) ?? "";
			const parsed = parseMetadata(text);
			const listed = isFile ? null : files.readText(`${path}/requires.txt`);
			return {
				...parsed,
				name: parsed.name || folderName,
				version: parsed.version || folderVersion,
				requires: parsed.requires.length > 0 || listed === null ? parsed.requires : readEggRequires(listed),
			};
		});
		this.top = new Lazy(() => (isFile ? [folderName] : topLevelNames(files, path)));
	}

	get name(): string {
		return this.metadata.value.name;
	}
	get version(): string {
		return this.metadata.value.version;
	}
	get requires(): readonly string[] {
		return this.metadata.value.requires;
	}
	get requiresPython(): string | null {
		return this.metadata.value.requiresPython;
	}
	get extras(): readonly string[] {
		return this.metadata.value.extras;
	}
	get topLevel(): readonly string[] {
		return this.top.value;
	}
}

/** A value worked out at its first use. */
class Lazy<T> {
	private result: { readonly value: T } | null = null;

	constructor(private readonly compute: () => T) {}

	get value(): T {
		this.result ??= { value: this.compute() };
		return this.result.value;
	}
}

/** The fields of core metadata that matter to us (https://packaging.python.org/en/latest/specifications/core-metadata/). */
export interface Metadata {
	readonly name: string;
	readonly version: string;
	readonly requires: readonly string[];
	readonly requiresPython: string | null;
	readonly extras: readonly string[];
}

/** Reads a METADATA or PKG-INFO file; its description is not looked at. */
export function parseMetadata(text: string): Metadata {
	const headers = /^(.*?)(?:\r?\n\r?\n|$(?![\s\S]))/s.exec(text)?.[1] ?? text;
	const values = (field: string) =>
		[...headers.matchAll(new RegExp(`^${field}:[ \\t]*(.*?)[ \\t]*$`, "gm"))].map((match) => match[1]?.replace(/\r$/, "") ?? "");
	return {
		name: values("Name")[0] ?? "",
		version: values("Version")[0] ?? "",
		requires: values("Requires-Dist"),
		requiresPython: values("Requires-Python")[0] ?? null,
		extras: values("Provides-Extra"),
	};
}

/** `requires.txt` of an egg: sections in brackets are extras or markers. */
function readEggRequires(text: string): readonly string[] {
	let suffix = "";
	const requires: string[] = [];
	for (const line of text.split(/\r?\n/)) {
		const section = /^\[([^:\]]*)(?::(.+))?\]$/.exec(line.trim());
		if (section !== null) {
			const markers = [section[1] ? `extra == "${section[1]}"` : "", section[2] ? `(${section[2]})` : ""].filter(
				(part) => part !== "",
			);
			suffix = markers.length > 0 ? `; ${markers.join(" and ")}` : "";
		} else if (line.trim() !== "") requires.push(line.trim() + suffix);
	}
	return requires;
}

/** Import names of a distribution, from its list of files or, failing that, its top_level.txt. */
function topLevelNames(files: PackageFiles, path: string): readonly string[] {
	const record = files.readText(`${path}/RECORD`) ?? files.readText(`${path}/SOURCES.txt`);
	const names = new Set<string>();
	for (const line of (files.readText(`${path}/top_level.txt`) ?? "").split(/\s+/)) if (/^[\w.]+$/.test(line)) names.add(line);
	for (const match of (record ?? "").matchAll(/^"?([A-Za-z_]\w*)(?:\/[^,\n]*?\.(?:py|so|pyd)|(?:\.[\w-]+)*\.(?:py|so|pyd))"?,/gm))
		if (match[1] !== undefined) names.add(match[1]);
	names.delete("__pycache__");
	return [...names];
}
