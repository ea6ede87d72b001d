import type { FixProposal } from "../../../audit/fix.ts";
import { scopeOfModule } from "../../../project/models/name-scope.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt, nodesIn } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** `Optional[int, float]`: a union with None takes several types. */
export function unionWithNone(module: Module, range: TextRange): FixProposal | undefined {
	const found = nodeAt(module.tree, range, "Subscript");
	if (found === undefined) return undefined;
	const types = module.text.slice(found.index.start, found.index.end).replace(/,\s*$/, "");
	return {
		title: `Write Union[${types}, None]`,
		explanation: "Optional takes one type; Union with None says that it is one of several, or None.",
		applicability: "safe",
		edits: [replaceText(module, found.start, found.end, `Union[${types}, None]`)],
		needs: [{ path: module.path, module: "typing", name: "Union" }],
	};
}

/** `Annotated[int]` says no more than `int`. */
export function bareType(module: Module, range: TextRange): FixProposal | undefined {
	const found = nodeAt(module.tree, range, "Subscript");
	if (found === undefined) return undefined;
	const type = module.text.slice(found.index.start, found.index.end);
	return {
		title: `Write ${type}`,
		explanation: "Annotated adds something to a type; here it adds nothing.",
		applicability: "safe",
		edits: [replaceText(module, found.start, found.end, type)],
	};
}

/** `Literal("net", "gross")`: the forms of typing take their types in square brackets. */
export function inSquareBrackets(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	if (call === undefined || call.args.length === 0 || call.keywords.length > 0) return undefined;
	const { start, end } = call.argumentsRange;
	return {
		title: "Write square brackets",
		explanation: "What belongs to a form of typing stands in square brackets; parentheses call it.",
		applicability: "safe",
		edits: [replaceText(module, start, start + 1, "["), replaceText(module, end - 1, end, "]")],
	};
}

/** `list[int]` below a function or a method that is called `list`: the type of typing has another name. */
export function genericOfTyping(module: Module, range: TextRange): FixProposal | undefined {
	const shadowed: Readonly<Record<string, string>> = {
		list: "List",
		dict: "Dict",
		set: "Set",
		frozenset: "FrozenSet",
		tuple: "Tuple",
		type: "Type",
	};
	const [found] = nodesIn(module.tree, range).filter((node): node is ast.Subscript => node.type === "Subscript");
	if (found?.value.type !== "Name") return undefined;
	const { id, start, end } = found.value;
	const name = Object.hasOwn(shadowed, id) ? shadowed[id] : undefined;
	if (name === undefined) return undefined;
	return {
		title: `Write ${name} instead of ${id}`,
		explanation: `By this place ${id} is a function of the file's own, and no longer the type; typing has it as ${name}.`,
		applicability: "safe",
		edits: [replaceText(module, start, end, name)],
		needs: [{ path: module.path, module: "typing", name }],
	};
}

/** `any` and `callable` are functions; the types are in `typing`. */
export function typingNames(module: Module, range: TextRange): FixProposal | undefined {
	const types: Readonly<Record<string, string>> = { any: "Any", callable: "Callable" };
	const found = nodesIn(module.tree, range).filter(
		(node): node is ast.Name => node.type === "Name" && Object.hasOwn(types, node.id),
	);
	const names = [...new Set(found.map((node) => types[node.id] ?? ""))];
	if (names.length === 0) return undefined;
	return {
		title: `Write ${names.join(" and ")}`,
		explanation: "In small letters it is a built-in function; the type comes from typing.",
		applicability: "safe",
		edits: found.map((node) => replaceText(module, node.start, node.end, types[node.id] ?? "")),
		needs: names.map((name) => ({ path: module.path, module: "typing", name })),
	};
}

/** A model whose fields are typed by a TypeVar was meant to take types: `class Page(BaseModel, Generic[T])`. */
export function makeGeneric(project: Project, module: Module, range: TextRange): FixProposal | undefined {
	const subscript = nodesIn(module.tree, range).find(
		(node): node is ast.Subscript => node.type === "Subscript" && node.end === range.end,
	);
	const scope = scopeOfModule(project, module);
	const owner = subscript === undefined || scope === null ? null : valueOfName(subscript.value, scope);
	const inner = owner?.kind === "class" ? scopeOfModule(project, owner.module) : null;
	if (owner?.kind !== "class" || inner === null) return undefined;
	const variables = new Set<string>();
	for (const statement of owner.node.body)
		if (statement.type === "AnnAssign")
			walk(statement.annotation, (node) => {
				const value = node.type === "Name" ? valueOfName(node, inner) : null;
				const isVariable = value?.kind === "instance" && value.of.kind === "external" && value.of.canonical === "typing.TypeVar";
				if (node.type === "Name" && isVariable) variables.add(node.id);
			});
	const last = owner.node.bases.at(-1);
	if (variables.size === 0 || last === undefined) return undefined;
	const base = `Generic[${[...variables].join(", ")}]`;
	return {
		title: `Derive ${owner.node.name.name} from ${base}, too`,
		explanation: "Its fields are typed by what stands in the brackets; only a generic class takes that.",
		applicability: "safe",
		edits: [replaceText(owner.module, last.end, last.end, `, ${base}`)],
		needs: [{ path: owner.module.path, module: "typing", name: "Generic" }],
	};
}

/** `Page[Item]` of a class that takes no types. */
export function withoutSubscript(module: Module, range: TextRange): FixProposal | undefined {
	const node = nodesIn(module.tree, range).find(
		(each): each is ast.Subscript => each.type === "Subscript" && each.start === range.start && each.end === range.end,
	);
	if (node?.value.type !== "Name" && node?.value.type !== "Attribute") return undefined;
	if (!/^[A-Z]/.test(module.text.slice(node.value.start, node.value.end).split(".").at(-1) ?? "")) return undefined;
	const name = module.text.slice(node.value.start, node.value.end);
	return {
		title: `Write ${name} without types`,
		explanation: `${name} is not generic: it does not derive from typing.Generic, so it takes no types in brackets.`,
		applicability: "review",
		edits: [replaceText(module, node.value.end, node.end, "")],
	};
}
