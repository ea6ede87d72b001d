import type { Value } from "../../values.ts";
import { failOperation } from "../refused-operations.ts";
import type { LibraryCall } from "./library-call.ts";

/**
 * Fails where asyncio is handed a function that nobody called, or the None that a plain function gave, in the place of a coroutine
 * (asyncio/tasks.py and asyncio/runners.py).
 */
export function failOnNoCoroutine({ machine, frame, node, args }: LibraryCall, name: string): void {
	const [first] = args.args;
	const shown = args.open || node.args[0]?.type === "Starred" ? null : shownArgument(first);
	if (shown === null) return;
	const { minor } = machine.environment.python;
	if (name === "create_task" || (name === "run" && minor < 14)) {
		const exception = name === "run" ? "ValueError" : "TypeError";
		failOperation(machine, frame, node, exception, `a coroutine was expected, got ${shown}`);
	} else {
		failOperation(machine, frame, node, "TypeError", "An asyncio.Future, a coroutine or an awaitable is required");
	}
}

/** A value that is no coroutine for certain, as Python writes it; null for all others. */
function shownArgument(value: Value | undefined): string | null {
	if (value?.kind === "constant" && value.value === null) return "None";
	if (value?.kind === "bound-method" && value.function?.node.type === "FunctionDef")
		return `<bound method ….${value.function.node.name.name} of …>`;
	const isPlain = value?.kind === "function" && value.decorators.length === 0 && value.node.type === "FunctionDef";
	return isPlain && value.node.type === "FunctionDef" ? `<function ${value.node.name.name} at 0x…>` : null;
}
