import type { FixProposal } from "../../../../audit/fix.ts";
import { applicationClass, routerClass } from "../../../../project/imports/library-objects.ts";

import type * as ast from "../../../../python/ast.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { walk } from "../../../../python/walk.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";

/** `@app.on_startup` and `@app.on_shutdown()`: the decorator is `on_event`, which takes the name of the event. */
export function asEvent({ detail, module, range }: FailureOf<"attribute-missing">): FixProposal | undefined {
	const event = /^(?:on_)?(startup|shutdown)$/.exec(detail.name)?.[1];
	if (event === undefined || !(applicationClass.test(detail.owner) || routerClass.test(detail.owner))) return undefined;
	let found: ast.Attribute | ast.Call | null = null;
	walk(module.tree, (each) => {
		if (each.type !== "FunctionDef") return;
		for (const decorator of each.decorators) {
			const isInside = decorator.start <= range.start && range.end <= decorator.end;
			if (isInside && (decorator.type === "Attribute" || (decorator.type === "Call" && isBare(decorator)))) found = decorator;
		}
	});
	const decorator = found as ast.Attribute | ast.Call | null;
	const named = decorator?.type === "Call" ? decorator.callee : decorator;
	if (decorator === null || named?.type !== "Attribute") return undefined;
	return {
		title: `Write on_event("${event}")`,
		explanation: "That is the decorator for what is to run when the server starts or stops; it takes the name of the event.",
		applicability: "safe",
		edits: [replaceText(module, named.attribute.start, decorator.end, `on_event("${event}")`)],
	};
}

function isBare({ args, keywords }: ast.Call): boolean {
	return args.length === 0 && keywords.length === 0;
}
