import type * as ast from "../../../../python/ast.ts";
import { isBuiltinType } from "../../builtin-types.ts";
import { methodOfDatetime } from "../../datetime-methods.ts";
import type { Value } from "../../values.ts";
import { isBuiltinFunction } from "../builtins.ts";
import { metaclassOf } from "../classes/metaclasses.ts";
import type { Machine } from "../machine.ts";

/** One side of a `|`, and how it was written. */
export interface UnionOperand {
	readonly value: Value;
	readonly node: ast.Expression;
}

/** The operand types of a `|` between types that this Python refuses (PEP 604 came with 3.10; a string never could); null where it may do. */
export function refusedUnion({ environment }: Machine, left: UnionOperand, right: UnionOperand): string | null {
	const a = operandType(left);
	const b = operandType(right);
	if (a === null || b === null) return null;
	// EnumMeta was renamed in Python 3.11.
	const operands = `'${a}' and '${b}'`.replaceAll("EnumMeta", environment.python.minor < 11 ? "EnumMeta" : "EnumType");
	if (a === "str" || b === "str") return operands;
	if (a === "NoneType" && b === "NoneType") return operands;
	if (a === "FieldInfo" || b === "FieldInfo") return operands;
	if ([a, b].some((type) => type === "builtin_function_or_method" || type === "method_descriptor")) return operands;
	return environment.python.minor < 10 && [a, b].every((type) => type !== "types.UnionType") ? operands : null;
}

/** The type of an operand, as Python prints it, where that is certain to know no `|` with a string; else null. */
function operandType({ value, node }: UnionOperand): string | null {
	if (node.type === "BinOp" && node.operator === "|") return isUnionOfTypes(node) ? "types.UnionType" : null;
	if (value.kind === "external" && plainTypes.test(value.canonical)) return "type";
	if (value.kind === "constant") return value.value === null ? "NoneType" : typeof value.value === "string" ? "str" : null;
	if (value.kind === "class") return metaclassOf(value, 0);
	if (value.kind === "instance" && value.of.kind === "external" && fieldMakers.test(value.of.canonical)) return "FieldInfo";
	if (node.type === "Subscript") return isBuiltinAlias(node) ? "types.GenericAlias" : null;
	if (value.kind !== "external") return null;
	if (isBuiltinType(value.name)) return "type";
	if (methodOfDatetime(value.name) !== null) return "method_descriptor";
	return isBuiltinFunction(value.name) ? "builtin_function_or_method" : null;
}

/** Classes of the standard library whose metaclass is `type` in every version. */
const plainTypes =
	/^(datetime\.(datetime|date|time|timedelta)|uuid\.UUID|(_py)?decimal\.Decimal|pathlib(\._local)?\.(Pure)?Path)$/;

/** What makes a `FieldInfo`, which knows no `|`: the default of a field that is named as its type. */
const fieldMakers = /^(pydantic\.fields|sqlmodel\.main)\.Field$/;

/** `int | None`, of built-in types alone: anything else may be a form of typing, which takes strings too. */
function isUnionOfTypes(node: ast.Expression): boolean {
	if (node.type === "BinOp") return node.operator === "|" && isUnionOfTypes(node.left) && isUnionOfTypes(node.right);
	if (node.type === "Constant") return node.value === null;
	return (node.type === "Name" && isBuiltinType(`builtins.${node.id}`)) || isBuiltinAlias(node);
}

/** `list[...]` of the built-in class. */
function isBuiltinAlias(node: ast.Expression): boolean {
	return node.type === "Subscript" && node.value.type === "Name" && /^(list|dict|set|tuple|frozenset|type)$/.test(node.value.id);
}
