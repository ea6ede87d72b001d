import type { Project } from "../project.ts";
import { fastApiFeatures } from "./features.ts";
import { type Operation, routeModelOf } from "./routes.ts";

/** A route that no request reaches, or that is lost. */
export interface LostRoute {
	readonly type: "shadowed" | "added-too-late";
	readonly operation: Operation;
	/** The route that answers in its place; null for one that was added too late. */
	readonly by: Operation | null;
}

/** Routes that an earlier one of the same router always answers for, and routes added to a router that was included already. */
export function* lostRoutes(project: Project): Generator<LostRoute> {
	const { operations, includes } = routeModelOf(project);
	const { keepsRouters } = fastApiFeatures(project.environment);
	for (const [index, operation] of operations.entries()) {
		if (operation.call.guarded || !operation.call.reached) continue;
		const by = operations.slice(0, index).find((earlier) => shadows(earlier, operation));
		if (by !== undefined) yield { type: "shadowed", operation, by };
		if (keepsRouters !== false || operation.router.isApplication) continue;
		const taken = includes.filter(({ child }) => child === operation.router);
		const isLost = taken.length > 0 && taken.every(({ call }) => call.order < operation.call.order && !call.guarded);
		if (isLost) yield { type: "added-too-late", operation, by: null };
	}
}

/** Does an earlier route match every request that is meant for a later one with a fixed path? */
function shadows(earlier: Operation, later: Operation): boolean {
	if (earlier.router !== later.router || earlier.call.guarded || earlier.endpoint === later.endpoint) return false;
	const { path, methods } = earlier;
	if (path === null || later.path === null || methods === null || later.methods === null) return false;
	if (!later.methods.every((method) => methods.includes(method)) || !path.includes("{")) return false;
	if (later.path.includes("{")) return false;
	const pattern = patternOf(path);
	return pattern?.test(later.path) === true;
}

/** Starlette's pattern for a path, for the convertors whose values are known; null for others. */
function patternOf(path: string): RegExp | null {
	const parts = path.split(/\{([^{}]*)\}/);
	let source = "";
	for (const [index, part] of parts.entries()) {
		if (index % 2 === 0) {
			source += part.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
			continue;
		}
		const [, convertor = "str"] = part.split(":");
		const known = { str: "[^/]+", path: ".*", int: "[0-9]+", float: "[0-9]+(\\.[0-9]+)?" }[convertor];
		if (known === undefined) return null;
		source += known;
	}
	return new RegExp(`^${source}$`);
}
