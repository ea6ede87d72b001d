import type { BootObservation } from "../../src/verify/boot-server.ts";
import { explainStop, pathNamesOf, type UnjoinedFailure } from "../../src/verify/explain-stop.ts";
import { readException } from "../../src/verify/traceback.ts";

/** How far a server came. `request`: it came up, and a request failed inside it. */
export type BootStage = "import" | "startup" | "request" | "boots";

/** What a real boot showed. Paths in it are relative to the project, or begin with `<site-packages>` or `<stdlib>`. */
export interface Outcome {
	readonly stage: BootStage;
	/** The line that Python printed last of all (`ModuleNotFoundError: No module named 'app'`), or what happened in words; null when it boots. */
	readonly error: string | null;
	/** Further lines of the error's message, as pydantic writes them. */
	readonly detail: readonly string[];
	/** Innermost place of the project in the traceback, `src/main.py:12`, or null. */
	readonly at: string | null;
	/** True where even a path that does not exist is answered by an internal error. */
	readonly everyRequestFails: boolean;
}

/** A request that was answered otherwise than a sound backend answers it. */
export interface WrongAnswer {
	readonly words: string;
	/** What the server printed meanwhile. */
	readonly printed: string;
}

/** Records keep paths and words as they are: a case holds no secret. */
const asItIs = { text: (raw: string) => raw, line: (raw: string) => raw };
const longestDetail = 6;

/** The outcome of a boot that came so far, and was asked so much. */
export function outcomeOf(
	observation: BootObservation,
	root: string,
	wrong: WrongAnswer | null,
	everyRequestFails: boolean,
): Outcome {
	const names = pathNamesOf(observation, [root]);
	const { stop } = observation;
	if (stop !== null && stop.stage !== "shutdown") {
		const failure = explainStop(stop, observation, names, asItIs);
		const stage = stop.stage === "lifespan" || stop.stage === "listening" ? "startup" : "import";
		// Where something endless stands when it is given up is a matter of chance.
		const parts = failureParts(stop.kind === "hang" ? { ...failure, at: null } : failure);
		return { stage, ...parts, everyRequestFails: false };
	}
	if (wrong === null) return { stage: "boots", error: null, detail: [], at: null, everyRequestFails };
	const read = readException(wrong.printed, names);
	return { stage: "request", ...failureParts({ ...read, error: read.error ?? wrong.words }), everyRequestFails };
}

function failureParts({
	error,
	detail,
	at,
}: Pick<UnjoinedFailure, "error" | "detail" | "at">): Pick<Outcome, "error" | "detail" | "at"> {
	const lines = detail
		.filter((line) => !unawaited.test(line))
		.slice(0, longestDetail)
		.map(withoutChance);
	return { error, detail: lines, at: at === null ? null : `${at.path}:${at.line}` };
}

/** Python warns of a forgotten coroutine when it is collected, before or after what else it prints, and names the place where it was then. */
const unawaited = /RuntimeWarning: (?:coroutine .* was never awaited|Enable tracemalloc)/;

/** What is another at every boot is left out of a line: moments, and the folder of the copy, which pydantic cuts in the middle. */
function withoutChance(line: string): string {
	return line.replace(/datetime\.datetime\([^()]*\)/g, "datetime.datetime(…)").replace(/PosixPath\('\/[^']*'\)/g, "PosixPath(…)");
}
