import type { HttpRequest } from "../workspace/boot/http-request.ts";

/** The parts of an OpenAPI document that matter here (https://spec.openapis.org/oas/v3.1.0). */
interface Operation {
	readonly tags?: readonly string[];
	readonly parameters?: readonly { readonly required?: boolean; readonly in?: string }[];
	readonly requestBody?: {
		readonly required?: boolean;
		readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
	};
}

interface Schema {
	readonly $ref?: string;
	readonly required?: readonly string[];
}

interface Route {
	readonly method: string;
	readonly path: string;
	readonly operation: Operation;
}

const mostRequests = 30;

/** What is known of a server's routes. */
export interface KnownRoutes {
	/** Its OpenAPI document, or `""`. */
	readonly document: string;
	/** Path and methods of each route, for where there is no document. */
	readonly routes: readonly (readonly [path: string, methods: readonly string[]])[];
	/** May requests be posted that validation refuses? */
	readonly posts: boolean;
}

/**
 * Requests to each router that change nothing: the health routes, a GET without parameters, and where `posts` allows it a POST whose
 * required body is empty, so that validation refuses it before the route's function runs.
 */
export function listSoundRequests({ document: text, routes: bare, posts }: KnownRoutes): readonly HttpRequest[] {
	const document = parseDocument(text) ?? {};
	const described = listRoutes(document);
	const routes = described.length > 0 ? described : bareRoutes(bare);
	const health = routes.filter((route) => isHealth(route) && isPlainGet(route));
	const chosen = new Map<string, HttpRequest>(health.slice(0, 2).map((route) => [route.path, get(route)]));
	for (const group of groupByRouter(routes).values()) {
		const plain = group.some((route) => chosen.has(route.path)) ? undefined : group.find(isPlainGet);
		if (plain !== undefined) chosen.set(plain.path, get(plain));
		const refused = posts ? group.find((route) => isRefusedWithoutBody(route, document)) : undefined;
		if (refused !== undefined) chosen.set(`POST ${refused.path}`, { method: "POST", path: refused.path, body: "{}" });
	}
	return [...chosen.values()].slice(0, mostRequests);
}

interface Document {
	readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
	readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

function parseDocument(text: string): Document | null {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null && "paths" in value ? (value as Document) : null;
	} catch {
		return null;
	}
}

function listRoutes(document: Document): readonly Route[] {
	return Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
	);
}

function bareRoutes(routes: KnownRoutes["routes"]): readonly Route[] {
	return routes.flatMap(([path, methods]) => methods.map((method) => ({ method, path, operation: {} })));
}

/** Routes of one router share its first tag, or else the first part of their path that is no version. */
function groupByRouter(routes: readonly Route[]): Map<string, Route[]> {
	const groups = new Map<string, Route[]>();
	for (const route of routes) {
		const parts = route.path.split("/").filter((part) => part !== "" && !/^(api|v\d+|\{.*\})$/.test(part));
		const key = route.operation.tags?.[0] ?? `/${parts[0] ?? ""}`;
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [route]);
		else group.push(route);
	}
	return groups;
}

/** A GET whose name says that it does something all the same is left alone. */
const doesSomething =
	/logout|signout|sign-out|shutdown|delete|remove|reset|clear|purge|flush|seed|migrate|restart|stop|kill|send|export|download|stream|events|sse|metrics/i;

function isPlainGet({ method, path, operation }: Route): boolean {
	if (method !== "GET" || path.includes("{") || doesSomething.test(path)) return false;
	return !(operation.parameters ?? []).some((parameter) => parameter.required === true);
}

function isHealth({ path }: Route): boolean {
	return /\/(health|healthz|healthcheck|health-check|health_check|ping|ready|readyz|readiness|live|livez|liveness|status)\/?$/i.test(
		path,
	);
}

function isRefusedWithoutBody({ method, path, operation }: Route, document: Document): boolean {
	if (method !== "POST" || path.includes("{") || operation.requestBody?.required !== true) return false;
	const schema = operation.requestBody.content?.["application/json"]?.schema;
	const named = schema?.$ref?.startsWith("#/components/schemas/")
		? document.components?.schemas?.[schema.$ref.slice("#/components/schemas/".length)]
		: schema;
	return (named?.required ?? []).length > 0;
}

function get(route: Route): HttpRequest {
	return { method: "GET", path: route.path, body: null };
}
