import type { ImportNeed } from "../../../environment/module-table.ts";
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

/** What the console script `uvicorn` imports while its own folder, not yet the working directory, is the first of `sys.path`. */
const server = "uvicorn.main";

/** What it imports besides where `watchfiles` is installed, as `uvicorn[standard]` has it. */
const reloader = "uvicorn.supervisors.watchfilesreload";

/**
 * What the imports of the project ask for, by way of a library, that fails because an own top-level module hides it; for each own
 * module the first, in order. What the server has imported for itself is in `sys.modules`, where no file can hide it.
 */
export function listHiddenNeeds(project: Project): HiddenNeed[] {
	const hiding = ownModulesInFront(project);
	if (hiding.size === 0) return [];
	const seen = new Set<string>();
	const hasReloader = project.environment.findModule("watchfiles").found === "present";
	for (const start of hasReloader ? [server, reloader] : [server])
		for (const { need } of runImports(project, start, seen, isAtHand)) hiding.delete(topOf(need.module));
	const starts = project.trace.externalImports
		.filter(({ reached, guarded, deferred }) => reached && !guarded && !deferred)
		.toSorted((a, b) => a.order - b.order);
	const found = new Map<string, HiddenNeed>();
	for (const own of starts) {
		for (const { module, need } of runImports(project, own.module, seen, (name) => hiding.has(name) || isAtHand(name))) {
			const name = topOf(need.module);
			const hidden = hiding.get(name);
			const error = hidden === undefined || found.has(name) ? null : refusal(project, hidden, need);
			if (error !== null) found.set(name, { name, importer: module, own, error });
		}
	}
	return [...found.values()];
}

/** What importing a module asks for, module by module, depth first as Python runs them; a loop, because chains of imports are long. */
function* runImports(
	project: Project,
	start: string,
	seen: Set<string>,
	isSpared: (topLevelName: string) => boolean,
): Generator<{ readonly module: string; readonly need: ImportNeed }> {
	const pending = [start];
	for (let module = pending.pop(); module !== undefined; module = pending.pop()) {
		if (seen.has(module) || (module !== start && isSpared(topOf(module)))) continue;
		const parent = module.slice(0, Math.max(0, module.lastIndexOf(".")));
		if (parent !== "" && !seen.has(parent)) {
			pending.push(module, parent);
			continue;
		}
		seen.add(module);
		const next: string[] = [];
		for (const need of needsOf(project, module)) {
			yield { module, need };
			next.push(need.module, ...submodulesAsked(project.environment, need));
		}
		pending.push(...next.toReversed());
	}
}

/**
 * Top-level standard modules that no file can hide: built into the interpreter, frozen, or imported while it starts, on some Python
 * from 3.8 to 3.14. Measured from `sys.builtin_module_names`, `_imp.is_frozen` and `sys.modules`.
 */
const atHand = new Set(
	(
		"abc array atexit binascii builtins bz2 cmath codecs encodings errno faulthandler fcntl gc genericpath grp imp io itertools lzma marshal math " +
		"mmap ntpath os posix posixpath pwd pyexpat readline resource runpy select signal site spwd stat sys syslog termios thread time " +
		"unicodedata xxsubtype zipimport zlib"
	).split(" "),
);

function isAtHand(topLevelName: string): boolean {
	return atHand.has(topLevelName) || topLevelName.startsWith("_");
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

function needsOf({ environment }: Project, name: string): readonly ImportNeed[] {
	const found = environment.findModule(name);
	if (found.found !== "present" || found.module.kind !== "source") return [];
	return found.module.needs().filter((need) => need.unless === undefined);
}

function submodulesAsked(environment: Project["environment"], { module, names }: ImportNeed): string[] {
	const found = environment.findModule(module);
	if (found.found !== "present") return [];
	return names.flatMap((name) => {
		const looked = found.module.lookup(name);
		return looked.found === "present" && looked.entry.kind === "submodule" ? [looked.entry.module] : [];
	});
}

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

function topOf(module: string): string {
	return module.split(".")[0] ?? module;
}
