import { posix } from "node:path";
import { normalizeName } from "../../environment/environment.ts";
import { startUpRequirements } from "../manifests/declared.ts";
import type { Manifest } from "../manifests/manifest.ts";
import type { SourceTree } from "../project.ts";

/**
 * Folders of the repository from which an installation of the manifests would import packages: those of `-e ../libs/shared`, of a
 * path of poetry or uv, and of a member of a workspace. Relative to the root.
 */
export function localPackageFolders(files: SourceTree, manifests: readonly Manifest[]): readonly string[] {
	const folders = new Set<string>();
	for (const { url, normalized, path } of startUpRequirements(manifests)) {
		if (url === null || url.includes("://")) continue;
		const folder = url === "workspace" ? memberCalled(files, normalized) : folderNamed(url, path);
		if (folder === null || !projectFiles.some((name) => files.has(posix.join(folder, name)))) continue;
		folders.add(sourceFolderOf(files, folder));
	}
	return [...folders];
}

/** Every folder of the repository that a manifest names to be installed from, for start-up or not; whether it is there is not asked. */
export function foldersInstalledFrom(manifests: readonly Manifest[]): readonly string[] {
	return manifests
		.flatMap(({ requirements }) => requirements)
		.flatMap(({ url, path }) => (url === null || url === "workspace" || url.includes("://") ? [] : [folderNamed(url, path)]))
		.filter((folder) => folder !== null);
}

const projectFiles = ["pyproject.toml", "setup.py", "setup.cfg"];

/** `file:../libs/shared[extra]`, seen from a manifest; null where it leads out of the repository. */
function folderNamed(url: string, manifest: string): string | null {
	const [named = ""] = url.replace(/^file:/, "").split("[");
	if (named.startsWith("/")) return null;
	const folder = posix.join(posix.dirname(manifest), named).replace(/\/$/, "");
	return folder === ".." || folder.startsWith("../") ? null : folder;
}

function memberCalled(files: SourceTree, normalized: string): string | null {
	for (const { path, text } of files.values()) {
		if (posix.basename(path) !== "pyproject.toml") continue;
		const name = /^name[ \t]*=[ \t]*["']([^"']+)["']/m.exec(text)?.[1];
		if (name !== undefined && normalizeName(name) === normalized) return posix.dirname(path);
	}
	return null;
}

/** Most tools look for packages in `src`, where there is one. */
function sourceFolderOf(files: SourceTree, folder: string): string {
	const source = posix.join(folder, "src");
	for (const path of files.keys()) if (path.startsWith(`${source}/`)) return source;
	return folder === "." ? "" : folder;
}
