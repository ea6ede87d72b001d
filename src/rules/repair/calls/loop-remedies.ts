import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** `for name, rate in RATES`: a loop over a dict gives its keys, in a comprehension as well. */
export function itemsOfDict(project: Project, module: Module, range: TextRange): FixProposal | undefined {
	const loop = loopsAround(module, range).find(({ start }) => start === range.start) ?? clauseAt(module, range);
	if (loop?.iterable.type !== "Name" || loop.target.type !== "Sequence" || loop.target.items.length !== 2) return undefined;
	const { id, end } = loop.iterable;
	if (project.trace.runs.get(module.name)?.namespace.names.get(id)?.value.kind !== "dict") return undefined;
	return {
		title: `Loop over ${id}.items()`,
		explanation: "A loop over a dict gives its keys; items() gives each key with its value.",
		applicability: "safe",
		edits: [replaceText(module, end, end, ".items()")],
	};
}

/** The part of a comprehension whose target stands at a place. */
function clauseAt(module: Module, range: TextRange): ast.ComprehensionClause | undefined {
	let found: ast.ComprehensionClause | undefined;
	walk(module.tree, (node) => {
		if (node.type === "Comprehension") found ??= node.clauses.find(({ target }) => target.start === range.start);
		return node.start <= range.start && range.end <= node.end;
	});
	return found;
}

/** `for name in ("users")`: without a comma it is the text that is gone through, letter by letter. `wanted` is what is not there. */
export function tupleOfText(module: Module, range: TextRange, wanted: string): FixProposal | undefined {
	if ([...wanted].length !== 1) return undefined;
	const loop = loopsAround(module, range).at(-1);
	const written = loop === undefined ? undefined : textGoneThrough(module, loop.iterable);
	if (written === undefined) return undefined;
	const { start, end } = written;
	const isBracketed = /\(\s*$/.test(module.text.slice(0, start)) && /^\s*\)/.test(module.text.slice(end));
	return {
		title: "Make a tuple of one",
		explanation:
			"It is the comma that makes a tuple, not the parentheses around it; the loop goes through the letters of the text.",
		applicability: "safe",
		edits: isBracketed
			? [replaceText(module, end, end, ",")]
			: [replaceText(module, start, start, "("), replaceText(module, end, end, ",)")],
	};
}

/** The literal text that is gone through, there or where its name is bound. */
function textGoneThrough({ tree }: Module, iterable: ast.Expression): ast.Constant | undefined {
	const isText = (node: ast.Expression | null): node is ast.Constant => node?.type === "Constant" && node.literal === "string";
	if (isText(iterable)) return iterable;
	if (iterable.type !== "Name") return undefined;
	const values = tree.body.flatMap((each) => {
		const target = each.type === "Assign" ? each.targets[0] : each.type === "AnnAssign" ? each.target : undefined;
		return target?.type === "Name" && target.id === iterable.id && "value" in each ? [each.value] : [];
	});
	const [only = null, ...others] = values as (ast.Expression | null)[];
	return others.length === 0 && isText(only) ? only : undefined;
}

/** The loops whose statement covers a place, outermost first. */
function loopsAround(module: Module, range: TextRange): readonly ast.For[] {
	const found: ast.For[] = [];
	walk(module.tree, (node) => {
		const isAround = node.start <= range.start && range.end <= node.end;
		if (isAround && node.type === "For") found.push(node);
		return isAround;
	});
	return found;
}
