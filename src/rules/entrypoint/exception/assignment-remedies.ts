import type { FixProposal } from "../../../audit/fix.ts";
import type { RaisesException } from "../../../project/imports/trace.ts";
import type { ClassValue } from "../../../project/imports/values.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { insertAfter, removeStatements } from "../../../python/rewrite/statements.ts";
import { walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

type Refused = NonNullable<RaisesException["assignment"]>;

/** The change after which an attribute can be set, where its class refuses it. */
export function assignmentRemedy(project: Project, module: Module, range: TextRange, refused: Refused): FixProposal | undefined {
	const owner = project.trace.classes.find(({ value }) => value.node === refused.owner)?.value;
	if (owner === undefined) return undefined;
	switch (refused.by) {
		case "frozen":
			return thaw(owner);
		case "model":
			return thawModel(owner);
		case "slots":
			return addSlot(owner, refused.name);
		case "property":
			return setThrough(owner, module, range, refused.name);
		case "enum":
			return setMember(owner, module, range, refused.name);
	}
}

function thaw({ module, node }: ClassValue): FixProposal | undefined {
	const written = node.decorators.find((each): each is ast.Call => each.type === "Call" && findKeyword(each, "frozen") !== null);
	const keyword = written && findKeyword(written, "frozen");
	if (!written || !keyword) return undefined;
	return {
		title: `Do not make ${node.name.name} frozen`,
		explanation:
			"The code sets its fields, which objects of a frozen dataclass do not allow. The other way is to make a new object with dataclasses.replace.",
		applicability: "review",
		edits: removeArguments(module, written, [keyword]),
	};
}

/** `frozen=True` of a pydantic model, in its configuration or behind its name. */
function thawModel({ module, node }: ClassValue): FixProposal | undefined {
	const title = `Do not make ${node.name.name} frozen`;
	const explanation =
		"The code sets a field after the object is made, which a frozen model refuses. The other way is to give the value when it is made, or with model_copy(update=…).";
	for (const statement of node.body) {
		const isConfig =
			statement.type === "Assign" && statement.targets.some((each) => each.type === "Name" && each.id === "model_config");
		const call = isConfig && statement.value.type === "Call" ? statement.value : null;
		const keyword = call && findKeyword(call, "frozen");
		if (call && keyword) return { title, explanation, applicability: "review", edits: removeArguments(module, call, [keyword]) };
		if (statement.type !== "ClassDef" || statement.name.name !== "Config") continue;
		const said = statement.body.find(
			(each): each is ast.Assign =>
				each.type === "Assign" &&
				each.value.type === "Constant" &&
				each.targets.some((target) => target.type === "Name" && /^(frozen|allow_mutation)$/.test(target.id)),
		);
		if (said === undefined) continue;
		const thawed = module.text.slice(said.value.start, said.value.end) === "True" ? "False" : "True";
		return {
			title,
			explanation,
			applicability: "review",
			edits: [replaceText(module, said.value.start, said.value.end, thawed)],
		};
	}
	const written = node.keywords.find(({ name }) => name?.name === "frozen")?.value;
	return written === undefined
		? undefined
		: { title, explanation, applicability: "review", edits: [replaceText(module, written.start, written.end, "False")] };
}

function addSlot({ module, node }: ClassValue, name: string): FixProposal | undefined {
	const list = node.body.find(
		(each) => each.type === "Assign" && each.targets.some((target) => target.type === "Name" && target.id === "__slots__"),
	);
	const written = list?.type === "Assign" && list.value.type === "Sequence" ? list.value : null;
	const last = written?.items.at(-1);
	if (written === null || last === undefined) return undefined;
	const quote = module.text[last.start] === "'" ? "'" : '"';
	return {
		title: `Add ${name} to __slots__`,
		explanation: `Objects of ${node.name.name} have the attributes that __slots__ lists, and no others.`,
		applicability: "safe",
		edits: [replaceText(module, last.end, last.end, `, ${quote}${name}${quote}`)],
	};
}

/** The attribute behind a property: `return self._name`. Methods set that themselves; for all others the property gets a setter. */
function setThrough(owner: ClassValue, module: Module, range: TextRange, name: string): FixProposal | undefined {
	const getter = owner.node.body.find((each): each is ast.FunctionDef => each.type === "FunctionDef" && each.name.name === name);
	const [only, ...others] = getter?.body ?? [];
	const returned = only?.type === "Return" && others.length === 0 ? only.value : null;
	const self = getter?.parameters[0]?.name.name;
	if (getter === undefined || returned?.type !== "Attribute" || returned.value.type !== "Name" || returned.value.id !== self)
		return undefined;
	const hidden = returned.attribute.name;
	const isInside = module.path === owner.module.path && owner.node.start <= range.start && range.end <= owner.node.end;
	if (!isInside)
		return {
			title: `Give ${name} a setter`,
			explanation: `${name} is a property that reads ${hidden}; with a setter it can be assigned.`,
			applicability: "review",
			edits: [
				insertAfter(owner.module, getter, `\n@${name}.setter\ndef ${name}(${self}, value):\n    ${self}.${hidden} = value`),
			],
		};
	let target: ast.Attribute | null = null;
	walk(module.tree, (node) => {
		if (node.type === "Assign" && node.start === range.start)
			for (const each of node.targets) if (each.type === "Attribute" && each.attribute.name === name) target = each;
		return node.start <= range.start && range.end <= node.end;
	});
	const found = target as ast.Attribute | null;
	if (found === null) return undefined;
	return {
		title: `Set ${hidden} instead of ${name}`,
		explanation: `${name} is a property that reads ${hidden}, and cannot be assigned itself.`,
		applicability: "safe",
		edits: [replaceText(module, found.attribute.start, found.attribute.end, hidden)],
	};
}

/** `Env.DEV = "development"`: the value of a member stands in the class. */
function setMember(owner: ClassValue, module: Module, range: TextRange, name: string): FixProposal | undefined {
	const assignment = module.tree.body.find((each): each is ast.Assign => each.type === "Assign" && each.start === range.start);
	const member = owner.node.body.find(
		(each): each is ast.Assign =>
			each.type === "Assign" && each.targets.length === 1 && each.targets[0]?.type === "Name" && each.targets[0].id === name,
	);
	if (assignment?.value.type !== "Constant" || assignment.targets.length > 1 || member === undefined) return undefined;
	const code = module.text.slice(assignment.value.start, assignment.value.end);
	return {
		title: `Give ${name} the value in ${owner.node.name.name}`,
		explanation: "The members of an enumeration are fixed with the class; another value has to stand there.",
		applicability: "review",
		edits: [replaceText(owner.module, member.value.start, member.value.end, code), ...removeStatements(module, [assignment])],
	};
}
