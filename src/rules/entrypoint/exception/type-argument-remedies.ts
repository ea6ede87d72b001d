import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName, walk, writesName } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";
import { removeFromHeader } from "../../repair/classes/class-arguments.ts";

/** `Repository[User, int]` of one type parameter, `Dict[str]`, `Generic[int]`: the brackets of a generic type hold what they cannot. */
export function typeArgumentRemedy(module: Module, range: TextRange, error: string): FixProposal | undefined {
	if (error === "TypeError: Cannot inherit from plain Generic") return sayVariables(module, range);
	const found = nodeAt(module.tree, range, "Subscript");
	if (found === undefined) return undefined;
	const counts = /^TypeError: Too (few|many) (?:arguments|parameters) for (.+); actual (\d+), expected (?:at least )?(\d+)$/.exec(
		error,
	);
	if (counts !== null) return fitCount(module, found, counts[2] ?? "", Number(counts[3]), Number(counts[4]));
	if (error === "TypeError: Parameters to Generic[...] must all be unique") return eachOnce(module, found);
	if (/^TypeError: Parameter(?:s| list) to Generic/.test(error)) return withoutGeneric(module, found);
	if (error.startsWith("TypeError: Callable must be used as")) return sayResult(module, found);
	return undefined;
}

/** `Generator[Session, None, None]` of `Generator[Session]`: nothing is sent to a generator that makes a dependency, and it returns nothing. */
function sayNone(module: Module, name: string, types: readonly string[], index: ast.Expression, missing: number): FixProposal {
	const nones = Array.from({ length: missing }, () => "None");
	return {
		title: `Write ${name}[${[...types, ...nones].join(", ")}]`,
		explanation: "Python takes what is not said for None since 3.13 only: what is sent to the generator, and what it returns.",
		applicability: "safe",
		edits: [replaceText(module, index.end, index.end, nones.map((each) => `, ${each}`).join(""))],
	};
}

function fitCount(
	module: Module,
	{ value, index }: ast.Subscript,
	shown: string,
	given: number,
	wanted: number,
): FixProposal | undefined {
	const items = index.type === "Sequence" && index.kind === "tuple" ? index.items : [index];
	const name = module.text.slice(value.start, value.end);
	const types = (some: readonly ast.Expression[]) => some.map(({ start, end }) => module.text.slice(start, end));
	if (given < wanted && /\.(?:Async)?Generator$/.test(shown)) return sayNone(module, name, types(items), index, wanted - given);
	if (given < wanted) {
		const missing = Array.from({ length: wanted - given }, () => "Any");
		return {
			title: `Write ${name}[${[...types(items), ...missing].join(", ")}]`,
			explanation: `${name} takes ${wanted} types; Any stands for the ones that are not said.`,
			applicability: "review",
			edits: [replaceText(module, index.end, index.end, missing.map((each) => `, ${each}`).join(""))],
			needs: [{ path: module.path, module: "typing", name: "Any" }],
		};
	}
	const isOfOne = wanted === 1 && shown.startsWith("typing.");
	if (isOfOne) {
		return {
			title: `Write ${name}[Union[${types(items).join(", ")}]]`,
			explanation: `${name} takes one type; a Union says that each item is of one of several.`,
			applicability: "review",
			edits: [replaceText(module, index.start, index.start, "Union["), replaceText(module, index.end, index.end, "]")],
			needs: [{ path: module.path, module: "typing", name: "Union" }],
		};
	}
	const [kept, first] = [items[wanted - 1], items[wanted]];
	if (kept === undefined || first === undefined) return undefined;
	return {
		title: `Write ${name}[${types(items.slice(0, wanted)).join(", ")}]`,
		explanation: `${name} has ${wanted === 1 ? "one type parameter" : `${wanted} type parameters`}.`,
		applicability: "review",
		edits: [replaceText(module, kept.end, items.at(-1)?.end ?? first.end, "")],
	};
}

/** `Generic[T, T]`: a type variable is left open once. */
function eachOnce(module: Module, { value, index }: ast.Subscript): FixProposal | undefined {
	if (index.type !== "Sequence") return undefined;
	const names = [...new Set(index.items.map(({ start, end }) => module.text.slice(start, end)))];
	const written = `${module.text.slice(value.start, value.end)}[${names.join(", ")}]`;
	return {
		title: `Write ${written}`,
		explanation: "Each type variable that a class leaves open is named once. If a second one was meant, make it with TypeVar.",
		applicability: "review",
		edits: [replaceText(module, index.start, index.end, names.join(", "))],
	};
}

/** `class Repository(Generic[User])`: what is given is a type, and no type is left open. */
function withoutGeneric(module: Module, written: ast.Subscript): FixProposal | undefined {
	let owner: ast.ClassDef | null = null;
	walk(module.tree, (node) => {
		if (node.type === "ClassDef" && node.bases.includes(written)) owner = node;
		return node.start <= written.start && written.end <= node.end;
	});
	const found = owner as ast.ClassDef | null;
	if (found === null || isSubscripted(module, found.name.name)) return undefined;
	return {
		title: `Take ${module.text.slice(written.start, written.end)} out of the bases of ${found.name.name}`,
		explanation: "Generic takes type variables; without one nothing of the class is left open.",
		applicability: "review",
		edits: removeFromHeader(module, found, [written]),
	};
}

/** Is a type given to the class anywhere in its module: `Repository[User]`? */
function isSubscripted({ tree }: Module, name: string): boolean {
	let found = false;
	walk(tree, (node) => {
		if (node.type === "Subscript") found ||= dottedName(node.value) === name;
		return !found;
	});
	return found;
}

/** `class Repository(Generic)`: which type variables are left open stands in its brackets. */
function sayVariables(module: Module, range: TextRange): FixProposal | undefined {
	const owner = nodeAt(module.tree, range, "ClassDef");
	const base = owner?.bases.find((each) => /(^|\.)Generic$/.test(dottedName(each) ?? ""));
	if (owner === undefined || base === undefined) return undefined;
	const variables = module.tree.body.flatMap((each) => {
		const [target] = each.type === "Assign" ? each.targets : [];
		const isMade =
			each.type === "Assign" && each.value.type === "Call" && /(^|\.)TypeVar$/.test(dottedName(each.value.callee) ?? "");
		return isMade && target?.type === "Name" ? [target.id] : [];
	});
	const used = variables.filter((name) => writesName(owner, name));
	if (used.length === 0)
		return {
			title: `Take Generic out of the bases of ${owner.name.name}`,
			explanation: "Generic takes type variables, and the class uses none.",
			applicability: "review",
			edits: removeFromHeader(module, owner, [base]),
		};
	return {
		title: `Derive from Generic[${used.join(", ")}]`,
		explanation: "Generic has to be told which type variables the class leaves open.",
		applicability: "safe",
		edits: [replaceText(module, base.end, base.end, `[${used.join(", ")}]`)],
	};
}

/** `Callable[[str]]`: what it gives is said last. */
function sayResult(module: Module, { value, index }: ast.Subscript): FixProposal | undefined {
	if (index.type !== "Sequence" || index.kind !== "list") return undefined;
	const name = module.text.slice(value.start, value.end);
	return {
		title: `Write ${name}[${module.text.slice(index.start, index.end)}, Any]`,
		explanation: `${name} takes a list of the parameters and the type of the result; Any says nothing about it.`,
		applicability: "review",
		edits: [replaceText(module, index.end, index.end, ", Any")],
		needs: [{ path: module.path, module: "typing", name: "Any" }],
	};
}
