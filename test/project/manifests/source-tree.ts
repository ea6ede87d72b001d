import type { SourceFile, SourceTree } from "../../../src/project/project.ts";

/** Files in memory, path → text. */
export function sourceTree(files: Readonly<Record<string, string>>): SourceTree {
	return new Map(Object.entries(files).map(([path, text]): [string, SourceFile] => [path, { path, text, sha256: "" }]));
}
