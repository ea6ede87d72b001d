import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { removeArguments } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** `zip(a, b, strict=True)` came with Python 3.10 (PEP 618). */
export function plainZip(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	if (call === undefined) return undefined;
	return {
		title: "Leave strict out",
		explanation: "This Python's zip does not know it; it ends with the shortest of what it is given.",
		applicability: "review",
		edits: removeArguments(module, call, call.keywords),
	};
}

/** `a | b` of dicts came with Python 3.9 (PEP 584). */
export function joinedDicts(module: Module, range: TextRange): FixProposal | undefined {
	const union = nodeAt(module.tree, range, "BinOp");
	if (union === undefined) return undefined;
	const text = (node: ast.Node) => module.text.slice(node.start, node.end);
	return {
		title: "Join the dicts with **",
		explanation: "Dicts have known | since Python 3.9; spreading both into a new one gives the same.",
		applicability: "safe",
		edits: [replaceText(module, range.start, range.end, `{**${text(union.left)}, **${text(union.right)}}`)],
	};
}
