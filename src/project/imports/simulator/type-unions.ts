import type * as ast from "../../../python/ast.ts";
import type { ClassValue, Value } from "../values.ts";
import { isBuiltinFunction } from "./builtins.ts";
import type { Machine } from "./machine.ts";

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
	if ([a, b].includes("builtin_function_or_method")) return operands;
	return environment.python.minor < 10 && [a, b].every((type) => type !== "types.UnionType") ? operands : null;
}

/** The type of an operand, as Python prints it, where that is certain to know no `|` with a string; else null. */
function operandType({ value, node }: UnionOperand): string | null {
	if (node.type === "BinOp" && node.operator === "|") return isUnionOfTypes(node) ? "types.UnionType" : null;
	if (value.kind === "external" && plainTypes.test(value.canonical)) return "type";
	if (value.kind === "constant") return value.value === null ? "NoneType" : typeof value.value === "string" ? "str" : null;
	if (value.kind === "class") return metaclassOf(value, 0);
	if (node.type === "Subscript") return isBuiltinAlias(node) ? "types.GenericAlias" : null;
	if (value.kind !== "external") return null;
	if (builtinTypes.test(value.name)) return "type";
	return isBuiltinFunction(value.name) ? "builtin_function_or_method" : null;
}

/** Classes of the standard library whose metaclass is `type` in every version. */
const plainTypes =
	/^(datetime\.(datetime|date|time|timedelta)|uuid\.UUID|(_py)?decimal\.Decimal|pathlib(\._local)?\.(Pure)?Path)$/;

const builtinTypes = /^builtins\.(int|str|float|bool|bytes|list|dict|set|tuple|object|type|complex|frozenset)$/;

/** `int | None`, of built-in types alone: anything else may be a form of typing, which takes strings too. */
function isUnionOfTypes(node: ast.Expression): boolean {
	if (node.type === "BinOp") return node.operator === "|" && isUnionOfTypes(node.left) && isUnionOfTypes(node.right);
	if (node.type === "Constant") return node.value === null;
	return (node.type === "Name" && builtinTypes.test(`builtins.${node.id}`)) || isBuiltinAlias(node);
}

/** `list[...]` of the built-in class. */
function isBuiltinAlias(node: ast.Expression): boolean {
	return node.type === "Subscript" && node.value.type === "Name" && /^(list|dict|set|tuple|frozenset|type)$/.test(node.value.id);
}

/** Metaclasses of libraries that leave `|` to `type`, by the base class that brings them. */
const metaclasses: Readonly<Record<string, string>> = {
	"pydantic.main.BaseModel": "ModelMetaclass",
	"pydantic_settings.main.BaseSettings": "ModelMetaclass",
	"sqlmodel.main.SQLModel": "SQLModelMetaclass",
	"sqlalchemy.orm.decl_api.DeclarativeBase": "DeclarativeAttributeIntercept",
	"abc.ABC": "ABCMeta",
	"enum.Enum": "EnumMeta",
	"enum.IntEnum": "EnumMeta",
	"builtins.str": "type",
	"builtins.int": "type",
	"builtins.object": "type",
	"builtins.Exception": "type",
};

/** The name of a class's metaclass; null where it is not known, as it may define `|` itself. */
function metaclassOf(owner: ClassValue, depth: number): string | null {
	if (owner.keywords.has("metaclass") || owner.bases.length !== owner.node.bases.length || depth > 20) return null;
	const found = new Set<string>();
	for (const base of owner.bases) {
		const name =
			base.kind === "class" ? metaclassOf(base, depth + 1) : base.kind === "external" ? metaclasses[base.canonical] : undefined;
		if (name == null) return null;
		if (name !== "type") found.add(name);
	}
	if (found.size > 1) return null;
	return [...found][0] ?? "type";
}
