import type * as ast from "../../../python/ast.ts";
import { declaresGlobal } from "../../../python/references.ts";
import { isGenerator } from "../../../python/walk.ts";
import type { Module } from "../../project.ts";
import { applicationClass, isObjectOf } from "../library-objects.ts";
import type { Call, Failure } from "../trace.ts";
import { type ClassValue, type ExternalValue, type FunctionValue, type InstanceValue, unknown, type Value } from "../values.ts";
import { findInClass } from "./classes/class-members.ts";
import { constant, externalSymbol, symbolEntry } from "./external.ts";
import type { CallArguments, Frame, Machine } from "./machine.ts";

/**
 * What every request does before a route is found: the middleware of the served application is made, and called. Only what raises there is
 * kept: each request is then answered with 500, whatever it asks for.
 */
export function firstRequest(machine: Machine, served: Value, outsideFrame: () => Frame, alone: (run: () => void) => void): void {
	if (!isObjectOf(served, applicationClass)) return;
	const { failures, calls, classes, functions, settings, forgotten, externalImports } = machine;
	const added = middlewareOf(machine, served);
	const lengths = [calls, classes, functions, settings, forgotten, externalImports].map((each) => [each, each.length] as const);
	const before = failures.length;
	for (const each of added) {
		const from = failures.length;
		alone(() => pass(machine, outsideFrame(), each));
		const found = failures.splice(from);
		if (each.kind === "library") {
			failures.push(...found.filter(isRefusal).map((failure) => ({ ...failure, everyRequest: true as const })));
			continue;
		}
		// What cannot be made with its arguments never runs.
		const own = found.some((failure) => isMaking(failure, each)) ? [] : found.filter((failure) => isCertain(failure, each));
		failures.push(...own.map((failure) => ({ ...failure, everyRequest: true as const })));
	}
	for (const [list, length] of lengths) list.length = length;
	// Two middleware may run the same code.
	const seen = new Set<string>();
	const kept = failures.splice(before).filter(({ module, range }) => {
		const place = `${module.path}:${range.start}`;
		if (seen.has(place)) return false;
		seen.add(place);
		return true;
	});
	failures.push(...kept);
}

function isMaking({ range }: Failure, { node }: Added): boolean {
	return range.start === node.start && range.end === node.end;
}

/**
 * Whether the arguments fit is a matter of the middleware itself, which a rule of its own looks at. And by the time of a request, code that
 * was not followed may have set what start-up left unset: a `raise` behind such a test says nothing, nor does a name that is bound by `global`.
 */
function isCertain({ detail, module, range }: Failure, { value }: Added): boolean {
	if (detail.type === "name-not-defined") return !declaresGlobal(module.tree.body, detail.name);
	if (detail.type !== "raises" || detail.by !== "statement") return true;
	const init = value.kind === "class" ? findInClass(value, "__init__")?.value : undefined;
	return init?.kind === "function" && init.module === module && init.node.start <= range.start && range.end <= init.node.end;
}

interface Added {
	readonly value: Value;
	readonly args: CallArguments;
	readonly node: ast.Call;
	/** Where the call stands. */
	readonly module: Module;
	/** `class` and `library`: it is made with the application; `function`: it is called with the request. */
	readonly kind: "class" | "library" | "function";
}

/** Own classes handed to `add_middleware` or listed in `FastAPI(middleware=[…])`, and functions under `@app.middleware`, in the order in which they are made. */
function middlewareOf(machine: Machine, served: InstanceValue): readonly Added[] {
	const registrations = new Map<Value, Call>();
	const added: Added[] = [];
	for (const call of machine.calls) {
		const { callee, args, keywords, open, node, module, reached, guarded } = call;
		if (!reached || guarded) continue;
		const [handedOver] = args;
		if (registrations.has(callee) && handedOver?.kind === "function" && handedOver.decorators.length === 0)
			added.push({ value: handedOver, args: nothing, node, module, kind: "function" });
		if (callee.kind !== "bound-method" || callee.receiver !== served) continue;
		if (callee.name === "middleware") registrations.set(call.result, call);
		if (callee.name !== "add_middleware") continue;
		const [first, ...rest] = args;
		const value = first ?? keywords.get("middleware_class");
		const given = new Map([...keywords].filter(([name]) => name !== "middleware_class" && name !== "dispatch"));
		const dispatch = keywords.get("dispatch");
		if (value?.kind === "class") added.push({ value, args: { args: rest, keywords: given, open }, node, module, kind: "class" });
		else if (isOfOtherLibrary(value))
			added.push({ value, args: { args: rest, keywords: given, open }, node, module, kind: "library" });
		else if (dispatch?.kind === "function") added.push({ value: dispatch, args: nothing, node, module, kind: "function" });
	}
	const listed = served.call?.keywords.get("middleware");
	for (const item of listed?.kind === "sequence" ? listed.items.toReversed() : []) {
		const entry = item.kind === "instance" ? item.call : null;
		const [value, ...rest] = entry?.args ?? [];
		if (entry === null || !(value?.kind === "class" || isOfOtherLibrary(value))) continue;
		const { keywords, open, node, module } = entry;
		const kind = value.kind === "class" ? "class" : "library";
		added.push({ value, args: { args: rest, keywords, open }, node, module, kind });
	}
	for (const { value } of registrations.size > 0 ? machine.functions : []) {
		const [only, ...others] = value.decorators;
		const call = only === undefined || others.length > 0 ? undefined : registrations.get(only);
		if (call !== undefined) added.push({ value, args: nothing, node: call.node, module: call.module, kind: "function" });
	}
	return added;
}

/** A middleware class of another library than Starlette and FastAPI, whose own refusals a rule knows. */
function isOfOtherLibrary(value: Value | undefined): value is ExternalValue {
	return value?.kind === "external" && value.entry?.kind === "class" && !/^(fastapi|starlette)\./.test(value.canonical);
}

/** Does the class refuse its arguments by what it does with them? Whether they fit is looked at by a rule. */
function isRefusal({ detail }: Failure): boolean {
	return detail.type === "raises" && detail.by === "operation";
}

const nothing: CallArguments = { args: [], keywords: new Map(), open: false };

function pass(machine: Machine, outside: Frame, { value, args, node, module, kind }: Added): void {
	const frame = { ...outside, module };
	const request = requestObject(machine);
	if (kind === "function") {
		if (value.kind === "function") run(machine, frame, { ...value, decorators: [] }, [request, unknown], node);
		return;
	}
	if (kind === "library") machine.call(frame, value, { ...args, args: [unknown, ...args.args] }, node);
	if (value.kind !== "class") return;
	const made = machine.call(frame, value, { ...args, args: [unknown, ...args.args] }, node);
	if (made.kind !== "instance" || made.of !== value) return;
	const isOverHttp = derivesFromBase(value);
	const method = findInClass(value, isOverHttp ? "dispatch" : "__call__");
	if (method?.value.kind !== "function" || method.maybe || method.value.decorators.length > 0) return;
	if (isOverHttp && findInClass(value, "__call__") !== null) return;
	run(machine, frame, method.value, isOverHttp ? [made, request, unknown] : [made, httpScope(), unknown, unknown], node);
}

function run(machine: Machine, frame: Frame, callee: FunctionValue, args: readonly Value[], node: ast.Call): void {
	if (callee.node.type === "Lambda" || !callee.node.isAsync || isGenerator(callee.node)) return;
	if (callee.node.parameters.filter(({ kind }) => kind.startsWith("positional")).length !== args.length) return;
	const called = machine.call(frame, callee, { args, keywords: new Map(), open: false }, node);
	if (called.kind === "coroutine") called.run();
}

function derivesFromBase(owner: ClassValue): boolean {
	return owner.bases.some((base) =>
		base.kind === "class"
			? derivesFromBase(base)
			: base.kind === "external" && base.canonical === "starlette.middleware.base.BaseHTTPMiddleware",
	);
}

/** The scope of a request; the rest of it depends on the request. */
function httpScope(): Value {
	return { kind: "dict", entries: new Map([["type", constant("http")]]), complete: false };
}

/** The request that `dispatch` is handed; newer Starlette keeps its body in a class of its own. */
function requestObject(machine: Machine): InstanceValue {
	const names = ["starlette.middleware.base._CachedRequest", "starlette.requests.Request"];
	const name = names.find((each) => symbolEntry(machine, each) !== null) ?? "starlette.requests.Request";
	return { kind: "instance", of: externalSymbol(machine, name, symbolEntry(machine, name)), attributes: new Map(), call: null };
}
