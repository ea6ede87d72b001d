import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** `if db:`, `not collection`, where the object refuses to say whether it is true: a comparison with None. */
export function compareWithNone(module: Module, range: TextRange): FixProposal | undefined {
	const written = module.text.slice(range.start, range.end);
	const isAsked = (node: TextRange): boolean => node.start === range.start && node.end === range.end;
	let edited: { readonly place: TextRange; readonly text: string } | undefined;
	walk(module.tree, (node) => {
		if (node.type === "UnaryOp" && node.operator === "not" && isAsked(node.operand))
			edited = { place: node, text: `${written} is None` };
		else if (
			(node.type === "If" || node.type === "IfExp" || node.type === "While" || node.type === "Assert") &&
			isAsked(node.test)
		)
			edited = { place: range, text: `${written} is not None` };
		return node.start <= range.start && range.end <= node.end;
	});
	if (edited === undefined) return undefined;
	const { place, text } = edited;
	return {
		title: "Compare it with None",
		explanation: "The object is there or it is None; whether it is true it refuses to say.",
		applicability: "safe",
		edits: [replaceText(module, place.start, place.end, text)],
	};
}
