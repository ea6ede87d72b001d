import type { FixProposal } from "../../../audit/fix.ts";
import type { ClassDefinition } from "../../../project/imports/trace.ts";
import type { ClassValue } from "../../../project/imports/values.ts";
import type * as ast from "../../../python/ast.ts";
import { removeStatements } from "../../../python/rewrite/statements.ts";
import { walk } from "../../../python/walk.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** A name that `__slots__` lists and the class body binds, too (https://docs.python.org/3/reference/datamodel.html#slots). */
export function* slotFaults(definition: ClassDefinition): Generator<ClassFault> {
	const { value } = definition;
	const { module, node, namespace } = value;
	const slots = namespace.names.get("__slots__");
	if (slots === undefined || slots.maybe || slots.value.kind !== "sequence") return;
	for (const slot of slots.value.items) {
		const name = slot.kind === "constant" && typeof slot.value === "string" ? slot.value : "";
		const bound = namespace.names.get(name);
		if (bound === undefined || bound.maybe) continue;
		yield {
			...raising(definition),
			subject: `${module.name}:${node.name.name}.${name}`,
			range: node.name,
			problem: `${node.name.name} lists ${name} in __slots__, and binds it itself`,
			rootCause:
				"A slot is an attribute of the class that keeps the value of each object; there is no room for another of that name.",
			error: `ValueError: '${name}' in __slots__ conflicts with class variable`,
			fixes: withoutBinding(value, name),
			manualSteps: [`Take ${name} out of __slots__, or set it in __init__.`],
		};
		return;
	}
}

/** Where the methods set the attribute on each object, the class needs no value of its own; else it needs no slot. */
function withoutBinding(value: ClassValue, name: string): readonly FixProposal[] {
	const { module, node } = value;
	const binding = node.body.filter(
		(each): each is ast.Assign =>
			each.type === "Assign" && each.targets.length === 1 && each.targets[0]?.type === "Name" && each.targets[0].id === name,
	);
	const [only] = binding;
	if (only === undefined || binding.length > 1) return [];
	let isSet = false;
	walk(node, (each) => {
		if (each.type === "Assign" || each.type === "AnnAssign")
			for (const target of each.type === "Assign" ? each.targets : [each.target])
				if (target.type === "Attribute" && target.attribute.name === name) isSet = true;
		return !isSet;
	});
	const dropped: FixProposal = {
		title: `Take the value of ${name} out of the class`,
		explanation: `The methods of ${node.name.name} set ${name} on each object, in the slot.`,
		applicability: "review",
		edits: removeStatements(module, [only]),
	};
	return isSet ? [dropped] : withoutSlot(value, name);
}

function withoutSlot({ module, node }: ClassValue, name: string): readonly FixProposal[] {
	const list = node.body.find(
		(each) => each.type === "Assign" && each.targets.some((target) => target.type === "Name" && target.id === "__slots__"),
	);
	const written = list?.type === "Assign" && list.value.type === "Sequence" ? list.value : null;
	const kept = written?.items.filter((item) => !(item.type === "Constant" && item.value === name)) ?? [];
	if (written === null || kept.length === written.items.length) return [];
	const code = kept.map((item) => module.text.slice(item.start, item.end));
	const inner = written.kind === "tuple" && code.length === 1 ? `${code[0]},` : code.join(", ");
	const [opening, closing] = written.kind === "list" ? ["[", "]"] : written.kind === "set" ? ["{", "}"] : ["(", ")"];
	const isBare = written.kind === "tuple" && module.text[written.start] !== "(";
	return [
		{
			title: `Take ${name} out of __slots__`,
			explanation: `No method sets ${name}: it is one value for all objects, which the class keeps.`,
			applicability: "review",
			edits: [
				{
					path: module.path,
					range: { start: written.start, end: written.end },
					newText: isBare ? `(${inner})` : `${opening}${inner}${closing}`,
				},
			],
		},
	];
}
