import type { BootFailure, StageResult } from "./boot-report.ts";
import { isConnecting } from "./explain-stop.ts";

interface Reached {
	readonly failure: BootFailure | null;
	readonly verdicts: readonly StageResult[];
	/** Modules of the project that were imported. */
	readonly ownModules: number;
}

/** How far a boot gets, as the end of a sentence that begins with "it reaches". */
export function reachesOf({ failure, verdicts }: Reached): string {
	if (failure === null) {
		const passed = verdicts.findLast(({ verdict }) => verdict === "passed");
		switch (passed?.stage) {
			case undefined:
				return "nothing yet";
			case "interpreter":
				return "the interpreter";
			case "import":
			case "engine":
				return "the end of its imports";
			default:
				return "a running server";
		}
	}
	if (failure.stage !== "answers" && isConnecting(failure.frames)) return "the database connection";
	switch (failure.stage) {
		case "interpreter":
			return "the interpreter";
		case "import":
			return failure.at === null ? "the import of the application" : `the import of ${failure.at.path}`;
		case "engine":
			return "the database engine";
		case "lifespan":
			return "the lifespan";
		case "listening":
			return "its port";
		case "answers":
			return failure.everyRequestFails ? "its port, and fails every request" : "a running server, and fails requests";
		case "shutdown":
			return "a running server";
	}
}

const ranks = { interpreter: 1, import: 2, engine: 2, lifespan: 3, listening: 4, answers: 5, shutdown: 6 } as const;

/** How far a boot gets, as a number: its stage, and within the imports the modules that were imported. */
export function progressOf({ failure, verdicts, ownModules }: Reached): number {
	const imported = Math.min(ownModules, 999) / 1000;
	if (failure !== null) {
		const rank = ranks[failure.stage];
		return rank === 2 ? rank + imported : failure.everyRequestFails ? rank - 0.5 : rank;
	}
	const passed = verdicts.filter(({ verdict }) => verdict === "passed");
	const [last] = passed.map(({ stage }) => ranks[stage]).sort((a, b) => b - a);
	return last === undefined ? 0 : last === ranks.shutdown ? 7 : last + 0.9999;
}
