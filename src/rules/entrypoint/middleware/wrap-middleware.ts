import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { argumentsOf } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";

/**
 * `middleware=[GZipMiddleware(minimum_size=500)]`, and `add_middleware(SlowAPIMiddleware())`: what is handed over is the class and its arguments,
 * and Starlette makes the object.
 */
export function wrapMiddleware(module: Module, call: ast.Call, error: string): FixProposal | undefined {
	const name = /^TypeError: (?:(\w+)\.)?__init__\(\) missing 1 required positional argument: 'app'$/.exec(error);
	const callee = module.text.slice(call.callee.start, call.callee.end);
	if (name === null || !/Middleware$/.test(callee) || call.args.some((each) => each.type === "Starred")) return undefined;
	let isListed = false;
	let isAdded = false;
	walk(module.tree, (node) => {
		if (node.type === "Sequence" && node.items.includes(call)) isListed = true;
		if (node.type === "Call" && node.args[0] === call && node.callee.type === "Attribute")
			isAdded = node.callee.attribute.name === "add_middleware";
		return !isListed && !isAdded && node.start <= call.start && call.end <= node.end;
	});
	if (!isListed && !isAdded) return undefined;
	const parts = [callee, ...argumentsOf(call).map((each) => module.text.slice(each.start, each.end))];
	if (isAdded)
		return {
			title: `Add ${callee} without calling it`,
			explanation: "Starlette makes the object itself, with the application that it wraps and the arguments behind the class.",
			applicability: "safe",
			edits: [replaceText(module, call.start, call.end, parts.join(", "))],
		};
	return {
		title: `List ${callee} with its arguments`,
		explanation: "Starlette makes the object itself when it knows the application that it wraps.",
		applicability: "safe",
		edits: [replaceText(module, call.start, call.end, `Middleware(${parts.join(", ")})`)],
		needs: [{ path: module.path, module: "starlette.middleware", name: "Middleware" }],
	};
}
