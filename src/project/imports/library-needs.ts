import type { Environment } from "../../environment/environment.ts";
import type { ImportNeed } from "../../environment/module-table.ts";

/** One import that a module of a library makes at its top. */
export interface LibraryNeed {
	/** The module of the library that asks. */
	readonly module: string;
	readonly need: ImportNeed;
	/** The line that is printed where it fails, if a module on the way catches the ImportError and raises another; else null. */
	readonly error: string | null;
}

type Step =
	| { readonly type: "run"; readonly module: string; readonly error: string | null }
	| ({ readonly type: "ask" } & LibraryNeed);

/**
 * What importing a module asks for, in the order in which Python asks: what an import names has run before its names are looked up.
 * Modules in `seen` have run already, and those whose top-level name is spared are not followed. A loop, because chains of imports are long.
 */
export function* libraryNeeds(
	environment: Environment,
	start: string,
	seen: Set<string>,
	isSpared: (topLevelName: string) => boolean,
): Generator<LibraryNeed> {
	const pending: Step[] = [{ type: "run", module: start, error: null }];
	for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
		const { module, error } = step;
		if (step.type === "ask") {
			yield step;
			for (const submodule of submodulesAsked(environment, step.need).toReversed())
				pending.push({ type: "run", module: submodule, error });
			continue;
		}
		if (seen.has(module) || (module !== start && isSpared(topOf(module)))) continue;
		const parent = module.slice(0, Math.max(0, module.lastIndexOf(".")));
		if (parent !== "" && !seen.has(parent)) {
			pending.push(step, { type: "run", module: parent, error });
			continue;
		}
		seen.add(module);
		for (const need of needsOf(environment, module).toReversed()) {
			// The outermost handler has the last word.
			const printed = error ?? need.error;
			pending.push({ type: "ask", module, need, error: printed }, { type: "run", module: need.module, error: printed });
		}
	}
}

/** What the compiled halves of standard modules ask for when they are loaded, which no source shows (Modules/_decimal/_decimal.c). */
const compiledNeeds: Readonly<Record<string, ImportNeed>> = {
	decimal: { module: "numbers", names: ["Number"], error: "AttributeError: module 'numbers' has no attribute 'Number'" },
};

function needsOf(environment: Environment, name: string): readonly ImportNeed[] {
	const found = environment.findModule(name);
	if (found.found !== "present") return [];
	const written = found.module.kind === "source" ? found.module.needs().filter((need) => need.unless === undefined) : [];
	const compiled = Object.hasOwn(compiledNeeds, name) && environment.isStdlib(name) ? compiledNeeds[name] : undefined;
	return compiled === undefined ? written : [...written, compiled];
}

function submodulesAsked(environment: Environment, { module, names }: ImportNeed): string[] {
	const found = environment.findModule(module);
	if (found.found !== "present") return [];
	return names.flatMap((name) => {
		const looked = found.module.lookup(name);
		return looked.found === "present" && looked.entry.kind === "submodule" ? [looked.entry.module] : [];
	});
}

/** What the console script `uvicorn` imports while its own folder, not yet the working directory, is the first of `sys.path`. */
const server = "uvicorn.main";

/** What it imports besides where `watchfiles` is installed, as `uvicorn[standard]` has it. */
const reloader = "uvicorn.supervisors.watchfilesreload";

/** Top-level names that the server has imported for itself, where no file of the project can hide them any more; adds their modules to `seen`. */
export function loadedByServer(environment: Environment, seen: Set<string>): ReadonlySet<string> {
	const hasReloader = environment.findModule("watchfiles").found === "present";
	const loaded = new Set<string>();
	for (const start of hasReloader ? [server, reloader] : [server])
		for (const { need } of libraryNeeds(environment, start, seen, isAtHand)) loaded.add(topOf(need.module));
	return loaded;
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

export function isAtHand(topLevelName: string): boolean {
	return atHand.has(topLevelName) || topLevelName.startsWith("_");
}

export function topOf(module: string): string {
	return module.split(".")[0] ?? module;
}
