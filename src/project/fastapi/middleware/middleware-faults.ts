import { versionSatisfies } from "../../../environment/pep440.ts";
import type * as ast from "../../../python/ast.ts";
import { dottedName, isGenerator, walk } from "../../../python/walk.ts";
import { externalBindingProblem } from "../../imports/simulator/external-signature.ts";
import { patternFault } from "../../imports/simulator/library/regular-expressions.ts";
import type { ClassValue, ExternalValue, FunctionValue, Value } from "../../imports/values.ts";
import { unknown } from "../../imports/values.ts";
import type { Project } from "../../project.ts";
import { positionalCallError } from "../positional-call.ts";
import {
	type BodyMisuse,
	givesNothing,
	keptApplication,
	unawaitedNext,
	unpassedRequest,
	unsetApplication,
	wrongResponse,
} from "../routes/request-path.ts";
import { uncallableType } from "../served-application.ts";
import { stateNames } from "../state-names.ts";
import type { AddedMiddleware } from "./middleware.ts";
import { base, kindOf, ownMethod } from "./middleware-class.ts";
import { bindingFault, fault, type MiddlewareFault } from "./middleware-fault.ts";
import { raisedAnswers } from "./raised-answers.ts";

/** What is certain to go wrong with a middleware at the first request; null where nothing is. */
export function middlewareFault(project: Project, added: AddedMiddleware): MiddlewareFault | null {
	const { value } = added;
	switch (value.kind) {
		case "external":
			return value.isModule ? notCallable("module") : externalFault(project, value, added);
		case "class":
			return classFault(project, value, added);
		case "function":
			return value.node.type === "Lambda" ? null : plainFunctionFault(project, value, value.node, added);
		case "instance":
			return instanceFault(project, value);
		case "module":
		case "constant":
		case "sequence":
		case "dict":
			return notCallable(uncallableType(value) ?? "object");
		default:
			return null;
	}
}

function notCallable(type: string): MiddlewareFault {
	return fault("not-callable", `TypeError: '${type}' object is not callable`);
}

/** What goes wrong with a function of `(request, call_next)`: one that takes other arguments, or that never gives an answer back. */
export function dispatchFault(
	project: Project,
	owner: FunctionValue,
	node: ast.FunctionDef,
	bound: number,
	shown: string,
): MiddlewareFault | null {
	const error = positionalCallError(node, bound, shown);
	if (error !== null) return fault("dispatch", `TypeError: ${error}`, owner);
	if (isGenerator(node)) return null;
	if (givesNothing(node)) return fault("returns-nothing", node.isAsync ? noResponse : notAwaitable, owner);
	const unawaited = unawaitedNext(node);
	if (unawaited !== null) return { ...fault("not-awaited", unawaited.error, owner), ...partly(unawaited) };
	const wrong = node.isAsync ? wrongResponse(node) : null;
	if (wrong !== null)
		return { ...fault("wrong-response", `TypeError: '${wrong.type}' object is not callable`, owner), ...partly(wrong) };
	return raisedAnswers(project, owner, node).length > 0
		? { ...fault("raised-answer", "fastapi.exceptions.HTTPException", owner), isPartial: true }
		: null;
}

const noResponse = "TypeError: 'NoneType' object is not callable";
const notAwaitable = "TypeError: object NoneType can't be used in 'await' expression";

function partly({ isPartial }: Pick<BodyMisuse, "isPartial">): { readonly isPartial?: true } {
	return isPartial ? { isPartial: true } : {};
}

function externalFault(project: Project, value: ExternalValue, added: AddedMiddleware): MiddlewareFault | null {
	if (value.entry?.kind !== "class") return null;
	const args = { args: [unknown, ...added.args], keywords: added.keywords, open: added.open };
	const problem = externalBindingProblem(project, value, args);
	if (problem !== null) return bindingFault(problem);
	if (value.canonical === "starlette.middleware.cors.CORSMiddleware")
		return noneForList(added) ?? refusedExpression(project, added);
	if (/^slowapi\.middleware\.SlowAPI(ASGI)?Middleware$/.test(value.canonical)) return lacksLimiter(project, added);
	if (value.canonical === "starlette.middleware.trustedhost.TrustedHostMiddleware") return refusedPattern(added);
	if (value.canonical !== base || added.open) return null;
	const dispatch = added.keywords.get("dispatch") ?? added.args[0];
	if (dispatch === undefined) return fault("dispatch", "NotImplementedError");
	return dispatch.kind === "function" && dispatch.node.type === "FunctionDef" && dispatch.decorators.length === 0
		? dispatchFault(project, dispatch, dispatch.node, 2, dispatch.node.name.name)
		: null;
}

/** slowapi's middleware asks the state of the application for its limiter, with each request. */
function lacksLimiter(project: Project, { node }: AddedMiddleware): MiddlewareFault | null {
	const names = stateNames(project);
	const { callee } = project.trace.calls.find((call) => call.node === node) ?? { callee: unknown };
	const application = callee.kind === "bound-method" ? callee.receiver : null;
	// Code that cannot be read may set it.
	const isHandedOut = project.trace.calls.some(
		({ callee: taker, args, keywords }) =>
			(taker.kind === "unknown" || (taker.kind === "external" && taker.entry === null)) &&
			[...args, ...keywords.values()].some((each) => each === application),
	);
	return names === null || names.has("limiter") || application === null || isHandedOut
		? null
		: fault("unset-limiter", "AttributeError: 'State' object has no attribute 'limiter'");
}

/** CORSMiddleware looks into its lists at once. */
function noneForList({ keywords }: AddedMiddleware): MiddlewareFault | null {
	for (const name of ["allow_origins", "allow_methods", "allow_headers"]) {
		const value = keywords.get(name);
		if (value?.kind === "constant" && value.value === null)
			return fault("none-argument", "TypeError: argument of type 'NoneType' is not iterable", null, name);
	}
	return null;
}

/** CORSMiddleware compiles the expression for its origins. */
function refusedExpression({ environment }: Project, { keywords }: AddedMiddleware): MiddlewareFault | null {
	const given = keywords.get("allow_origin_regex");
	if (given?.kind !== "constant" || typeof given.value !== "string") return null;
	const { minor } = environment.python;
	const message = patternFault(given.value, minor);
	const exception = minor >= 13 ? "re.PatternError" : "re.error";
	return message === null ? null : fault("origin-pattern", `${exception}: ${message}`, null, "allow_origin_regex");
}

/** `*` stands alone, or in front of a dot (starlette/middleware/trustedhost.py). */
function refusedPattern({ keywords, args }: AddedMiddleware): MiddlewareFault | null {
	const hosts = keywords.get("allowed_hosts") ?? args[0];
	if (hosts?.kind !== "sequence") return null;
	const isRefused = (host: Value) =>
		host.kind === "constant" &&
		typeof host.value === "string" &&
		(host.value.slice(1).includes("*") || (host.value.startsWith("*") && host.value !== "*" && !host.value.startsWith("*.")));
	return hosts.items.some(isRefused)
		? fault("host-pattern", "AssertionError: Domain wildcard patterns must be like '*.example.com'.", null, "allowed_hosts")
		: null;
}

function instanceFault(project: Project, value: Value & { kind: "instance" }): MiddlewareFault | null {
	const { of } = value;
	if (of.kind === "class") {
		const call = ownMethod(of, "__call__");
		if (call === null && kindOf(of) === "http") {
			const shown = shownName(project, "BaseHTTPMiddleware", "__call__");
			return fault("instance", `TypeError: ${shown}() missing 2 required positional arguments: 'receive' and 'send'`);
		}
		if (call === null || call.node.type === "Lambda") {
			const type = uncallableType(value);
			return type === null ? null : fault("instance", `TypeError: '${type}' object is not callable`);
		}
		const error = positionalCallError(call.node, 2, shownMethod(project, of, "__call__"));
		return error === null ? null : fault("instance", `TypeError: ${error}`);
	}
	if (!/^starlette\.middleware\.\w+\.\w+Middleware$/.test(of.canonical) || of.entry?.kind !== "class") return null;
	const shown = shownName(project, of.canonical.slice(of.canonical.lastIndexOf(".") + 1), "__call__");
	return fault("instance", `TypeError: ${shown}() missing 2 required positional arguments: 'receive' and 'send'`);
}

/** A function that is called with the application, as a class would be. */
function plainFunctionFault(
	project: Project,
	owner: FunctionValue,
	node: ast.FunctionDef,
	added: AddedMiddleware,
): MiddlewareFault | null {
	if (owner.decorators.length > 0 || added.open || added.args.length > 0 || added.keywords.size > 0) return null;
	const error = applicationKeywordError(project, node, node.name.name, 0) ?? positionalCallError(node, 1);
	if (error !== null) return fault("plain-function", `TypeError: ${error}`, owner);
	return node.isAsync ? fault("plain-function", "TypeError: 'coroutine' object is not callable", owner) : null;
}

/** Starlette passed the application by the keyword `app` before 0.41. */
function applicationKeywordError(project: Project, node: ast.FunctionDef, shown: string, bound: number): string | null {
	const version = project.environment.distributions.get("starlette")?.version;
	if (version === undefined || versionSatisfies(version, "<0.41") !== true) return null;
	const takesIt = node.parameters
		.slice(bound)
		.some(
			({ kind, name }) => kind === "var-keyword" || (name.name === "app" && (kind === "positional" || kind === "keyword-only")),
		);
	return takesIt ? null : `${shown}() got an unexpected keyword argument 'app'`;
}

function shownName(project: Project, owner: string, method: string): string {
	return project.environment.python.minor >= 10 ? `${owner}.${method}` : method;
}

function shownMethod(project: Project, owner: ClassValue, method: string): string {
	return shownName(project, owner.node.name.name, method);
}

function classFault(project: Project, owner: ClassValue, added: AddedMiddleware): MiddlewareFault | null {
	const kind = kindOf(owner);
	if (kind === null) return null;
	const init = ownMethod(owner, "__init__");
	if (init === null && owner.namespace.names.has("__init__")) return null;
	if (init !== null && init.node.type === "FunctionDef") {
		const problem = initProblem(project, owner, init.node, added);
		if (problem !== null) return problem;
		const unset = kind === "http" ? superFault(owner, init, init.node) : null;
		if (unset !== null) return unset;
	} else if (kind === "plain") {
		return fault("no-app-parameter", `TypeError: ${owner.node.name.name}() takes no arguments`, owner);
	}
	return kind === "http" ? httpFault(project, owner, added) : callFault(project, owner);
}

function initProblem(project: Project, owner: ClassValue, init: ast.FunctionDef, added: AddedMiddleware): MiddlewareFault | null {
	const shown = shownMethod(project, owner, "__init__");
	const named = init.parameters.slice(1).filter(({ kind }) => kind === "positional" || kind === "keyword-only");
	if (!init.parameters.some(({ kind }) => kind === "var-keyword")) {
		for (const name of added.keywords.keys()) {
			if (named.some((parameter) => parameter.name.name === name)) continue;
			const parameters = named.map((parameter) => parameter.name.name).filter((each) => !added.keywords.has(each));
			const message = `${shown}() got an unexpected keyword argument '${name}'`;
			return bindingFault({ message, keyword: { name, parameters } }, owner);
		}
	}
	if (added.open) return null;
	const rest = { ...init, parameters: init.parameters.filter((each) => !added.keywords.has(each.name.name)) };
	const error = applicationKeywordError(project, init, shown, 1) ?? positionalCallError(rest, 2 + added.args.length, shown);
	if (error === null) return takenTwice(init, added, shown, owner);
	const takesApp = init.parameters
		.slice(1)
		.some(({ kind, name }) => (kind.startsWith("positional") && !added.keywords.has(name.name)) || kind === "var-positional");
	return takesApp
		? bindingFault({ message: error }, owner)
		: (takenTwice(init, added, shown, owner) ?? fault("no-app-parameter", `TypeError: ${error}`, owner));
}

/** The first parameter gets the application, whatever it is called, and may be given by its name as well. */
function takenTwice(init: ast.FunctionDef, added: AddedMiddleware, shown: string, owner: ClassValue): MiddlewareFault | null {
	const [, first] = init.parameters;
	if (first?.kind !== "positional" || !added.keywords.has(first.name.name)) return null;
	const error = `TypeError: ${shown}() got multiple values for argument '${first.name.name}'`;
	return fault("no-app-parameter", error, owner);
}

/** An `__init__` that leaves BaseHTTPMiddleware's undone. */
function superFault(owner: ClassValue, init: FunctionValue, node: ast.FunctionDef): MiddlewareFault | null {
	let calls = 0;
	let bare = 0;
	let sets = false;
	walk(node.body, (each) => {
		if (each.type === "Attribute" && each.attribute.name === "dispatch_func") sets = true;
		if (each.type !== "Call" || each.callee.type !== "Attribute" || each.callee.attribute.name !== "__init__") return;
		calls++;
		const onSuper = each.callee.value.type === "Call" && dottedName(each.callee.value.callee) === "super";
		if (onSuper && each.args.length === 0 && each.keywords.length === 0) bare++;
	});
	if (sets) return null;
	const name = owner.node.name.name;
	if (calls === 0) return fault("super-not-called", `AttributeError: '${name}' object has no attribute 'dispatch_func'`, init);
	// An own base in between takes what it likes.
	const isDirect = owner.bases.every((each) => each.kind === "external");
	return calls === 1 && bare === 1 && isDirect
		? fault("super-without-app", "TypeError: BaseHTTPMiddleware.__init__() missing 1 required positional argument: 'app'", init)
		: null;
}

function httpFault(project: Project, owner: ClassValue, added: AddedMiddleware): MiddlewareFault | null {
	const call = ownMethod(owner, "__call__");
	if (call !== null && call.node.type === "FunctionDef") {
		const error = positionalCallError(call.node, 4, shownMethod(project, owner, "__call__"));
		return error === null ? null : fault("request-style-call", `TypeError: ${error}`, owner);
	}
	if (call !== null || owner.namespace.names.has("__call__")) return null;
	const dispatch = ownMethod(owner, "dispatch");
	if (dispatch === null) {
		const isGiven =
			owner.namespace.names.has("dispatch") ||
			owner.bases.some((each) => each.kind === "class") ||
			added.keywords.has("dispatch");
		return isGiven || givesDispatch(ownMethod(owner, "__init__")) ? null : fault("dispatch", "NotImplementedError", owner);
	}
	if (dispatch.node.type === "Lambda") return null;
	return dispatchFault(project, dispatch, dispatch.node, 3, shownMethod(project, owner, "dispatch"));
}

/** May an `__init__` hand a function over as `dispatch`, or set it? */
function givesDispatch(init: FunctionValue | null): boolean {
	if (init === null || init.node.type === "Lambda") return init !== null;
	let found = false;
	walk(init.node.body, (each) => {
		if (each.type === "Attribute" && /^dispatch(_func)?$/.test(each.attribute.name)) found = true;
		if (each.type !== "Call" || each.callee.type !== "Attribute" || each.callee.attribute.name !== "__init__") return;
		const isOnSuper = each.callee.value.type === "Call";
		const isOpen = each.args.some(({ type }) => type === "Starred") || each.keywords.some(({ name }) => name === null);
		if (isOpen || each.args.length > (isOnSuper ? 1 : 2) || each.keywords.some(({ name }) => name?.name === "dispatch"))
			found = true;
	});
	return found;
}

/** A class without bases must be callable with scope, receive and send. */
function callFault(project: Project, owner: ClassValue): MiddlewareFault | null {
	const call = ownMethod(owner, "__call__");
	if (call === null)
		return owner.namespace.names.has("__call__") || owner.bases.some((each) => each.kind === "class")
			? null
			: fault("not-callable", `TypeError: '${owner.node.name.name}' object is not callable`, owner);
	if (call.node.type === "Lambda") return null;
	const error = positionalCallError(call.node, 4, shownMethod(project, owner, "__call__"));
	if (error !== null) return fault("request-style-call", `TypeError: ${error}`, owner);
	return asgiFault(owner, call, "ExceptionMiddleware");
}

/** The same for an object of an own class around the application, which the server calls itself. */
export function wrapperFault(value: Value): MiddlewareFault | null {
	if (value.kind !== "instance" || value.of.kind !== "class" || kindOf(value.of) !== "plain") return null;
	const call = ownMethod(value.of, "__call__");
	// uvicorn takes an object whose `__call__` is no coroutine function for one of ASGI 2.
	if (call === null || call.node.type === "Lambda" || !call.node.isAsync) return null;
	const error = positionalCallError(call.node, 4, `${value.of.node.name.name}.__call__`);
	return error === null ? asgiFault(value.of, call, "FastAPI") : null;
}

/** What goes wrong in an ASGI `__call__` of the right arguments; `inner` is the class of what it wraps, as Python's message names it. */
function asgiFault(owner: ClassValue, call: FunctionValue, inner: string): MiddlewareFault | null {
	const { node } = call;
	if (node.type === "Lambda" || isGenerator(node)) return null;
	if (!node.isAsync && givesNothing(node)) return fault("plain-call", notAwaitable, call);
	const init = ownMethod(owner, "__init__");
	const kept = init?.node.type === "FunctionDef" ? keptApplication(init.node) : null;
	const unset =
		init?.node.type === "FunctionDef" && kept !== null && owner.bases.length === 0
			? unsetApplication(node, init.node, new Set(owner.namespace.names.keys()))
			: null;
	if (unset !== null) {
		const error = `AttributeError: '${owner.node.name.name}' object has no attribute '${unset.attribute.name}'`;
		return { ...fault("unset-application", error, call, kept), ...partly(unset) };
	}
	const misuse = kept === null ? null : unpassedRequest(node, kept);
	if (misuse === null) return null;
	const error = misuse.error.startsWith("missing") ? `TypeError: ${inner}.__call__() ${misuse.error}` : misuse.error;
	return { ...fault("not-passed-on", error, call), ...partly(misuse) };
}
