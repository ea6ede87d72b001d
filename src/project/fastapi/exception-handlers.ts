import type * as ast from "../../python/ast.ts";
import { isBuiltinException } from "../imports/simulator/builtins.ts";
import { keyValue } from "../imports/simulator/dict-keys.ts";
import type { Call } from "../imports/trace.ts";
import type { ClassValue, FunctionValue, Value } from "../imports/values.ts";
import type { Module, Project } from "../project.ts";
import { servedApplication } from "./application.ts";
import { isMethodOfApplication } from "./middleware/middleware.ts";
import { positionalCallError } from "./positional-call.ts";
import { argumentOf } from "./routes/routes.ts";
import { uncallableType } from "./served-application.ts";
import { writtenValue } from "./written-value.ts";

/** An exception handler that start-up registers with an application. */
export interface ExceptionHandler {
	/** What it is registered for: a class of exceptions or a status code, where all is well. */
	readonly key: Value;
	readonly keyNode: ast.Expression | null;
	/** Null where a decorator registers a function that start-up does not define. */
	readonly handler: Value | null;
	readonly handlerNode: ast.Expression | null;
	readonly via: "decorator" | "add_exception_handler" | "keyword";
	readonly call: Call;
	readonly module: Module;
	readonly isServed: boolean;
}

/** Why an exception handler does not work. */
export interface ExceptionHandlerFault {
	/** `key`: registered for what is no class; `unhashable`: for a list; `class`: for a class of something else than exceptions; `handler`: it cannot be called so. */
	readonly type: "key" | "unhashable" | "class" | "handler";
	readonly handler: ExceptionHandler;
	/** The line that Python prints. */
	readonly error: string;
	/** The own class or function that is at fault, where there is one. */
	readonly owner: ClassValue | FunctionValue | null;
}

/**
 * What certainly goes wrong with the exception handlers of the project. Starlette looks at their keys when it builds its middleware for the
 * first request (starlette/middleware/exceptions.py), and calls a handler with the request and the exception.
 */
export function exceptionHandlerFaults(project: Project): readonly ExceptionHandlerFault[] {
	return listExceptionHandlers(project).flatMap((handler) => {
		const fault = keyFault(handler) ?? handlerFault(project, handler);
		return fault === null ? [] : [fault];
	});
}

function listExceptionHandlers(project: Project): readonly ExceptionHandler[] {
	const served = servedApplication(project);
	const found: ExceptionHandler[] = [];
	for (const call of project.trace.calls) {
		if (!call.reached || call.guarded || call.callee.kind !== "bound-method") continue;
		const isServed = served === null || call.callee.receiver === served.result;
		const first = argumentOf(call, 0, "exc_class_or_status_code");
		if (first === null) continue;
		const common = { key: first.value, keyNode: first.node, call, module: call.module, isServed };
		if (isMethodOfApplication(call, "add_exception_handler")) {
			const second = argumentOf(call, 1, "handler");
			// Python refuses the call itself.
			if (second === null && !call.open) continue;
			found.push({
				...common,
				handler: second?.value ?? null,
				handlerNode: second?.node ?? null,
				via: "add_exception_handler",
			});
		} else if (isMethodOfApplication(call, "exception_handler")) {
			const decorated = project.trace.functions.find(({ value }) => value.decorators.includes(call.result));
			found.push({ ...common, handler: decorated?.value ?? null, handlerNode: null, via: "decorator" });
		}
	}
	return served === null ? found : [...ofKeyword(project, served), ...found];
}

/** `FastAPI(exception_handlers={…})`, as far as its keys are known. */
function ofKeyword(project: Project, call: Call): readonly ExceptionHandler[] {
	const given = call.keywords.get("exception_handlers");
	const argument = call.node.keywords.find(({ name }) => name?.name === "exception_handlers")?.value ?? null;
	if (given?.kind !== "dict") return [];
	const made = writtenValue(project, call.module, argument, given);
	const written = made?.node;
	const inOrder = written?.type === "Dict" && written.entries.length === given.entries.size ? written.entries : null;
	return [...given.entries].map(([value, handler], index) => {
		const entry =
			inOrder?.[index] ?? (written?.type === "Dict" ? written.entries.find(({ key }) => isConstant(key, value)) : undefined);
		return {
			key: keyValue(given, value),
			keyNode: entry?.key ?? null,
			handler,
			handlerNode: entry?.value ?? null,
			via: "keyword",
			call,
			module: made?.module ?? call.module,
			isServed: true,
		};
	});
}

function isConstant(key: ast.Expression | null, value: unknown): boolean {
	return key?.type === "Constant" && key.value === value;
}

function keyFault(handler: ExceptionHandler): ExceptionHandlerFault | null {
	const { key } = handler;
	if (key.kind === "class") {
		return isNoException(key) ? { type: "class", handler, error: "AssertionError", owner: key } : null;
	}
	if (key.kind === "sequence" && key.type !== "tuple")
		return { type: "unhashable", handler, error: `TypeError: unhashable type: '${key.type}'`, owner: null };
	const isWrong =
		key.kind === "function" ||
		key.kind === "module" ||
		key.kind === "sequence" ||
		(key.kind === "constant" && typeof key.value !== "number" && typeof key.value !== "boolean" && key.value !== undefined) ||
		(key.kind === "instance" && isMadeOfClass(key.of) && !mayBeNumber(key.of));
	return isWrong ? { type: "key", handler, error: "TypeError: issubclass() arg 1 must be a class", owner: null } : null;
}

/** Is the class certainly no exception: one without bases, or a pydantic model? */
function isNoException(owner: ClassValue, depth = 0): boolean {
	if (owner.keywords.size > 0 || depth > 12) return false;
	return owner.bases.every((base) => {
		if (base.kind === "class") return isNoException(base, depth + 1);
		return base.kind === "external" && /^(builtins\.object|abc\.ABC|pydantic\.main\.BaseModel)$/.test(base.canonical);
	});
}

function isMadeOfClass(
	of: ClassValue | { readonly kind: "external"; readonly canonical: string; readonly entry: { readonly kind: string } | null },
): boolean {
	if (of.kind === "class") return true;
	const builtin = /^builtins\.(\w+)$/.exec(of.canonical)?.[1];
	return of.entry?.kind === "class" || (builtin !== undefined && isBuiltinException(builtin));
}

/** A member of an IntEnum is as good as its number. */
function mayBeNumber(of: Value): boolean {
	if (of.kind === "external") return /int|status|enum/i.test(of.canonical);
	return of.kind === "class" && of.bases.length > 0 && of.bases.some((base) => mayBeNumber(base) || base.kind === "unknown");
}

function handlerFault(project: Project, handler: ExceptionHandler): ExceptionHandlerFault | null {
	const value = handler.handler;
	// A call that stands there fails by itself, or gives what we do not know.
	if (value === null || value.kind === "coroutine") return null;
	const bare = value.kind === "bound-method" ? value.function : value;
	if (bare?.kind === "function") {
		const { node } = bare;
		const isPlain = bare.decorators.every((each) => handler.via === "decorator" && each === handler.call.result);
		if (node.type === "Lambda" || !isPlain) return null;
		const isMethod = value.kind === "bound-method";
		const shown = isMethod && project.environment.python.minor >= 10 ? methodName(value.receiver, node.name.name) : undefined;
		const error = positionalCallError(node, isMethod ? 3 : 2, shown);
		return error === null ? null : { type: "handler", handler, error: `TypeError: ${error}`, owner: bare };
	}
	const type = uncallableType(value);
	return type === null ? null : { type: "handler", handler, error: `TypeError: '${type}' object is not callable`, owner: null };
}

function methodName(receiver: Value, name: string): string {
	return receiver.kind === "instance" && receiver.of.kind === "class" ? `${receiver.of.node.name.name}.${name}` : name;
}
