import type { FixProposal } from "../../../audit/fix.ts";
import { isSwappedProperty } from "../../../project/imports/simulator/decorators.ts";
import type { FunctionValue } from "../../../project/imports/values.ts";
import type { Module, Project } from "../../../project/project.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** `@property` above `@computed_field`: the two change places, in the one class that has such a field of the name that is read. */
export function computedProperty({ trace }: Project, { tree }: Module, range: TextRange): FixProposal | undefined {
	const name = nodeAt(tree, range, "Attribute")?.attribute.name;
	const [only, ...others] = trace.classes.flatMap(({ value }) => {
		const member = name === undefined ? undefined : value.namespace.names.get(name)?.value;
		return member?.kind === "function" && isSwappedProperty(member) ? [member] : [];
	});
	return only === undefined || others.length > 0 ? undefined : inOrder(only);
}

function inOrder({ node, module }: FunctionValue): FixProposal | undefined {
	const [above, below] = node.type === "FunctionDef" ? node.decorators : [];
	if (above === undefined || below === undefined) return undefined;
	const source = ({ start, end }: TextRange): string => module.text.slice(start, end);
	return {
		title: "Put @computed_field above @property",
		explanation:
			"computed_field takes the property and shows it as a field; a property made of what computed_field gives cannot be read.",
		applicability: "safe",
		edits: [
			replaceText(module, above.start, above.end, source(below)),
			replaceText(module, below.start, below.end, source(above)),
		],
	};
}
