import type { FixProposal } from "../../../audit/fix.ts";
import type { ExceptionHandler, ExceptionHandlerFault } from "../../../project/fastapi/exception-handlers.ts";
import { isBuiltinException } from "../../../project/imports/simulator/builtins.ts";
import type { ClassValue, FunctionValue } from "../../../project/imports/values.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { indentAt, lineStartAt, nextLineAt, replaceText } from "../../../python/rewrite/source.ts";
import { dottedName } from "../../../python/walk.ts";

/** The smallest change after which the handler is registered and can be called; undefined where none is certain. */
export function exceptionHandlerRemedy(project: Project, fault: ExceptionHandlerFault): FixProposal | undefined {
	const { type, handler, owner } = fault;
	if (type === "handler")
		return owner?.kind === "function" && owner.node.type === "FunctionDef"
			? takeRequest(owner, owner.node, handler.handler?.kind === "bound-method")
			: undefined;
	if (type === "class") return owner?.kind === "class" ? deriveFromException(owner) : undefined;
	const { keyNode, module } = handler;
	if (keyNode === null) return undefined;
	const swapped = swap(handler);
	if (swapped !== undefined) return swapped;
	if (keyNode.type === "Sequence") return registerEach(handler, keyNode);
	const meant = meantKey(project, module, keyNode) ?? handledType(handler);
	return meant === null
		? undefined
		: {
				title: `Register the handler for ${meant}`,
				explanation: "Starlette takes a class of exceptions or the number of a status.",
				applicability: "safe",
				edits: [replaceText(module, keyNode.start, keyNode.end, meant)],
			};
}

/** `add_exception_handler(on_not_found, NotFound)` has its two arguments the wrong way round. */
function swap({ key, keyNode, handler, handlerNode, module }: ExceptionHandler): FixProposal | undefined {
	if (key.kind !== "function" || handler?.kind !== "class" || keyNode === null || handlerNode === null) return undefined;
	const source = (node: ast.Expression): string => module.text.slice(node.start, node.end);
	return {
		title: "Name the exception first, then its handler",
		explanation: "add_exception_handler takes the class of exceptions and the function, in this order.",
		applicability: "safe",
		edits: [
			replaceText(module, keyNode.start, keyNode.end, source(handlerNode)),
			replaceText(module, handlerNode.start, handlerNode.end, source(keyNode)),
		],
	};
}

/** `"NotFound"` means the class, `"404"` the number, `HTTPException(status_code=404)` the number, `NotFound()` the class. */
function meantKey(project: Project, module: Module, node: ast.Expression): string | null {
	if (node.type === "Constant" && typeof node.value === "string") {
		if (/^[45]\d\d$/.test(node.value)) return node.value;
		const bound = project.trace.runs.get(module.name)?.namespace.names.get(node.value);
		if (bound === undefined) return isBuiltinException(node.value) ? node.value : null;
		return bound.value.kind === "class" || bound.value.kind === "external" ? node.value : null;
	}
	if (node.type !== "Call") return null;
	const name = module.text.slice(node.callee.start, node.callee.end);
	const status = findKeyword(node, "status_code")?.value ?? (name.endsWith("HTTPException") ? node.args[0] : undefined);
	return status === undefined || status.type === "Starred" ? name : module.text.slice(status.start, status.end);
}

/** What the handler's own definition says that it handles, where it stands in the file that registers it: `exc: storage.StorageFull`. */
function handledType({ handler, module }: ExceptionHandler): string | null {
	if (handler?.kind !== "function" || handler.node.type !== "FunctionDef" || handler.module !== module) return null;
	const annotation = handler.node.parameters[1]?.annotation;
	const name = annotation == null ? null : dottedName(annotation);
	return name === null || name === "Exception" ? null : name;
}

/** A tuple of classes becomes a registration for each of them. */
function registerEach({ module, via, call, keyNode }: ExceptionHandler, keys: ast.Sequence): FixProposal | undefined {
	if (keyNode === null || keys.items.length === 0 || keys.items.some((item) => item.type === "Starred")) return undefined;
	const { text } = module;
	const start = via === "decorator" ? text.lastIndexOf("@", call.node.start) : call.node.start;
	const line = lineStartAt(text, start);
	const isAlone =
		text.slice(line, start).trim() === "" && /^\s*(#.*)?$/m.test(text.slice(call.node.end, nextLineAt(text, call.node.end)));
	if (via === "keyword" || !isAlone) return undefined;
	const indent = indentAt(text, start);
	const written = keys.items.map((item) => {
		const key = text.slice(item.start, item.end);
		return text.slice(start, keyNode.start) + key + text.slice(keyNode.end, call.node.end);
	});
	return {
		title: "Register the handler for each exception",
		explanation: "One registration takes one class of exceptions; the same function may be registered several times.",
		applicability: "safe",
		edits: [replaceText(module, start, call.node.end, written.join(`\n${indent}`))],
	};
}

function deriveFromException({ module, node, bases }: ClassValue): FixProposal | undefined {
	if (bases.length > 0 || node.keywords.length > 0) return undefined;
	const empty = /^\s*\(\s*\)/.exec(module.text.slice(node.name.end))?.[0].length ?? 0;
	return {
		title: `Derive ${node.name.name} from Exception`,
		explanation: "Only exceptions can be raised and handled.",
		applicability: "review",
		edits: [replaceText(module, node.name.end, node.name.end + empty, "(Exception)")],
	};
}

/** A handler that takes the request or the exception alone. */
function takeRequest({ module }: FunctionValue, node: ast.FunctionDef, isMethod: boolean): FixProposal | undefined {
	const isPlain = node.parameters.every(({ kind, default: value }) => kind === "positional" && value === null);
	const own = node.parameters.slice(isMethod ? 1 : 0);
	const [only, ...others] = own;
	if (!isPlain || others.length > 0) return undefined;
	const words = {
		title: `Let ${node.name.name} take the request and the exception`,
		explanation: "Starlette calls an exception handler with both, in this order.",
		applicability: "safe" as const,
	};
	if (only === undefined) {
		const self = node.parameters[0];
		const at = self?.end ?? module.text.indexOf("(", node.name.end) + 1;
		return { ...words, edits: [replaceText(module, at, at, `${self === undefined ? "" : ", "}request, exc`)] };
	}
	const isRequest = /^(_|req|request)$/i.test(only.name.name) || isRequestType(only.annotation);
	return {
		...words,
		edits: [
			isRequest ? replaceText(module, only.end, only.end, ", exc") : replaceText(module, only.start, only.start, "request, "),
		],
	};
}

function isRequestType(annotation: ast.Expression | null): boolean {
	return annotation?.type === "Name" && annotation.id === "Request";
}
