import type { Module } from "../project.ts";
import type { Failure, ImportTrace } from "./trace.ts";

/** A line of the project's own code, counted from 1. */
export interface EventPlace {
	readonly path: string;
	readonly line: number;
	/** For a class: the line of its first decorator. Each of them is called at its own line. */
	readonly decoratedFrom?: number;
}

/** The line that a traceback names for each event of start-up, by its order. */
export function eventPlaces({ failures, calls, classes }: ImportTrace): ReadonlyMap<number, EventPlace> {
	const places = new Map<number, EventPlace>();
	const add = (order: number, module: Module, offset: number, first?: number): void => {
		const { path } = module;
		// The server itself calls what a lifespan enters, from no line of the project.
		if (places.has(order) || path === "") return;
		const { lines } = module;
		const line = lines.positionAt(offset).line;
		places.set(order, first === undefined ? { path, line } : { path, line, decoratedFrom: lines.positionAt(first).line });
	};
	for (const failure of failures) {
		const { order, module, from } = failure;
		if (from === undefined) add(order, module, raisedOffset(failure));
		else add(order, from.module, from.start);
	}
	// A call fails where it begins, a class at the line of its keyword, below its decorators.
	for (const { order, module, node } of calls) add(order, module, node.start);
	for (const { order, value } of classes) add(order, value.module, value.node.name.start, value.node.decorators[0]?.start);
	return places;
}

/** An import fails at its first line, whichever of its names is not there; anything else at its expression. */
function raisedOffset({ statement, range }: Failure): number {
	return statement?.type === "Import" || statement?.type === "ImportFrom" ? statement.start : range.start;
}
