import type * as ast from "../../../python/ast.ts";
import { spend } from "../../../python/effort.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { walk } from "../../../python/walk.ts";
import { isObjectOf, routerClass } from "../../imports/library-objects.ts";
import { findInClass } from "../../imports/simulator/classes/class-members.ts";
import { isClosed } from "../../imports/simulator/value-types.ts";
import type { Call } from "../../imports/trace.ts";
import type { Value } from "../../imports/values.ts";
import { scopeOfModule } from "../../models/name-scope.ts";
import { valueOfName } from "../../models/type-form.ts";
import type { Project } from "../../project.ts";
import { fastApiFeatures } from "../features.ts";
import { routerByText } from "./router-by-text.ts";
import { argumentOf, type Include, type Router, routeModelOf, textOf } from "./routes.ts";

/** `include_router` of something that is no router. Modules are a fault of their own. */
export interface IncludeFault {
	readonly type:
		| "application"
		| "function"
		| "class"
		| "nothing"
		| "collection"
		| "routes"
		| "text"
		| "object"
		| "itself"
		| "circle";
	readonly include: Include;
	/** What is included, as it is written. */
	readonly node: ast.Expression;
	readonly value: Value;
	/** The application that is included, for `application`. */
	readonly application: Router | null;
	readonly error: string | null;
}

/** What FastAPI cannot include (`include_router` of fastapi/routing.py). */
export function* includeFaults(project: Project): Generator<IncludeFault> {
	const model = routeModelOf(project);
	const { keepsRouters } = fastApiFeatures(project.environment);
	const byParent = new Map<Router, Include[]>();
	for (const include of model.includes) {
		const others = byParent.get(include.parent) ?? [];
		byParent.set(include.parent, others);
		others.push(include);
	}
	for (const include of model.includes) {
		const argument = argumentOf(include.call, 0, "router");
		if (argument === null || argument.node === null || include.call.guarded) continue;
		const { value, node } = argument;
		const circle = circleOf(include, byParent);
		if (circle !== null) {
			// Older versions copy the routes while they go through them: they never come to an end, or copy once.
			const words = circle === "itself" ? "into itself" : "that already includes this router";
			const error = `AssertionError: Cannot include ${circle === "itself" ? "the same" : "an"} APIRouter instance ${words}. Did you mean to include a different router?`;
			if (keepsRouters) yield { type: circle, include, node, value, application: null, error };
			continue;
		}
		const type = isRoutesOfRouter(project, include, node) ? "routes" : typeOf(value, include.child);
		if (type === null) continue;
		const application = type === "application" ? include.child : null;
		const hasRoutes = application !== null && model.operations.some(({ router }) => router === application);
		const missing = keepsRouters
			? "_contains_router"
			: application === null
				? "routes"
				: hasRoutes
					? "default_response_class"
					: "on_startup";
		const shown = shownType(value, type);
		const isKnown = keepsRouters !== null && shown !== null;
		const error = isKnown ? `AttributeError: ${shown} has no attribute '${missing}'` : null;
		yield { type, include, node, value, application, error };
	}
}

/** Is a router included into itself, or into one that it includes already? */
function circleOf(include: Include, byParent: ReadonlyMap<Router, readonly Include[]>): "itself" | "circle" | null {
	const { parent, child, call } = include;
	if (child === null || child.isApplication || parent.isApplication) return null;
	if (child === parent) return "itself";
	// What was included before, directly or through others; what is added on the way is gone through as well.
	const below = new Set<Router>([child]);
	for (const router of below) {
		for (const each of byParent.get(router) ?? []) {
			spend(1);
			if (each.child !== null && each.call.order < call.order && !each.call.guarded) below.add(each.child);
		}
	}
	return below.has(parent) ? "circle" : null;
}

/** `include_router(users.routes)`: the list that a router keeps its routes in. */
function isRoutesOfRouter(project: Project, { call }: Include, node: ast.Expression): boolean {
	if (node.type !== "Attribute" || node.attribute.name !== "routes") return false;
	const scope = scopeOfModule(project, call.module);
	return scope !== null && isObjectOf(valueOfName(node.value, scope) ?? undefined, routerClass);
}

function typeOf(value: Value, child: Router | null): IncludeFault["type"] | null {
	// `app.include_router(inner.router)` names the router of an application, which can be included.
	if (child !== null) return child.isApplication && child.value === value ? "application" : null;
	switch (value.kind) {
		case "function":
			return value.decorators.length === 0 || value.decorators.every(isRoute) ? "function" : null;
		case "class":
			return value.bases.length === 0 && !value.namespace.names.has("routes") ? "class" : null;
		case "constant":
			return value.value === null ? "nothing" : typeof value.value === "string" ? "text" : null;
		case "sequence":
		case "dict":
			return "collection";
		case "instance":
			return value.of.kind === "class" && isClosed(value.of) && findInClass(value.of, "routes") === null ? "object" : null;
		default:
			return null;
	}
}

/** Does a decorator register the function and give it back? */
function isRoute(decorator: Value): boolean {
	return (
		decorator.kind === "instance" &&
		decorator.of.kind === "external" &&
		/^fastapi\.(applications\.FastAPI|routing\.APIRouter)\.\w+$/.test(decorator.of.canonical)
	);
}

function shownType(value: Value, type: IncludeFault["type"]): string | null {
	if (type === "application") return "'FastAPI' object";
	if (value.kind === "class") return `type object '${value.node.name.name}'`;
	if (value.kind === "sequence") return `'${value.type}' object`;
	if (value.kind === "instance" && value.of.kind === "class") return `'${value.of.node.name.name}' object`;
	return {
		function: "'function' object",
		nothing: "'NoneType' object",
		text: "'str' object",
		collection: "'dict' object",
		routes: "'list' object",
		class: null,
		object: null,
		itself: null,
		circle: null,
	}[type];
}

/** A router with routes that no application includes, so that none of them is served. */
export interface LonelyRouter {
	readonly router: Router;
	/** Does the module that includes other routers have it at hand? Then it was likely forgotten. */
	readonly forgottenIn: ForgottenPlace | null;
	readonly routes: number;
}

export interface ForgottenPlace {
	/** The last `include_router` there. */
	readonly call: Call;
	/** How the router can be written there: `catalog_router`, `catalog.router`. */
	readonly code: string;
}

/** Routers that are certainly never included; empty where anything unknown is included or routers go where we cannot follow. */
export function lonelyRouters(project: Project): readonly LonelyRouter[] {
	const { routers, operations, includes, mounts } = routeModelOf(project);
	const isOpen = includes.some(({ child, call }) => child === null && isUnknown(argumentOf(call, 0, "router")?.value));
	if (isOpen || !routers.some(({ isApplication, call }) => isApplication && call.reached)) return [];
	const used = new Set<Value>([...includes, ...mounts].flatMap(({ child }) => (child === null ? [] : [child.value])));
	for (const call of project.trace.calls) for (const value of [...call.args, ...call.keywords.values()]) used.add(value);
	for (const value of includedOnCondition(project)) used.add(value);
	for (const value of withRoutesTaken(project)) used.add(value);
	for (const { call } of includes) {
		// A text in its place is a fault of its own, which includes it.
		const text = textOf(argumentOf(call, 0, "router")?.value);
		const meant = text === null ? null : routerByText(project, call.module, text);
		if (meant !== null) used.add(meant.value);
	}
	const result: LonelyRouter[] = [];
	for (const router of routers) {
		const routes = operations.filter((operation) => operation.router === router).length;
		if (router.isApplication || routes === 0 || used.has(router.value) || router.call.guarded) continue;
		result.push({ router, routes, forgottenIn: router.call.reached ? placeOf(project, router, includes) : null });
	}
	return result;
}

/** What is included under an `if` that start-up need not enter, as the routes of development are: it was left out on purpose. */
function* includedOnCondition(project: Project): Generator<Value> {
	for (const { module } of project.trace.runs.values()) {
		const scope = module.text.includes("include_router") ? scopeOfModule(project, module) : null;
		if (scope === null) continue;
		const included: ast.Expression[] = [];
		const note = (node: ast.TypedNode): void => {
			if (node.type !== "Call" || node.callee.type !== "Attribute" || node.callee.attribute.name !== "include_router") return;
			const router = node.args[0] ?? findKeyword(node, "router")?.value;
			if (router !== undefined) included.push(router);
		};
		walk(module.tree, (node) => {
			if (node.type !== "If") return true;
			walk([...node.body, ...node.orelse], note);
			return false;
		});
		for (const node of included) {
			const value = valueOfName(node, scope);
			if (value !== null) yield value;
		}
	}
}

/** `app.routes.extend(items.router.routes)`: what somebody takes the routes of, to serve them in a way of his own. */
function* withRoutesTaken(project: Project): Generator<Value> {
	for (const { module } of project.trace.runs.values()) {
		const scope = module.text.includes(".routes") ? scopeOfModule(project, module) : null;
		if (scope === null) continue;
		const owners: ast.Expression[] = [];
		walk(module.tree, (node) => {
			if (node.type === "Attribute" && node.attribute.name === "routes") owners.push(node.value);
			return true;
		});
		for (const owner of owners) {
			const value = valueOfName(owner, scope);
			if (value !== null) yield value;
		}
	}
}

function isUnknown(value: Value | undefined): boolean {
	return value === undefined || value.kind === "unknown" || value.kind === "instance" || value.kind === "external";
}

function placeOf(project: Project, router: Router, includes: readonly Include[]): ForgottenPlace | null {
	for (const { call } of [...includes].reverse()) {
		if (!call.reached || call.guarded) continue;
		const namespace = project.trace.runs.get(call.module.name)?.namespace;
		for (const [name, { value }] of namespace?.names ?? []) {
			if (value === router.value && call.module !== router.call.module) return { call, code: name };
			if (value.kind !== "module" || value.module === null) continue;
			for (const [inner, binding] of value.namespace.names)
				if (binding.value === router.value) return { call, code: `${name}.${inner}` };
		}
	}
	return null;
}
