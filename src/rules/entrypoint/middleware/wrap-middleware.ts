import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { argumentsOf } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";

/** `middleware=[GZipMiddleware(minimum_size=500)]`: an entry of the list holds the class and its arguments, and Starlette makes the object. */
export function wrapMiddleware(module: Module, call: ast.Call, error: string): FixProposal | undefined {
	const name = /^TypeError: (?:(\w+)\.)?__init__\(\) missing 1 required positional argument: 'app'$/.exec(error);
	const callee = module.text.slice(call.callee.start, call.callee.end);
	if (name === null || !/Middleware$/.test(callee) || call.args.some((each) => each.type === "Starred")) return undefined;
	let isListed = false;
	walk(module.tree, (node) => {
		if (node.type === "Sequence" && node.items.includes(call)) isListed = true;
		return !isListed && node.start <= call.start && call.end <= node.end;
	});
	if (!isListed) return undefined;
	const parts = [callee, ...argumentsOf(call).map((each) => module.text.slice(each.start, each.end))];
	return {
		title: `List ${callee} with its arguments`,
		explanation: "Starlette makes the object itself when it knows the application that it wraps.",
		applicability: "safe",
		edits: [replaceText(module, call.start, call.end, `Middleware(${parts.join(", ")})`)],
		needs: [{ path: module.path, module: "starlette.middleware", name: "Middleware" }],
	};
}
