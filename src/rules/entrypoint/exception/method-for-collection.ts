import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import { decoratedBy, nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** `@limiter("5/minute")`: slowapi's limits are what the method of that name makes. */
export function methodOfLimiter(module: Module, range: TextRange): FixProposal | undefined {
	const callee = nodeAt(module.tree, range, "Call")?.callee;
	if (callee === undefined || decoratedBy(module.tree, range) === undefined) return undefined;
	return {
		title: `Write ${module.text.slice(callee.start, callee.end)}.limit`,
		explanation: "The limiter itself cannot be called; its method limit makes what stands above a route.",
		applicability: "safe",
		edits: [replaceText(module, callee.end, callee.end, ".limit")],
	};
}

/** What an application or a router keeps in a list or a dict, and the methods that put something into it: as a decorator, and as a call. */
const methods: Readonly<Record<string, readonly [decorator: string, call: string | null]>> = {
	exception_handlers: ["exception_handler", "add_exception_handler"],
	user_middleware: ["middleware", "add_middleware"],
	routes: ["api_route", null],
};

/** `@app.exception_handlers(ValueError)`: the method of nearly that name is meant, and not the collection. */
export function methodForCollection(module: Module, range: TextRange): FixProposal | undefined {
	const callee = nodeAt(module.tree, range, "Call")?.callee;
	if (callee?.type !== "Attribute") return undefined;
	const { name, start, end } = callee.attribute;
	const [decorator, call] = methods[name] ?? [];
	const method = decoratedBy(module.tree, range) === undefined ? call : decorator;
	if (method == null) return undefined;
	return {
		title: `Write ${method}`,
		explanation: `${name} is what the application keeps; ${method} puts something into it.`,
		applicability: "safe",
		edits: [replaceText(module, start, end, method)],
	};
}
