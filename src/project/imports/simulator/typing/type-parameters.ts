import type * as ast from "../../../../python/ast.ts";
import type { ClassValue, Namespace } from "../../values.ts";
import { findInClass } from "../classes/class-members.ts";
import type { Frame, Machine } from "../machine.ts";
import { failOperation } from "../refused-operations.ts";
import { isClosed } from "../value-types.ts";

/** Bases that make a class generic by what they are subscripted with. */
const generics = /^typing\.(Generic|Protocol)$/;
/** Bases of which it is known that they leave the subscription of their subclasses to `typing`, or to pydantic. */
const neutral = /^(builtins\.object|abc\.ABC|pydantic\.main\.BaseModel|typing\.(Generic|Protocol))$/;
const model = "pydantic.main.BaseModel";

/** `Repository[User, int]` of a class with one type parameter, or with none left. */
export function failOnParameterCount(machine: Machine, frame: Frame, owner: ClassValue, node: ast.Subscript): void {
	const wanted = parametersOf(machine, owner);
	const items = node.index.type === "Sequence" && node.index.kind === "tuple" ? node.index.items : [node.index];
	if (wanted === null || items.length === wanted.length || items.some((item) => item.type === "Starred")) return;
	const shown = `<class '${owner.module.name}.${owner.node.name.name}'>`;
	const few = items.length < wanted.length;
	const isModel = derivesFrom(owner, model);
	const words = !isModel && machine.environment.python.minor < 11 ? "parameters" : "arguments";
	const count = `${isModel && few ? "at least " : ""}${wanted.length}`;
	const message =
		wanted.length === 0
			? `${shown} is not a generic class`
			: `Too ${few ? "few" : "many"} ${words} for ${shown}; actual ${items.length}, expected ${count}`;
	failOperation(machine, frame, node, "TypeError", message);
}

/** The type variables that a generic class of the project still has; null where they are not certain, or it was never generic. */
function parametersOf(machine: Machine, owner: ClassValue, depth = 0): readonly string[] | null {
	const { node, bases, namespace, decorators, keywords } = owner;
	const isPlain = !namespace.dynamic && decorators.length === 0 && keywords.size === 0 && node.typeParameters.length === 0;
	if (!isPlain || bases.length !== node.bases.length || depth > 12) return null;
	if (findInClass(owner, "__class_getitem__") !== null) return null;
	const used = new Set<string>();
	let declared: readonly string[] | null = null;
	for (const [index, base] of bases.entries()) {
		const written = node.bases[index];
		const names = written?.type === "Subscript" ? variablesIn(machine, owner, written.index) : [];
		if (names === null) return null;
		if (base.kind === "external" && generics.test(base.canonical) && written?.type === "Subscript") declared = names;
		for (const name of names) used.add(name);
		const isNeutral = base.kind === "external" && neutral.test(base.canonical);
		if (!isNeutral && !(base.kind === "class" && isGenericOrBare(machine, base, depth))) return null;
	}
	const isGeneric = node.bases.some((base) => base.type === "Subscript");
	return isGeneric ? (declared ?? [...used]) : null;
}

/** Is it known of a base what it makes of its subclasses' subscription? */
function isGenericOrBare(machine: Machine, base: ClassValue, depth: number): boolean {
	return isClosed(base) || parametersOf(machine, base, depth + 1) !== null;
}

function derivesFrom(owner: ClassValue, canonical: string): boolean {
	return owner.bases.some((base) =>
		base.kind === "class" ? derivesFrom(base, canonical) : base.kind === "external" && base.canonical === canonical,
	);
}

/** The names of the type variables in an expression, in order; null where something in it may hold others. */
function variablesIn(machine: Machine, owner: ClassValue, written: ast.Expression): readonly string[] | null {
	const globals = machine.sysModules.get(owner.module.name)?.value.namespace;
	// The names of a class within a function are the function's.
	if (globals === undefined || globals.names.get(owner.node.name.name)?.value !== owner) return null;
	const names = new Set<string>();
	const read = (node: ast.Expression): boolean => {
		switch (node.type) {
			case "Name": {
				const kind = kindOf(globals, node.id);
				if (kind === "variable") names.add(node.id);
				return kind !== "unknown";
			}
			case "Constant":
				return node.literal !== "string";
			case "Sequence":
				return node.items.every(read);
			case "Subscript":
				return read(node.value) && read(node.index);
			case "BinOp":
				return read(node.left) && read(node.right);
			default:
				return false;
		}
	};
	return read(written) ? [...names] : null;
}

/** Is a name of the module a type variable, or a type that holds none? */
function kindOf(globals: Namespace, name: string): "variable" | "type" | "unknown" {
	const found = globals.names.get(name);
	if (found === undefined)
		return /^(int|str|float|bool|bytes|list|dict|set|tuple|object|type|frozenset|complex)$/.test(name) ? "type" : "unknown";
	const { value, maybe } = found;
	if (maybe) return "unknown";
	if (value.kind === "class") return "type";
	if (value.kind === "external")
		return value.entry?.kind === "class" || /^(typing|collections\.abc)\.\w+$/.test(value.canonical) ? "type" : "unknown";
	const isVariable = value.kind === "instance" && value.of.kind === "external" && value.of.canonical === "typing.TypeVar";
	return isVariable && value.call?.keywords.has("default") === false ? "variable" : "unknown";
}
