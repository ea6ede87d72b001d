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
		guarded: isGuarded(machine, "Exception"),
		...(machine.handlers.length > 0 && { tried: true }),
		result: unknown,
	};
	machine.calls.push(made);
	share(args);
	handedOver(args);
	return made;
}
