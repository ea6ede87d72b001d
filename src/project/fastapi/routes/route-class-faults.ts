import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { routerClass } from "../../imports/library-objects.ts";
import { findInClass } from "../../imports/simulator/classes/class-members.ts";
import { isPlainModel } from "../../imports/simulator/refused-operations.ts";
import { isClosed } from "../../imports/simulator/value-types.ts";
import type { Call } from "../../imports/trace.ts";
import type { ClassValue, FunctionValue, Value } from "../../imports/values.ts";
import { ownerOf } from "../../models/lineage.ts";
import type { Project } from "../../project.ts";
import { uncallableType } from "../served-application.ts";
import { type Router, routeModelOf } from "./routes.ts";

/** A `route_class` that FastAPI cannot make a route of. */
export interface RouteClassFault {
	readonly type: "no-class" | "no-route" | "other-signature";
	readonly router: Router;
	readonly value: Value;
	/** As it is written behind `route_class=`. */
	readonly node: ast.Expression;
	/** The first registration, which fails. */
	readonly registration: Call;
	readonly error: string;
}

/** The options by which FastAPI makes a route, in its order, behind the path (`APIRouter.add_api_route` of fastapi/routing.py). */
const options = ["endpoint", "response_model", "status_code", "tags", "dependencies"];

/** What routers are told to make their routes with and that makes none; it shows with the first route that is registered. */
export function* routeClassFaults(project: Project): Generator<RouteClassFault> {
	for (const router of routeModelOf(project).routers) {
		const value = router.call.keywords.get("route_class");
		const node = findKeyword(router.call.node, "route_class")?.value;
		if (value === undefined || node === undefined || router.isApplication || router.call.guarded) continue;
		const refusal = refusalOf(project, value);
		const registration = refusal === null ? undefined : firstRegistration(project, router);
		if (refusal !== null && registration !== undefined) yield { ...refusal, router, value, node, registration };
	}
}

/** The first call that certainly makes a route of the router; those of WebSockets are made without `route_class`. */
function firstRegistration(project: Project, router: Router): Call | undefined {
	return routeModelOf(project)
		.operations.filter((each) => each.router === router && each.isAnalysed && each.methods?.includes("WEBSOCKET") !== true)
		.map(({ call }) => call)
		.find(({ reached, guarded, tried }) => reached && !guarded && !tried);
}

type Refusal = Pick<RouteClassFault, "type" | "error">;

/** Why FastAPI cannot make a route with the value; null where it can, or where we cannot tell. */
function refusalOf(project: Project, value: Value): Refusal | null {
	const uncallable = uncallableType(value);
	if (uncallable !== null) return { type: "no-class", error: `TypeError: '${uncallable}' object is not callable` };
	switch (value.kind) {
		case "function":
			return refusalOfFunction(value);
		case "external":
			return routerClass.test(value.canonical)
				? { type: "no-route", error: unexpected(initName(project, "APIRouter"), "endpoint") }
				: null;
		case "class":
			return refusalOfClass(project, value);
		default:
			return null;
	}
}

function refusalOfFunction({ node, decorators }: FunctionValue): Refusal | null {
	const refused = decorators.length === 0 ? refusedOption(node, 0) : null;
	const name = node.type === "Lambda" ? "<lambda>" : node.name.name;
	return refused === null ? null : { type: "no-class", error: unexpected(name, refused) };
}

function refusalOfClass(project: Project, value: ClassValue): Refusal | null {
	const own = findInClass(value, "__init__")?.value;
	if (own?.kind === "function" && own.decorators.length === 0) return refusalOfInit(project, value, own);
	if (own !== undefined || findInClass(value, "__new__") !== null) return null;
	if (isPlainModel(value)) {
		// A model takes its fields by name, and the path comes first and without one.
		const error = `TypeError: ${initName(project, "BaseModel")}() takes 1 positional argument but 2 were given`;
		return { type: "no-route", error };
	}
	return isClosed(value) ? { type: "no-route", error: `TypeError: ${value.node.name.name}() takes no arguments` } : null;
}

function refusalOfInit(project: Project, value: ClassValue, { node }: FunctionValue): Refusal | null {
	const refused = refusedOption(node, 1);
	if (refused === null) return null;
	const owner = ownerOf(value, "__init__") ?? value;
	const type = derivesFromRoute(value) ? "other-signature" : "no-route";
	return { type, error: unexpected(initName(project, owner.node.name.name), refused) };
}

function unexpected(shown: string, name: string): string {
	return `TypeError: ${shown}() got an unexpected keyword argument '${name}'`;
}

/** Since 3.10 Python names the class of a method that it cannot call. */
function initName({ environment }: Project, owner: string): string {
	return environment.python.minor >= 10 ? `${owner}.__init__` : "__init__";
}

/** The first option that a function does not take, behind as many parameters as Python fills itself; null where it may take all. */
function refusedOption({ parameters }: ast.FunctionDef | ast.Lambda, filled: number): string | null {
	if (parameters.some(({ kind }) => kind === "var-keyword")) return null;
	const named = new Set(
		parameters
			.filter(({ kind }, index) => kind === "keyword-only" || (kind === "positional" && index >= filled))
			.map(({ name }) => name.name),
	);
	return options.find((option) => !named.has(option)) ?? null;
}

function derivesFromRoute(owner: ClassValue): boolean {
	return owner.bases.some((base) =>
		base.kind === "class"
			? derivesFromRoute(base)
			: base.kind === "external" && /^(?:fastapi|starlette)\.routing\.(?:API)?Route$/.test(base.canonical),
	);
}
