import type { Failure, ImportTrace } from "../../../../project/imports/trace.ts";
import { failuresOf } from "../../../repair/trial/import-failures.ts";

/** A failure at which a circle of imports closes too early. */
export interface CycleFailure {
	readonly failure: Failure;
	/** What is asked for and not there yet. */
	readonly name: string;
	/** The modules of the circle, the first repeated at the end. */
	readonly cycle: readonly string[];
}

/** Failures of a simulated start at which a circle of imports closes too early. */
export function* failingCycles(trace: ImportTrace): Generator<CycleFailure> {
	for (const failure of [...failuresOf({ trace }, "name-not-in-module"), ...failuresOf({ trace }, "attribute-missing")]) {
		const { name, cycle } = failure.detail;
		if (cycle !== null) yield { failure, name, cycle: cycle.length > 1 ? cycle : cycleOf(failure, cycle) };
	}
}

/** `import src.config` and `src.config.settings`: what is not there yet is the submodule, and the circle is its own. */
function cycleOf({ chain, detail }: Failure, cycle: readonly string[]): readonly string[] {
	if (detail.type !== "attribute-missing") return cycle;
	const from = chain.indexOf(`${detail.owner}.${detail.name}`);
	return from < 0 ? cycle : [...chain.slice(from), `${detail.owner}.${detail.name}`];
}
