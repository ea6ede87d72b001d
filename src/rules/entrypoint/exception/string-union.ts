import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/**
 * `"Item" | None`: a string knows no `|`. Where all the names are bound by then, the quotes go; else typing's Optional or Union
 * takes the string as what it is, a name that is looked up later (https://docs.python.org/3/library/typing.html#typing.ForwardRef).
 */
export function withoutStringUnion(project: Project, module: Module, range: TextRange): FixProposal | undefined {
	const union = outermostUnion(module, range);
	if (union === null) return undefined;
	const operands = operandsOf(union);
	const quoted = operands.filter(isName);
	if (quoted.length === 0) return undefined;
	const names = project.trace.runs.get(module.name)?.namespace.names;
	const isBound = (name: string): boolean => {
		const binding = names?.get(name.split(".")[0] ?? name);
		return binding?.node != null && !binding.maybe && binding.node.end <= union.start;
	};
	if (project.environment.python.minor >= 10 && quoted.every(({ value }) => isBound(value))) {
		return {
			title: "Take the quotes away",
			explanation: "A string knows no |, and what it names is there by then.",
			applicability: "safe",
			edits: quoted.map((each) => replaceText(module, each.start, each.end, each.value)),
		};
	}
	const isNone = (node: ast.Expression) => node.type === "Constant" && node.value === null;
	const others = operands.filter((node) => !isNone(node));
	const isOptional = others.length === 1 && operands.length === 2;
	const form = isOptional ? "Optional" : "Union";
	const text = (isOptional ? others : operands).map((node) => module.text.slice(node.start, node.end)).join(", ");
	return {
		title: `Write ${form}[${text}]`,
		explanation: `A string knows no |; ${form} takes it for a name that is looked up later.`,
		applicability: "safe",
		edits: [replaceText(module, union.start, union.end, `${form}[${text}]`)],
		needs: [{ path: module.path, module: "typing", name: form }],
	};
}

function outermostUnion(module: Module, range: TextRange): ast.BinOp | null {
	let found: ast.BinOp | null = null;
	walk(module.tree, (node) => {
		if (node.end < range.end || node.start > range.start) return false;
		if (found === null && node.type === "BinOp" && node.operator === "|") found = node;
		return found === null;
	});
	return found;
}

function operandsOf(node: ast.Expression): readonly ast.Expression[] {
	return node.type === "BinOp" && node.operator === "|" ? [...operandsOf(node.left), ...operandsOf(node.right)] : [node];
}

/** A string that holds nothing but a name. */
function isName(node: ast.Expression): node is ast.Constant & { readonly value: string } {
	return node.type === "Constant" && typeof node.value === "string" && /^[^\W\d][\w.]*$/u.test(node.value);
}
