import type * as ast from "../../../python/ast.ts";
import { parseModule } from "../../../python/parse.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { walk } from "../../../python/walk.ts";
import type { Call } from "../../imports/trace.ts";
import type { Value } from "../../imports/values.ts";
import type { Project } from "../../project.ts";
import { argumentOf, textOf } from "./routes.ts";

/** A route that the code of a library registers. */
export interface LibraryRoute {
	readonly methods: readonly string[];
	/** Below what it is registered on; null where it is not known. */
	readonly path: string | null;
	readonly endpoint: string | null;
}

/** Routes that a library gives an application which it is handed. */
export interface LibraryAddition {
	readonly application: Value;
	readonly call: Call;
	readonly routes: readonly LibraryRoute[];
}

/** What libraries add to applications that they are handed: `Instrumentator().expose(app)`, `Admin(app, engine)`. */
export function libraryAdditions(project: Project): readonly LibraryAddition[] {
	return project.trace.calls.flatMap((call) => {
		if (!call.reached) return [];
		const application = argumentOf(call, 0, "app")?.value;
		if (application === undefined) return [];
		const routes = metricsRoute(call) ?? adminRoutes(project, call);
		return routes === null ? [] : [{ application, call, routes }];
	});
}

/** The one route of prometheus-fastapi-instrumentator. */
function metricsRoute(call: Call): LibraryRoute[] | null {
	const { callee } = call;
	if (callee.kind !== "bound-method" || callee.name !== "expose") return null;
	if (!canonicalOf(callee.receiver).startsWith("prometheus_fastapi_instrumentator.")) return null;
	const endpoint = argumentOf(call, 2, "endpoint");
	return [{ methods: ["GET"], path: endpoint === null ? "/metrics" : textOf(endpoint.value), endpoint: "metrics" }];
}

/** The routes of sqladmin, which it mounts as an application of its own; the mount itself where its code is not at hand. */
function adminRoutes(project: Project, call: Call): LibraryRoute[] | null {
	if (call.callee.kind !== "external" || call.callee.canonical !== "sqladmin.application.Admin") return null;
	const given = argumentOf(call, 3, "base_url");
	const base = given === null ? "/admin" : (textOf(given.value)?.replace(/\/$/, "") ?? null);
	const body = definitionOf(project, "sqladmin.application", "Admin.__init__");
	if (body === null) return [{ methods: ["MOUNT"], path: base, endpoint: "admin" }];
	const routes: LibraryRoute[] = [];
	walk(body, (node) => {
		const route = node.type === "Call" && node.callee.type === "Name" ? writtenRoute(node, node.callee.id) : null;
		if (route !== null) routes.push({ ...route, path: base === null ? null : base + (route.path ?? "") });
	});
	return routes;
}

/** `Route("/list", endpoint=self.list, methods=["GET"])`, `Mount("/statics", app=…, name="statics")`. */
function writtenRoute(call: ast.Call, kind: string): LibraryRoute | null {
	if (kind !== "Route" && kind !== "Mount") return null;
	const [path] = call.args;
	if (path === undefined || textIn(path) === null) return null;
	const name = textIn(findKeyword(call, "name")?.value);
	const endpoint = findKeyword(call, "endpoint")?.value;
	const given = findKeyword(call, "methods")?.value;
	const methods = given?.type === "Sequence" ? given.items.flatMap((item) => textIn(item) ?? []) : ["GET"];
	return {
		methods: kind === "Mount" ? ["MOUNT"] : methods,
		path: textIn(path),
		endpoint: endpoint?.type === "Attribute" ? endpoint.attribute.name : name,
	};
}

/**
 * The routes of a router that a function or method of a library makes, such as `fastapi_users.get_auth_router(backend)`: those of the
 * functions that it decorates. Null where it is none that can be read.
 */
export function routesOfMadeRouter(project: Project, router: Value): readonly LibraryRoute[] | null {
	const canonical = canonicalOf(router);
	const parts = canonical.split(".");
	return (
		readRouter(project, parts.slice(0, -2).join("."), parts.slice(-2).join("."), 0) ??
		readRouter(project, parts.slice(0, -1).join("."), parts.at(-1) ?? "", 0) ??
		readRouterClass(project, parts.slice(0, -1).join("."), parts.at(-1) ?? "", router)
	);
}

/** A router whose own `__init__` registers its routes, below the path that it is given, such as strawberry's `GraphQLRouter(schema)`. */
function readRouterClass(project: Project, home: string, symbol: string, router: Value): LibraryRoute[] | null {
	const node = home === "" ? null : definitionOf(project, home, `${symbol}.__init__`);
	if (node === null) return null;
	const call = router.kind === "instance" ? router.call : null;
	const routes = node.body.flatMap(decoratedRoutes).map((route) => ({ ...route, path: route.path ?? pathGiven(node, call) }));
	return routes.length > 0 ? routes : null;
}

/** What the parameter `path` comes to in a call: the text that it is given, else its default. */
function pathGiven({ parameters }: ast.FunctionDef, call: Call | null): string | null {
	const given = call?.keywords.get("path");
	if (given !== undefined) return textOf(given);
	return textIn(parameters.find(({ name }) => name.name === "path")?.default ?? undefined);
}

function readRouter(project: Project, home: string, symbol: string, depth: number): LibraryRoute[] | null {
	const node = home === "" || depth > 2 ? null : definitionOf(project, home, symbol);
	if (node === null) return null;
	const routes = node.body.flatMap(decoratedRoutes);
	if (routes.length > 0) return routes;
	// A method that hands over to a function of another module.
	const last = node.body.at(-1);
	const handed =
		last?.type === "Return" && last.value?.type === "Call" && last.value.callee.type === "Name" ? last.value.callee.id : null;
	if (handed === null) return null;
	const canonical = project.environment.canonical(`${home}.${handed}`);
	return readRouter(
		project,
		canonical.slice(0, canonical.lastIndexOf(".")),
		canonical.slice(canonical.lastIndexOf(".") + 1),
		depth + 1,
	);
}

const methodNames = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace", "websocket"]);

function decoratedRoutes(statement: ast.Statement): LibraryRoute[] {
	if (statement.type !== "FunctionDef") return [];
	return statement.decorators.flatMap((decorator): LibraryRoute[] => {
		if (decorator.type !== "Call" || decorator.callee.type !== "Attribute" || !methodNames.has(decorator.callee.attribute.name))
			return [];
		const path = textIn(decorator.args[0] ?? findKeyword(decorator, "path")?.value);
		return [{ methods: [decorator.callee.attribute.name.toUpperCase()], path, endpoint: statement.name.name }];
	});
}

/** A function of an installed library; null where its source is not at hand. */
function definitionOf(project: Project, home: string, symbol: string): ast.FunctionDef | null {
	const found = project.environment.findModule(home);
	const text = found.found === "present" ? found.module.definition(symbol) : null;
	const [node] = text === null ? [] : parseModule(text).body;
	return node?.type === "FunctionDef" ? node : null;
}

function canonicalOf(value: Value): string {
	return value.kind === "instance" && value.of.kind === "external" ? value.of.canonical : "";
}

function textIn(node: ast.Expression | ast.Starred | undefined): string | null {
	return node?.type === "Constant" && typeof node.value === "string" ? node.value : null;
}
