import type { TextRange } from "../../text/range.ts";
import type { Call } from "../imports/trace.ts";
import type { Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { type EngineCall, listEngineCalls } from "./engine-calls.ts";
import { findWrittenValue } from "./written-url.ts";

/** Where a fault of a URL is shown. */
export interface UrlPlace {
	readonly path: string;
	readonly range: TextRange;
	/** `DATABASE_URL` where a .env file has it, else null. */
	readonly key: string | null;
}

/** Where the text of a URL is written, else the call that it is given to. */
export function placeOfUrl(project: Project, value: Value, { module, node }: Call): UrlPlace {
	const { path, range, key } = findWrittenValue(project, value) ?? { path: module.path, range: node, key: null };
	return { path, range: { start: range.start, end: range.end }, key };
}

/** A URL that an engine is made from, and what is wrong with it. */
export interface FaultyUrl<Fault> extends UrlPlace {
	readonly engine: EngineCall;
	readonly fault: Fault;
	/** Name of the environment variable where the value comes from the process, else null. */
	readonly variable: string | null;
}

/** The URLs of engines in which `find` sees a fault, in start-up's order; one that several engines are made from once. */
export function* faultyUrls<Fault>(project: Project, find: (engine: EngineCall) => Fault | null): Generator<FaultyUrl<Fault>> {
	const seen = new Set<string>();
	for (const engine of listEngineCalls(project)) {
		const fault = find(engine);
		if (fault === null) continue;
		const place = placeOfUrl(project, engine.value, engine.call);
		const id = `${place.path}:${place.range.start}`;
		if (seen.has(id)) continue;
		seen.add(id);
		yield { ...place, engine, fault, variable: variableOf(engine.value) };
	}
}

function variableOf(value: Value): string | null {
	const origin = value.kind === "constant" ? value.origin : null;
	return origin?.type === "environment" ? origin.key : null;
}
