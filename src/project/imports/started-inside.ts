import type { Module } from "../project.ts";
import { parentOf, type Resolver } from "./resolver.ts";

/**
 * The folder above the server's, where the server is started inside the very package that its imports start from: each of them then
 * fails for one reason, that Python does not look in the folder above. Null elsewhere.
 */
export function folderAbove(
	backend: string,
	modules: ReadonlyMap<string, Module>,
	resolver: Resolver,
	top: string,
): string | null {
	if (backend === "" || backend.split("/").at(-1) !== top || resolver.findIn(backend, top) !== null) return null;
	const above = parentOf(backend);
	let count = 0;
	for (const { tree } of modules.values()) {
		for (const statement of tree.body) {
			const names =
				statement.type === "Import"
					? statement.names.map(({ name }) => name.name)
					: statement.type === "ImportFrom" && statement.level === 0
						? [statement.module]
						: [];
			for (const name of names) {
				if (name !== top && !name.startsWith(`${top}.`)) continue;
				const folder = `${above === "" ? "" : `${above}/`}${parentOf(name.replaceAll(".", "/"))}`.replace(/\/$/, "");
				if (resolver.findIn(folder, name.slice(name.lastIndexOf(".") + 1)) === null) return null;
				count++;
			}
		}
	}
	return count >= fewest ? above : null;
}

/** Fewer imports than this may as well be slips of their own. */
const fewest = 3;
