import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";

/** `@timed()`, `@asynccontextmanager()` of a decorator that takes the function itself; undefined where the call has arguments. */
export function uncallDecorator(module: Module, call: ast.Call): FixProposal | undefined {
	if (call.args.length > 0 || call.keywords.length > 0) return undefined;
	return {
		title: "Take the parentheses away",
		explanation: "The decorator takes the function itself and has no arguments of its own.",
		applicability: "safe",
		edits: [replaceText(module, call.argumentsRange.start, call.argumentsRange.end, "")],
	};
}
