import { foldersInstalledFrom } from "../project/imports/local-packages.ts";
import { readManifests } from "../project/manifests/read-manifests.ts";
import type { SourceTree } from "../project/project.ts";

/**
 * Folders beside a backend that its manifests install from, and those that its code may put on `sys.path`, relative to the root and
 * the nearest first: what the texts of such a line name (`parents[2] / "packages"`), below each folder on the way from the backend up. Whether they are there is not asked.
 */
export function foldersOnPath(files: SourceTree, backend: string): readonly string[] {
	const named = new Set<string>();
	for (const { text, path } of files.values()) {
		if (!path.endsWith(".py") || !text.includes("sys.path.")) continue;
		for (const line of text.split("\n")) if (/\bsys\.path\.(insert|append)\b/.test(line)) named.add(folderNamed(line));
	}
	named.delete("");
	const isOther = (folder: string) => folder !== "." && folder !== backend && !folder.startsWith(`${backend}/`);
	const required = foldersInstalledFrom(readManifests(files, backend)).filter(isOther);
	const above = backend.split("/").map((_, index, parts) => parts.slice(0, parts.length - 1 - index).join("/"));
	return [...required, ...above.flatMap((folder) => [...named].map((name) => (folder === "" ? name : `${folder}/${name}`)))];
}

/** The texts of a line as one path, without its steps upwards; "" where there is none, or it is absolute. */
function folderNamed(line: string): string {
	const texts = [...line.matchAll(/"([\w./-]+)"|'([\w./-]+)'/g)].map((match) => match[1] ?? match[2] ?? "");
	if (texts.some((text) => text.startsWith("/"))) return "";
	return texts
		.flatMap((text) => text.split("/"))
		.filter((part) => !/^\.*$/.test(part))
		.join("/");
}
