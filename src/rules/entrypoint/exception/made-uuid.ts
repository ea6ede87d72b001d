import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** `UUID4("…")` and `UUID4()` of pydantic, which are types of fields: the class and the function of the standard library make such objects. */
export function madeUuid(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	if (call === undefined) return undefined;
	const name = call.args.length + call.keywords.length > 0 ? "UUID" : "uuid4";
	const keyword = name === "uuid4" ? defaultKeyword(module, range) : null;
	return {
		title: keyword === null ? `Make it with ${name} of uuid` : "Let default_factory make one for each object",
		explanation: `pydantic's type says what a field holds; ${name} of the standard library makes one.`,
		applicability: "safe",
		edits:
			keyword === null
				? [replaceText(module, call.callee.start, call.callee.end, name)]
				: [replaceText(module, keyword.start, call.end, `default_factory=${name}`)],
		needs: [{ path: module.path, module: "uuid", name }],
	};
}

/** The `default=` that the call is the value of: one object would be the default of all. */
function defaultKeyword(module: Module, range: TextRange): TextRange | null {
	let found: TextRange | null = null;
	walk(module.tree, (node) => {
		if (node.type === "Call")
			for (const each of node.keywords)
				if (each.name?.name === "default" && each.value.start === range.start && each.value.end === range.end)
					found = { start: each.name.start, end: each.value.end };
		return node.start <= range.start && range.end <= node.end;
	});
	return found;
}
