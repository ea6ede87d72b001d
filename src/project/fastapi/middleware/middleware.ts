import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import type { Call, RunStage } from "../../imports/trace.ts";
import type { FunctionValue, Value } from "../../imports/values.ts";
import type { Module, Project } from "../../project.ts";
import { isApplication, servedApplication } from "../application.ts";

/** A middleware that start-up hands to an application, with what it will be built from. */
export interface AddedMiddleware {
	/** What Starlette calls with the application. */
	readonly value: Value;
	/** Its further arguments. */
	readonly args: readonly Value[];
	readonly keywords: ReadonlyMap<string, Value>;
	readonly open: boolean;
	readonly module: Module;
	/** The call that names it: `add_middleware(…)` or `Middleware(…)`. */
	readonly node: ast.Call;
	/** The expression that stands for the middleware itself. */
	readonly argument: ast.Expression;
	readonly via: "add_middleware" | "Middleware";
	/** False where it goes to another application than the one that the server runs: one that is mounted, or not used at all. */
	readonly isServed: boolean;
	readonly stage: RunStage;
	readonly order: number;
}

/** Middleware added with `add_middleware` or listed in `FastAPI(middleware=[Middleware(…)])`, in the order of start-up. */
export function listMiddleware(project: Project): readonly AddedMiddleware[] {
	const served = servedApplication(project)?.result;
	const isServed = (application: Value): boolean => served === undefined || application === served;
	const listed = new Map<Value, boolean>();
	for (const { result, keywords } of project.trace.calls) {
		const list = isApplication(result) ? keywords.get("middleware") : undefined;
		if (list?.kind === "sequence") for (const item of list.items) listed.set(item, isServed(result));
	}
	return project.trace.calls.flatMap((call) => {
		if (!call.reached || call.guarded) return [];
		const { callee } = call;
		if (callee.kind === "bound-method" && isMethodOfApplication(call, "add_middleware"))
			return added(call, "add_middleware", "middleware_class", isServed(callee.receiver));
		const isListed = listed.get(call.result);
		return isListed !== undefined && isMiddlewareEntry(callee) ? added(call, "Middleware", "cls", isListed) : [];
	});
}

function added(call: Call, via: AddedMiddleware["via"], keyword: string, isServed: boolean): AddedMiddleware[] {
	const [first, ...rest] = call.args;
	const value = first ?? call.keywords.get(keyword);
	const argument = first === undefined ? findKeyword(call.node, keyword)?.value : call.node.args[0];
	if (value === undefined || argument === undefined || argument.type === "Starred") return [];
	const keywords = new Map(call.keywords);
	if (first === undefined) keywords.delete(keyword);
	const { open, module, node, stage, order } = call;
	return [{ value, args: rest, keywords, open, module, node, argument, via, isServed, stage, order }];
}

/** Is it `starlette.middleware.Middleware`? */
export function isMiddlewareEntry(value: Value): boolean {
	return value.kind === "external" && value.canonical === "starlette.middleware.Middleware";
}

/** Is the call that of a method of an application: `app.add_middleware(…)`? */
export function isMethodOfApplication({ callee }: Call, name: string): boolean {
	return callee.kind === "bound-method" && callee.name === name && isApplication(callee.receiver);
}

/** Functions under `@app.middleware("http")`, or handed to it, which Starlette calls with the request and `call_next`. */
export function listMiddlewareFunctions(project: Project): readonly FunctionValue[] {
	const registrations = new Set<Value>();
	for (const call of project.trace.calls)
		if (call.reached && !call.guarded && isMethodOfApplication(call, "middleware")) registrations.add(call.result);
	const decorated = project.trace.functions.flatMap(({ value, reached }) =>
		reached && value.decorators.length === 1 && value.decorators.some((decorator) => registrations.has(decorator)) ? [value] : [],
	);
	const handedOver = project.trace.calls.flatMap(({ callee, args: [given], reached, guarded }) =>
		reached && !guarded && registrations.has(callee) && given?.kind === "function" ? [given] : [],
	);
	return [...decorated, ...handedOver.filter(({ decorators }) => decorators.length === 0)];
}
