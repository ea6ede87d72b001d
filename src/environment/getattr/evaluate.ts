import type { ExportLookup, ExternalEntry } from "../environment.ts";
import type { ModuleGetattr } from "../module-table.ts";
import { Run } from "./run.ts";
import { Raised, Unsure, type Value } from "./values.ts";
import type { GetattrWorld } from "./world.ts";

/** How many `__getattr__` may be waiting for each other. */
const deepestNesting = 8;
let nesting = 0;

/**
 * What a module's `__getattr__` answers for one name: its code is followed with the name as a known string, through
 * literal tables, lazy imports and helper functions. `unknown` as soon as something cannot be followed.
 */
export function evaluateGetattr(getattr: ModuleGetattr, symbol: string, world: GetattrWorld): ExportLookup {
	if (getattr.kind === "table") {
		const served = Object.hasOwn(getattr.names, symbol) ? getattr.names[symbol] : undefined;
		if (served !== undefined) return { found: "present", entry: served ?? { kind: "unknown" } };
		const error = Object.hasOwn(getattr.refused, symbol) ? getattr.refused[symbol] : undefined;
		if (error !== undefined) return { found: "absent", error };
		if (!getattr.complete) return { found: "unknown" };
		return getattr.refusal === undefined ? { found: "absent" } : refusedWith(getattr.refusal.replaceAll("{name}", symbol));
	}
	// Modules may serve each other's names in a circle.
	if (getattr.kind === "unknown" || nesting >= deepestNesting) return { found: "unknown" };
	const run = new Run(world.moduleName, symbol);
	nesting++;
	try {
		const callee =
			getattr.kind === "function"
				? run.functionAt(world, getattr.at)
				: run.evaluateText(world, world.text.slice(getattr.start, getattr.end));
		if (callee.type !== "function") return { found: "unknown" };
		const answer = run.call(callee, [{ type: "constant", value: symbol }], new Map(), 0);
		return run.mayHaveRefused ? { found: "unknown" } : answerOf(answer);
	} catch (thrown) {
		if (thrown instanceof Raised) {
			if (thrown.exception === "AttributeError") return thrown.message === "" ? { found: "absent" } : refusedWith(thrown.message);
			return { found: "absent", error: thrown.message === "" ? thrown.exception : `${thrown.exception}: ${thrown.message}` };
		}
		// A RangeError is code nested deeper than our own stack allows.
		if (thrown instanceof Unsure || thrown instanceof RangeError) return { found: "unknown" };
		throw thrown;
	} finally {
		nesting--;
	}
}

/** What no module has. */
const nobodysName = "bootmend_no_such_name";

/** A `__getattr__` as the catalog keeps it: what it answers for each candidate, and whether it refuses everything else. */
export function bundledGetattr(getattr: ModuleGetattr, world: GetattrWorld, candidates: readonly string[]): ModuleGetattr {
	const names: Record<string, ExternalEntry | null> = {};
	const refused: Record<string, string> = {};
	const nowhere = evaluateGetattr(getattr, nobodysName, world);
	const refusal = nowhere.found === "absent" ? nowhere.refusal : undefined;
	const isUsual = refusal === `module '${world.moduleName}' has no attribute '${nobodysName}'`;
	let complete = nowhere.found === "absent";
	for (const candidate of candidates) {
		const answer = evaluateGetattr(getattr, candidate, world);
		if (answer.found === "present") names[candidate] = answer.entry.kind === "unknown" ? null : answer.entry;
		else if (answer.found === "unknown") names[candidate] = null;
		else if (answer.error !== undefined) refused[candidate] = answer.error;
	}
	if (getattr.kind === "unknown") complete = false;
	const kept = refusal === undefined || isUsual ? {} : { refusal: refusal.replaceAll(nobodysName, "{name}") };
	return { kind: "table", names, refused, complete, ...kept };
}

function refusedWith(refusal: string): ExportLookup {
	return { found: "absent", refusal };
}

function answerOf(value: Value): ExportLookup {
	switch (value.type) {
		case "unknown":
			return { found: "unknown" };
		case "module":
			return { found: "present", entry: { kind: "alias", module: value.name, name: null } };
		case "member":
			return { found: "present", entry: { kind: "alias", module: value.module, name: value.name } };
		default:
			return { found: "present", entry: { kind: "unknown" } };
	}
}
