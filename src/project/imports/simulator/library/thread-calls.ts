import type { Value } from "../../values.ts";
import { insideThread } from "./event-loop.ts";
import type { LibraryCall } from "./library-call.ts";

/** Functions that call another one in a thread, where awaiting what they give waits for it; they hand on all further arguments. */
const runners =
	/^(asyncio\.(threads\.)?to_thread|(starlette|fastapi)\.concurrency\.run_in_threadpool|anyio\.to_thread\.run_sync)$/;

/**
 * `await asyncio.to_thread(upgrade)` and its like: the function of the project that runs in the thread, once the call is awaited. A loop's
 * `run_in_executor` is followed only where its future is awaited on the spot. Null for all other calls.
 */
export function threadCall({ machine, frame, canonical, args, node, receiver }: LibraryCall): Value | null {
	const isExecutor = receiver !== null && canonical.endsWith(".run_in_executor") && isAwaited(frame.module.text, node.start);
	if (!isExecutor && !runners.test(canonical)) return null;
	const [callee, ...rest] = isExecutor ? args.args.slice(1) : args.args;
	if (callee?.kind !== "function" || args.open || callee.node.type === "Lambda" || callee.node.isAsync) return null;
	// anyio's own options are no arguments of the function, and neither it nor an executor hands on keywords.
	const keywords = isExecutor || canonical.startsWith("anyio") ? new Map<string, Value>() : args.keywords;
	const run = (): Value => insideThread(machine, () => machine.call(frame, callee, { args: rest, keywords, open: false }, node));
	return { kind: "coroutine", function: callee, run, call: node, path: frame.module.path };
}

function isAwaited(text: string, start: number): boolean {
	return /\bawait\s+$/.test(text.slice(Math.max(0, start - 12), start));
}
