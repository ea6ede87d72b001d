import type { ClassValue, FunctionValue, InstanceValue } from "../../values.ts";
import type { CallArguments } from "../machine.ts";

/** What calling a `functools.partial` of a function or class of the project comes to; null for anything else. */
export function partialCall(
	{ of, call }: InstanceValue,
	{ args, keywords, open }: CallArguments,
): { readonly callee: FunctionValue | ClassValue; readonly args: CallArguments } | null {
	if (of.kind !== "external" || of.canonical !== "functools.partial" || call === null) return null;
	const [callee, ...first] = call.args;
	if (callee?.kind !== "function" && callee?.kind !== "class") return null;
	return {
		callee,
		args: {
			args: [...first, ...args],
			// What the call gives stands in for what was given before.
			keywords: new Map([...call.keywords, ...keywords]),
			open: open || call.open,
		},
	};
}
