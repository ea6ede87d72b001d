import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { insertAfter } from "../../../python/rewrite/statements.ts";
import { walk } from "../../../python/walk.ts";
import { attributeAt } from "../attributes/attribute-at.ts";
import type { FailureOf } from "../trial/import-failures.ts";

/** The functions whose result is None since they make something and do not return it, with `return` before what they make last. */
export function* forgottenReturns(project: Project, failure: FailureOf<"attribute-missing">): Generator<FixProposal> {
	const read = attributeAt(failure)?.value;
	if (failure.detail.owner !== "NoneType" || read === undefined) return;
	const name = read.type === "Name" ? read.id : read.type === "Attribute" ? read.attribute.name : null;
	const called = read.type === "Call" ? [read] : name === null ? [] : callsBoundTo(project, name);
	yield* returnsOf(project, called);
	if (name !== null) yield* enteredReturns(project, name);
}

/** `with UnitOfWork() as uow`: what `__enter__` or `__aenter__` of the class gives. */
function* enteredReturns(project: Project, name: string): Generator<FixProposal> {
	const classes = new Set<string>();
	for (const { tree, text } of project.modules.values()) {
		if (!text.includes(name)) continue;
		walk(tree, (node) => {
			if (node.type !== "With") return;
			for (const { context, target } of node.items)
				if (target?.type === "Name" && target.id === name && context.type === "Call") classes.add(nameOf(context.callee));
		});
	}
	for (const module of project.modules.values())
		for (const owner of module.tree.body)
			for (const method of owner.type === "ClassDef" && classes.has(owner.name.name) ? owner.body : [])
				if (method.type === "FunctionDef" && /^__a?enter__$/.test(method.name.name)) yield* returned(module, method);
}

/** The same for calls that are known, whatever is done with the None that they give. */
export function* returnsOf(project: Project, calls: readonly ast.Call[]): Generator<FixProposal> {
	const names = new Set(calls.map(({ callee }) => (callee.type === "Attribute" ? callee.attribute.name : nameOf(callee))));
	for (const module of project.modules.values())
		for (const definition of definitionsIn(module)) if (names.has(definition.name.name)) yield* returned(module, definition);
}

function nameOf(callee: ast.Expression): string {
	return callee.type === "Name" ? callee.id : "";
}

/** The calls whose results are bound to the name, anywhere in the project. */
function callsBoundTo(project: Project, name: string): readonly ast.Call[] {
	const calls: ast.Call[] = [];
	for (const module of project.modules.values()) {
		if (!module.text.includes(name)) continue;
		walk(module.tree, (node) => {
			if (node.type !== "Assign") return;
			const value = node.value.type === "Await" ? node.value.value : node.value;
			if (value.type !== "Call") return;
			const isBound = node.targets.some(
				(target) =>
					(target.type === "Name" && target.id === name) || (target.type === "Attribute" && target.attribute.name === name),
			);
			if (isBound) calls.push(value);
		});
	}
	return calls;
}

function definitionsIn({ tree }: Module): readonly ast.FunctionDef[] {
	return tree.body.flatMap((each) =>
		each.type === "FunctionDef"
			? [each]
			: each.type === "ClassDef"
				? each.body.filter((inner): inner is ast.FunctionDef => inner.type === "FunctionDef")
				: [],
	);
}

function* returned(module: Module, { body, name, parameters }: ast.FunctionDef): Generator<FixProposal> {
	let returns = false;
	walk(body, (node) => {
		if (node.type === "Return" || node.type === "Yield") returns = true;
		return !returns && node.type !== "FunctionDef" && node.type !== "ClassDef";
	});
	const last = body.at(-1);
	if (returns || last === undefined) return;
	const change = {
		title: `Return what ${name.name} makes`,
		explanation: "Without a return a function gives None, whatever it makes.",
		applicability: "review" as const,
	};
	const [self] = parameters;
	const isEnter = self?.name.name === "self" && /^__a?enter__$/.test(name.name);
	if (isEnter)
		yield { ...change, title: `Return the object from ${name.name}`, edits: [insertAfter(module, last, "return self")] };
	const isValue = last.type === "ExpressionStatement" && /^(Call|Attribute|Name)$/.test(last.value.type);
	if (isValue) yield { ...change, edits: [replaceText(module, last.start, last.start, "return ")] };
	const made = body.findLast((each): each is ast.Assign => each.type === "Assign" && each.value.type === "Call");
	const [target] = made?.targets ?? [];
	if (target?.type === "Name") yield { ...change, edits: [insertAfter(module, last, `return ${target.id}`)] };
	if (self?.name.name === "self" && !isEnter) yield { ...change, edits: [insertAfter(module, last, "return self")] };
}
