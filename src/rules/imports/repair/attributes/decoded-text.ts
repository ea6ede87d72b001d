import type { FixProposal } from "../../../../audit/fix.ts";
import type * as ast from "../../../../python/ast.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { walk } from "../../../../python/walk.ts";
import { attributeAt } from "../../../repair/attributes/attribute-at.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";

/** `jwt.encode(…).decode("utf-8")` where a text comes out already: without `.decode(…)`. */
export function withoutDecoding(failure: FailureOf<"attribute-missing">): FixProposal | undefined {
	const { module, detail } = failure;
	const read = attributeAt(failure);
	if (detail.owner !== "str" || detail.name !== "decode" || read === null) return undefined;
	const call = callOf(module.tree, read);
	if (call === null) return undefined;
	return {
		title: "Take .decode away",
		explanation: "It is a text already; only bytes are decoded.",
		applicability: "safe",
		edits: [replaceText(module, read.value.end, call.end, "")],
	};
}

function callOf(tree: ast.Module, callee: ast.Expression): ast.Call | null {
	let found: ast.Call | null = null;
	walk(tree, (node) => {
		if (node.type === "Call" && node.callee === callee) found = node;
		return node.start <= callee.start && callee.end <= node.end;
	});
	return found;
}
