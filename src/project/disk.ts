import type { Project } from "./project.ts";

/** What lies at a path: `missing` only where the folder around it was looked into. */
export type DiskEntry = "there" | "missing" | "unknown";

/** What lies at an absolute path, or at one relative to the server's working directory. */
export function entryAt(project: Project, path: string): DiskEntry {
	const relative = pathInRepository(project, path);
	if (relative === null) return "unknown";
	if (relative === "") return "there";
	for (const file of project.files.keys()) if (file === relative || file.startsWith(`${relative}/`)) return "there";
	if (project.listings === undefined) return "unknown";
	const parts = relative.split("/");
	for (const [index, part] of parts.entries()) {
		const names = project.listings.get(parts.slice(0, index).join("/"));
		if (names === undefined) return "unknown";
		if (!names.has(part)) return "missing";
	}
	return "there";
}

/** Is there certainly no folder (or no file) at that path: nothing at all, or something of the other kind? */
export function lacks(project: Project, path: string, wanted: "file" | "folder"): boolean {
	const relative = pathInRepository(project, path);
	if (relative === null) return false;
	if (entryAt(project, path) === "missing") return true;
	return wanted === "file" ? isFolder(project, relative) : isFile(project, relative);
}

/** Is it a file that was read, or one of those that are not read (`shop.txt`), which no folder that was walked is called? */
function isFile(project: Project, relative: string): boolean {
	if (project.files.has(relative)) return true;
	return /\.[a-z0-9]{1,5}$/i.test(relative) && project.listings?.has(relative) === false;
}

function isFolder(project: Project, relative: string): boolean {
	return relative === "" || project.listings?.has(relative) === true;
}

/** The path relative to the repository's root; null where it lies outside. */
export function pathInRepository(project: Project, path: string): string | null {
	const base = project.workingDirectory === "" ? project.root : `${project.root}/${project.workingDirectory}`;
	const absolute: string[] = [];
	for (const part of (path.startsWith("/") ? path : `${base}/${path}`).split("/")) {
		if (part === "..") absolute.pop();
		else if (part !== "" && part !== ".") absolute.push(part);
	}
	const normal = `/${absolute.join("/")}`;
	if (normal === project.root) return "";
	return normal.startsWith(`${project.root}/`) ? normal.slice(project.root.length + 1) : null;
}
