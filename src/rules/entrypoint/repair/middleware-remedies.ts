import type { FixProposal } from "../../../audit/fix.ts";
import type { AddedMiddleware } from "../../../project/fastapi/middleware.ts";
import type { MiddlewareFault } from "../../../project/fastapi/middleware-fault.ts";
import type { ClassValue, FunctionValue, Namespace } from "../../../project/imports/values.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { argumentsOf, findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { type PythonSource, replaceText } from "../../../python/rewrite/source.ts";
import { insertAfter, insertBefore } from "../../../python/rewrite/statements.ts";
import { dottedName, walk } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";
import { meantParameter } from "./meant-parameter.ts";
import { middlewareBodyRemedy } from "./middleware-body-remedies.ts";
import { findSecret } from "./secret-source.ts";

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
			return added === null ? undefined : addSecret(project, added, fault);
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
			return owner?.kind === "class" && definition?.type === "ClassDef" ? deriveFromBase(owner, definition, fault) : undefined;
		case "none-argument":
			return added === null ? undefined : dropNone(added, fault);
		case "host-pattern":
			return added === null ? undefined : mendPatterns(added);
		case "dispatch":
			if (owner?.kind === "class" && definition?.type === "ClassDef") return nameDispatch(owner, definition);
			return owner?.kind === "function" && definition?.type === "FunctionDef"
				? middlewareBodyRemedy(owner, definition, fault)
				: undefined;
		case "returns-nothing":
		case "not-awaited":
		case "plain-call":
		case "not-passed-on":
		case "unset-application":
			return owner?.kind === "function" && definition?.type === "FunctionDef"
				? middlewareBodyRemedy(owner, definition, fault)
				: undefined;
		case "entry":
			return undefined;
	}
}

function spellKeyword({ module, node, value }: AddedMiddleware, { binding, keyword }: MiddlewareFault): FixProposal | undefined {
	const written = keyword === null ? null : findKeyword(node, keyword)?.name;
	const only = meantParameter(keyword ?? "", binding?.keyword?.parameters ?? []);
	if (written == null) return undefined;
	if (only === null) return leaveOut({ module, node }, keyword ?? "");
	const name = value.kind === "external" ? value.name.slice(value.name.lastIndexOf(".") + 1) : "the middleware";
	return {
		title: `Spell the argument ${only.name}`,
		explanation: `${keyword} is no parameter of ${name}; ${only.name} is the only one ${only.isAlike ? "of a like spelling" : "that nothing is given for"}.`,
		applicability: only.isAlike ? "safe" : "review",
		edits: [replaceText(module, written.start, written.end, only.name)],
	};
}

/** Which of several parameters was meant cannot be known; without the argument the middleware is built. */
function leaveOut({ module, node }: Pick<AddedMiddleware, "module" | "node">, keyword: string): FixProposal | undefined {
	const argument = findKeyword(node, keyword);
	if (argument === null) return undefined;
	return {
		title: `Leave ${keyword} out`,
		explanation: `The middleware takes no ${keyword}; without it it is built, with its own default for what was meant.`,
		applicability: "review",
		edits: removeArguments(module, node, [argument]),
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

/** SessionMiddleware's `secret_key`, from where the project keeps its secret, or made anew at each start. */
function addSecret(
	project: Project,
	{ module, node, value }: AddedMiddleware,
	{ error }: MiddlewareFault,
): FixProposal | undefined {
	const isSession = value.kind === "external" && value.canonical === "starlette.middleware.sessions.SessionMiddleware";
	if (!isSession || !error.endsWith("'secret_key'")) return undefined;
	const secret = findSecret(project, module);
	const edits = [replaceText(module, ...insertionAtEnd(node), `secret_key=${secret ?? "secrets.token_urlsafe(32)"}`)];
	if (secret !== null)
		return {
			title: `Sign the session cookies with ${secret}`,
			explanation: "SessionMiddleware cannot do without a secret key, and this is the one that the project has.",
			applicability: "review",
			edits: separated(module.text, node, edits),
		};
	return {
		title: "Sign the session cookies with a key made at each start",
		explanation:
			"SessionMiddleware cannot do without a secret key. With this one all sessions end when the server restarts; a key from the settings keeps them.",
		applicability: "review",
		edits: separated(module.text, node, edits),
		needs: [{ path: module.path, module: "", name: "secrets" }],
	};
}

function insertionAtEnd(node: ast.Call): [number, number] {
	const end = argumentsOf(node).at(-1)?.end ?? node.argumentsRange.start + 1;
	return [end, end];
}

function separated(text: string, node: ast.Call, edits: readonly TextEdit[]): readonly TextEdit[] {
	const last = argumentsOf(node).at(-1);
	if (last === undefined || text.slice(last.end, node.end).trim() === "") return edits;
	return edits.map((edit) => ({ ...edit, newText: `, ${edit.newText}` }));
}

/** `app` as the first parameter behind self, kept where the class is no BaseHTTPMiddleware. */
function takeApp({ module, namespace }: ClassValue, definition: ast.ClassDef): FixProposal | undefined {
	const init = namespace.names.get("__init__")?.value;
	const first = definition.body[0];
	const title = `Let ${definition.name.name} take the application`;
	const explanation = "The application that it wraps is the first argument of every middleware.";
	if (init === undefined) {
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
	const edits: TextEdit[] = [replaceText(module, self.end, self.end, ", app")];
	const isHttp = definition.bases.length > 0;
	const supers = superCalls(init.node);
	const [bare] = supers;
	if (isHttp && bare !== undefined && bare.args.length === 0 && bare.keywords.length === 0)
		edits.push(replaceText(module, bare.argumentsRange.start + 1, bare.argumentsRange.start + 1, "app"));
	else if (isHttp && supers.length === 0) edits.push(insertBefore(module, statement, "super().__init__(app)"));
	else if (!isHttp && !reads(init.node, "app"))
		edits.push(insertBefore(module, statement, "self.app = app"), ...passOn(module, namespace));
	return { title, explanation, applicability: "review", edits };
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

function reads(node: ast.FunctionDef, name: string): boolean {
	let found = false;
	walk(node.body, (each) => {
		if (each.type === "Name" && each.id === name) found = true;
		return !found;
	});
	return found;
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
function passTheClass({ module, node, argument, keywords, args }: AddedMiddleware): FixProposal | undefined {
	if (argument.type !== "Call" || keywords.size > 0 || args.length > 0 || argument.args.some((each) => each.type === "Starred"))
		return undefined;
	const [application] = argument.args;
	const given = findKeyword(argument, "app") ?? application;
	const kept = argumentsOf(argument).filter((each) => each !== given);
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
	{ module, namespace }: ClassValue,
	definition: ast.ClassDef,
	{ kind }: MiddlewareFault,
): FixProposal | undefined {
	const method = namespace.names.get(kind === "not-callable" ? "dispatch" : "__call__")?.value;
	const init = namespace.names.get("__init__")?.value;
	if (method?.kind !== "function" || method.node.type !== "FunctionDef" || definition.bases.length > 0) return undefined;
	if (method.node.parameters.length !== 3 || !method.node.isAsync || definition.keywords.length > 0) return undefined;
	const { name } = definition;
	const hasParentheses = /^\s*\(\s*\)/.exec(module.text.slice(name.end));
	const edits = [replaceText(module, name.end, name.end + (hasParentheses?.[0].length ?? 0), "(BaseHTTPMiddleware)")];
	if (method.node.name.name !== "dispatch")
		edits.push(replaceText(module, method.node.name.start, method.node.name.end, "dispatch"));
	if (init?.kind === "function" && init.node.type === "FunctionDef") {
		const [, app] = init.node.parameters;
		const [first] = init.node.body;
		if (app === undefined || first === undefined || first.start < init.node.name.end) return undefined;
		edits.push(insertBefore(module, first, `super().__init__(${app.name.name})`));
	}
	return {
		title: `Derive ${name.name} from BaseHTTPMiddleware`,
		explanation: "Its dispatch is what takes the request and call_next; a class of its own must be an ASGI application.",
		applicability: "safe",
		edits,
		needs: [{ path: module.path, module: "starlette.middleware.base", name: "BaseHTTPMiddleware" }],
	};
}

function dropNone({ module, node }: AddedMiddleware, { keyword }: MiddlewareFault): FixProposal | undefined {
	const argument = keyword === null ? null : findKeyword(node, keyword);
	if (argument === null) return undefined;
	const { value } = argument;
	const isRead =
		value.type === "Call" && /(^|\.)(getenv|environ\.get)$/.test(dottedName(value.callee) ?? "") && value.args.length === 1;
	if (isRead)
		return {
			title: `Read ${keyword} as a list, empty where the variable is not set`,
			explanation: "Without the variable the call gives None. Several values are separated by commas.",
			applicability: "review",
			edits: [
				replaceText(module, value.argumentsRange.end - 1, value.argumentsRange.end - 1, ', ""'),
				replaceText(module, value.end, value.end, '.split(",")'),
			],
		};
	if (value.type !== "Constant") return undefined;
	return {
		title: `Leave ${keyword} out`,
		explanation: "Left out it has its default, which is what None was meant for.",
		applicability: "review",
		edits: removeArguments(module, node, [argument]),
	};
}

/** `*example.com` and `https://*.example.com` mean `*.example.com`. */
function mendPatterns({ module, node }: AddedMiddleware): FixProposal | undefined {
	const list = findKeyword(node, "allowed_hosts")?.value ?? node.args[1];
	if (list?.type !== "Sequence") return undefined;
	const edits: TextEdit[] = [];
	for (const item of list.items) {
		if (item.type !== "Constant" || typeof item.value !== "string" || !item.value.includes("*") || item.value === "*") continue;
		const bare = item.value.replace(/^[a-z]+:\/\//, "").replace(/[:/].*$/, "");
		// Only the first part can stand open: what is before a star in the middle goes.
		const mended = bare.replace(/^.*\*(?=\.)/, "*").replace(/^\*(?=[^.])/, "*.");
		if (mended === item.value) continue;
		if (mended.slice(1).includes("*")) return undefined;
		edits.push(replaceText(module, item.start, item.end, JSON.stringify(mended)));
	}
	return edits.length === 0
		? undefined
		: {
				title: "Write the host pattern with a dot behind the star",
				explanation: "*.example.com stands for every host below example.com; a pattern names no scheme and no port.",
				applicability: "review",
				edits,
			};
}
