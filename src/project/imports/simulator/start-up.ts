import type * as ast from "../../../python/ast.ts";
import { isGenerator } from "../../../python/walk.ts";
import { applicationClass, constructionsOf, routerClass } from "../library-objects.ts";
import type { Call } from "../trace.ts";
import type { ClassValue, FunctionValue, Value } from "../values.ts";
import { callFunction } from "./calls.ts";
import { enterContext } from "./library/enter-context.ts";
import { type Frame, fail, type Machine, ReachedYield, stopAtYield } from "./machine.ts";

/** Runs what applications do before they answer: the lifespan up to its yield, or the start-up handlers, those of their routers included. */
export function startUp(machine: Machine, outsideFrame: () => Frame): void {
	machine.stage = "startup";
	const built = constructionsOf(machine.calls, applicationClass).filter((each) => each.reached);
	const mounted = mountedValues(machine);
	for (const application of built) {
		// The lifespan of a mounted application is never run.
		if (mounted.has(application.result)) continue;
		const routers = includedRouters(machine, application);
		const lifespan = lifespanOf(application);
		if (lifespan === undefined && !application.open) {
			const handlers = startupHandlers(machine);
			for (const owner of [application, ...routers])
				for (const handler of handlers(owner)) runHandler(machine, outsideFrame(), handler, application);
		}
		for (const owner of [application, ...routers]) {
			const own = lifespanOf(owner);
			if (own?.kind === "function") runLifespan(machine, outsideFrame(), own, application);
			else if (own?.kind === "bound-method" && own.function !== null)
				runLifespan(machine, outsideFrame(), own.function, application, [own.receiver, application.result]);
			else if (own?.kind === "class") enterLifespan(machine, outsideFrame(), own, application);
		}
	}
}

/** `FastAPI(lifespan=…)`, unless `app.router.lifespan_context = …` has put another one in its place. */
function lifespanOf({ keywords, result }: Call): Value | undefined {
	const router = result.kind === "instance" ? result.attributes.get("router") : undefined;
	return (router?.kind === "instance" ? router.attributes.get("lifespan_context") : undefined) ?? keywords.get("lifespan");
}

/** Applications that another one mounts: `app.mount("/admin", admin)`, `Mount("/admin", app=admin)`. */
function mountedValues(machine: Machine): ReadonlySet<Value> {
	const mounted = new Set<Value>();
	for (const { callee, args, keywords } of machine.calls) {
		const mounts =
			(callee.kind === "bound-method" && callee.name === "mount") ||
			(callee.kind === "external" && callee.canonical === "starlette.routing.Mount");
		const inner = mounts ? (args[1] ?? keywords.get("app")) : undefined;
		if (inner !== undefined) mounted.add(inner);
	}
	return mounted;
}

/** The calls that made the routers which an application includes, directly or through others. */
function includedRouters(machine: Machine, application: Call): readonly Call[] {
	const made = new Map(constructionsOf(machine.calls, routerClass).map((call) => [call.result, call]));
	const included = new Map<Value, Value[]>();
	for (const { callee, args, keywords } of machine.calls) {
		if (callee.kind !== "bound-method" || callee.name !== "include_router") continue;
		const router = args[0] ?? keywords.get("router");
		const others = included.get(callee.receiver) ?? [];
		included.set(callee.receiver, others);
		if (router !== undefined) others.push(router);
	}
	// Those of the routers that are found are gone through as well.
	const owners = new Set<Value>([application.result]);
	for (const owner of owners) for (const router of included.get(owner) ?? []) if (made.has(router)) owners.add(router);
	return [...owners].flatMap((owner) => (owner === application.result ? [] : (made.get(owner) ?? [])));
}

/** Functions registered by `@app.on_event("startup")` or `on_startup=[…]`, by what they are registered on; Starlette ignores them beside a lifespan. */
function startupHandlers(machine: Machine): (owner: Call) => readonly FunctionValue[] {
	const added = new Map<Value, FunctionValue[]>();
	const registrations = new Map<Value, Value>();
	for (const { callee, args, result } of machine.calls) {
		const [event, handler] = args;
		if (callee.kind !== "bound-method" || event?.kind !== "constant" || event.value !== "startup") continue;
		if (callee.name === "on_event") registrations.set(result, callee.receiver);
		if (callee.name === "add_event_handler" && handler?.kind === "function") push(added, callee.receiver, handler);
	}
	const decorated = new Map<Value, FunctionValue[]>();
	for (const { value } of registrations.size > 0 ? machine.functions : [])
		for (const owner of new Set(value.decorators.flatMap((decorator) => registrations.get(decorator) ?? [])))
			push(decorated, owner, value);
	return ({ keywords, result }) => {
		const listed = keywords.get("on_startup");
		const named = listed?.kind === "sequence" ? listed.items.filter((item) => item.kind === "function") : [];
		return [...named, ...(added.get(result) ?? []), ...(decorated.get(result) ?? [])];
	};
}

function push(functions: Map<Value, FunctionValue[]>, owner: Value, value: FunctionValue): void {
	const known = functions.get(owner);
	if (known === undefined) functions.set(owner, [value]);
	else known.push(value);
}

function runHandler(machine: Machine, frame: Frame, handler: FunctionValue, application: Call): void {
	if (handler.node.type !== "Lambda") runBody(machine, frame, handler, handler.node, application);
}

/** A class as the lifespan: its object is made with the application, and entered. */
function enterLifespan(machine: Machine, frame: Frame, owner: ClassValue, { node, result }: Call): void {
	const made = machine.call(frame, owner, { args: [result], keywords: new Map(), open: false }, node);
	enterContext(machine, frame, made, { context: node }, true);
}

/** A lifespan that is over before its yield is no context manager (contextlib.py). */
function runLifespan(machine: Machine, frame: Frame, lifespan: FunctionValue, application: Call, args?: readonly Value[]): void {
	if (lifespan.node.type === "Lambda") return;
	const { node, module } = lifespan;
	const failures = machine.failures.length;
	const result = runBody(machine, frame, lifespan, node, application, args);
	const isOver = result !== null && result.kind === "constant" && isGenerator(node) && node.isAsync;
	// After a failure it goes on as if mended, and nobody knows how.
	if (!isOver || machine.failures.length > failures) return;
	fail(machine, {
		detail: { type: "raises", exception: "RuntimeError", by: "operation" },
		module,
		range: { start: node.name.start, end: node.name.end },
		statement: null,
		exception: "RuntimeError",
		message: "generator didn't yield",
	});
}

/** What the body returned; null where it came to its yield. */
function runBody(
	machine: Machine,
	frame: Frame,
	handler: FunctionValue,
	node: ast.FunctionDef,
	application: Call,
	given: readonly Value[] = [application.result],
): Value | null {
	const plain: FunctionValue = { ...handler, decorators: [] };
	const args = {
		args: given.slice(0, node.parameters.length),
		keywords: new Map<string, Value>(),
		open: true,
	};
	try {
		const result = callFunction(machine, frame, plain, args, application.node, stopAtYield);
		return result.kind === "coroutine" ? result.run() : result;
	} catch (error) {
		if (!(error instanceof ReachedYield)) throw error;
		machine.yielded.set(node, error.value);
		return null;
	}
}
