import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** `ROUTERS = (users.router)` and a loop over it: without a comma the parentheses make no tuple. */
export function tupleOfOne(module: Module, range: TextRange): FixProposal | undefined {
	const name = module.text.slice(range.start, range.end);
	const bindings = module.tree.body.flatMap((each) => {
		const target = each.type === "Assign" ? each.targets[0] : each.type === "AnnAssign" ? each.target : undefined;
		const value = each.type === "Assign" || each.type === "AnnAssign" ? each.value : null;
		return target?.type === "Name" && target.id === name && value !== null ? [value] : [];
	});
	const [only, ...others] = bindings;
	if (only === undefined || others.length > 0 || (only.type !== "Name" && only.type !== "Attribute")) return undefined;
	const isBracketed = /\(\s*$/.test(module.text.slice(0, only.start)) && /^\s*\)/.test(module.text.slice(only.end));
	const shown = module.text.slice(only.start, only.end);
	return {
		title: `Make ${name} a tuple of one`,
		explanation: "It is the comma that makes a tuple, not the parentheses around it.",
		applicability: "safe",
		edits: isBracketed
			? [replaceText(module, only.end, only.end, ",")]
			: [replaceText(module, only.start, only.end, `(${shown},)`)],
	};
}
