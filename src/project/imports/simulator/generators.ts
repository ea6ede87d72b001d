import type * as ast from "../../../python/ast.ts";
import type { TextRange } from "../../../text/range.ts";
import { type FunctionValue, type InstanceValue, type SequenceValue, unknown, type Value } from "../values.ts";
import { builtin, constant } from "./external.ts";
import type { AtYield, Completion, Frame, Machine } from "./machine.ts";
import { itemsOf } from "./operations.ts";

/** A generator that nobody has gone through yet. */
interface Suspended {
	readonly isAsync: boolean;
	readonly definition: ast.FunctionDef;
	/** Runs the body; each `yield` hands over its value. */
	readonly run: (atYield: AtYield) => Value;
}

const suspended = new WeakMap<InstanceValue, Suspended>();

/** Where the call stands that made a generator. */
interface MadeAt {
	readonly call: TextRange;
	readonly path: string;
}

const places = new WeakMap<Value, MadeAt>();

/** Where the call stands that made a generator of the project; null for all other values. */
export function generatorCall(value: Value): MadeAt | null {
	return places.get(value) ?? null;
}

/** What calling a generator function of the project gives: its body has not begun to run. */
export function newGenerator(
	callee: FunctionValue,
	definition: ast.FunctionDef,
	run: Suspended["run"],
	place: MadeAt,
): InstanceValue {
	const { isAsync } = definition;
	const made: InstanceValue = {
		kind: "instance",
		of: builtin(isAsync ? "async_generator" : "generator"),
		attributes: new Map([[isAsync ? "ag_code" : "gi_code", callee]]),
		call: null,
	};
	suspended.set(made, { isAsync, definition, run });
	places.set(made, place);
	return made;
}

/** Unwinds out of a generator that whoever goes through it leaves before its end. */
class LeftLoop extends Error {
	constructor(
		readonly generator: Suspended,
		readonly completion: Completion,
	) {
		super();
	}
}

/** Items after which nobody follows a generator any further. */
const mostItems = 64;

/**
 * Goes through a generator as a `for` does: body and loop take turns, so that what each does has happened when the other goes on.
 * `take` says how the round ended. Null where the value is no generator that can be followed.
 */
export function goThrough(
	machine: Machine,
	value: Value,
	isAsync: boolean,
	take: (item: Value) => Completion,
): Completion | null {
	const generator = value.kind === "instance" ? suspended.get(value) : undefined;
	if (generator === undefined || generator.isAsync !== isAsync || machine.activeCalls.has(generator.definition)) return null;
	if (value.kind === "instance") suspended.delete(value);
	const outer = { handlers: machine.handlers.length, place: machine.place };
	let items = 0;
	const atYield: AtYield = (_, item) => {
		const completion = outsideOf(machine, generator.definition, outer, () => take(item));
		items++;
		if (completion !== "normal" && completion !== "continue") throw new LeftLoop(generator, completion);
		if (items === mostItems) throw new LeftLoop(generator, "maybe-left");
	};
	try {
		generator.run(atYield);
		return "normal";
	} catch (error) {
		if (!(error instanceof LeftLoop) || error.generator !== generator) throw error;
		return error.completion;
	}
}

/** Runs a round of the loop: what the body of the generator is about to catch is not for it. */
function outsideOf<T>(
	machine: Machine,
	definition: ast.FunctionDef,
	outer: { handlers: number; place: Machine["place"] },
	run: () => T,
): T {
	const handlers = machine.handlers.splice(outer.handlers);
	const { place } = machine;
	machine.place = outer.place;
	machine.activeCalls.delete(definition);
	try {
		return run();
	} finally {
		machine.activeCalls.add(definition);
		machine.place = place;
		machine.handlers.length = outer.handlers;
		machine.handlers.push(...handlers);
	}
}

/** All that a generator gives, as `list(…)` collects it; null where the value is none that can be followed. */
export function collected(machine: Machine, value: Value): SequenceValue | null {
	const items: Value[] = [];
	const { uncertain } = machine;
	let complete = true;
	const completion = goThrough(machine, value, false, (item) => {
		items.push(item);
		if (machine.uncertain > uncertain) complete = false;
		return "normal";
	});
	return completion === null ? null : { kind: "sequence", type: "list", items, complete: complete && completion === "normal" };
}

/** A `yield`: whoever goes through the generator takes the value. */
export function yieldValue(machine: Machine, frame: Frame, node: ast.Yield): Value {
	const value = node.value === null ? constant(null) : machine.evaluate(frame, node.value);
	const { atYield } = frame;
	if (atYield === null) return unknown;
	if (!node.from) {
		atYield(machine, value);
		return unknown;
	}
	const take = (item: Value): Completion => {
		atYield(machine, item);
		return "normal";
	};
	if (goThrough(machine, value, false, take) !== null) return unknown;
	const items = itemsOf(value);
	if (items === null) atYield(machine, unknown);
	else for (const item of items) take(item);
	return unknown;
}
