import type { Call } from "../../imports/trace.ts";
import type { Module, Project } from "../../project.ts";
import { fastApiFeatures } from "../features.ts";
import { type LibraryRoute, libraryAdditions, routesOfMadeRouter } from "./library-routes.ts";
import { argumentOf, type Include, type Mount, type Operation, type Router, routeModelOf, textOf } from "./routes.ts";

/** A route as an application serves it. */
export interface ServedRoute {
	/** `GET`, or `WEBSOCKET`, or `MOUNT` for all below a path that another application answers; several where one function answers several, none where they are not known. */
	readonly methods: readonly string[];
	/** With all prefixes; parts that are not known are written `…`. */
	readonly path: string;
	/** The name of the function that answers, or of the mount; null where it has none. */
	readonly endpoint: string | null;
	/** Where the route is registered. */
	readonly module: Module;
	/** Offset of the call that registers it. */
	readonly offset: number;
	/** False where it is registered on some paths only. */
	readonly isCertain: boolean;
}

const unknownPart = "…";

/** All routes of the applications that start-up makes, in the order in which they are asked, mounted applications included. */
export function servedRoutes(project: Project): ReadonlyMap<Router, readonly ServedRoute[]> {
	const model = routeModelOf(project);
	const reader = new RouteReader(project, model, fastApiFeatures(project.environment).keepsRouters === true);
	const applications = model.routers.filter(({ isApplication, call }) => isApplication && call.reached);
	return new Map(applications.map((application) => [application, reader.routesOf(application)]));
}

class RouteReader {
	private readonly additions;

	constructor(
		private readonly project: Project,
		private readonly model: ReturnType<typeof routeModelOf>,
		/** Are routes that a router gets after it is included served as well? */
		private readonly keepsRouters: boolean,
	) {
		this.additions = libraryAdditions(project);
	}

	routesOf(router: Router): ServedRoute[] {
		return this.read(router, "", Number.POSITIVE_INFINITY, true, []);
	}

	private read(router: Router, prefix: string, until: number, isCertain: boolean, above: readonly Router[]): ServedRoute[] {
		if (above.includes(router)) return [];
		const { operations, includes, mounts } = this.model;
		const own = prefix + (router.prefix ?? unknownPart);
		const entries: { readonly order: number; readonly routes: () => ServedRoute[] }[] = [];
		for (const operation of operations)
			if (operation.router === router)
				entries.push({
					order: operation.call.order,
					routes: () => [served(operation, operation.isAnalysed ? own : prefix, isCertain)],
				});
		for (const include of includes) {
			if (include.parent !== router) continue;
			entries.push({ order: include.call.order, routes: () => this.included(include, own, isCertain, [...above, router]) });
		}
		for (const { application, call, routes } of this.additions) {
			if (application !== router.value) continue;
			entries.push({ order: call.order, routes: () => routes.map((route) => ofLibrary(route, call, prefix, isCertain)) });
		}
		for (const mount of mounts) {
			const { child, path, call } = mount;
			if (mount.parent !== router) continue;
			const below = `${prefix}${(path ?? unknownPart).replace(/\/$/, "")}`;
			if (child === null) {
				// Versions that copy the routes of an included router leave its mounts behind.
				if (router.isApplication || this.keepsRouters)
					entries.push({ order: call.order, routes: () => [mounted(mount, below, isCertain)] });
				continue;
			}
			entries.push({
				order: call.order,
				routes: () => this.read(child, below, Number.POSITIVE_INFINITY, isCertain && !call.guarded, [...above, router]),
			});
		}
		return entries
			.filter(({ order }) => order < until)
			.sort((a, b) => a.order - b.order)
			.flatMap(({ routes }) => routes());
	}

	private included({ child, call, prefix }: Include, own: string, isCertain: boolean, above: readonly Router[]): ServedRoute[] {
		if (child === null) {
			const router = argumentOf(call, 0, "router")?.value;
			const made = router === undefined ? null : routesOfMadeRouter(this.project, router);
			return (made ?? []).map((route) => ofLibrary(route, call, own + (prefix ?? unknownPart), isCertain));
		}
		const until = this.keepsRouters ? Number.POSITIVE_INFINITY : call.order;
		return this.read(child, own + (prefix ?? unknownPart), until, isCertain && !call.guarded, above);
	}
}

/** What answers below the path of a mount whose routes are not known, such as a folder of files. */
function mounted({ call }: Mount, path: string, isCertain: boolean): ServedRoute {
	return {
		methods: ["MOUNT"],
		path: path === "" ? "/" : path,
		endpoint: textOf(argumentOf(call, 2, "name")?.value),
		module: call.module,
		offset: call.node.start,
		isCertain: isCertain && !call.guarded,
	};
}

function ofLibrary({ methods, path, endpoint }: LibraryRoute, call: Call, prefix: string, isCertain: boolean): ServedRoute {
	return {
		methods,
		path: prefix + (path ?? unknownPart),
		endpoint,
		module: call.module,
		offset: call.node.start,
		isCertain: isCertain && !call.guarded,
	};
}

function served({ call, methods, path, endpoint }: Operation, prefix: string, isCertain: boolean): ServedRoute {
	const called = endpoint.kind === "bound-method" ? endpoint.function : endpoint;
	const name = called?.kind === "function" && called.node.type === "FunctionDef" ? called.node.name.name : null;
	return {
		methods: methods ?? [],
		path: prefix + (path ?? unknownPart),
		endpoint: name,
		module: call.module,
		offset: call.node.start,
		isCertain: isCertain && !call.guarded,
	};
}
