import type * as ast from "../../python/ast.ts";
import { parseModule } from "../../python/parse.ts";
import type { ClassValue, ExternalValue, Namespace, Subscripted, Value } from "../imports/values.ts";
import { lookUpName, memberOfValue, type NameScope } from "./name-scope.ts";

/** What an annotation stands for at run time, as far as the source tells. */
export type TypeForm =
	| { readonly kind: "unknown" }
	| { readonly kind: "none" }
	/** A class of the project; `args` are its subscripts. */
	| { readonly kind: "class"; readonly value: ClassValue; readonly args: readonly TypeForm[] }
	/** A symbol of Python or a library under its plain name (`list`, `typing.Mapping`); `args` is null where it may have subscripts we do not see. */
	| {
			readonly kind: "external";
			readonly name: string;
			readonly value: ExternalValue;
			readonly args: readonly TypeForm[] | null;
	  }
	| { readonly kind: "union"; readonly members: readonly TypeForm[] }
	| {
			readonly kind: "annotated";
			readonly type: TypeForm;
			/** Where the type is written. */
			readonly node: ast.Expression;
			readonly metadata: readonly Metadata[];
	  }
	/** `Literal[...]`, and where it is written. */
	| { readonly kind: "literal"; readonly items: readonly ast.Expression[]; readonly scope: NameScope }
	/** A name in a string annotation that nothing binds (yet). */
	| { readonly kind: "unbound"; readonly name: string }
	/** Something that is no type: a module, a number, a list display, an instance. */
	| { readonly kind: "object"; readonly value: Value | null; readonly node: ast.Expression };

/** One item behind the type in `Annotated[...]`. */
export interface Metadata {
	readonly node: ast.Expression;
	/** What it is, or for a call what it calls. */
	readonly value: Value;
	/** Where it is written, which may be another module's alias. */
	readonly scope: NameScope;
}

const unknownForm: TypeForm = { kind: "unknown" };

/** `typing_extensions` re-exports, old aliases of built-in generics and the homes behind C modules, under one name each. */
const plainNames: Readonly<Record<string, string>> = {
	"typing.List": "list",
	"typing.Dict": "dict",
	"typing.Set": "set",
	"typing.FrozenSet": "frozenset",
	"typing.Tuple": "tuple",
	"typing.Type": "type",
	"typing.Text": "str",
	"typing.Deque": "collections.deque",
	"typing.DefaultDict": "collections.defaultdict",
	"typing.OrderedDict": "collections.OrderedDict",
	"typing.Counter": "collections.Counter",
	"typing.ChainMap": "collections.ChainMap",
};

/** The one name under which a symbol is known here: `list` for `typing.List`, `typing.Mapping` for that of `collections.abc`. */
export function plainName(value: ExternalValue): string {
	const home = value.name
		.replace(/^builtins\./, "")
		.replace(/^typing_extensions\./, "typing.")
		.replace(/^collections\.abc\./, "typing.");
	const known = plainNames[home] ?? home;
	if (!known.includes(".") || /^(typing|collections|datetime|decimal|uuid|pathlib|enum|re|ipaddress|os|io)\./.test(known))
		return known;
	return plainNames[value.canonical] ?? value.canonical.replace(/^builtins\./, "");
}

/** Reads an annotation in its scope. Strings are read as the code they hold. */
export function readTypeForm(node: ast.Expression, scope: NameScope, depth = 0): TypeForm {
	if (depth > 30) return unknownForm;
	switch (node.type) {
		case "Constant":
			return readConstant(node, scope, depth);
		case "Name":
			return readName(node, scope, depth);
		case "Attribute": {
			const value = valueOfName(node, scope);
			return value === null ? unknownForm : formOfValue(value, node, null, scope, depth);
		}
		case "Subscript":
			return readSubscript(node, scope, depth);
		case "BinOp":
			if (node.operator !== "|") return unknownForm;
			return unionOf([readTypeForm(node.left, scope, depth + 1), readTypeForm(node.right, scope, depth + 1)]);
		case "BoolOp":
			return readBoolOp(node, scope, depth);
		case "Sequence":
		case "Dict":
			return { kind: "object", value: null, node };
		case "Call":
			return readCall(node, scope, depth);
		default:
			return unknownForm;
	}
}

/** What a name or dotted name stands for; null where it is anything else or nothing binds it. */
export function valueOfName(node: ast.Expression, scope: NameScope): Value | null {
	if (node.type === "Name") {
		const found = lookUpName(scope, node.id);
		return found === "unbound" ? null : found.value;
	}
	if (node.type !== "Attribute") return null;
	const owner = valueOfName(node.value, scope);
	return owner === null ? null : memberOfValue(scope.environment, owner, node.attribute.name);
}

/** The expression that a string annotation holds; null where it is no single expression. */
export function expressionIn(text: string): ast.Expression | null {
	const { body, errors } = parseModule(`(${text.trim()})`);
	const [statement] = body;
	return errors.length === 0 && body.length === 1 && statement?.type === "ExpressionStatement" ? statement.value : null;
}

function readConstant(node: ast.Constant, scope: NameScope, depth: number): TypeForm {
	if (node.literal === "none") return { kind: "none" };
	if (node.literal !== "string" || typeof node.value !== "string") return { kind: "object", value: null, node };
	const inner = expressionIn(node.value);
	return inner === null ? unknownForm : readTypeForm(inner, scope, depth + 1);
}

function readName(node: ast.Name, scope: NameScope, depth: number): TypeForm {
	const found = lookUpName(scope, node.id);
	if (found === "unbound") return { kind: "unbound", name: node.id };
	// An alias of the same module is read where it is written: its value alone has lost the subscripts.
	const { node: statement } = found;
	if (statement !== null && found.isModuleLevel && "type" in statement) {
		if (statement.type === "Assign" || (statement.type === "AnnAssign" && statement.value !== null)) {
			const written = statement.value;
			const outer = { ...scope, namespaces: scope.namespaces.slice(-1) };
			const isSelf = written !== null && written.type === "Name" && written.id === node.id;
			return written === null || isSelf ? unknownForm : readTypeForm(written, outer, depth + 1);
		}
		if (statement.type === "TypeAlias") {
			const outer = { ...scope, namespaces: scope.namespaces.slice(-1) };
			return readTypeForm(statement.value, outer, depth + 1);
		}
	}
	const isImported = statement !== null && "type" in statement && statement.type === "ImportFrom";
	return formOfValue(found.value, node, isImported ? null : [], scope, depth);
}

/** An alias that was written elsewhere is read there: `SessionDep = Annotated[Session, Depends(get_session)]`. */
function readSubscripted({ node, module, scope }: Subscripted, { environment }: NameScope, depth: number): TypeForm {
	const namespaces: Namespace[] = [];
	for (let each: Namespace | null = scope; each !== null; each = each.parent) namespaces.push(each);
	return readSubscript(node, { module, namespaces, environment }, depth + 1);
}

/** What a value is as a type; `args` for a symbol that may be an alias with subscripts of its own is null. */
function formOfValue(
	value: Value,
	node: ast.Expression,
	args: readonly TypeForm[] | null,
	scope: NameScope,
	depth: number,
): TypeForm {
	switch (value.kind) {
		case "class":
			return { kind: "class", value, args: [] };
		case "external":
			if (value.isModule) return { kind: "object", value, node };
			if (value.subscript !== undefined) return readSubscripted(value.subscript, scope, depth);
			return { kind: "external", name: plainName(value), value, args };
		case "constant":
			return value.value === null ? { kind: "none" } : unknownForm;
		case "module":
			return { kind: "object", value, node };
		default:
			return unknownForm;
	}
}

function readSubscript(node: ast.Subscript, scope: NameScope, depth: number): TypeForm {
	const owner = readTypeForm(node.value, scope, depth + 1);
	const items = node.index.type === "Sequence" && node.index.kind === "tuple" ? node.index.items : [node.index];
	if (owner.kind === "class") return { ...owner, args: items.map((item) => readTypeForm(item, scope, depth + 1)) };
	if (owner.kind === "unbound") return owner;
	if (owner.kind !== "external") return unknownForm;
	const [first, ...rest] = items;
	switch (owner.name) {
		case "typing.Optional":
			return first === undefined ? unknownForm : unionOf([readTypeForm(first, scope, depth + 1), { kind: "none" }]);
		case "typing.Union":
			return unionOf(items.map((item) => readTypeForm(item, scope, depth + 1)));
		case "typing.Literal":
			return { kind: "literal", items, scope };
		case "typing.Annotated":
			if (first === undefined) return unknownForm;
			return {
				kind: "annotated",
				type: readTypeForm(first, scope, depth + 1),
				node: first,
				metadata: rest.map((item) => ({ node: item, value: metadataValue(item, scope), scope })),
			};
		case "typing.Callable":
			return { ...owner, args: [] };
		default:
			return { ...owner, args: items.filter((item) => !isEllipsis(item)).map((item) => readTypeForm(item, scope, depth + 1)) };
	}
}

function metadataValue(node: ast.Expression, scope: NameScope): Value {
	return valueOfName(node.type === "Call" ? node.callee : node, scope) ?? { kind: "unknown" };
}

function isEllipsis(node: ast.Expression): boolean {
	return node.type === "Constant" && node.literal === "ellipsis";
}

/** `str or None` is `str`: a class is true. */
function readBoolOp(node: ast.BoolOp, scope: NameScope, depth: number): TypeForm {
	const left = readTypeForm(node.left, scope, depth + 1);
	if (left.kind !== "class" && left.kind !== "external") return unknownForm;
	return node.operator === "or" ? left : readTypeForm(node.right, scope, depth + 1);
}

/** `conint(gt=0)` and `NewType("Id", int)`: only the latter can be seen through. */
function readCall(node: ast.Call, scope: NameScope, depth: number): TypeForm {
	const callee = valueOfName(node.callee, scope);
	if (callee?.kind !== "external" || plainName(callee) !== "typing.NewType") return unknownForm;
	const supertype = node.args[1];
	return supertype === undefined ? unknownForm : readTypeForm(supertype, scope, depth + 1);
}

function unionOf(members: readonly TypeForm[]): TypeForm {
	return { kind: "union", members: members.flatMap((member) => (member.kind === "union" ? member.members : [member])) };
}
