import type * as ast from "../../python/ast.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { dottedName } from "../../python/walk.ts";
import type { Call } from "../imports/trace.ts";
import type { FunctionValue, Value } from "../imports/values.ts";
import type { Module, Project } from "../project.ts";

/** Something registered to run when an application starts or stops. */
export interface StartupHandler {
	readonly event: "startup" | "shutdown";
	/** What was registered: a function, or what stands there instead. */
	readonly value: Value;
	/** `@app.on_event("startup")` over a function; `on_startup=[…]` of the application; `app.add_event_handler("startup", …)`. */
	readonly via: "on_event" | "keyword" | "add_event_handler";
	readonly module: Module;
	/** What registers it: the call that makes the application, or one of its methods. */
	readonly call: ast.Call;
	/** The decorator, the item of the list, or the argument. */
	readonly node: ast.Expression;
	readonly order: number;
}

/** The handlers of one application, in the order in which start-up registers them. */
export function listStartupHandlers(project: Project, application: Call): readonly StartupHandler[] {
	const handlers: StartupHandler[] = [...ofKeyword(application, "startup"), ...ofKeyword(application, "shutdown")];
	for (const call of project.trace.calls) {
		const method = call.reached && !call.guarded ? methodOf(application, call) : null;
		const event = method === null ? null : eventOf(call.args[0] ?? call.keywords.get("event_type"));
		if (event === null) continue;
		const common = { event, module: call.module, call: call.node, order: call.order };
		if (method === "on_event")
			for (const value of decorated(project, call)) handlers.push({ ...common, value, via: "on_event", node: call.node });
		const [, value] = call.args;
		const [, node] = call.node.args;
		if (method === "add_event_handler" && value !== undefined && node !== undefined)
			handlers.push({ ...common, value, via: "add_event_handler", node });
	}
	return handlers.sort((a, b) => a.order - b.order);
}

/** The name of a method of the application, or of the router that the application hands its events to; null for any other call. */
function methodOf({ result: application }: Call, { callee }: Call): string | null {
	if (callee.kind !== "bound-method") return null;
	const router = application.kind === "instance" ? application.attributes.get("router") : undefined;
	return callee.receiver === application || callee.receiver === router ? callee.name : null;
}

/** The event that a text names, or null for any other. */
function eventOf(value: Value | undefined): StartupHandler["event"] | null {
	const text = value?.kind === "constant" ? value.value : null;
	return text === "startup" || text === "shutdown" ? text : null;
}

/** Functions that the value of a call decorates. */
function decorated(project: Project, call: Call): readonly FunctionValue[] {
	return project.trace.functions.flatMap(({ value, reached }) =>
		reached && value.decorators.includes(call.result) ? [value] : [],
	);
}

function ofKeyword(application: Call, event: StartupHandler["event"]): StartupHandler[] {
	const written = findKeyword(application.node, `on_${event}`)?.value;
	const list = application.keywords.get(`on_${event}`);
	if (written?.type !== "Sequence" || list?.kind !== "sequence" || list.items.length !== written.items.length) return [];
	const { module, order } = application;
	return list.items.flatMap((value, index) => {
		const node = written.items[index];
		return node === undefined || node.type === "Starred"
			? []
			: [{ event, value, via: "keyword" as const, module, call: application.node, node, order }];
	});
}

/** Does a body do more than write a log? Then a server that never runs it lacks something. */
export function doesWork(node: ast.FunctionDef): boolean {
	return node.body.some((statement) => {
		if (statement.type === "Pass" || statement.type === "Global" || statement.type === "Return") return false;
		if (statement.type !== "ExpressionStatement") return true;
		const { value } = statement;
		if (value.type === "Constant") return false;
		const callee = value.type === "Call" ? (dottedName(value.callee) ?? "") : null;
		return callee === null || !/^(print|(\w+\.)*log(ger|ging)?\.\w+)$/i.test(callee);
	});
}
