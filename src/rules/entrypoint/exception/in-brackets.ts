import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** `response_model=list(Item)` → `list[Item]`. */
export function inBrackets(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	if (call === undefined || call.args.length === 0 || call.keywords.length > 0) return undefined;
	const { start, end } = call.argumentsRange;
	const written = `${module.text.slice(call.callee.start, call.callee.end)}[${module.text.slice(start + 1, end - 1)}]`;
	return {
		title: `Write ${written}`,
		explanation: "The type of a collection takes what it holds in brackets; in parentheses it would be called.",
		applicability: "safe",
		edits: [replaceText(module, start, start + 1, "["), replaceText(module, end - 1, end, "]")],
	};
}
