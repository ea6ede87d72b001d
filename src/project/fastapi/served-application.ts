import type { ClassValue, FunctionValue, InstanceValue, Value } from "../imports/values.ts";
import { isModelBase } from "../models/pydantic-schema.ts";
import { buildsApplication } from "../target.ts";
import { positionalCallError } from "./positional-call.ts";

/**
 * What Python says when the server calls this value for a request, or null where the call may work. uvicorn calls a coroutine function
 * and objects with an async `__call__` with scope, receive and send, and everything else with the scope alone, as ASGI 2 has it
 * (https://github.com/encode/uvicorn/blob/master/uvicorn/config.py).
 */
export function servingError(value: Value): string | null {
	if (value.kind === "function") return functionError(value);
	const type = uncallableType(value);
	return type === null ? null : `TypeError: '${type}' object is not callable`;
}

/** The name of the value's type where no value of that type can be called; null where it can, or where we cannot tell. */
export function uncallableType(value: Value): string | null {
	switch (value.kind) {
		case "constant":
			return constantType(value.value);
		case "sequence":
			return value.type;
		case "dict":
		case "module":
		case "coroutine":
			return value.kind;
		case "external":
			return value.isModule ? "module" : null;
		case "instance":
			return instanceType(value);
		default:
			return null;
	}
}

function constantType(value: string | number | bigint | boolean | null | undefined): string | null {
	if (value === null) return "NoneType";
	if (typeof value === "string") return "str";
	if (typeof value === "boolean") return "bool";
	// Whole numbers and fractions are both numbers here.
	return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value)) ? "int" : null;
}

/** Methods of applications and routers that give nothing back. */
const givesNothing =
	/^(fastapi|starlette)\.(applications|routing)\.\w+\.(include_router|add_middleware|mount|add_api_route|add_route|add_exception_handler|add_websocket_route|add_api_websocket_route|add_event_handler)$/;

function instanceType({ of }: InstanceValue): string | null {
	if (of.kind === "external") return givesNothing.test(of.canonical) ? "NoneType" : null;
	return hasNoCall(of) ? of.node.name.name : null;
}

/** Is it certain that the class and its bases have no `__call__`? */
function hasNoCall(owner: ClassValue): boolean {
	if (owner.decorators.some((decorator) => !isDataclass(decorator)) || owner.keywords.size > 0) return false;
	if (owner.namespace.dynamic || owner.namespace.names.has("__call__") || owner.namespace.names.has("__new__")) return false;
	return owner.bases.every((base) => {
		if (base.kind === "class") return hasNoCall(base);
		return (
			base.kind === "external" && (isModelBase(base) || /^(builtins\.object|abc\.ABC|typing\.Protocol)$/.test(base.canonical))
		);
	});
}

function isDataclass(decorator: Value): boolean {
	const maker = decorator.kind === "instance" ? decorator.of : decorator;
	return maker.kind === "external" && maker.canonical === "dataclasses.dataclass";
}

function functionError({ node, decorators }: FunctionValue): string | null {
	if (node.type === "Lambda" || decorators.length > 0) return null;
	const error = positionalCallError(node, node.isAsync ? 3 : 1);
	if (error !== null) return `TypeError: ${error}`;
	// Called with the scope it makes an application anew, and that is then called with what is left.
	return buildsApplication(node) ? "TypeError: FastAPI.__call__() missing 1 required positional argument: 'send'" : null;
}
