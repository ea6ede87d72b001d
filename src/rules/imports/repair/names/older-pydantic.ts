import type { FixProposal } from "../../../../audit/fix.ts";
import type { Module } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { walk } from "../../../../python/walk.ts";
import type { TextEdit } from "../../../../text/range.ts";
import { type FailureOf, importedNameAt } from "../../../repair/trial/import-failures.ts";
import { renameImport } from "./rename-import.ts";

/** `model_validator` came with pydantic 2: before that a root_validator sees the values as a dict, and gives them back. */
export function inOlderPydantic(failure: FailureOf<"name-not-in-module">): FixProposal | null {
	const { detail, module } = failure;
	const found = importedNameAt(failure);
	if (detail.source !== "pydantic" || detail.name !== "model_validator" || found === null || found.alias.asName !== null)
		return null;
	const edits = [...renameImport(module, found.statement, found.alias, "root_validator", false)];
	let isPlain = true;
	walk(module.tree, (node) => {
		if (node.type !== "ClassDef") return;
		for (const method of node.body) {
			const decorators = method.type === "FunctionDef" ? method.decorators : [];
			const decorator = decorators.find((each) => isCallOf(each, "model_validator"));
			if (method.type !== "FunctionDef" || decorator?.type !== "Call") continue;
			const rewritten = asRootValidator(module, node, method, decorator);
			if (rewritten === null) isPlain = false;
			else edits.push(...rewritten);
		}
	});
	if (!isPlain) return null;
	return {
		title: "Use root_validator",
		explanation: "pydantic has model_validator since version 2; a root_validator of version 1 is handed the values as a dict.",
		applicability: "review",
		edits,
	};
}

/** The changes at a validator, by its mode; null where its body does with the object what a dict of values cannot stand for. */
function asRootValidator(
	module: Module,
	owner: ast.ClassDef,
	method: ast.FunctionDef,
	decorator: ast.Call,
): readonly TextEdit[] | null {
	const fields = owner.body.flatMap((each) => (each.type === "AnnAssign" && each.target.type === "Name" ? [each.target.id] : []));
	const mode = decorator.keywords.find(({ name }) => name?.name === "mode")?.value;
	if (mode?.type !== "Constant" || decorator.keywords.length > 1 || decorator.args.length > 0) return null;
	const { start, end } = decorator.argumentsRange;
	const [first, ...others] = method.parameters;
	if (mode.value === "before") return others.length === 1 ? [replaceText(module, start, end, "(pre=True)")] : null;
	if (mode.value !== "after" || first === undefined || others.length > 0) return null;
	const object = first.name.name;
	const edits = [
		replaceText(module, start, end, "(skip_on_failure=True)"),
		replaceText(module, first.start, first.end, "cls, values"),
	];
	const placed = new Set<ast.Node>();
	let isPlain = true;
	walk(method.body, (node) => {
		if (node.type === "Attribute" && node.value.type === "Name" && node.value.id === object) {
			placed.add(node.value);
			isPlain &&= fields.includes(node.attribute.name);
			edits.push(replaceText(module, node.start, node.end, `values[${JSON.stringify(node.attribute.name)}]`));
		} else if (node.type === "Return" && node.value?.type === "Name" && node.value.id === object) {
			placed.add(node.value);
			edits.push(replaceText(module, node.value.start, node.value.end, "values"));
		} else if (node.type === "Call" && node.callee.type === "Attribute" && isNamed(node.callee.value, object)) isPlain = false;
		else if (node.type === "JoinedString" || isNamed(node, "values")) isPlain &&= !mentions(module, node, object);
		else if (isNamed(node, object) && !placed.has(node)) isPlain = false;
		return node.type !== "JoinedString";
	});
	return isPlain ? edits : null;
}

/** Quotes within an f-string are another matter before Python 3.12. */
function mentions(module: Module, node: ast.Node, name: string): boolean {
	return new RegExp(`\\b(?:${name}|values)\\b`).test(module.text.slice(node.start, node.end));
}

function isNamed(node: ast.TypedNode, name: string): boolean {
	return node.type === "Name" && node.id === name;
}

function isCallOf(node: ast.Expression, name: string): boolean {
	return node.type === "Call" && isNamed(node.callee, name);
}
