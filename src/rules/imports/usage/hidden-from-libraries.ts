import type { ImportNeed } from "../../../environment/module-table.ts";
import { isAtHand, libraryNeeds, loadedByServer, topOf } from "../../../project/imports/library-needs.ts";
import { loadedBeforeTarget } from "../../../project/imports/simulator/builtins.ts";
import type { ExternalImport } from "../../../project/imports/trace.ts";
import type { Module, Project } from "../../../project/project.ts";
import { boundNames } from "../../../python/scopes.ts";

/** A library asks for a package, and finds an own module of that name that does not have what it needs. */
export interface HiddenNeed {
	/** Top-level name of the own module. */
	readonly name: string;
	/** The module of the library that asks. */
	readonly importer: string;
	/** The import of the project that leads there. */
	readonly own: ExternalImport;
	/** The line that Python prints. */
	readonly error: string;
}

/**
 * What the imports of the project ask for, by way of a library, that fails because an own top-level module hides it; for each own
 * module the first, in order. What the server has imported for itself is in `sys.modules`, where no file can hide it.
 */
export function listHiddenNeeds(project: Project): HiddenNeed[] {
	const hiding = ownModulesInFront(project);
	if (hiding.size === 0) return [];
	const seen = new Set<string>();
	for (const name of loadedByServer(project.environment, seen)) hiding.delete(name);
	const starts = project.trace.externalImports
		.filter(({ reached, guarded, deferred }) => reached && !guarded && !deferred)
		.toSorted((a, b) => a.order - b.order);
	const found = new Map<string, HiddenNeed>();
	for (const own of starts) {
		const isSpared = (name: string) => hiding.has(name) || isAtHand(name);
		for (const { module, need, error } of libraryNeeds(project.environment, own.module, seen, isSpared)) {
			const name = topOf(need.module);
			const hidden = hiding.get(name);
			const refused = hidden === undefined || found.has(name) ? null : refusal(project, hidden, need);
			if (refused !== null) found.set(name, { name, importer: module, own, error: error ?? refused });
		}
	}
	return [...found.values()];
}

/** An own module, and the names that it may have; null where nobody can tell. */
interface Hiding {
	readonly own: Module;
	readonly names: ReadonlySet<string> | null;
}

/** Own top-level modules of the server's working directory that have the name of a standard or an installed module. */
function ownModulesInFront({ environment, trace, modules, backend }: Project): Map<string, Hiding> {
	const folder = backend === "" ? "" : `${backend}/`;
	const hiding = new Map<string, Hiding>();
	for (const [name, own] of modules) {
		if (name.includes(".") || isAtHand(name) || loadedBeforeTarget.has(name) || own.tree.errors.length > 0) continue;
		// Python's own tests, which no library imports; many a backend has a folder of that name.
		if (name === "test") continue;
		if (own.path !== `${folder}${name}.py` && own.path !== `${folder}${name}/__init__.py`) continue;
		if (!environment.isStdlib(name) && environment.findModule(name).found !== "present") continue;
		const namespace = trace.runs.get(name)?.namespace;
		const names = new Set([...boundNames(own.tree.body), ...(namespace?.names.keys() ?? [])]);
		const isOpen = namespace?.dynamic === true || names.has("__getattr__") || names.has("*") || bindsUnseen.test(own.text);
		hiding.set(name, { own, names: isOpen ? null : names });
	}
	return hiding;
}

/** Ways to give a module names, or submodules, that no statement shows. */
const bindsUnseen = /import\s*\*|\bglobals\(|\bvars\(|\bsetattr\(|\bexec\(|__path__|sys\.modules/;

/** What Python prints where the own module cannot answer the import; null where it can, or nobody can tell. */
function refusal(project: Project, { own, names }: Hiding, need: ImportNeed): string | null {
	if (names === null) return null;
	if (need.module !== own.name) {
		const missing = firstMissing(project, need.module);
		if (missing === null) return null;
		const isPlain = !own.isPackage && missing.split(".").length === 2;
		return `ModuleNotFoundError: No module named '${missing}'${isPlain ? `; '${own.name}' is not a package` : ""}`;
	}
	const absent = need.names.find(
		(name) => !names.has(name) && !name.startsWith("__") && !isOwnModule(project, `${own.name}.${name}`),
	);
	if (absent === undefined) return null;
	return `ImportError: cannot import name '${absent}' from '${own.name}' (${project.root}/${own.path})`;
}

/** The shortest part of a dotted name, from its second on, that is no own module. */
function firstMissing(project: Project, dotted: string): string | null {
	const parts = dotted.split(".");
	for (let length = 2; length <= parts.length; length++) {
		const name = parts.slice(0, length).join(".");
		if (!isOwnModule(project, name)) return name;
	}
	return null;
}

/** A module, or a folder that holds some. */
function isOwnModule({ modules }: Project, name: string): boolean {
	return modules.has(name) || [...modules.keys()].some((module) => module.startsWith(`${name}.`));
}
