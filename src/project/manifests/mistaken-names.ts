import data from "../../../data/mistaken-names.json" with { type: "json" };
import { normalizeName } from "../../environment/environment.ts";
import type { Project } from "../project.ts";
import type { Requirement } from "./manifest.ts";

/** A name that is declared where another distribution is meant; recorded from real installations, see scripts/mistaken-names. */
export interface MistakenName {
	/** PEP 503 name as declared: `jose`. */
	readonly name: string;
	/** The module that code imports when it means the other one. */
	readonly module: string;
	/** The distribution that provides it: `python-jose`. */
	readonly meant: string;
	/**
	 * `refused`: pip cannot install it, and so installs nothing of the list. `broken`: its module does not import on
	 * Python 3. `absent`: it brings no such module. `other`: a package of another author under the same module name.
	 * `forwards`: it requires the one that is meant, and so works. `misspelt`: nobody knows a package of this name.
	 */
	readonly outcome: "refused" | "broken" | "absent" | "other" | "forwards" | "misspelt";
	/** The line that pip or Python prints; `""` for `other`. */
	readonly error: string;
	/** For `other`: the package's modules with their names (null: it does not import); null for the rest. */
	readonly modules: ModuleNames | null;
	/** Those of them that the distribution meant does not have; null for the rest. */
	readonly own: ModuleNames | null;
}

/** Module → its names, or null where it does not import. */
export type ModuleNames = Readonly<Record<string, readonly string[] | null>>;

const outcomes = ["refused", "broken", "absent", "other", "forwards"] as const;

interface RecordedName {
	readonly module: string;
	readonly meant: string;
	readonly outcome: string;
	readonly error: string;
	readonly modules?: ModuleNames;
	readonly own?: ModuleNames;
}

const recorded: Readonly<Record<string, RecordedName>> = data.names;

const byName: ReadonlyMap<string, MistakenName> = new Map(
	Object.entries(recorded).map(([name, { module, meant, outcome, error, modules = null, own = null }]) => [
		name,
		{ name, module, meant, outcome: outcomes.find((each) => each === outcome) ?? "other", error, modules, own },
	]),
);

/** Those that bring a module of the same name as the distribution that is meant, by that module. */
const rivals = new Map<string, MistakenName[]>();
for (const mistaken of byName.values())
	if (mistaken.outcome === "other" || mistaken.outcome === "broken")
		rivals.set(mistaken.module, [...(rivals.get(mistaken.module) ?? []), mistaken]);

/** What is known of a declared name that is not the package people mean by it; undefined for all others. */
export function findMistakenName(requirement: Requirement): MistakenName | undefined {
	return requirement.url === null ? byName.get(requirement.normalized) : undefined;
}

/** Is the module of this import declared under a mistaken name? Then that is the fault, not a missing declaration. */
export function isMistakenlyDeclared(importName: string, project: Project): boolean {
	const top = importName.split(".")[0];
	return project.manifests.some(({ requirements }) =>
		requirements.some((requirement) => {
			const mistaken = findMistakenName(requirement);
			return mistaken !== undefined && mistaken.module === top && normalizeName(mistaken.meant) !== requirement.normalized;
		}),
	);
}

/**
 * Is what is installed under this module's name another author's package, while the list names it or the one that is meant? What it
 * lacks is then no fault of the line that asks for it.
 */
export function isAnotherAuthors(module: string, { environment, manifests }: Project): boolean {
	const { distributions } = environment;
	return (rivals.get(module.split(".")[0] ?? module) ?? []).some(({ name, meant }) => {
		const wanted = normalizeName(meant);
		if (!distributions.has(name) || distributions.has(wanted)) return false;
		const primary = manifests.filter((manifest) => manifest.primary).flatMap(({ requirements }) => requirements);
		return primary.some(({ normalized, url }) => url === null && (normalized === name || normalized === wanted));
	});
}
