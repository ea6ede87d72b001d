import { isClassVariable } from "../../../../python/annotated.ts";
import type * as ast from "../../../../python/ast.ts";
import { parseModule } from "../../../../python/parse.ts";
import { walk } from "../../../../python/walk.ts";
import type { ClassValue } from "../../values.ts";
import { type Frame, type Machine, maybe } from "../machine.ts";
import { failOperation } from "../refused-operations.ts";
import { refusedUnion } from "./type-unions.ts";

/**
 * `name: str | None` of a pydantic model, postponed by `from __future__ import annotations` or written in quotes: Python does not
 * evaluate it, but pydantic does when the class is made, and before Python 3.10 `|` is nothing that types have (PEP 604).
 */
export function failOnPostponedUnions(machine: Machine, frame: Frame, { node, bases }: ClassValue): void {
	const { python, distributions } = machine.environment;
	if (python.major !== 3 || python.minor >= 10) return;
	if (distributions.has("eval-type-backport") || !bases.some(isModel)) return;
	for (const field of node.body) {
		if (field.type !== "AnnAssign" || field.target.type !== "Name" || field.target.id.startsWith("_")) continue;
		const postponed = postponedBy(frame, field.annotation);
		if (postponed === null) continue;
		const { written, annotation } = postponed;
		// What belongs to the class alone is no field, and pydantic need not know its type.
		const union = isClassVariable(annotation) ? null : refusedIn(machine, frame, annotation);
		if (union === null) continue;
		const isModern = machine.environment.findModule("pydantic._internal").found === "present";
		const message = isModern
			? `Unable to evaluate type annotation '${written}'. If you are making use of the new typing syntax (unions using \`|\` since Python 3.10 or builtins subscripting since Python 3.9), you should either replace the use of new syntax with the existing \`typing\` constructs or install the \`eval_type_backport\` package.`
			: `unsupported operand type(s) for |: ${union.operands}`;
		failOperation(machine, frame, annotation === field.annotation ? union.node : field.annotation, "TypeError", message);
	}
}

/** What pydantic evaluates in Python's stead, as text and as expression; null where Python evaluates the annotation itself. */
function postponedBy(
	{ module }: Frame,
	annotation: ast.Expression,
): { readonly written: string; readonly annotation: ast.Expression } | null {
	if (annotation.type === "Constant" && annotation.content !== null) {
		const written = module.text.slice(annotation.content.start, annotation.content.end);
		const [only, ...others] = parseModule(written).body;
		return only?.type === "ExpressionStatement" && others.length === 0 ? { written, annotation: only.value } : null;
	}
	if (!module.tree.futures.has("annotations")) return null;
	return { written: module.text.slice(annotation.start, annotation.end), annotation };
}

function isModel(base: ClassValue["bases"][number]): boolean {
	if (base.kind === "class") return base.bases.some(isModel);
	return base.kind === "external" && /^pydantic(_settings)?\.main\.Base(Model|Settings)$/.test(base.canonical);
}

/** The outermost `|` of an annotation that this Python refuses. */
function refusedIn(
	machine: Machine,
	frame: Frame,
	annotation: ast.Expression,
): { readonly node: ast.BinOp; readonly operands: string } | null {
	let found: { node: ast.BinOp; operands: string } | null = null;
	walk(annotation, (each) => {
		if (found !== null || each.type !== "BinOp" || each.operator !== "|") return found === null;
		let inner: ast.BinOp = each;
		while (inner.left.type === "BinOp" && inner.left.operator === "|") inner = inner.left;
		const [left, right] = maybe(machine, () => [machine.evaluate(frame, inner.left), machine.evaluate(frame, inner.right)]);
		const operands =
			left !== undefined && right !== undefined
				? refusedUnion(machine, { value: left, node: inner.left }, { value: right, node: inner.right })
				: null;
		if (operands !== null) found = { node: each, operands };
		return false;
	});
	return found;
}
