import { isSimilarName } from "./imports/nearest-module.ts";
import type { Project } from "./project.ts";

/** What is looked for in the place of a path where nothing is. */
export interface Wanted {
	/** True for a file, which one of nearly the same name in the same folder may stand for. */
	readonly isFile: boolean;
	/** True where the only file of its kind in the folder may be meant, whatever its name. */
	readonly mayBeOnlyOne: boolean;
}

/** The only path of the repository that has the same name, or in the same folder nearly the same; both paths count from its root. */
export function meantPath(project: Project, path: string, { isFile, mayBeOnlyOne }: Wanted): string | null {
	const name = path.slice(path.lastIndexOf("/") + 1);
	const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
	const all: string[] = [];
	const near: string[] = [];
	for (const [each, names] of project.listings ?? []) {
		if (names.has(name)) all.push(each === "" ? name : `${each}/${name}`);
		if (each !== folder || !isFile) continue;
		for (const other of names) if (isNearName(name, other)) near.push(each === "" ? other : `${each}/${other}`);
	}
	if (near.length === 0 && all.length === 0 && mayBeOnlyOne) all.push(...filesOfKind(project, folder, name));
	const [only, ...others] = near.length > 0 ? near : all;
	return only !== undefined && others.length === 0 ? only : null;
}

/** Is one of the names nearly the other, or the other with another ending? */
export function isNearName(name: string, other: string): boolean {
	return name === other || stemOf(name) === stemOf(other) || isSimilarName(other, name);
}

function filesOfKind(project: Project, folder: string, name: string): readonly string[] {
	const kind = /\.(json|ya?ml|toml|ini|cfg|txt|csv|pem|sql)$/i.exec(name)?.[0];
	if (kind === undefined || folder === "") return [];
	const names = project.listings?.get(folder) ?? new Set<string>();
	return [...names].filter((each) => each.endsWith(kind)).map((each) => `${folder}/${each}`);
}

function stemOf(name: string): string {
	return name.replace(/\.(yaml|yml|json|toml|ini|txt|cfg|conf)$/i, "").toLowerCase();
}
