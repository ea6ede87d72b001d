import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** `response_model=list(Item)` → `list[Item]`. */
export function inBrackets(module: Module, range: TextRange): FixProposal | undefined {
	const found: ast.Call[] = [];
	walk(module.tree, (node) => {
		if (node.type === "Call" && node.start === range.start && node.end === range.end) found.push(node);
		return node.start <= range.start && range.end <= node.end;
	});
	const [call] = found;
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
