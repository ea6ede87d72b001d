import type { FixProposal } from "../../../audit/fix.ts";
import type { AddedMiddleware } from "../../../project/fastapi/middleware/middleware.ts";
import type { MiddlewareFault } from "../../../project/fastapi/middleware/middleware-fault.ts";
import type { ClassValue, FunctionValue, Namespace } from "../../../project/imports/values.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { addArgument, argumentsOf, findKeyword } from "../../../python/rewrite/arguments.ts";
import { type PythonSource, replaceText } from "../../../python/rewrite/source.ts";
import { insertAfter, insertBefore } from "../../../python/rewrite/statements.ts";
import { dottedName, holdsName, walk } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";
import { withoutApplication } from "../exception/application-argument-remedies.ts";
import { giveDefault } from "../exception/give-default.ts";
import { addSecret, dropNone, mendOrigins, mendPatterns, spellKeyword } from "./middleware-argument-remedies.ts";
import { middlewareBodyRemedy } from "./middleware-body-remedies.ts";
import { returnTheAnswers } from "./return-the-answers.ts";
import { setLimiter } from "./set-limiter.ts";

/** The smallest change after which the middleware can be built and answers; undefined where none is certain. */
export function middlewareRemedy(
	project: Project,
	added: AddedMiddleware | null,
	fault: MiddlewareFault,
): FixProposal | undefined {
	const { owner } = fault;
	const definition = owner?.node;
	switch (fault.kind) {
		case "keyword":
			return added === null ? undefined : spellKeyword(added, fault);
		case "arguments":
			return added === null
				? undefined
				: (withoutApplication({ module: added.module, call: added.node }) ??
						addSecret(project, added, fault) ??
						(owner === null ? undefined : giveDefault(project, fault.error)));
		case "no-app-parameter":
			return definition?.type === "ClassDef" && owner?.kind === "class" ? takeApp(owner, definition) : undefined;
		case "instance":
			return added === null ? undefined : passTheClass(added);
		case "plain-function":
			return added === null || definition?.type !== "FunctionDef" ? undefined : registerFunction(added, definition);
		case "super-not-called":
		case "super-without-app":
			return owner?.kind === "function" && definition?.type === "FunctionDef" ? callSuper(owner, definition, fault) : undefined;
		case "request-style-call":
		case "not-callable":
			if (owner === null && added !== null) return nameTheClass(project, added);
			if (owner?.kind !== "class" || definition?.type !== "ClassDef") return undefined;
			return (
				takeSend(owner) ??
				callDispatch(owner, definition) ??
				deriveFromBase(owner, definition, fault.kind === "not-callable" ? "dispatch" : "__call__")
			);
		case "none-argument":
			return added === null ? undefined : dropNone(added, fault);
		case "host-pattern":
			return added === null ? undefined : mendPatterns(added);
		case "origin-pattern":
			return added === null ? undefined : mendOrigins(added);
		case "dispatch":
			if (owner === null) return added === null ? undefined : giveDispatch(added);
			if (owner.kind === "class" && definition?.type === "ClassDef") return nameDispatch(owner, definition);
			return owner.kind === "function" && definition?.type === "FunctionDef"
				? middlewareBodyRemedy(owner, definition, fault)
				: undefined;
		case "returns-nothing":
		case "wrong-response":
		case "not-awaited":
		case "plain-call":
		case "not-passed-on":
		case "unset-application":
			return owner?.kind === "function" && definition?.type === "FunctionDef"
				? middlewareBodyRemedy(owner, definition, fault)
				: undefined;
		case "raised-answer":
			return owner?.kind === "function" && definition?.type === "FunctionDef"
				? returnTheAnswers(project, owner, definition)
				: undefined;
		case "unset-limiter":
			return added === null ? undefined : setLimiter(project, added);
		case "entry":
			return undefined;
	}
}

/** `add_middleware(BaseHTTPMiddleware)`: the one function of the file that takes `call_next` is what it is to call. */
function giveDispatch({ module, node }: AddedMiddleware): FixProposal | undefined {
	const [only, ...others] = module.tree.body.filter(
		(each): each is ast.FunctionDef =>
			each.type === "FunctionDef" &&
			each.parameters.length === 2 &&
			each.parameters[1]?.name.name === "call_next" &&
			each.decorators.length === 0 &&
			each.end <= node.start,
	);
	if (only === undefined || others.length > 0) return undefined;
	return {
		title: `Let it call ${only.name.name}`,
		explanation: "BaseHTTPMiddleware itself does nothing with a request: it calls what it is given as dispatch.",
		applicability: "review",
		edits: [addArgument(module, node, `dispatch=${only.name.name}`)],
	};
}

/** `add_middleware(cors)` of a module: the one middleware class in it is meant. */
function nameTheClass(project: Project, { module, argument, value }: AddedMiddleware): FixProposal | undefined {
	const found = value.kind === "external" ? project.environment.findModule(value.name) : null;
	const names =
		value.kind === "module" ? [...value.namespace.names.keys()] : found?.found === "present" ? found.module.names() : [];
	const classes = names.filter((name) => /^[A-Z]\w*Middleware$/.test(name) && name !== "BaseHTTPMiddleware");
	const [only, ...others] = classes;
	if (only === undefined || others.length > 0) return undefined;
	return {
		title: `Add ${only} of that module`,
		explanation: "What is added is the module; the class in it is the middleware.",
		applicability: "safe",
		edits: [replaceText(module, argument.end, argument.end, `.${only}`)],
	};
}

/** `dispach` and `dispatch_request`: the only coroutine method that takes the request and call_next is the one that was meant. */
function nameDispatch({ module, namespace }: ClassValue, definition: ast.ClassDef): FixProposal | undefined {
	const methods = [...namespace.names.values()].flatMap(({ value }) =>
		value.kind === "function" && value.node.type === "FunctionDef" && value.decorators.length === 0 ? [value.node] : [],
	);
	const fitting = methods.filter(
		({ name, isAsync, parameters }) => isAsync && parameters.length === 3 && !name.name.startsWith("__"),
	);
	const [only, ...others] = fitting;
	if (only === undefined || others.length > 0) return undefined;
	return {
		title: `Call ${only.name.name} dispatch`,
		explanation: `BaseHTTPMiddleware calls the method dispatch, which ${definition.name.name} does not have.`,
		applicability: "review",
		edits: [replaceText(module, only.name.start, only.name.end, "dispatch")],
	};
}

/** A BaseHTTPMiddleware whose method of request and call_next is called `__call__`. */
function callDispatch({ module, namespace }: ClassValue, { bases }: ast.ClassDef): FixProposal | undefined {
	const method = namespace.names.get("__call__")?.value;
	if (bases.length === 0 || method?.kind !== "function" || method.node.type !== "FunctionDef") return undefined;
	const { name, parameters, isAsync } = method.node;
	if (!isAsync || parameters.length !== 3) return undefined;
	return {
		title: "Call the method dispatch",
		explanation: "BaseHTTPMiddleware has a __call__ of its own, for ASGI, which hands request and call_next to dispatch.",
		applicability: "safe",
		edits: [replaceText(module, name.start, name.end, "dispatch")],
	};
}

/** `app` as the first parameter behind self, kept where the class is no BaseHTTPMiddleware. */
function takeApp({ module, namespace }: ClassValue, definition: ast.ClassDef): FixProposal | undefined {
	const init = namespace.names.get("__init__")?.value;
	const first = definition.body[0];
	const title = `Let ${definition.name.name} take the application`;
	const explanation = "The application that it wraps is the first argument of every middleware.";
	if (init === undefined) {
		const derived = deriveFromBase({ module, namespace }, definition, "dispatch");
		if (derived !== undefined) return derived;
		if (first === undefined) return undefined;
		const code = "def __init__(self, app):\n    self.app = app\n";
		return {
			title,
			explanation,
			applicability: "review",
			edits: [insertBefore(module, first, code), ...passOn(module, namespace)],
		};
	}
	if (init.kind !== "function" || init.node.type !== "FunctionDef") return undefined;
	const [self] = init.node.parameters;
	const [statement] = init.node.body;
	if (self === undefined || statement === undefined || statement.start < init.node.name.end) return undefined;
	const edits: TextEdit[] = [...putFirst(module, init.node.parameters)];
	const isHttp = definition.bases.length > 0;
	const supers = superCalls(init.node);
	const [bare] = supers;
	if (isHttp && bare !== undefined && bare.args.length === 0 && bare.keywords.length === 0)
		edits.push(replaceText(module, bare.argumentsRange.start + 1, bare.argumentsRange.start + 1, "app"));
	else if (isHttp && supers.length === 0) edits.push(insertBefore(module, statement, "super().__init__(app)"));
	else if (!isHttp && !holdsName(init.node.body, "app"))
		edits.push(insertBefore(module, statement, "self.app = app"), ...passOn(module, namespace));
	return { title, explanation, applicability: "review", edits };
}

/** `app` behind self: written anew, or moved there from where it stands. */
function putFirst(module: PythonSource, [self, ...others]: readonly ast.Parameter[]): readonly TextEdit[] {
	if (self === undefined) return [];
	const at = others.findIndex(({ name, kind }) => name.name === "app" && kind === "positional");
	const [there, before] = [others[at], others[at - 1]];
	if (there === undefined || before === undefined) return [replaceText(module, self.end, self.end, ", app")];
	const code = module.text.slice(there.start, there.end);
	return [replaceText(module, self.end, self.end, `, ${code}`), replaceText(module, before.end, there.end, "")];
}

/** A `__call__` that never calls the application that it wraps would answer nothing. */
function passOn(module: PythonSource, namespace: Namespace): readonly TextEdit[] {
	const call = namespace.names.get("__call__")?.value;
	if (call?.kind !== "function" || call.node.type !== "FunctionDef" || !call.node.isAsync) return [];
	const [self, ...given] = call.node.parameters.map((each) => each.name.name);
	const last = call.node.body.at(-1);
	let calls = false;
	walk(call.node.body, (each) => {
		if (each.type === "Call" && each.args.length === 3) calls = true;
		return !calls;
	});
	if (calls || last === undefined || given.length !== 3 || last.type === "Return" || last.type === "Raise") return [];
	return [insertAfter(module, last, `await ${self}.app(${given.join(", ")})`)];
}

/** `async def __call__(self, scope, receive)`: the third of what every ASGI application is called with. */
function takeSend({ module, namespace }: ClassValue): FixProposal | undefined {
	const call = namespace.names.get("__call__")?.value;
	if (call?.kind !== "function" || call.node.type !== "FunctionDef") return undefined;
	const [, scope, receive, ...others] = call.node.parameters;
	if (scope?.name.name !== "scope" || receive?.name.name !== "receive" || others.length > 0) return undefined;
	const edits = [replaceText(module, receive.end, receive.end, ", send")];
	walk(call.node.body, (each) => {
		if (each.type !== "Call" || each.keywords.length > 0 || each.callee.type !== "Attribute") return;
		const [first, second, third] = each.args;
		const isPassed = first?.type === "Name" && first.id === "scope" && second?.type === "Name" && second.id === "receive";
		if (isPassed && third === undefined) edits.push(replaceText(module, second.end, second.end, ", send"));
	});
	return {
		title: "Take send, and pass it on",
		explanation: "An ASGI application is called with scope, receive and send.",
		applicability: "safe",
		edits,
	};
}

function superCalls(init: ast.FunctionDef): readonly ast.Call[] {
	const found: ast.Call[] = [];
	walk(init.body, (each) => {
		if (each.type !== "Call" || each.callee.type !== "Attribute" || each.callee.attribute.name !== "__init__") return;
		if (each.callee.value.type === "Call" && dottedName(each.callee.value.callee) === "super") found.push(each);
	});
	return found;
}

/** `add_middleware(CORSMiddleware(app, …))` becomes `add_middleware(CORSMiddleware, …)`. */
function passTheClass({ module, node, argument, args }: AddedMiddleware): FixProposal | undefined {
	if (argument.type !== "Call" || args.length > 0 || argument.args.some((each) => each.type === "Starred")) return undefined;
	const [application] = argument.args;
	const given = findKeyword(argument, "app") ?? application;
	const beside = node.keywords.filter(({ value }) => value !== argument);
	if (beside.some(({ name }) => name === null || findKeyword(argument, name.name) !== undefined)) return undefined;
	const kept = [...argumentsOf(argument).filter((each) => each !== given), ...beside];
	const callee = module.text.slice(argument.callee.start, argument.callee.end);
	const parts = [callee, ...kept.map((each) => module.text.slice(each.start, each.end))];
	return {
		title: `Add the class ${callee}, with its arguments`,
		explanation: "Starlette makes the object itself when it knows the application that it wraps.",
		applicability: "safe",
		edits: [replaceText(module, node.argumentsRange.start + 1, node.argumentsRange.end - 1, parts.join(", "))],
	};
}

function registerFunction({ module, node, via }: AddedMiddleware, definition: ast.FunctionDef): FixProposal | undefined {
	const { callee } = node;
	const takesTwo = definition.parameters.filter((each) => each.kind === "positional").length === 2;
	if (via !== "add_middleware" || callee.type !== "Attribute" || !definition.isAsync || !takesTwo) return undefined;
	const { start, end } = callee.attribute;
	return {
		title: `Register ${definition.name.name} with middleware("http")`,
		explanation: "That is how a function of request and call_next becomes a middleware.",
		applicability: "safe",
		edits: [replaceText(module, start, end, 'middleware("http")')],
	};
}

function callSuper({ module }: FunctionValue, init: ast.FunctionDef, { kind }: MiddlewareFault): FixProposal | undefined {
	const [, app] = init.parameters;
	const [first] = init.body;
	if (app === undefined || first === undefined || first.start < init.name.end || !app.kind.startsWith("positional"))
		return undefined;
	const name = app.name.name;
	const words = {
		title: `Pass ${name} on to BaseHTTPMiddleware`,
		explanation: "Its __init__ keeps the application and finds the dispatch method.",
		applicability: "safe" as const,
	};
	if (kind === "super-not-called") return { ...words, edits: [insertBefore(module, first, `super().__init__(${name})`)] };
	const [bare] = superCalls(init);
	if (bare === undefined) return undefined;
	const at = bare.argumentsRange.start + 1;
	return { ...words, edits: [replaceText(module, at, at, name)] };
}

/** A class written like BaseHTTPMiddleware that derives from nothing. */
function deriveFromBase(
	{ module, namespace }: Pick<ClassValue, "module" | "namespace">,
	definition: ast.ClassDef,
	name: "dispatch" | "__call__",
): FixProposal | undefined {
	const method = namespace.names.get(name)?.value;
	const init = namespace.names.get("__init__")?.value;
	if (method?.kind !== "function" || method.node.type !== "FunctionDef" || definition.bases.length > 0) return undefined;
	if (method.node.parameters.length !== 3 || !method.node.isAsync || definition.keywords.length > 0) return undefined;
	const { end } = definition.name;
	const hasParentheses = /^\s*\(\s*\)/.exec(module.text.slice(end));
	const edits = [replaceText(module, end, end + (hasParentheses?.[0].length ?? 0), "(BaseHTTPMiddleware)")];
	if (method.node.name.name !== "dispatch")
		edits.push(replaceText(module, method.node.name.start, method.node.name.end, "dispatch"));
	if (init?.kind === "function" && init.node.type === "FunctionDef") {
		const [, app] = init.node.parameters;
		const [first] = init.node.body;
		if (app === undefined || first === undefined || first.start < init.node.name.end) return undefined;
		edits.push(insertBefore(module, first, `super().__init__(${app.name.name})`));
	}
	return {
		title: `Derive ${definition.name.name} from BaseHTTPMiddleware`,
		explanation: "Its dispatch is what takes the request and call_next; a class of its own must be an ASGI application.",
		applicability: "safe",
		edits,
		needs: [{ path: module.path, module: "starlette.middleware.base", name: "BaseHTTPMiddleware" }],
	};
}
