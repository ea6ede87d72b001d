import type { Failure } from "../../trace.ts";
import { unknown, type Value } from "../../values.ts";
import { aside } from "../aside.ts";
import { isBuiltinException } from "../builtins.ts";
import { externalSymbol, symbolEntry } from "../external.ts";
import { type CallArguments, failAt, lookUp, type Machine } from "../machine.ts";
import type { LibraryCall } from "./library-call.ts";
import { isOfLibrary, type LibraryFunction, libraryFunction, methodOf } from "./library-code.ts";
import { libraryType } from "./library-types.ts";
import { failOnUnset, unsetVariable } from "./unset-variable.ts";

/** How many functions of libraries may be running inside each other. */
const deepestCall = 5;
/** Steps that all of them may take in one audit. */
const mostSteps = 40_000;

interface Following {
	depth: number;
	steps: number;
}

const followings = new WeakMap<Machine, Following>();

/** Is it a library's own code that runs? */
function isInLibrary(machine: Machine): boolean {
	return (followings.get(machine)?.depth ?? 0) > 0;
}

/** What a library's code asks about the types of what it is handed. */
export function typeInLibrary(call: LibraryCall): Value | null {
	return isInLibrary(call.machine) ? libraryType(call) : null;
}

/** Is it code of the project that a library is about to call? What comes of that is not followed. */
export function isCalledBack(machine: Machine, callee: Value): boolean {
	if (!isInLibrary(machine)) return false;
	const called = callee.kind === "bound-method" ? callee.function : callee.kind === "instance" ? callee.of : callee;
	return called !== null && (called.kind === "class" || (called.kind === "function" && !isOfLibrary(called.module)));
}

/** Packages whose refusals are known better elsewhere, or whose code is no guide to what they do. */
const notFollowed =
	/^(?:builtins|typing|typing_extensions|fastapi|starlette|pydantic|pydantic_core|pydantic_settings|sqlalchemy|sqlmodel|alembic|celery|click|typer|uvicorn|uvloop|attr|attrs|loguru)\b/;

/**
 * Follows a function of an installed library, with what is known of its arguments, up to a `raise` or an `assert` that certainly fails:
 * then the call fails. Inside such a function, gives what the functions that it calls return.
 */
export function libraryBody(call: LibraryCall): Value | null {
	const { machine, canonical, args } = call;
	const state = followings.get(machine) ?? { depth: 0, steps: 0 };
	followings.set(machine, state);
	const above = state.depth > 0 ? ofSuper(call) : null;
	if (above !== null) return libraryBody(above);
	const isLibrary = !notFollowed.test(canonical) && !machine.environment.isStdlib(canonical.split(".")[0] ?? "");
	const isSpent = state.depth >= deepestCall || state.steps > mostSteps;
	const isCertain = isLibrary && machine.uncertain === 0 && !args.open && !isSpent;
	const followed = isCertain ? libraryFunction(machine, canonical) : null;
	if (followed === null) return null;
	if (state.depth > 0) return within(call, followed, state);
	fromOutside(call, followed, state);
	return null;
}

/** `super().__init__(…)` in a method of a library's class: the method of the class above, with the same object. */
function ofSuper(call: LibraryCall): LibraryCall | null {
	const name = /^builtins\.super\.(\w+)$/.exec(call.canonical)?.[1];
	const method = name === undefined ? null : methodOf(call.frame.module);
	const object = method === null ? undefined : lookUp(call.frame.scope, method.object)?.value;
	if (method === null || object?.kind !== "instance") return null;
	return { ...call, canonical: `${method.above}.${name}`, receiver: object };
}

/** Runs it inside another of its kind, whose machine is set aside already. */
function within(call: LibraryCall, followed: LibraryFunction, state: Following): Value {
	state.depth++;
	try {
		// Inside, objects keep their own attributes.
		return run(call, followed, call.receiver ?? unknown);
	} finally {
		state.depth--;
	}
}

/** Runs it with a machine that forgets all of it afterwards, and lets the call fail as the function did. */
function fromOutside(call: LibraryCall, followed: LibraryFunction, state: Following): void {
	const { machine, frame, node } = call;
	const failures = aside(machine, () => {
		state.depth++;
		const before = machine.steps;
		try {
			// Code that was not followed may have changed an object that is there already.
			run({ ...call, args: copied(call.args) }, followed, unknown);
		} finally {
			state.depth--;
			state.steps += machine.steps - before;
		}
	});
	const [first] = failures;
	const raised = first === undefined ? null : raisedBy(first, followed);
	if (raised === null) return;
	const { exception, message, line } = raised;
	const unset = [...call.args.args, ...call.args.keywords.values()].map(unsetVariable).find((key) => key !== null);
	const consequence = `${call.canonical.slice(call.canonical.lastIndexOf(".") + 1)}() gets None`;
	if (unset != null && (exception === "TypeError" || exception === "AttributeError"))
		failOnUnset(machine, frame, node, { variable: unset, consequence, exception, message });
	else failAt(machine, frame, node, { detail: { type: "raises", exception, by: "operation" }, exception, message, line });
}

/** Calls the function with the object whose method it is, if it is one, or with the new one that it is to make. */
function run({ machine, frame, canonical, args, node, receiver }: LibraryCall, followed: LibraryFunction, object: Value): Value {
	const { value, bound, makes } = followed;
	if (bound === "object" && !makes && receiver === null) return unknown;
	const owner = makes ? canonical : canonical.slice(0, canonical.lastIndexOf("."));
	const of = externalSymbol(machine, owner, symbolEntry(machine, owner));
	const made: Value = { kind: "instance", of, attributes: new Map(), call: null };
	const before = { nothing: [], object: [makes ? made : object], class: [of] }[bound];
	const given = machine.call(frame, value, { ...args, args: [...before, ...args.args] }, node);
	return makes ? made : given;
}

/** What is handed over must not change by what is done with it here. */
function copied({ args, keywords, open }: CallArguments): CallArguments {
	const copies = new Map<Value, Value>();
	const copy = (value: Value): Value => {
		const known = copies.get(value);
		if (known !== undefined) return known;
		let made = value;
		if (value.kind === "sequence") made = { ...value, items: [] };
		else if (value.kind === "dict") made = { ...value, entries: new Map() };
		else if (value.kind === "instance") made = { ...value, attributes: new Map() };
		copies.set(value, made);
		if (value.kind === "sequence" && made.kind === "sequence") made.items.push(...value.items.map(copy));
		else if (value.kind === "dict" && made.kind === "dict")
			for (const [key, each] of value.entries) made.entries.set(key, copy(each));
		else if (value.kind === "instance" && made.kind === "instance")
			for (const [key, each] of value.attributes) made.attributes.set(key, copy(each));
		return made;
	};
	return { args: args.map(copy), keywords: new Map([...keywords].map(([name, value]) => [name, copy(value)])), open };
}

/** A `raise`, an `assert` or a refused operation of the library, as Python prints it; null for anything else that seemed to fail. */
function raisedBy(
	{ detail, error, module }: Failure,
	followed: LibraryFunction,
): { readonly exception: string; readonly message: string; readonly line: string } | null {
	if (detail.type !== "raises" || detail.by === "call" || !isOfLibrary(module)) return null;
	const { exception } = detail;
	const message = error.startsWith(`${exception}: `) ? error.slice(exception.length + 2) : "";
	const home = isBuiltinException(exception) ? null : homeOf(exception, followed);
	const shown = home ?? exception;
	return { exception, message, line: message === "" ? shown : `${shown}: ${message}` };
}

/** The full name of an exception class, as the function's module knows it. */
function homeOf(name: string, { value }: LibraryFunction): string | null {
	const found = lookUp(value.scope, name)?.value;
	return found?.kind === "external" ? found.canonical : null;
}
