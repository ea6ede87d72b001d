import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { walk } from "../../../python/walk.ts";
import type { Call } from "../../imports/trace.ts";
import type { Project } from "../../project.ts";
import { fastApiFeatures } from "../features.ts";
import { argumentOf, type Operation, routeModelOf, textOf } from "./routes.ts";

/** What is wrong with the path of a route. */
export interface PathFault {
	readonly type:
		| "duplicate-parameter"
		| "unknown-convertor"
		| "no-slash"
		| "no-parameter"
		| "other-name"
		| "plain-route-without-slash";
	readonly operation: Operation;
	readonly node: ast.Expression;
	/** The path as it is written, and with its router's prefix. */
	readonly path: string;
	readonly full: string;
	/** The parameter or the convertor that is wrong. */
	readonly part: string;
	/** For `other-name`: the parameter of the function that was meant. */
	readonly meant?: string;
	readonly error: string | null;
}

/** What is wrong with a prefix, or with an empty path under none. */
export interface PrefixFault {
	readonly type: "no-slash" | "ends-with-slash" | "empty" | "none";
	readonly call: Call;
	/** The prefix as it is written; for `empty` the path. */
	readonly node: ast.Expression;
	readonly prefix: string;
	/** For `empty`: the route whose path is empty. */
	readonly operation: Operation | null;
	readonly error: string;
}

/** Starlette's PARAM_REGEX. */
const parameterPattern = /\{([a-zA-Z_][a-zA-Z0-9_]*)(:[a-zA-Z_][a-zA-Z0-9_]*)?\}/g;
const convertors = new Set(["str", "path", "int", "float", "uuid"]);

/** Paths that Starlette cannot compile, or that no request matches (`compile_path` of starlette/routing.py). */
export function* pathFaults(project: Project): Generator<PathFault> {
	const registersConvertors = project.trace.calls.some(
		({ callee }) => callee.kind === "external" && /^starlette\.convertors\./.test(callee.canonical),
	);
	for (const operation of routeModelOf(project).operations) {
		const { path, pathNode: node, router, call } = operation;
		if (path === null || node === null || call.guarded || router.prefix === null) continue;
		// A path that is put together, or comes in by a variable, is somebody else's text.
		if (node.type !== "Constant") continue;
		const full = operation.isAnalysed ? router.prefix + path : path;
		const fault = (type: PathFault["type"], part: string, error: string | null): PathFault => ({
			type,
			operation,
			node,
			path,
			full,
			part,
			error,
		});
		const found = [...full.matchAll(parameterPattern)];
		const unknown = found.map((match) => (match[2] ?? "").slice(1)).find((name) => name !== "" && !convertors.has(name));
		if (unknown !== undefined) {
			if (!registersConvertors) yield fault("unknown-convertor", unknown, `AssertionError: Unknown path convertor '${unknown}'`);
			continue;
		}
		const names = found.map((match) => match[1] ?? "");
		const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].sort();
		if (twice.length > 0) {
			const plural = twice.length > 1 ? "s" : "";
			yield fault(
				"duplicate-parameter",
				twice[0] ?? "",
				`ValueError: Duplicated param name${plural} ${twice.join(", ")} at path ${full}`,
			);
			continue;
		}
		if (!operation.isAnalysed && !path.startsWith("/")) {
			yield fault("plain-route-without-slash", path, "AssertionError: Routed paths must start with '/'");
			continue;
		}
		if (/^[\w{]/.test(path)) {
			yield fault("no-slash", path, null);
			continue;
		}
		const strange = full.replace(parameterPattern, "").match(/\{\s*([^{}\s:]+)\s*(:[^{}]*)?\}/);
		if (strange !== null && path.includes(strange[0])) yield fault("no-parameter", strange[0], null);
		const other = otherName(project, operation, path, new Set(names));
		if (other !== null) yield { ...fault("other-name", other.part, null), meant: other.meant };
	}
}

/**
 * `/books/{id}` over a function that takes `book_id`, which is then asked for in the query: what the path brings goes unread, and a
 * request without the query is answered with 422.
 */
function otherName(
	project: Project,
	{ endpoint, isSignatureKnown, isAnalysed }: Operation,
	path: string,
	names: ReadonlySet<string>,
): { readonly part: string; readonly meant: string } | null {
	if (!isSignatureKnown || !isAnalysed || endpoint.kind !== "function" || endpoint.node.type === "Lambda") return null;
	const { parameters, body } = endpoint.node;
	const taken = new Set(parameters.map(({ name }) => name.name));
	const [unread, ...others] = [...path.matchAll(parameterPattern)]
		.map((match) => match[1] ?? "")
		.filter((name) => !taken.has(name));
	if (unread === undefined || others.length > 0 || parameters.some(({ kind }) => kind.startsWith("var-"))) return null;
	const missing = parameters.filter(({ name, default: given, annotation }) => {
		const isAlike = name.name.endsWith(`_${unread}`) || unread.endsWith(`_${name.name}`);
		return isAlike && !names.has(name.name) && annotation !== null && asksForValue(annotation, given);
	});
	const [meant, ...more] = missing;
	if (meant === undefined || more.length > 0 || readsPath(body) || isTakenElsewhere(project, unread, endpoint)) return null;
	const { routers, includes } = routeModelOf(project);
	const isInPrefix = [...routers, ...includes].some(({ prefix }) => prefix === null || prefix.includes(`{${meant.name.name}`));
	return isInPrefix ? null : { part: unread, meant: meant.name.name };
}

/** Is a plain value asked for that has no default: nothing given, `Path(...)` or `Query(...)`? */
function asksForValue(annotation: ast.Expression, given: ast.Expression | null): boolean {
	const isPlain = annotation.type === "Name" && /^(int|str|UUID|uuid|UUID4|PositiveInt|ObjectId)$/.test(annotation.id);
	if (!isPlain || given === null) return isPlain;
	if (given.type !== "Call" || given.callee.type !== "Name" || given.callee.id !== "Path") return false;
	// `Path(alias="id")` is read by that name.
	return !given.keywords.some(({ name }) => name === null || /alias$/.test(name.name));
}

/** `request.path_params` brings what no parameter takes. */
function readsPath(body: readonly ast.Statement[]): boolean {
	let found = false;
	walk(body, (node) => {
		if (node.type === "Attribute" && /^(path_params|scope|match_info)$/.test(node.attribute.name)) found = true;
		return !found;
	});
	return found;
}

/** A dependency may take the part of the path, as may one of a class. */
function isTakenElsewhere(project: Project, name: string, endpoint: Operation["endpoint"]): boolean {
	return project.trace.functions.some(
		({ value }) =>
			value !== endpoint &&
			value.node.type === "FunctionDef" &&
			!value.decorators.some((each) => each.kind === "instance") &&
			value.node.parameters.some((each) => each.name.name === name),
	);
}

/** Prefixes that APIRouter and include_router refuse. */
export function* prefixFaults(project: Project): Generator<PrefixFault> {
	const { routers, includes, mounts, operations } = routeModelOf(project);
	for (const { call } of [...routers.filter(({ isApplication }) => !isApplication), ...includes]) {
		const fault = refusedPrefix(call);
		if (fault !== null) yield fault;
	}
	yield* missingPrefixes(project);
	for (const { call, path } of mounts) {
		const node = argumentOf(call, 0, "path")?.node;
		if (path === null || path === "" || path.startsWith("/") || call.guarded || node == null) continue;
		yield {
			type: "no-slash",
			call,
			node,
			prefix: path,
			operation: null,
			error: "AssertionError: Routed paths must start with '/'",
		};
	}
	for (const { child, call, prefix } of includes) {
		if (prefix !== "" || child === null || child.prefix !== "" || call.guarded || call.open) continue;
		const empty = operations.find(
			(operation) =>
				operation.router === child &&
				operation.path === "" &&
				operation.pathNode !== null &&
				operation.call.order < call.order &&
				!operation.call.guarded,
		);
		if (empty === undefined || empty.pathNode === null) continue;
		const name = nameOf(empty);
		const error = `FastAPIError: Prefix and path cannot be both empty (path operation: ${name})`;
		yield { type: "empty", call, node: empty.pathNode, prefix: "", operation: empty, error };
	}
}

/** None for a prefix, which is put in front of a route all the same. */
function* missingPrefixes(project: Project): Generator<PrefixFault> {
	const { routers, includes, operations } = routeModelOf(project);
	const { keepsRouters } = fastApiFeatures(project.environment);
	if (keepsRouters === null) return;
	const added = "TypeError: unsupported operand type(s) for +: 'NoneType' and 'str'";
	const included = keepsRouters ? 'TypeError: can only concatenate str (not "NoneType") to str' : added;
	const calls = [
		...routers.map((router) => ({ router, call: router.call, error: added })),
		...includes.map(({ child, call }) => ({ router: child, call, error: included })),
	];
	for (const { router, call, error } of calls) {
		const given = call.keywords.get("prefix");
		const node = findKeyword(call.node, "prefix")?.value;
		if (given?.kind !== "constant" || given.value !== null || node === undefined || call.guarded) continue;
		if (router === null || router.isApplication) continue;
		const isMet = operations.some((operation) => {
			const isBefore = router.call === call || operation.call.order < call.order;
			return operation.router === router && operation.isAnalysed && isBefore && !operation.call.guarded;
		});
		if (isMet) yield { type: "none", call, node, prefix: "None", operation: null, error };
	}
}

function refusedPrefix(call: Call): PrefixFault | null {
	const node = findKeyword(call.node, "prefix")?.value;
	const prefix = textOf(call.keywords.get("prefix"));
	if (node === undefined || prefix === null || prefix === "" || call.guarded) return null;
	const fault = { call, node, prefix, operation: null };
	if (!prefix.startsWith("/")) return { ...fault, type: "no-slash", error: "AssertionError: A path prefix must start with '/'" };
	if (!prefix.endsWith("/")) return null;
	const error = "AssertionError: A path prefix must not end with '/', as the routes will start with '/'";
	return { ...fault, type: "ends-with-slash", error };
}

function nameOf({ call, endpoint }: Operation): string {
	const given = textOf(call.keywords.get("name"));
	if (given !== null && given !== "") return given;
	return endpoint.kind === "function" && endpoint.node.type === "FunctionDef" ? endpoint.node.name.name : "unknown";
}
