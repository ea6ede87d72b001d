import type { SourceTree, StartPlace } from "../project.ts";
import type { ComposeService } from "./compose-file.ts";
import type { ContainerImage } from "./container-image.ts";
import { joinFolder, moduleFiles } from "./folders.ts";
import type { StartCommand } from "./start-commands.ts";

/** An image with folders of the repository laid over it: a mount hides what the image has at its place. */
export function mountedImage(files: SourceTree, built: ContainerImage | null, mounts: ComposeService["mounts"]): ContainerImage {
	const image = built ?? { files: new Map<string, string>(), workingDirectory: "", variables: new Map(), isComplete: true };
	if (mounts.length === 0) return image;
	const seen = new Map(image.files);
	for (const { place, source } of mounts) {
		const at = joinFolder("", place);
		const inside = at === "" ? "" : `${at}/`;
		for (const path of [...seen.keys()]) if (path === at || path.startsWith(inside)) seen.delete(path);
		const prefix = source === "" ? "" : `${source}/`;
		for (const path of files.keys()) {
			if (path === source) seen.set(at, path);
			else if (path.startsWith(prefix)) seen.set(inside + path.slice(prefix.length), path);
		}
	}
	return { ...image, files: seen };
}

/**
 * The folder of an image that the target's module is imported from, as FastAPI's own command finds it. Where the file is nowhere, that
 * is the folder in which it looks in vain; null where that cannot be told.
 */
export function importFolderIn(
	{ files, isComplete, workingDirectory }: ContainerImage,
	{ importFolder, target }: StartCommand,
): string | null {
	if (importFolder === null) return null;
	const names = moduleFiles(target.module);
	for (const [path, original] of files)
		for (const name of names)
			if (original === joinFolder(importFolder, name) && `/${path}`.endsWith(`/${name}`))
				return path.slice(0, Math.max(0, path.length - name.length - 1));
	return isComplete ? workingDirectory : null;
}

/** What a place in an image is in the repository. */
export interface RepositoryPlace {
	readonly origin: StartPlace | null;
	readonly folders: readonly string[];
	/** True where each folder of the place has one in the repository. */
	readonly isWhole: boolean;
}

/** The repository's folders that lie at a place of an image, so that what a module is called there it is called here. */
export function repositoryPlace(image: ContainerImage, place: StartPlace | null, module: string): RepositoryPlace {
	if (place === null) return { origin: null, folders: [], isWhole: false };
	const folderOf = (folder: string) => repositoryFolder(image, folder, module);
	const searchPath = place.searchPath.map(folderOf);
	const folders = searchPath.filter((folder) => folder !== null);
	const isWhole = folders.length === searchPath.length;
	const workingDirectory = folderOf(place.workingDirectory);
	return { origin: isWhole && workingDirectory !== null ? { workingDirectory, searchPath: folders } : null, folders, isWhole };
}

function repositoryFolder({ files }: ContainerImage, folder: string, module: string): string | null {
	for (const name of moduleFiles(module)) {
		const original = files.get(joinFolder(folder, name));
		if (original !== undefined && `/${original}`.endsWith(`/${name}`)) return outer(original, name);
	}
	const prefix = folder === "" ? "" : `${folder}/`;
	const counts = new Map<string, number>();
	for (const [path, original] of files) {
		const inner = path.slice(prefix.length);
		if (!path.startsWith(prefix) || !`/${original}`.endsWith(`/${inner}`)) continue;
		const found = outer(original, inner);
		counts.set(found, (counts.get(found) ?? 0) + 1);
	}
	const [best] = [...counts].sort(([, a], [, b]) => b - a);
	return best?.[0] ?? null;
}

function outer(path: string, inner: string): string {
	return path.slice(0, Math.max(0, path.length - inner.length - 1));
}
