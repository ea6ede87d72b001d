import type * as ast from "../../../python/ast.ts";
import { isGenerator } from "../../../python/walk.ts";
import type { AsyncMisuse } from "../trace.ts";
import type { ExternalValue, Value } from "../values.ts";
import { findInClass } from "./classes/class-members.ts";
import { type EnteringMethod, entersBy } from "./classes/library-classes.ts";
import { classMember } from "./external.ts";
import { generatorCall } from "./generators.ts";
import { sessionFactoryName } from "./library/session-objects.ts";
import { type Frame, failAt, type Machine } from "./machine.ts";
import { typeName } from "./value-types.ts";

/** Members of a coroutine object; everything else is asked of what awaiting it would give. */
const coroutineMembers = /^(send|throw|close|cr_\w+|__\w+__)$/;

/** An attribute of a coroutine that nothing awaited. True where that fails. */
export function failOnCoroutineMember(machine: Machine, frame: Frame, owner: Value, name: string, node: ast.Node): boolean {
	if (owner.kind !== "coroutine" || coroutineMembers.test(name)) return false;
	report(machine, frame, node, "AttributeError", `'coroutine' object has no attribute '${name}'`, {
		type: "not-awaited",
		call: owner.call,
		path: owner.path,
	});
	return true;
}

/** Members of generators, of either kind. */
const generatorMembers = /^(a?send|a?throw|a?close|[ag]i_\w+|ag_\w+|__\w+__)$/;

/** An attribute of a generator, where the first thing that it yields is meant: `db = get_db()`. True where that fails. */
export function failOnGeneratorMember(machine: Machine, frame: Frame, owner: Value, name: string, node: ast.Node): boolean {
	const made = generatorCall(owner);
	if (made === null || generatorMembers.test(name)) return false;
	const isAsync = isGeneratorOf(owner, "async_generator");
	const message = `'${isAsync ? "async_generator" : "generator"}' object has no attribute '${name}'`;
	report(machine, frame, node, "AttributeError", message, { type: "generator-member", isAsync, ...made });
	return true;
}

/** A coroutine that nothing awaited, looked into as if it were its result. */
export function failOnCoroutineUse(
	machine: Machine,
	frame: Frame,
	owner: Value,
	node: ast.Node,
	use: "subscriptable" | "iterable" | "sized",
): void {
	if (isGeneratorOf(owner, "async_generator")) {
		const message = use === "sized" ? "object of type 'async_generator' has no len()" : `'async_generator' object is not ${use}`;
		report(machine, frame, node, "TypeError", message);
		return;
	}
	if (owner.kind !== "coroutine") return;
	const { call, path } = owner;
	const message = use === "sized" ? "object of type 'coroutine' has no len()" : `'coroutine' object is not ${use}`;
	report(machine, frame, node, "TypeError", message, { type: "not-awaited", call, path });
}

/** A coroutine that nothing awaited, reckoned or compared with as if it were its result: `count() + 1`, `count() > 0`. True where that fails. */
export function failOnCoroutineOperand(
	machine: Machine,
	frame: Frame,
	[left, right]: readonly [Value, Value],
	operator: string,
	node: ast.Node,
): boolean {
	const coroutine = left.kind === "coroutine" ? left : right.kind === "coroutine" ? right : null;
	if (coroutine === null || !operands.test(operator)) return false;
	const [a, b] = [left, right].map((value) => (value.kind === "coroutine" ? "coroutine" : plainType(value)));
	if (a == null || b == null) return false;
	const isComparison = /^[<>]=?$/.test(operator);
	const isJoin = operator === "+" && ["str", "list", "tuple"].includes(a);
	const message = isComparison
		? `'${operator}' not supported between instances of '${a}' and '${b}'`
		: isJoin
			? `can only concatenate ${a} (not "${b}") to ${a}`
			: `unsupported operand type(s) for ${operator}: '${a}' and '${b}'`;
	const { call, path } = coroutine;
	report(machine, frame, node, "TypeError", message, { type: "not-awaited", call, path });
	return true;
}

const operands = /^(\+|-|\*|\/|\/\/|<|>|<=|>=)$/;

/** Types that have no say in an operation with what they do not know. */
function plainType(value: Value): string | null {
	const type = typeName(value);
	return type !== null && /^(int|float|str|list|tuple|bool|NoneType)$/.test(type) ? type : null;
}

/** `await` of something that certainly cannot be awaited. */
export function failOnNeedlessAwait(machine: Machine, frame: Frame, value: Value, node: ast.Node): void {
	const type = unawaitableType(value) ?? unawaitableClass(machine, value);
	if (type === null) return;
	const { minor } = machine.environment.python;
	const message = minor >= 14 ? `'${type}' object can't be awaited` : `object ${type} can't be used in 'await' expression`;
	const isUncalled = (value.kind === "function" || value.kind === "bound-method") && isCoroutineFunction(value);
	report(machine, frame, node, "TypeError", message, { type: isUncalled ? "uncalled-await" : "needless-await" });
}

/** Would calling the value give something that can be awaited? */
function isCoroutineFunction(value: Value): boolean {
	const called = value.kind === "bound-method" ? value.function : value.kind === "function" ? value : null;
	return called?.node.type === "FunctionDef" && called.node.isAsync && !isGenerator(called.node);
}

/** `async for` over something that only a plain `for` can go through. */
export function failOnAsyncFor(machine: Machine, frame: Frame, value: Value, node: ast.Node): void {
	const isPlain = value.kind === "sequence" || value.kind === "coroutine" || value.kind === "dict";
	const plain = isPlain ? (value.kind === "sequence" ? value.type : value.kind) : null;
	const type = plain ?? (isGeneratorOf(value, "generator") ? "generator" : null);
	if (type === null) return;
	const message = `'async for' requires an object with __aiter__ method, got ${type}`;
	const misuse: AsyncMisuse | undefined =
		value.kind === "coroutine" ? { type: "not-awaited", call: value.call, path: value.path } : { type: "needless-async-for" };
	report(machine, frame, node, "TypeError", message, misuse);
}

function isGeneratorOf(value: Value, kind: "generator" | "async_generator"): boolean {
	return value.kind === "instance" && value.of.kind === "external" && value.of.name === `builtins.${kind}`;
}

function unawaitableType(value: Value): string | null {
	switch (value.kind) {
		case "constant":
			if (value.value === null) return "NoneType";
			return typeof value.value === "boolean" ? "bool" : typeof value.value === "string" ? "str" : null;
		case "sequence":
			return value.type;
		case "dict":
			return "dict";
		case "function":
		case "bound-method":
			return isCoroutineFunction(value) ? typeName(value) : null;
		case "instance":
			if (value.of.kind !== "external") return null;
			if (givesNothing.test(value.of.canonical)) return "NoneType";
			return value.of.name === "builtins.async_generator" ? "async_generator" : null;
		default:
			return null;
	}
}

/** The class of an object that code has just made, where that has no `__await__`: `await httpx.AsyncClient()`. */
function unawaitableClass(machine: Machine, value: Value): string | null {
	if (value.kind !== "instance" || value.call === null) return null;
	if (value.of.kind === "class") {
		const { bases, namespace, decorators, node } = value.of;
		const isPlain = bases.length === 0 && decorators.length === 0 && !namespace.dynamic && node.keywords.length === 0;
		return isPlain && findInClass(value.of, "__await__") === null ? node.name.name : null;
	}
	if (value.of.kind !== "external" || value.of.entry?.kind !== "class" || value.call.callee !== value.of) return null;
	const { canonical, entry } = value.of;
	const isWithout =
		classMember(machine, entry, "__await__") === "absent" && classMember(machine, entry, "__getattr__") === "absent";
	return isWithout ? canonical.slice(canonical.lastIndexOf(".") + 1) : null;
}

/** Methods of libraries that do their work at once and give nothing, though they look as if they were to be awaited. */
const givesNothing =
	/^apscheduler\.schedulers\.\w+\.\w+Scheduler\.(start|shutdown|pause|resume)$|^fastapi_cache\.FastAPICache\.init$|^(fastapi|starlette)\.applications\.\w+\.(include_router|add_middleware|mount|add_exception_handler)$/;

const contextManagers = new Map([
	["contextlib.contextmanager", "_GeneratorContextManager"],
	["contextlib.asynccontextmanager", "_AsyncGeneratorContextManager"],
]);

/** The class of the object that a function under one of contextlib's decorators gives, or null. */
export function contextManagerType(decorators: readonly Value[]): string | null {
	const [only, ...others] = decorators;
	return only?.kind === "external" && others.length === 0 ? (contextManagers.get(only.canonical) ?? null) : null;
}

/** `with` on what only `async with` can enter, and the other way round. */
export function failOnContext(machine: Machine, frame: Frame, value: Value, item: ast.WithItem, isAsync: boolean): void {
	const type = generatorType(value) ?? ownContextType(value, isAsync) ?? libraryContextType(machine, value, isAsync);
	if (type === null || type === (isAsync ? "_AsyncGeneratorContextManager" : "_GeneratorContextManager")) return;
	const protocol = isAsync ? "asynchronous context manager" : "context manager";
	const isModern = machine.environment.python.minor >= 11;
	const misuse: AsyncMisuse =
		type === "generator" || type === "async_generator"
			? { type: "generator-with", isAsync: type === "async_generator" }
			: type === "function" || factories.test(type)
				? { type: "uncalled-with" }
				: { type: isAsync ? "needless-async-with" : "missing-async-with" };
	const message = isModern ? `'${type}' object does not support the ${protocol} protocol` : isAsync ? "__aenter__" : "__enter__";
	report(machine, frame, item.context, isModern ? "TypeError" : "AttributeError", message, misuse);
}

function generatorType(value: Value): string | null {
	if (value.kind === "coroutine") return "coroutine";
	// Nobody called the function under contextlib's decorator.
	if (value.kind === "function") return contextManagerType(value.decorators) === null ? null : "function";
	if (value.kind !== "instance" || value.of.kind !== "external") return null;
	const factory = sessionFactoryName(value);
	if (factory !== null) return factory;
	return (
		/^(?:builtins|contextlib)\.(generator|async_generator|_(?:Async)?GeneratorContextManager)$/.exec(value.of.name)?.[1] ?? null
	);
}

/** SQLAlchemy's factories of sessions, which are called to be entered. */
const factories = /^(async_)?sessionmaker$/;

/** The method that `with` or `async with` asks for, and the one that the other asks for. */
function enteringMethods(isAsync: boolean): readonly [wanted: EnteringMethod, other: EnteringMethod] {
	return isAsync ? ["__aenter__", "__enter__"] : ["__enter__", "__aenter__"];
}

/** An own class that has the methods of the other protocol only. */
function ownContextType(value: Value, isAsync: boolean): string | null {
	if (value.kind !== "instance" || value.of.kind !== "class" || value.of.bases.length > 0) return null;
	const [wanted, other] = enteringMethods(isAsync);
	const { of } = value;
	return findInClass(of, wanted) === null && findInClass(of, other) !== null && !of.namespace.dynamic ? of.node.name.name : null;
}

/** The same of a class of a library: `with httpx.AsyncClient() as client`. */
function libraryContextType(machine: Machine, value: Value, isAsync: boolean): string | null {
	if (value.kind !== "instance" || value.of.kind !== "external") return null;
	const { canonical } = value.of;
	const [wanted, other] = enteringMethods(isAsync);
	const isOther = isEnteredBy(machine, value.of, other) === true && isEnteredBy(machine, value.of, wanted) === false;
	return isOther && !machine.patched.has(`${canonical}.${wanted}`) ? canonical.slice(canonical.lastIndexOf(".") + 1) : null;
}

/** Has the class of a library that method of `with` or `async with`? Null where that is not known. */
function isEnteredBy(machine: Machine, { canonical, entry }: ExternalValue, method: EnteringMethod): boolean | null {
	const onRecord = entersBy(canonical, method, machine.environment.python.minor);
	if (onRecord !== null || entry?.kind !== "class") return onRecord;
	const member = classMember(machine, entry, method);
	return member === "unknown" ? null : member !== "absent";
}

function report(machine: Machine, frame: Frame, node: ast.Node, exception: string, message: string, misuse?: AsyncMisuse): void {
	failAt(machine, frame, node, {
		detail: { type: "raises", exception, by: "operation", ...(misuse === undefined ? {} : { misuse }) },
		exception,
		message,
	});
}
