import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** `@Transactional` over a function, of a class whose objects decorate: the parentheses make one. */
export function calledDecorator(module: Module, range: TextRange): FixProposal | undefined {
	if (nodeAt(module.tree, range, "Call") !== undefined) return undefined;
	let isDecorator = false;
	walk(module.tree, (node) => {
		if (node.type === "FunctionDef" || node.type === "ClassDef")
			isDecorator ||= node.decorators.some(({ start, end }) => start === range.start && end === range.end);
		return node.start <= range.start || node.type === "FunctionDef" || node.type === "ClassDef";
	});
	if (!isDecorator) return undefined;
	const name = module.text.slice(range.start, range.end);
	return {
		title: `Write @${name}()`,
		explanation: `What decorates is what ${name}() makes; without the parentheses ${name} itself gets the function.`,
		applicability: "review",
		edits: [replaceText(module, range.end, range.end, "()")],
	};
}
