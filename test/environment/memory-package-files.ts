import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { PackageFiles } from "../../src/environment/package-files.ts";

/** A machine made of texts: path → content; `cache` shows what was kept. */
export interface MemoryPackageFiles extends PackageFiles {
	readonly cache: Map<string, string>;
	/** Paths whose text was asked for, in order. */
	readonly reads: string[];
}

/** `links` map a path to where it leads; `data` stands in for the bundled data, which is the real one where nothing is given. */
export function memoryPackageFiles(
	files: Readonly<Record<string, string>>,
	options: {
		readonly links?: Readonly<Record<string, string>>;
		readonly data?: Readonly<Record<string, string>>;
		readonly platform?: string;
	} = {},
): MemoryPackageFiles {
	const folders = new Map<string, Map<string, "file" | "folder">>();
	for (const path of Object.keys(files)) {
		const parts = path.split("/");
		for (let depth = 1; depth < parts.length; depth++) {
			const folder = parts.slice(0, depth).join("/") || "/";
			const entries = folders.get(folder) ?? new Map<string, "file" | "folder">();
			entries.set(parts[depth] ?? "", depth === parts.length - 1 ? "file" : "folder");
			folders.set(folder, entries);
		}
	}
	const cache = new Map<string, string>();
	const reads: string[] = [];
	return {
		platform: options.platform ?? "linux",
		cache,
		reads,
		readText(path) {
			reads.push(path);
			return files[path] ?? null;
		},
		stampOf: (path) => (files[path] === undefined ? null : `${files[path].length}`),
		listFolder: (path) => folders.get(path) ?? null,
		realPath: (path) => options.links?.[path] ?? (files[path] !== undefined || folders.has(path) ? path : null),
		readData: (name) => (options.data === undefined ? bundled(name) : (options.data[name] ?? null)),
		openData: () => null,
		readCache: (key) => cache.get(key) ?? null,
		writeCache: (key, text) => void cache.set(key, text),
	};
}

function bundled(name: string): string | null {
	try {
		const bytes = readFileSync(new URL(`../../data/${name}`, import.meta.url));
		return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
	} catch {
		return null;
	}
}
