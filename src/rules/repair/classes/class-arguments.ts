import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { removeArguments } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextEdit } from "../../../text/range.ts";

/** Takes bases or keywords out of the header of a class; with the last of them the parentheses go. */
export function removeFromHeader(
	module: Module,
	node: ast.ClassDef,
	doomed: readonly (ast.Expression | ast.Keyword)[],
): readonly TextEdit[] {
	const call = headerOf(module, node);
	if (call === null) return [];
	if (call.args.length + call.keywords.length > doomed.length) return removeArguments(module, call, doomed);
	return [replaceText(module, call.argumentsRange.start, call.argumentsRange.end, "")];
}

/** The header of a class, whose bases and keywords are written like the arguments of a call; null where it has no parentheses. */
function headerOf(module: Module, node: ast.ClassDef): ast.Call | null {
	const all = [...node.bases, ...node.keywords].sort((a, b) => a.start - b.start);
	const [first] = all;
	const last = all.at(-1);
	if (first === undefined || last === undefined) return null;
	const opening = module.text.lastIndexOf("(", first.start);
	const closing = module.text.indexOf(")", last.end);
	if (opening < node.name.end - 1 || closing < 0) return null;
	return {
		type: "Call",
		start: node.name.start,
		end: closing + 1,
		callee: { type: "InvalidExpression", start: node.name.start, end: node.name.end },
		args: node.bases,
		keywords: node.keywords,
		argumentsRange: { start: opening, end: closing + 1 },
	};
}
