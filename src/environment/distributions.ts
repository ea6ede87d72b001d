import { type Distribution, normalizeName } from "./environment.ts";
import { InstalledNames } from "./installed-names.ts";
import type { PackageFiles } from "./package-files.ts";

/** The distributions installed in some folders, by normalised name; the first folder that has one wins. Metadata is read when asked for. */
export function readDistributions(files: PackageFiles, folders: readonly string[]): ReadonlyMap<string, Distribution> {
	const found = new Map<string, MetadataPlace>();
	for (const folder of folders) {
		for (const [entry, kind] of files.listFolder(folder) ?? []) {
			const match = /^(.+?)(?:-([^-]+?))?(?:-py\d.*)?\.(dist-info|egg-info)$/.exec(entry);
			if (match?.[1] === undefined) continue;
			const isDist = match[3] === "dist-info";
			if (isDist && kind !== "folder") continue;
			const key = normalizeName(match[1]);
			const place = { path: `${folder}/${entry}`, isFile: kind === "file", name: match[1], version: match[2] ?? "" };
			if (!found.has(key)) found.set(key, { ...place, isWheel: isDist });
		}
	}
	const names = new InstalledNames(
		files,
		[...found.values()].filter(({ isFile }) => !isFile).map(({ path }) => path),
	);
	return new Map([...found].map(([key, place]) => [key, new InstalledDistribution(files, place, names)]));
}

/** Where the metadata of a distribution lies, and what the name of that file or folder says. */
interface MetadataPlace {
	readonly path: string;
	readonly isFile: boolean;
	/** Is it a `.dist-info` folder, whose name always ends in the version (https://packaging.python.org/en/latest/specifications/recording-installed-packages/)? */
	readonly isWheel: boolean;
	readonly name: string;
	/** `""` where it says none. */
	readonly version: string;
}

/** A distribution whose metadata is read from disk at the first question about it. */
class InstalledDistribution implements Distribution {
	private readonly metadata: Lazy<Metadata>;

	constructor(
		files: PackageFiles,
		private readonly place: MetadataPlace,
		private readonly names: InstalledNames,
	) {
		const { path, isFile } = place;
		this.metadata = new Lazy(() => {
			const text =
				(isFile ? files.readText(path) : (files.readText(`${path}/METADATA`) ?? files.readText(`${path}/PKG-INFO`))) ?? "";
			const parsed = parseMetadata(text);
			const listed = isFile ? null : files.readText(`${path}/requires.txt`);
			return {
				...parsed,
				name: parsed.name || place.name,
				version: parsed.version || place.version,
				requires: parsed.requires.length > 0 || listed === null ? parsed.requires : readEggRequires(listed),
			};
		});
	}

	get name(): string {
		return this.metadata.value.name;
	}
	get version(): string {
		const { isWheel, version } = this.place;
		return isWheel && version !== "" ? version : this.metadata.value.version;
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
		return this.place.isFile ? [this.place.name] : this.names.of(this.place.path);
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
function parseMetadata(text: string): Metadata {
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
