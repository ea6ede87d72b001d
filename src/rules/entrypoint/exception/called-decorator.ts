import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import { decoratedBy, nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** `@Transactional` over a function, of a class whose objects decorate: the parentheses make one. */
export function calledDecorator(module: Module, range: TextRange): FixProposal | undefined {
	if (nodeAt(module.tree, range, "Call") !== undefined || decoratedBy(module.tree, range) === undefined) return undefined;
	const name = module.text.slice(range.start, range.end);
	return {
		title: `Write @${name}()`,
		explanation: `What decorates is what ${name}() makes; without the parentheses ${name} itself gets the function.`,
		applicability: "review",
		edits: [replaceText(module, range.end, range.end, "()")],
	};
}
