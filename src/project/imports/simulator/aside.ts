import type { Failure } from "../trace.ts";
import { endsSimulation, type Machine } from "./machine.ts";

/** What becomes of a part of the machine when code runs aside: it is put back as it was, is empty meanwhile, or stays as that code leaves it. */
type Part = "back" | "emptied" | "stays";

/** Every part, so that the compiler asks about a new one. */
const parts: Readonly<Record<keyof Machine, Part>> = {
	environ: "back",
	environDynamic: "back",
	patched: "back",
	failures: "back",
	calls: "back",
	classes: "back",
	functions: "back",
	settings: "back",
	forgotten: "back",
	externalImports: "back",
	importStack: "back",
	importing: "back",
	hidden: "stays",
	uncertain: "back",
	doubts: "back",
	importDoubts: "back",
	unfollowed: "back",
	stage: "back",
	reached: "back",
	order: "back",
	callDepth: "back",
	place: "back",
	activeCalls: "back",
	handlers: "emptied",
	caught: "emptied",
	// Whatever is run takes of the one budget.
	steps: "stays",
	// Modules that are imported once are not imported again.
	path: "stays",
	sysModules: "stays",
	runs: "stays",
	circles: "stays",
	yielded: "stays",
	environment: "stays",
	resolver: "stays",
	root: "stays",
	workingDirectory: "stays",
	moduleAt: "stays",
	listing: "stays",
	dotenvValues: "stays",
	byteOrderMark: "stays",
	fileText: "stays",
	evaluate: "stays",
	execute: "stays",
	call: "stays",
	attribute: "stays",
	importModule: "stays",
	moduleGetattr: "stays",
	importSubmodule: "stays",
	mayBeOwn: "stays",
	folderAbove: "stays",
	guess: "stays",
	instantiateSettings: "stays",
	willBind: "stays",
};

const names = Object.keys(parts) as (keyof Machine)[];
const restored = names.filter((name) => parts[name] === "back");
const emptied = names.filter((name) => parts[name] === "emptied");

/** Runs code whose effects on the machine are taken back; gives what failed in it. */
export function aside(machine: Machine, run: () => void): readonly Failure[] {
	const before = machine.failures.length;
	const restore = restored.map((name) => keep(machine, name));
	const outer = emptied.flatMap((name) => {
		const list: unknown = machine[name];
		return Array.isArray(list) ? [{ list, entries: list.splice(0) }] : [];
	});
	try {
		run();
	} catch (error) {
		if (!endsSimulation(error)) throw error;
	}
	const found = machine.failures.slice(before);
	for (const putBack of restore) putBack();
	for (const { list, entries } of outer) list.splice(0, list.length, ...entries);
	return found;
}

/** Remembers a part of the machine; what is handed back puts it back. */
function keep(machine: Machine, name: keyof Machine): () => void {
	const value: unknown = machine[name];
	if (Array.isArray(value)) {
		const { length } = value;
		return () => {
			value.length = length;
		};
	}
	if (value instanceof Map) {
		const entries = new Map(value);
		return () => {
			value.clear();
			for (const [key, each] of entries) value.set(key, each);
		};
	}
	if (value instanceof Set) {
		const entries = new Set(value);
		return () => {
			value.clear();
			for (const each of entries) value.add(each);
		};
	}
	return () => {
		Object.assign(machine, { [name]: value });
	};
}
