import type * as ast from "./ast.ts";
import { refused } from "./syntax-fault.ts";

/** What cannot be assigned to or deleted (https://docs.python.org/3/reference/simple_stmts.html#assignment-statements), in the compiler's words. */
export function findTargetFaults(node: ast.TypedNode): readonly ast.SyntaxFault[] {
	switch (node.type) {
		case "Assign":
			return node.targets.flatMap((target) =>
				target.type === "Starred"
					? [refused(target, "starred assignment target must be in a list or tuple")]
					: ofTarget(target, hintOfAssignment),
			);
		case "AugAssign": {
			const kind = augmentable.has(node.target.type) ? null : kindOf(node.target);
			return kind === null ? [] : [refused(node.target, `'${kind}' is an illegal expression for augmented assignment`)];
		}
		case "AnnAssign": {
			const { target } = node;
			if (target.type === "Sequence") return [refused(target, `only single target (not ${target.kind}) can be annotated`)];
			return augmentable.has(target.type) || target.type === "InvalidExpression"
				? []
				: [refused(target, "illegal target for annotation")];
		}
		case "For":
			return ofTarget(node.target, noHint);
		case "With":
			return node.items.flatMap(({ target }) => (target === null ? [] : ofTarget(target, noHint)));
		case "Comprehension":
			return node.clauses.flatMap((clause) => ofTarget(clause.target, noHint));
		case "Delete":
			return node.targets.flatMap(ofDeleted);
		case "NamedExpr":
			return node.target.name === "__debug__" ? [refused(node.target, "cannot assign to __debug__")] : [];
		default:
			return [];
	}
}

const augmentable = new Set(["Name", "Attribute", "Subscript"]);

const noHint = () => "";

/** A constant of the language is plainly no name; in the place of anything else a comparison may have been meant. */
function hintOfAssignment(kind: string): string {
	return ["True", "False", "None", "__debug__"].includes(kind) ? "" : " here. Maybe you meant '==' instead of '='?";
}

function ofTarget(target: ast.Expression, hint: (kind: string) => string): readonly ast.SyntaxFault[] {
	if (target.type === "Starred") return ofTarget(target.value, noHint);
	if (target.type === "Sequence" && target.kind !== "set") {
		const [, second] = target.items.filter((item) => item.type === "Starred");
		const several = second === undefined ? [] : [refused(target, "multiple starred expressions in assignment")];
		return [...target.items.flatMap((item) => ofTarget(item, noHint)), ...several];
	}
	if (target.type === "Name" && target.id === "__debug__") return [refused(target, "cannot assign to __debug__")];
	const kind = augmentable.has(target.type) ? null : kindOf(target);
	return kind === null ? [] : [refused(target, `cannot assign to ${kind}${hint(kind)}`)];
}

function ofDeleted(target: ast.Expression): readonly ast.SyntaxFault[] {
	if (target.type === "Sequence" && target.kind !== "set") return target.items.flatMap(ofDeleted);
	if (target.type === "Name" && target.id === "__debug__") return [refused(target, "cannot delete __debug__")];
	const kind = target.type === "Starred" ? "starred" : augmentable.has(target.type) ? null : kindOf(target);
	return kind === null ? [] : [refused(target, `cannot delete ${kind}`)];
}

/** CPython's own word for an expression in these messages (`_PyPegen_get_expr_name`); null where the parser could make nothing of it. */
export function kindOf(node: ast.Expression): string | null {
	switch (node.type) {
		case "Constant":
			return node.literal === "boolean"
				? node.value === true
					? "True"
					: "False"
				: node.literal === "none"
					? "None"
					: node.literal === "ellipsis"
						? "ellipsis"
						: "literal";
		case "Sequence":
			return node.kind === "set" ? "set display" : node.kind;
		case "Comprehension":
			return node.kind === "generator" ? "generator expression" : `${node.kind} comprehension`;
		default:
			return kinds[node.type] ?? null;
	}
}

const kinds: Readonly<Record<string, string>> = {
	Name: "name",
	Attribute: "attribute",
	Subscript: "subscript",
	Starred: "starred",
	Call: "function call",
	JoinedString: "f-string expression",
	BoolOp: "expression",
	BinOp: "expression",
	UnaryOp: "expression",
	Compare: "comparison",
	IfExp: "conditional expression",
	Lambda: "lambda",
	NamedExpr: "named expression",
	Await: "await expression",
	Yield: "yield expression",
	Dict: "dict literal",
};
