import { isAtHand, libraryNeeds, loadedByServer, topOf } from "../library-needs.ts";
import { loadedBeforeTarget } from "./builtins.ts";
import type { Machine } from "./machine.ts";

/** Own modules that libraries find in the place of a standard or an installed one, and what has been followed to see it. */
export interface HiddenModules {
	/** Their top-level names. */
	readonly names: ReadonlySet<string>;
	/** Modules of libraries that have run. */
	readonly seen: Set<string>;
}

/** Dotted names that importing a library asks for and finds in the project: `secrets`, by way of starlette's sessions, beside a `secrets.py`. */
export function* hiddenModulesAsked(machine: Machine, library: string): Generator<string> {
	machine.hidden ??= hiddenModules(machine);
	const { names, seen } = machine.hidden;
	if (names.size === 0) return;
	for (const { need } of libraryNeeds(machine.environment, library, seen, (name) => names.has(name) || isAtHand(name)))
		if (names.has(topOf(need.module))) yield need.module;
}

function hiddenModules({ path, listing, resolver, environment }: Machine): HiddenModules {
	const names = new Set<string>();
	const seen = new Set<string>();
	for (const folder of path.front) {
		for (const entry of listing(folder) ?? []) {
			const name = entry.replace(/\.py$/, "");
			// Python's own tests, which no library imports; many a backend has a folder of that name.
			if (name === "test" || isAtHand(name) || loadedBeforeTarget.has(name)) continue;
			if (resolver.findIn(folder, name)?.type !== "module") continue;
			if (environment.isStdlib(name) || environment.findModule(name).found === "present") names.add(name);
		}
	}
	if (names.size > 0) for (const name of loadedByServer(environment, seen)) names.delete(topOf(name));
	return { names, seen };
}
