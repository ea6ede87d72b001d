import type * as ast from "../../../../python/ast.ts";
import type { Value } from "../../values.ts";
import { unknown } from "../../values.ts";
import { findInClass } from "../classes/class-members.ts";
import type { Frame, Machine } from "../machine.ts";
import { enterGenerator } from "./generator-contexts.ts";
import { sessionFactoryName, sessionOfBegin } from "./session-objects.ts";

/** Library classes whose `with` hands out something else than the object; so do all of contextlib's. */
const givesAnother =
	/^contextlib\.(?!(?:Async)?ExitStack$)|^builtins\.(async_)?generator$|^tempfile\.|^warnings\.|^(asyncio|threading|multiprocessing|anyio|trio)\.|^importlib\.|^unittest\.mock\./;

/** What is entered, as it is written. */
type EnteredItem = Pick<ast.WithItem, "context">;

/** What `with` and `async with` give to the name behind `as`: what the own class's `__enter__` or `__aenter__` returns, run as Python runs it. */
export function enterContext(machine: Machine, frame: Frame, value: Value, item: EnteredItem, isAsync: boolean): Value {
	if (value.kind !== "instance") return unknown;
	const given = enterGenerator(machine, value);
	if (given !== null) return given;
	if (sessionFactoryName(value) !== null) return unknown;
	const session = sessionOfBegin(machine, value);
	if (session !== null) return session;
	if (value.of.kind === "external") return givesAnother.test(value.of.canonical) ? unknown : value;
	const method = findInClass(value.of, isAsync ? "__aenter__" : "__enter__");
	if (method === null) return value;
	if (method.value.kind !== "function" || method.maybe) return unknown;
	const entered = machine.call(frame, method.value, { args: [value], keywords: new Map(), open: false }, callOf(item));
	return isAsync ? awaited(entered) : entered;
}

/** `await stack.enter_async_context(resource())` gives what `async with resource() as …` would; null for any other value that is awaited. */
export function enteredOnStack(machine: Machine, frame: Frame, value: Value, node: ast.Await): Value | null {
	if (value.kind !== "instance" || value.of.kind !== "external") return null;
	if (value.of.name !== "contextlib.AsyncExitStack.enter_async_context") return null;
	const [entered] = value.call?.args ?? [];
	return entered === undefined ? null : enterContext(machine, frame, entered, { context: node.value }, true);
}

function awaited(value: Value): Value {
	return value.kind === "coroutine" ? value.run() : unknown;
}

/** The call that nobody wrote. */
function callOf({ context: { start, end } }: EnteredItem): ast.Call {
	return {
		type: "Call",
		start,
		end,
		callee: { type: "InvalidExpression", start, end },
		args: [],
		keywords: [],
		argumentsRange: { start: end, end },
	};
}
