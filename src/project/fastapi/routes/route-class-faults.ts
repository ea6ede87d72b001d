import type * as ast from "../../../python/ast.ts";
import { findInClass } from "../../imports/simulator/classes/class-members.ts";
import { isClosed } from "../../imports/simulator/value-types.ts";
import type { Call } from "../../imports/trace.ts";
import type { ClassValue, Value } from "../../imports/values.ts";
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
	const { routers, operations } = routeModelOf(project);
	for (const router of routers) {
		const value = router.call.keywords.get("route_class");
		const node = router.call.node.keywords.find(({ name }) => name?.name === "route_class")?.value;
		if (value === undefined || node === undefined || router.isApplication || router.call.guarded) continue;
		const registration = operations
			.filter((each) => each.router === router && each.isAnalysed && each.methods?.includes("WEBSOCKET") !== true)
			.map(({ call }) => call)
			.find(({ reached, guarded, tried }) => reached && !guarded && !tried);
		if (registration === undefined) continue;
		const refusal = refusalOf(project, value);
		if (refusal !== null) yield { ...refusal, router, value, node, registration };
	}
}

type Refusal = Pick<RouteClassFault, "type" | "error">;

function refusalOf(project: Project, value: Value): Refusal | null {
	const uncallable = uncallableType(value);
	if (uncallable !== null) return { type: "no-class", error: `TypeError: '${uncallable}' object is not callable` };
	const isQualified = project.environment.python.minor >= 10;
	if (value.kind === "function") {
		const refused = value.decorators.length === 0 ? refusedOption(value.node, 0) : null;
		const name = value.node.type === "Lambda" ? "<lambda>" : value.node.name.name;
		return refused === null ? null : { type: "no-class", error: unexpected(name, refused) };
	}
	if (value.kind === "external" && value.canonical === "fastapi.routing.APIRouter")
		return { type: "no-route", error: unexpected(isQualified ? "APIRouter.__init__" : "__init__", "endpoint") };
	if (value.kind !== "class") return null;
	const name = value.node.name.name;
	const own = findInClass(value, "__init__")?.value;
	if (own?.kind === "function" && own.decorators.length === 0) {
		const refused = refusedOption(own.node, 1);
		const owner = ownerOf(value, "__init__")?.node.name.name ?? name;
		const type = derivesFromRoute(value) ? "other-signature" : "no-route";
		return refused === null ? null : { type, error: unexpected(isQualified ? `${owner}.__init__` : "__init__", refused) };
	}
	if (own !== undefined || !isClosed(value) || findInClass(value, "__new__") !== null) return null;
	return { type: "no-route", error: `TypeError: ${name}() takes no arguments` };
}

function unexpected(shown: string, name: string): string {
	return `TypeError: ${shown}() got an unexpected keyword argument '${name}'`;
}

/** The first option that a function does not take, behind as many parameters as Python fills itself; null where it may take all. */
function refusedOption(node: ast.FunctionDef | ast.Lambda, filled: number): string | null {
	if (node.parameters.some(({ kind }) => kind === "var-keyword")) return null;
	const named = new Set(
		node.parameters
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
