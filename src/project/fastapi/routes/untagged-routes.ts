import type * as ast from "../../../python/ast.ts";
import { walk } from "../../../python/walk.ts";
import type { FunctionValue, Value } from "../../imports/values.ts";
import type { Module, Project } from "../../project.ts";
import { fastApiFeatures } from "../features.ts";
import { type Include, type Operation, type Router, routeModelOf } from "./routes.ts";

/** A route without tags whose operation id is made of its first tag. */
export interface UntaggedRoute {
	readonly operation: Operation;
	/** `route.tags` in the function that makes the ids. */
	readonly node: ast.Attribute;
	/** `route.tags[0]`, where Python fails. */
	readonly place: ast.Subscript;
	readonly module: Module;
	/** Where the id is made: as the route is registered or its router included, or, by newer versions, with the first request. */
	readonly stage: "import" | "startup" | "request";
	readonly order: number;
}

/** The first route of each application with `generate_unique_id_function` that has no tag, where that function takes the first of them. */
export function untaggedRoutes(project: Project): readonly UntaggedRoute[] {
	const { routers, operations, includes } = routeModelOf(project);
	return routers.flatMap((router) => {
		const maker = router.isApplication ? router.call.keywords.get("generate_unique_id_function") : undefined;
		const taken = maker?.kind === "function" && !router.call.guarded ? firstTagIn(maker) : null;
		if (maker?.kind !== "function" || taken === null) return [];
		for (const operation of operations) {
			if (!isAsked(operation)) continue;
			const way = operation.router === router ? [] : wayTo(router, operation.router, includes, new Set());
			if (way === null || mayHaveTags(operation, way)) continue;
			const last = way.at(-1);
			const { keepsRouters } = fastApiFeatures(project.environment);
			if (last !== undefined && keepsRouters === null) continue;
			const isLate = last !== undefined && keepsRouters === true;
			const { stage, order } = (last ?? operation).call;
			return [{ operation, ...taken, module: maker.module, stage: isLate ? "request" : stage, order } as const];
		}
		return [];
	});
}

/** Does FastAPI make an id for the route by the application's function? */
function isAsked({ call, isAnalysed, methods, router }: Operation): boolean {
	const own = ["operation_id", "generate_unique_id_function"].some((name) => call.keywords.has(name));
	const isMadeByRouter = !router.isApplication && router.call.keywords.has("generate_unique_id_function");
	return isAnalysed && !own && !isMadeByRouter && !call.guarded && !call.open && methods?.[0] !== "WEBSOCKET";
}

/** The inclusions from a router up to the application, innermost first; null where it is not certainly included. */
function wayTo(top: Router, router: Router, includes: readonly Include[], seen: Set<Router>): readonly Include[] | null {
	if (seen.has(router)) return null;
	seen.add(router);
	for (const include of includes) {
		if (include.child !== router || include.call.guarded || include.call.open) continue;
		if (include.call.keywords.has("generate_unique_id_function")) continue;
		if (include.parent === top) return [include];
		const rest = wayTo(top, include.parent, includes, seen);
		if (rest !== null) return [include, ...rest];
	}
	return null;
}

/** Tags of the route itself, its router, and all that it is included by count. */
function mayHaveTags({ call, router }: Operation, way: readonly Include[]): boolean {
	const calls = [call, router.call, ...way.flatMap((include) => [include.call, include.parent.call])];
	return calls.some((each) => each.open || !isEmpty(each.keywords.get("tags")));
}

function isEmpty(value: Value | undefined): boolean {
	if (value === undefined) return true;
	if (value.kind === "constant") return value.value === null;
	return value.kind === "sequence" && value.complete && value.items.length === 0;
}

/** `route.tags[0]` in a function of one parameter that does not look first whether there are tags. */
function firstTagIn({ node, decorators }: FunctionValue): { node: ast.Attribute; place: ast.Subscript } | null {
	const [route, ...others] = node.parameters;
	if (route === undefined || others.length > 0 || decorators.length > 0) return null;
	const body = node.type === "Lambda" ? [node.body] : node.body;
	let reads = 0;
	let found: { node: ast.Attribute; place: ast.Subscript } | null = null;
	let isGuarded = false;
	for (const part of body)
		walk(part, (each) => {
			if (/^(If|IfExp|Try|BoolOp|Match|While|For)$/.test(each.type)) isGuarded = true;
			if (each.type === "Attribute" && each.attribute.name === "tags") reads++;
			const isFirst = each.type === "Subscript" && each.index.type === "Constant" && each.index.value === 0;
			if (!isFirst || each.type !== "Subscript" || each.value.type !== "Attribute" || each.value.attribute.name !== "tags")
				return;
			if (each.value.value.type === "Name" && each.value.value.id === route.name.name) found = { node: each.value, place: each };
		});
	return reads === 1 && !isGuarded ? found : null;
}
