import { spend } from "../../../python/effort.ts";
import { compilePattern, type PatternTest } from "../../../text/linear-pattern.ts";
import type { Project } from "../../project.ts";
import { fastApiFeatures } from "../features.ts";
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
	const includesOf = new Map<Operation["router"], (typeof includes)[number][]>();
	for (const include of includes) {
		if (include.child === null) continue;
		const others = includesOf.get(include.child) ?? [];
		includesOf.set(include.child, others);
		others.push(include);
	}
	/** What has been registered with each router under a path with parameters. */
	const open = new Map<Operation["router"], OpenRoute[]>();
	for (const operation of operations) {
		const { router, path, call } = operation;
		const earlier = open.get(router) ?? [];
		open.set(router, earlier);
		const isOpen = path?.includes("{") === true;
		if (!call.guarded && call.reached) {
			const by = isOpen ? undefined : earlier.find((each) => shadows(each, operation))?.operation;
			if (by !== undefined) yield { type: "shadowed", operation, by };
			const taken = keepsRouters === false && !router.isApplication ? (includesOf.get(router) ?? []) : [];
			const isLost = taken.length > 0 && taken.every((each) => each.call.order < call.order && !each.call.guarded);
			if (isLost) yield { type: "added-too-late", operation, by: null };
		}
		const pattern = isOpen && !call.guarded ? patternOf(path) : null;
		if (pattern !== null) earlier.push({ operation, pattern });
	}
}

interface OpenRoute {
	readonly operation: Operation;
	readonly pattern: PatternTest;
}

/** Does an earlier route match every request that is meant for a later one with a fixed path? */
function shadows({ operation: earlier, pattern }: OpenRoute, later: Operation): boolean {
	spend(1);
	const { methods } = earlier;
	if (earlier.endpoint === later.endpoint || later.path === null || methods === null || later.methods === null) return false;
	return later.methods.every((method) => methods.includes(method)) && pattern(later.path) === true;
}

/** Starlette's pattern for a path, for the convertors whose values are known; null for others. */
function patternOf(path: string): PatternTest | null {
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
	return compilePattern(`^${source}$`);
}
