import type { Environment } from "../../../environment/environment.ts";
import type { Module, Target } from "../../project.ts";
import { instantiateSettings } from "../../settings/read-settings.ts";
import { guessModules, isSimilarName, type ModuleGuess } from "../nearest-module.ts";
import type { Resolver } from "../resolver.ts";
import { folderAbove } from "../started-inside.ts";
import type { ImportTrace } from "../trace.ts";
import type { Value } from "../values.ts";
import { attribute } from "./attributes/attribute.ts";
import { call, moduleGetattr } from "./calls.ts";
import { evaluate } from "./expressions.ts";
import { constant } from "./external.ts";
import { firstRequest } from "./first-request.ts";
import { importModule, importSubmodule } from "./importing.ts";
import { endsSimulation, type Frame, type Machine, newNamespace } from "./machine.ts";
import { findServed, nothingServed } from "./served-object.ts";
import { startUp } from "./start-up.ts";
import { execute } from "./statements.ts";
import { bindsOf, borrowsAny, importedNames } from "./top-level-names.ts";

export interface SimulationInput {
	readonly root: string;
	/** The folder that the target is imported from, relative to the root. */
	readonly backend: string;
	/** The server's working directory, relative to the root. */
	readonly workingDirectory: string;
	/** Own folders on `sys.path`, relative to the root, in its order. */
	readonly searchPath: readonly string[];
	/** Folders behind it, from which packages of the repository itself would be imported once they are installed. */
	readonly localPackages: readonly string[];
	readonly target: Target | null;
	readonly environment: Environment;
	readonly resolver: Resolver;
	/** True where an installation of the project would put packages of its own beside the others. */
	readonly isInstallable: boolean;
	/** Own modules by the names they have from the working directory. */
	readonly modules: ReadonlyMap<string, Module>;
	/** Parses a file under a name; the same file may be imported under two. */
	readonly moduleAt: (path: string, name: string, isPackage: boolean) => Module | null;
	/** Names of all that lies in a folder of the repository; null where nobody looked. */
	readonly listing: (folder: string) => ReadonlySet<string> | null;
	readonly processEnvironment: Readonly<Record<string, string>>;
	/** The variables of a `.env` file, or null where there is no such file. */
	/** The encoding that a byte order mark in front of a file names; null where it has none. */
	readonly byteOrderMark: (path: string) => "utf-8" | "utf-16-le" | "utf-16-be" | null;
	readonly dotenvValues: (path: string) => ReadonlyMap<string, Value> | null;
	/** The text of a file; null where there is none, or it is no text. */
	readonly fileText: (path: string) => string | null;
	/** True where only what the target reaches is asked for. */
	readonly isAlone?: boolean;
}

/** Imports and starts the target, then imports every other module, which the report marks as not reached. */
export function simulate(input: SimulationInput): ImportTrace {
	const machine = createMachine(input);
	const { target } = input;
	let served = nothingServed;
	if (target !== null) {
		following(machine, () => importTarget(machine, target.module));
		following(machine, () => {
			served = findServed(machine, target, outsideFrame());
		});
		following(machine, () => startUp(machine, outsideFrame));
		firstRequest(machine, served.value, outsideFrame, (run) => following(machine, run));
	}
	const started = new Set([...machine.runs.values()].map(({ module }) => module.path));
	machine.reached = input.target === null;
	machine.stage = "import";
	for (const name of input.isAlone === true ? [] : input.modules.keys()) {
		if (machine.sysModules.has(name) || machine.runs.has(name)) continue;
		following(machine, () => importTarget(machine, name));
	}
	// A test or a script may import a file of the server by another name, or call it otherwise: that says nothing of the server.
	const ofStart = (reached: boolean, { path }: Module) => reached || !started.has(path);
	return {
		runs: machine.runs,
		circles: [...machine.circles.values()],
		failures: machine.failures.filter(({ reached, module }) => ofStart(reached, module)),
		calls: machine.calls.filter(({ reached, module }) => ofStart(reached, module)),
		classes: machine.classes.filter(({ reached, value }) => ofStart(reached, value.module)),
		functions: machine.functions.filter(({ reached, value }) => ofStart(reached, value.module)),
		settings: machine.settings.filter(({ call }) => ofStart(call.reached, call.module)),
		forgotten: machine.forgotten.filter(({ reached, module }) => ofStart(reached, module)),
		externalImports: machine.externalImports.filter(({ reached, importer }) => ofStart(reached, importer)),
		yielded: machine.yielded,
		served,
	};
}

function createMachine(input: SimulationInput): Machine {
	const names = [...input.modules.keys()];
	const endings = new Set(names.flatMap(tailsOf));
	const guessed = new Map<string, readonly ModuleGuess[]>();
	const definesAll = (name: string, wanted: readonly string[], requested: string): boolean | null => {
		const module = input.modules.get(name);
		if (module === undefined || wanted.length === 0) return null;
		const binds = bindsOf(module);
		const own = wanted.filter((each) => !input.modules.has(`${name}.${each}`));
		if (!own.every((each) => binds.has(each)) || borrowsAny(module, own, requested)) return false;
		// A plain file that imports the names is another user of them; one that defines them, or a package, is where they come from.
		return module.isPackage || !wanted.some((each) => importedNames(module).has(each)) || null;
	};
	/** Of quite another name, but the one module of the project that defines what is asked for. */
	const onlyDefiner = (name: string, wanted: readonly string[], importing: string | undefined): string | null => {
		if (wanted.length === 0 || !names.some((own) => own.split(".")[0] === name.split(".")[0])) return null;
		const definers = names.filter((own) => {
			const module = own === importing ? undefined : input.modules.get(own);
			return module !== undefined && wanted.every((each) => bindsOf(module).has(each) && !importedNames(module).has(each));
		});
		return definers.length === 1 ? (definers[0] ?? null) : null;
	};
	const machine: Machine = {
		environment: input.environment,
		resolver: input.resolver,
		root: input.root,
		workingDirectory: input.workingDirectory === "" ? input.root : `${input.root}/${input.workingDirectory}`,
		path: { front: [...input.searchPath], back: [...input.localPackages], dynamic: false },
		moduleAt: input.moduleAt,
		listing: input.listing,
		environ: new Map(
			Object.entries(input.processEnvironment).map(([key, value]) => [key, constant(value, { type: "environment", key })]),
		),
		environDynamic: false,
		dotenvValues: input.dotenvValues,
		byteOrderMark: input.byteOrderMark,
		fileText: input.fileText,
		patched: new Map(),
		sysModules: new Map(),
		runs: new Map(),
		failures: [],
		calls: [],
		classes: [],
		functions: [],
		settings: [],
		forgotten: [],
		yielded: new Map(),
		externalImports: [],
		handlers: [],
		caught: [],
		importStack: [],
		importing: null,
		hidden: null,
		circles: new Map(),
		uncertain: 0,
		doubts: 0,
		importDoubts: 0,
		unfollowed: 0,
		stage: "import",
		reached: true,
		order: 0,
		steps: 0,
		callDepth: 0,
		place: "statement",
		activeCalls: new Set(),
		evaluate: (frame, expression) => evaluate(machine, frame, expression),
		execute: (frame, body) => execute(machine, frame, body),
		call: (frame, callee, args, node) => call(machine, frame, callee, args, node),
		attribute: (frame, owner, name, node) => attribute(machine, frame, owner, name, node),
		importModule: (frame, request) => importModule(machine, frame, request),
		moduleGetattr: (frame, owner, name) => moduleGetattr(machine, frame, owner, name),
		importSubmodule: (record, name) => importSubmodule(machine, record, name),
		instantiateSettings: (frame, cls, args, made) => instantiateSettings(machine, frame, cls, args, made),
		willBind: (module, name) => bindsOf(module).has(name),
		mayBeOwn: (name) => {
			if (input.isInstallable) return false;
			const isEnding = endings.has(name) || tailsOf(name).some((tail) => input.modules.has(tail));
			return isEnding || (!name.includes(".") && names.some((own) => isSimilarName(own, name)));
		},
		folderAbove: (top) => folderAbove(input.backend, input.modules, input.resolver, top),
		guess: (name, wanted) => {
			// It is there, and something hides it: no other module is meant.
			if (input.modules.has(name)) return null;
			const importing = machine.importStack.at(-1);
			const key = `${name} ${wanted.join(" ")}`;
			const guesses = guessed.get(key) ?? guessModules(name, names, (module) => definesAll(module, wanted, name));
			guessed.set(key, guesses);
			const [best, second] = guesses.filter((each) => each.name !== importing);
			if (best === undefined || best.score < certainScore) return onlyDefiner(name, wanted, importing);
			return second !== undefined && best.score - second.score < 5 && best.score < 100 ? null : best.name;
		},
	};
	return machine;
}

/** The dotted name without its first part, without its first two, and so on: `core.config` and `config` of `app.core.config`. */
function tailsOf(name: string): string[] {
	return name.split(".").flatMap((_, index, parts) => (index === 0 ? [] : [parts.slice(index).join(".")]));
}

/** Below this a guess at what an import meant is not followed: a wrong turn would report what never runs. */
const certainScore = 75;

/** Runs a part of start-up; what ends the simulation early loses only what is behind it. */
function following(machine: Machine, run: () => void): void {
	try {
		run();
	} catch (error) {
		if (!endsSimulation(error)) throw error;
	} finally {
		machine.handlers.length = 0;
		machine.importStack.length = 0;
		machine.uncertain = 0;
		machine.activeCalls.clear();
		machine.callDepth = 0;
		machine.place = "statement";
	}
}

const nowhere: Module = {
	name: "",
	path: "",
	isPackage: false,
	text: "",
	get lines(): never {
		throw new Error("a frame outside every module has no lines");
	},
	tree: { type: "Module", start: 0, end: 0, body: [], errors: [], futures: new Set(), cutAt: null },
};

function outsideFrame(): Frame {
	const scope = newNamespace(null);
	return {
		module: nowhere,
		kind: "module",
		scope,
		enclosing: scope,
		globals: scope,
		walrusScope: scope,
		globalNames: new Set(),
		futures: new Set(),
		atYield: null,
	};
}

function importTarget(machine: Machine, name: string): void {
	let known = "";
	for (const part of name.split(".")) {
		const parent = known === "" ? null : machine.sysModules.get(known);
		known = known === "" ? part : `${known}.${part}`;
		const frame = outsideFrame();
		// An unresolvable target is a fault of the entrypoint, reported by its own rule: here it just ends the matter.
		if (parent === undefined) return;
		if (parent === null)
			importModule(machine, frame, {
				name: part,
				written: part,
				level: 0,
				names: [],
				statement: null,
				range: { start: 0, end: 0 },
			});
		else importSubmodule(machine, parent, part);
	}
}
