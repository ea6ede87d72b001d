import type * as ast from "../../../python/ast.ts";
import { constructionsOf } from "../../imports/library-objects.ts";
import type { Call, FunctionDefinition } from "../../imports/trace.ts";
import type { InstanceValue, Value } from "../../imports/values.ts";
import type { Project } from "../../project.ts";

/** A FastAPI application or an APIRouter that start-up makes. */
export interface Router {
	readonly value: InstanceValue;
	readonly call: Call;
	readonly isApplication: boolean;
	/** Its own prefix; null where it is not known. */
	readonly prefix: string | null;
}

/** One path operation as it is registered: by a decorator, or by `add_api_route`. */
export interface Operation {
	readonly router: Router;
	/** The call that registers it, `router.get("/")`. */
	readonly call: Call;
	/** HTTP methods, or `WEBSOCKET`; null where they are not known. */
	readonly methods: readonly string[] | null;
	/** As written, without prefixes; null where it is not known. */
	readonly path: string | null;
	readonly pathNode: ast.Expression | null;
	readonly endpoint: Value;
	/** False where a decorator between, or the router's own class of routes, may give the endpoint another signature. */
	readonly isSignatureKnown: boolean;
	/** Does FastAPI itself analyse the endpoint? Not so for Starlette's plain `add_route`. */
	readonly isAnalysed: boolean;
}

/** `parent.include_router(child)`. */
export interface Include {
	readonly parent: Router;
	/** Null where what is included is no router that we know. */
	readonly child: Router | null;
	readonly call: Call;
	/** Null where it is not known. */
	readonly prefix: string | null;
}

/** `parent.mount("/path", app)`. */
export interface Mount {
	readonly parent: Router;
	readonly child: Router | null;
	readonly call: Call;
	readonly path: string | null;
}

/** All that start-up registers, in its order. */
export interface RouteModel {
	readonly routers: readonly Router[];
	readonly operations: readonly Operation[];
	readonly includes: readonly Include[];
	readonly mounts: readonly Mount[];
}

const models = new WeakMap<Project, RouteModel>();

/** The routes of a project, read from the calls that start-up makes. */
export function routeModelOf(project: Project): RouteModel {
	let model = models.get(project);
	if (model === undefined) {
		model = readRoutes(project);
		models.set(project, model);
	}
	return model;
}

/** An argument of a call by position or name, and where it is written. */
export function argumentOf(
	call: Call,
	index: number,
	name: string,
): { readonly value: Value; readonly node: ast.Expression | null } | null {
	const value = call.keywords.get(name) ?? call.args[index];
	if (value === undefined) return null;
	const node = call.node.keywords.find((keyword) => keyword.name?.name === name)?.value ?? call.node.args[index] ?? null;
	return { value, node: node?.type === "Starred" ? null : node };
}

/** The text of a value: `""` where there is none, null where it is not known. */
export function textOf(value: Value | undefined): string | null {
	if (value === undefined) return "";
	return value.kind === "constant" && typeof value.value === "string" ? value.value : null;
}

const methodNames = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace"]);
const registering = new Set([...methodNames, "api_route", "websocket", "route", "websocket_route"]);
const adding = new Set(["add_api_route", "add_api_websocket_route", "add_route", "add_websocket_route"]);

function readRoutes(project: Project): RouteModel {
	const routers = new Map<Value, Router>();
	const operations: Operation[] = [];
	const includes: Include[] = [];
	const mounts: Mount[] = [];
	const decorated = endpointsByDecorator(project.trace.functions);
	for (const router of routersOf(project)) {
		routers.set(router.value, router);
		// What an application registers itself stands in its own router.
		const own = router.isApplication ? router.value.attributes.get("router") : undefined;
		if (own !== undefined) routers.set(own, router);
	}
	for (const call of project.trace.calls) {
		const { callee } = call;
		if (callee.kind === "instance" && callee.call !== null) {
			// `router.get("/")(endpoint)`
			const operation = operationOf(callee.call, routers, { value: call.args[0] ?? null, isSignatureKnown: true });
			if (operation !== null) operations.push(operation);
			continue;
		}
		if (callee.kind !== "bound-method") continue;
		const router = routers.get(callee.receiver);
		if (router === undefined) continue;
		if (callee.name === "include_router") {
			const child = argumentOf(call, 0, "router")?.value;
			const prefix = textOf(call.keywords.get("prefix"));
			includes.push({ parent: router, child: routers.get(child ?? call.result) ?? null, call, prefix });
		} else if (callee.name === "mount") {
			const child = argumentOf(call, 1, "app")?.value;
			const path = textOf(argumentOf(call, 0, "path")?.value);
			mounts.push({ parent: router, child: routers.get(child ?? call.result) ?? null, call, path });
		} else {
			const endpoints = decorated.get(call.result) ?? [];
			if (adding.has(callee.name))
				endpoints.push({ value: argumentOf(call, 1, "endpoint")?.value ?? null, isSignatureKnown: true });
			for (const endpoint of endpoints) {
				const operation = operationOf(call, routers, endpoint);
				if (operation !== null) operations.push(operation);
			}
		}
	}
	return { routers: [...new Set(routers.values())], operations, includes, mounts };
}

function routersOf(project: Project): Router[] {
	const { calls } = project.trace;
	const applications = constructionsOf(calls, /^fastapi\.(applications\.)?FastAPI$/);
	const routers = constructionsOf(calls, /^fastapi\.(routing\.)?APIRouter$/);
	return [...applications, ...routers]
		.sort((a, b) => a.order - b.order)
		.flatMap((call) => {
			const isApplication = applications.includes(call);
			const prefix = isApplication ? "" : call.open && !call.keywords.has("prefix") ? null : textOf(call.keywords.get("prefix"));
			return call.result.kind === "instance" ? [{ value: call.result, call, isApplication, prefix }] : [];
		});
}

interface Endpoint {
	readonly value: Value | null;
	readonly isSignatureKnown: boolean;
}

/** Functions by the value of each of their decorators. */
function endpointsByDecorator(functions: readonly FunctionDefinition[]): Map<Value, Endpoint[]> {
	const result = new Map<Value, Endpoint[]>();
	for (const { value } of functions) {
		for (const [index, decorator] of value.decorators.entries()) {
			if (decorator.kind !== "instance") continue;
			const isSignatureKnown = value.decorators.slice(index + 1).every(keepsSignature);
			const endpoints = result.get(decorator) ?? [];
			endpoints.push({ value, isSignatureKnown });
			result.set(decorator, endpoints);
		}
	}
	return result;
}

/** What makes decorators of libraries that wrap a function with `functools.wraps`, so that its parameters stay. */
const wrappers = new Set([
	"aiocache.decorators.cached",
	"fastapi_cache.decorator.cache",
	"loguru._logger.Logger.catch",
	"slowapi.extension.Limiter.limit",
	"slowapi.extension.Limiter.shared_limit",
	"starlette.authentication.requires",
	"tenacity.retry",
]);

/** Does a decorator leave the signature that `inspect` sees? */
export function keepsSignature(decorator: Value): boolean {
	if (decorator.kind === "external") return /^functools\.(lru_cache|cache)$|^typing\.(override|final)$/.test(decorator.canonical);
	if (decorator.kind === "instance" && decorator.of.kind === "external") {
		const { canonical } = decorator.of;
		return (
			/^fastapi\.(applications\.FastAPI|routing\.APIRouter)\.\w+$|^functools\.lru_cache$/.test(canonical) ||
			wrappers.has(canonical)
		);
	}
	return decorator.kind === "function" && wrapsItsArgument(decorator.node);
}

/** `def decorator(func): @wraps(func) def inner(...): …; return inner`, or one that gives back what it is handed. */
function wrapsItsArgument(node: ast.FunctionDef | ast.Lambda): boolean {
	if (node.type === "Lambda") return false;
	const [parameter] = node.parameters;
	const last = node.body.at(-1);
	if (parameter === undefined || last?.type !== "Return" || last.value?.type !== "Name") return false;
	const returned = last.value.id;
	if (returned === parameter.name.name) return true;
	const [inner, ...others] = node.body.slice(0, -1).filter((statement) => !isDocstring(statement));
	// Whatever else stands there may give the function another signature.
	if (inner?.type !== "FunctionDef" || inner.name.name !== returned || inner.decorators.length !== 1 || others.length > 0)
		return false;
	const [decorator] = inner.decorators;
	if (decorator?.type !== "Call") return false;
	const { callee } = decorator;
	const name = callee.type === "Name" ? callee.id : callee.type === "Attribute" ? callee.attribute.name : "";
	const [wrapped] = decorator.args;
	return name === "wraps" && wrapped?.type === "Name" && wrapped.id === parameter.name.name;
}

function isDocstring(statement: ast.Statement): boolean {
	return statement.type === "ExpressionStatement" && statement.value.type === "Constant";
}

function operationOf(call: Call, routers: ReadonlyMap<Value, Router>, endpoint: Endpoint): Operation | null {
	const { callee } = call;
	if (callee.kind !== "bound-method" || endpoint.value === null) return null;
	const router = routers.get(callee.receiver);
	if (router === undefined || !(registering.has(callee.name) || adding.has(callee.name))) return null;
	const path = argumentOf(call, 0, "path");
	return {
		router,
		call,
		methods: methodsOf(callee.name, call),
		path: path === null ? null : textOf(path.value),
		pathNode: path?.node ?? null,
		endpoint: endpoint.value,
		isSignatureKnown: endpoint.isSignatureKnown && keepsEndpoints(router.call.keywords.get("route_class")),
		isAnalysed: !/^(add_)?(websocket_)?route$/.test(callee.name),
	};
}

/**
 * Does a class of routes hand its endpoints to FastAPI as they are? One of another library may not: `DishkaRoute` wraps them so that
 * what it injects is no parameter any more.
 */
function keepsEndpoints(routeClass: Value | undefined): boolean {
	if (routeClass === undefined) return true;
	if (routeClass.kind === "external") return routeClass.canonical === "fastapi.routing.APIRoute";
	return routeClass.kind === "class" && !routeClass.namespace.names.has("__init__") && routeClass.bases.every(keepsEndpoints);
}

function methodsOf(name: string, call: Call): readonly string[] | null {
	if (methodNames.has(name)) return [name.toUpperCase()];
	if (name.includes("websocket")) return ["WEBSOCKET"];
	const given = call.keywords.get("methods");
	if (given === undefined) return call.open ? null : ["GET"];
	if (given.kind === "constant" && given.value === null) return ["GET"];
	if (given.kind !== "sequence" || !given.complete) return null;
	const texts = given.items.map(textOf);
	return texts.includes(null) ? null : texts.map((text) => text?.toUpperCase() ?? "");
}
