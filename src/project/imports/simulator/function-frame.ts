import type { FunctionValue, Namespace } from "../values.ts";
import type { AtYield, Frame } from "./machine.ts";

/** Where the body of a function runs. */
export function functionFrame(callee: FunctionValue, scope: Namespace, atYield: AtYield | null): Frame {
	let globals: Namespace = scope;
	while (globals.parent !== null) globals = globals.parent;
	return {
		module: callee.module,
		kind: "function",
		scope,
		enclosing: scope,
		globals,
		walrusScope: scope,
		globalNames: new Set(),
		futures: callee.module.tree.futures,
		atYield,
	};
}
