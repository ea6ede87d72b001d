import type * as ast from "../../../python/ast.ts";
import type { Call } from "../trace.ts";
import { unknown, type Value } from "../values.ts";
import { handedOver } from "./classes/making.ts";
import { type CallArguments, type Frame, isGuarded, type Machine } from "./machine.ts";
import { share } from "./refused-operations.ts";

/** Notes a call with what is known of its arguments; code that is not seen has them in hands from then on. */
export function record(machine: Machine, frame: Frame, callee: Value, args: CallArguments, node: ast.Call): Call {
	const made: Call = {
		callee,
		args: args.args,
		keywords: args.keywords,
		open: args.open,
		node,
		module: frame.module,
		stage: machine.stage,
		order: machine.order++,
		reached: machine.reached,
		guarded: isGuarded(machine, "Exception") || isCaughtByName(machine, callee),
		...(machine.handlers.length > 0 && { tried: true }),
		result: unknown,
	};
	machine.calls.push(made);
	if (mayRun(machine, callee, args)) machine.unfollowed++;
	share(args);
	handedOver(args);
	return made;
}

/** Libraries that keep what they are handed until a request comes, or look at it only. */
const keeps =
	/^(fastapi|starlette|pydantic|pydantic_core|pydantic_settings|sqlalchemy|sqlmodel|functools\.(wraps|update_wrapper|partial|partialmethod|lru_cache|cache|cached_property|total_ordering|singledispatch)|dataclasses|typing|enum|abc|logging|inspect|builtins\.(super|isinstance|issubclass|hasattr|getattr|type|id|len|str|repr|print|list|tuple|dict|set|frozenset|sorted|min|max|sum|zip|enumerate|any|all|reversed|iter|next|staticmethod|classmethod|property|object))\b/;

/** What runs modules by their names or files, but for `import_module`, which is followed. */
const loads = /^(importlib\.(?!import_module|metadata|resources)|_frozen_importlib|runpy|imp\b)/;

/** May the library call code of the project that it is handed? */
function mayRun(machine: Machine, callee: Value, { args, keywords }: CallArguments): boolean {
	// Code of the project is followed, and what is not known is counted where it is called.
	if (callee.kind === "class" || callee.kind === "function" || callee.kind === "unknown") return false;
	const name = libraryName(callee);
	if (name !== null && keeps.test(name)) return false;
	if (name !== null && loads.test(name)) return true;
	return [...args, ...keywords.values()].some((value) => isRunnable(value) || namesModule(machine, value));
}

function libraryName(callee: Value): string | null {
	if (callee.kind === "external") return callee.canonical;
	if (callee.kind === "bound-method") return libraryName(callee.receiver);
	if (callee.kind === "instance") return callee.of.kind === "external" ? callee.of.canonical : null;
	// The methods of texts, lists and dicts run nothing.
	return callee.kind === "constant" || callee.kind === "sequence" || callee.kind === "dict" ? "builtins.object" : null;
}

function isRunnable(value: Value): boolean {
	if (value.kind === "sequence") return value.items.some(isRunnable);
	if (value.kind === "instance") return value.of.kind === "class" || /generator$/.test(value.of.canonical);
	if (value.kind === "function" && value.node.type === "Lambda") return false;
	return ["function", "class", "bound-method", "coroutine"].includes(value.kind);
}

/** A text such as `"app.tasks"`, by which a library may import a module of the project. */
function namesModule(machine: Machine, value: Value): boolean {
	if (value.kind === "sequence") return value.items.some((item) => namesModule(machine, item));
	return (
		value.kind === "constant" &&
		typeof value.value === "string" &&
		/^\w+(\.\w+)+$/.test(value.value) &&
		machine.mayBeOwn(value.value)
	);
}

/** Does a handler name what the call raises: the exceptions of the library that is called, or that of pydantic where a model is made? */
function isCaughtByName(machine: Machine, callee: Value): boolean {
	if (callee.kind === "class") return isGuarded(machine, "ValidationError");
	const called = callee.kind === "bound-method" && callee.receiver.kind === "instance" ? callee.receiver.of : callee;
	if (called.kind !== "external") return false;
	const library = `library:${called.canonical.split(".")[0]}.`;
	return machine.handlers.some(({ catches, surfaces }) =>
		catches.some((caught, index) => (surfaces[index] ?? null) === null && caught?.startsWith(library) === true),
	);
}
