import { startUpRequirements } from "../manifests/declared.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { readManifests } from "../manifests/read-manifests.ts";
import type { Project } from "../project.ts";
import { joinFolder } from "./folders.ts";
import type { Start } from "./start.ts";

/**
 * How a start command compares with the one that a project was read for, as far as the code that start-up reaches can tell: `same`,
 * `no-env-file` where only the `.env` files do not lie there, `other`.
 */
export type Likeness = "same" | "no-env-file" | "other";

/** Compares module, factory, working directory, search path and the files that start-up reaches. */
export function likenessOf(project: Project, start: Start): Likeness {
	const { target } = project;
	const { place, image, command } = start;
	if (target === null || place === null) return "other";
	const named = command.target;
	if (named.module !== target.module || named.attribute !== target.attribute || named.factory !== target.factory) return "other";
	if (!installsTheSame(project, start)) return "other";
	const { workingDirectory, searchPath } = project;
	if (place.searchPath.length !== searchPath.length) return "other";
	const folders = [workingDirectory, ...searchPath];
	const places = [place.workingDirectory, ...place.searchPath];
	if (image === null) return folders.every((folder, index) => folder === places[index]) ? "same" : "other";
	const isBelow = (path: string, folder: string, there: string) => {
		if (folder !== "" && !path.startsWith(`${folder}/`)) return false;
		const inner = path.slice(folder === "" ? 0 : folder.length + 1);
		return image.files.get(joinFolder(there, inner)) === path;
	};
	// Modules are looked for on the search path alone, which need not hold the working directory.
	const isImported = (path: string) => searchPath.some((folder, index) => isBelow(path, folder, place.searchPath[index] ?? ""));
	if (!reachedPaths(project).every(isImported)) return "other";
	const isThere = (path: string) => folders.some((folder, index) => isBelow(path, folder, places[index] ?? ""));
	return envFilesOf(project).every(isThere) ? "same" : "no-env-file";
}

/** Do both start-up files install the same lists, groups and packages? */
function installsTheSame(project: Project, { dockerfile }: Start): boolean {
	if (dockerfile === null || project.manifests.some(({ installedBy }) => installedBy?.startsWith(`${dockerfile}:`))) return true;
	const installed = (manifests: readonly Manifest[]) =>
		startUpRequirements(manifests)
			.map(({ normalized }) => normalized)
			.sort()
			.join();
	return installed(readManifests(project.files, project.backend, dockerfile)) === installed(project.manifests);
}

function reachedPaths(project: Project): string[] {
	return [...project.trace.runs.values()].flatMap((run) => (run.reached ? [run.module.path] : []));
}

/** The `.env` files that the backend reads and that are there. */
export function envFilesOf(project: Project): string[] {
	const usual = joinFolder(project.workingDirectory, ".env");
	const named = project.trace.settings.flatMap(({ envFiles }) => envFiles ?? []);
	return [...new Set([usual, ...named])].filter((path) => project.files.has(path));
}
