import type { FixProposal } from "../../../audit/fix.ts";
import type { MiddlewareFault } from "../../../project/fastapi/middleware/middleware-fault.ts";
import { unawaitedNext, wrongResponse } from "../../../project/fastapi/routes/request-path.ts";
import type { FunctionValue } from "../../../project/imports/values.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { insertAfter } from "../../../python/rewrite/statements.ts";
import { dottedName, walk } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";

/** What mends the body of a function of `(request, call_next)`, or of an ASGI `__call__`. */
export function middlewareBodyRemedy(
	owner: FunctionValue,
	node: ast.FunctionDef,
	{ kind, keyword, error }: MiddlewareFault,
): FixProposal | undefined {
	switch (kind) {
		case "dispatch":
			return takeCallNext(owner, node);
		case "returns-nothing":
			return node.isAsync ? returnResponse(owner, node) : undefined;
		case "wrong-response":
			return makeResponse(owner, node);
		case "not-awaited":
			return awaitNext(owner, node);
		case "plain-call":
		case "not-passed-on":
			return passOn(owner, node);
		case "unset-application":
			return keyword === null ? undefined : renameApplication(owner, node, /'(\w+)'$/.exec(error)?.[1] ?? "", keyword);
		default:
			return undefined;
	}
}

/** `await` in front of each `call_next(request)` that lacks it. */
function awaitNext({ module }: FunctionValue, node: ast.FunctionDef): FixProposal | undefined {
	const found = unawaitedNext(node);
	const next = node.parameters.at(-1)?.name.name;
	if (found === null || next === undefined) return undefined;
	const edits = [...asyncEdits(module, node), ...awaitEdits(module, node, (call) => dottedName(call.callee) === next)];
	return {
		title: `Await ${next}`,
		explanation: `Calling ${next} gives a coroutine; only awaiting it passes the request on and gives the response.`,
		applicability: "safe",
		edits,
	};
}

/** `await self.app(scope, receive, send)` in an `async def __call__`. */
function passOn({ module }: FunctionValue, node: ast.FunctionDef): FixProposal | undefined {
	const [self, ...given] = node.parameters.map((each) => each.name.name);
	if (self === undefined || given.length !== 3) return undefined;
	const isPassed = (call: ast.Call) => new RegExp(`^${self}\\.\\w+$`).test(dottedName(call.callee) ?? "");
	const edits = [...asyncEdits(module, node)];
	const wrapped = new Set<string>();
	walk(node.body, (each) => {
		if ((each.type !== "ExpressionStatement" && each.type !== "Return") || each.value === null) return true;
		const call = each.value.type === "Await" ? each.value.value : each.value;
		if (call.type !== "Call" || !isPassed(call)) return true;
		// Whatever is handed the scope first is handed the two channels as well.
		if (call.keywords.length > 0 || call.args.length === 0) return true;
		wrapped.add(dottedName(call.callee) ?? "");
		if (each.value.type !== "Await") edits.push(replaceText(module, call.start, call.start, "await "));
		const lacking = given.slice(call.args.length);
		const last = call.args.at(-1);
		if (lacking.length > 0 && last !== undefined) edits.push(replaceText(module, last.end, last.end, `, ${lacking.join(", ")}`));
		return true;
	});
	if (wrapped.size !== 1) return undefined;
	return {
		title: "Await the wrapped application with scope, receive and send",
		explanation: "An ASGI application is a coroutine function of these three; nothing is answered before it has been awaited.",
		applicability: "safe",
		edits,
	};
}

/** `self.app` → `self.application`, as `__init__` calls it. */
function renameApplication({ module }: FunctionValue, node: ast.FunctionDef, wrong: string, kept: string): FixProposal {
	const self = node.parameters[0]?.name.name;
	const edits: TextEdit[] = [];
	walk(node.body, (each) => {
		if (each.type === "Attribute" && each.attribute.name === wrong && each.value.type === "Name" && each.value.id === self)
			edits.push(replaceText(module, each.attribute.start, each.attribute.end, kept));
	});
	return {
		title: `Call ${self}.${kept}`,
		explanation: "That is the name under which __init__ keeps the application.",
		applicability: "safe",
		edits,
	};
}

function asyncEdits(module: FunctionValue["module"], node: ast.FunctionDef): TextEdit[] {
	if (node.isAsync) return [];
	const from = node.decorators.at(-1)?.end ?? node.start;
	const at = from + Math.max(0, module.text.slice(from).search(/\bdef\b/));
	return [replaceText(module, at, at, "async ")];
}

function awaitEdits(module: FunctionValue["module"], node: ast.FunctionDef, isWanted: (call: ast.Call) => boolean): TextEdit[] {
	const edits: TextEdit[] = [];
	walk(node.body, (each) => {
		if (each.type === "FunctionDef" || each.type === "Lambda" || each.type === "Await") return false;
		if (each.type !== "Call" || !isWanted(each)) return true;
		const isWhole = /^\s*(?:(?:return\b|[\w.]+\s*=)\s*)?$/.test(lineBefore(module.text, each.start));
		edits.push(replaceText(module, each.start, each.start, isWhole ? "await " : "(await "));
		if (!isWhole) edits.push(replaceText(module, each.end, each.end, ")"));
		return false;
	});
	return edits;
}

function lineBefore(text: string, offset: number): string {
	return text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
}

/** `return {"detail": "no"}` → `return JSONResponse({"detail": "no"})`; a number behind it is the status. */
function makeResponse({ module }: FunctionValue, node: ast.FunctionDef): FixProposal | undefined {
	const found = wrongResponse(node);
	if (found === null) return undefined;
	const { value } = found;
	const source = (part: ast.Expression): string => module.text.slice(part.start, part.end);
	let code = source(value);
	if (value.type === "Sequence" && value.kind === "tuple") {
		const [content, status, ...others] = value.items;
		if (content === undefined || status === undefined || others.length > 0) return undefined;
		code = `${source(content)}, status_code=${source(status)}`;
	}
	const name = found.type === "str" ? "PlainTextResponse" : "JSONResponse";
	return {
		title: `Return a ${name}`,
		explanation: "A middleware has to make its response itself.",
		applicability: "safe",
		edits: [replaceText(module, value.start, value.end, `${name}(${code})`)],
		needs: [{ path: module.path, module: "fastapi.responses", name }],
	};
}

function takeCallNext({ module }: FunctionValue, node: ast.FunctionDef): FixProposal | undefined {
	const positional = node.parameters.filter((each) => each.kind === "positional");
	const isMethod = positional[0]?.name.name === "self";
	const own = isMethod ? positional.slice(1) : positional;
	const [request, ...others] = own;
	if (request === undefined || others.length > 0 || node.parameters.length !== positional.length || request.default !== null)
		return undefined;
	const last = node.body.at(-1);
	let returns = false;
	walk(node.body, (each) => {
		if (each.type === "Return" || each.type === "Raise") returns = true;
		return !returns;
	});
	const edits = [replaceText(module, request.end, request.end, ", call_next"), ...callsOfApplication(module, node, request)];
	// Whoever never heard of call_next gives no answer either.
	if (!returns && node.isAsync && last !== undefined)
		edits.push(insertAfter(module, last, `return await call_next(${request.name.name})`));
	return {
		title: `Let ${node.name.name} take call_next`,
		explanation: "Starlette passes it as the second argument; awaiting `call_next(request)` gives the response of the route.",
		applicability: "review",
		edits,
	};
}

/** `await app(request)`: what is awaited with the request alone is meant to answer it. */
function callsOfApplication(module: FunctionValue["module"], node: ast.FunctionDef, request: ast.Parameter): TextEdit[] {
	const edits: TextEdit[] = [];
	walk(node.body, (each) => {
		if (each.type !== "Await" || each.value.type !== "Call") return;
		const { callee, args, keywords } = each.value;
		const [only, ...others] = args;
		const isOfRequest = only?.type === "Name" && only.id === request.name.name && others.length === 0 && keywords.length === 0;
		if (isOfRequest && /^(app|application|next|handler|self\.app)$/.test(dottedName(callee) ?? ""))
			edits.push(replaceText(module, callee.start, callee.end, "call_next"));
	});
	return edits;
}

/** `await call_next(request)` as the last thing, or `response = await call_next(request)` somewhere at the top level of the body. */
function returnResponse({ module }: FunctionValue, node: ast.FunctionDef): FixProposal | undefined {
	const next = node.parameters.at(-1)?.name.name;
	const isAnswer = (value: ast.Expression) =>
		value.type === "Await" && value.value.type === "Call" && dottedName(value.value.callee) === next;
	const last = node.body.at(-1);
	const words = {
		explanation: "The response that call_next gives is what the client waits for.",
		applicability: "safe" as const,
	};
	if (last?.type === "ExpressionStatement" && isAnswer(last.value))
		return { ...words, title: "Return the response", edits: [replaceText(module, last.start, last.start, "return ")] };
	const kept = node.body.findLast((each) => each.type === "Assign" && isAnswer(each.value));
	const target = kept?.type === "Assign" ? kept.targets[0] : undefined;
	if (last === undefined || target?.type !== "Name") return undefined;
	return { ...words, title: `Return ${target.id}`, edits: [insertAfter(module, last, `return ${target.id}`)] };
}
