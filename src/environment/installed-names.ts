import { createHash } from "node:crypto";
import type { PackageFiles } from "./package-files.ts";

/** Bumped whenever other names are read: older ones are then not read. */
const namesFormat = 1;

/** What was read of one distribution, and what its list of files looked like then. */
type KeptNames = readonly [stamp: string, names: readonly string[]];

/**
 * The import names of installed distributions. Their lists of files are long, and a question about one module asks all of them, so
 * what was read is kept in the cache for as long as those lists stay as they are.
 */
export class InstalledNames {
	private readonly key: string;
	private kept: Map<string, KeptNames> | null = null;

	/** `paths` are the metadata folders of all distributions. */
	constructor(
		private readonly files: PackageFiles,
		private readonly paths: readonly string[],
	) {
		this.key = `names-${namesFormat}/${createHash("sha1").update(paths.join("\n")).digest("hex")}`;
	}

	/** Top-level import names of the distribution whose metadata lies there. */
	of(path: string): readonly string[] {
		this.kept ??= parseKept(this.files.readCache(this.key));
		const known = this.kept.get(path);
		const stamp = stampOf(this.files, path);
		if (stamp === null) return readNames(this.files, path);
		if (known?.[0] === stamp) return known[1];
		this.refresh(this.kept);
		return this.kept.get(path)?.[1] ?? [];
	}

	/** Reads whatever changed, at one go: the next question would be about another distribution. */
	private refresh(kept: Map<string, KeptNames>): void {
		for (const path of this.paths) {
			const stamp = stampOf(this.files, path);
			if (stamp !== null && kept.get(path)?.[0] !== stamp) kept.set(path, [stamp, readNames(this.files, path)]);
		}
		this.files.writeCache(this.key, JSON.stringify([...kept]));
	}
}

/** What shows whether a distribution was installed anew; null where it has no list of files. */
function stampOf(files: PackageFiles, path: string): string | null {
	return files.stampOf(`${path}/RECORD`) ?? files.stampOf(`${path}/SOURCES.txt`);
}

/** From the list of files or, failing that, top_level.txt. */
function readNames(files: PackageFiles, path: string): readonly string[] {
	const record = files.readText(`${path}/RECORD`) ?? files.readText(`${path}/SOURCES.txt`);
	const names = new Set<string>();
	for (const line of (files.readText(`${path}/top_level.txt`) ?? "").split(/\s+/)) if (/^[\w.]+$/.test(line)) names.add(line);
	for (const match of (record ?? "").matchAll(/^"?([A-Za-z_]\w*)(?:\/[^,\n]*?\.(?:py|so|pyd)|(?:\.[\w-]+)*\.(?:py|so|pyd))"?,/gm))
		if (match[1] !== undefined) names.add(match[1]);
	names.delete("__pycache__");
	return [...names];
}

/** A cache that somebody else wrote, or half of one, is as good as none. */
function parseKept(text: string | null): Map<string, KeptNames> {
	try {
		const entries: unknown = JSON.parse(text ?? "[]");
		return new Map(Array.isArray(entries) ? entries.filter(isEntry) : []);
	} catch {
		return new Map();
	}
}

function isEntry(entry: unknown): entry is [string, KeptNames] {
	if (!Array.isArray(entry) || typeof entry[0] !== "string" || !Array.isArray(entry[1])) return false;
	const [stamp, names]: unknown[] = entry[1];
	return typeof stamp === "string" && Array.isArray(names) && names.every((name) => typeof name === "string");
}
