import type * as ast from "../../../../python/ast.ts";
import { walk } from "../../../../python/walk.ts";
import { type ExternalValue, type InstanceValue, unknown, type Value } from "../../values.ts";
import { type Machine, ReachedYield } from "../machine.ts";

/** A function of the project under one of contextlib's decorators, called and perhaps not entered yet. */
interface GeneratorContext {
	readonly definition: ast.FunctionDef;
	/** Runs the body; ends with {@link ReachedYield} where it comes to its yield. */
	readonly run: () => Value;
}

const contexts = new WeakMap<InstanceValue, GeneratorContext>();

/** What a function under contextlib's `contextmanager` or `asynccontextmanager` gives when it is called. */
export function generatorContext(of: ExternalValue, definition: ast.FunctionDef, run: () => Value): InstanceValue {
	const made: InstanceValue = { kind: "instance", of, attributes: new Map(), call: null };
	contexts.set(made, { definition, run });
	return made;
}

/** Enters such a context manager: its body runs up to the yield, whose value is what `as` gets. Null for everything else. */
export function enterGenerator(machine: Machine, value: InstanceValue): Value | null {
	const context = contexts.get(value);
	if (context === undefined) return null;
	// Where it may not come to that, the body is not followed.
	if (machine.uncertain > 0) return unknown;
	const { callDepth, place, uncertain } = machine;
	const handlers = machine.handlers.length;
	try {
		context.run();
	} catch (error) {
		if (!(error instanceof ReachedYield)) throw error;
		return error.value;
	} finally {
		machine.callDepth = callDepth;
		machine.place = place;
		machine.uncertain = uncertain;
		machine.handlers.length = handlers;
	}
	return unknown;
}

/** May such a context manager keep what the body of the `with` raises, as its yield stands in a `try` that does not let everything out again? */
export function mayKeepExceptions(value: Value): boolean {
	const context = value.kind === "instance" ? contexts.get(value) : undefined;
	if (context === undefined) return false;
	let keeps = false;
	walk(context.definition.body, (node) => {
		if (node.type !== "Try" || !yieldsIn(node.body)) return;
		const isReturning = (body: readonly ast.Statement[]) => body.at(-1)?.type !== "Raise";
		keeps ||= node.handlers.some(({ body }) => isReturning(body));
	});
	return keeps;
}

function yieldsIn(body: readonly ast.Statement[]): boolean {
	let found = false;
	walk(body, (node) => {
		if (node.type === "Yield") found = true;
		return !found && node.type !== "FunctionDef" && node.type !== "Lambda";
	});
	return found;
}
