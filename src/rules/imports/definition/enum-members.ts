import { isEnum } from "../../../project/imports/simulator/classes/enumerations.ts";
import type { ClassDefinition } from "../../../project/imports/trace.ts";
import type { ClassValue } from "../../../project/imports/values.ts";
import { lineageOf } from "../../../project/models/lineage.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { lineStartAt, nextLineAt, replaceText } from "../../../python/rewrite/source.ts";
import { insertBefore, removeStatements } from "../../../python/rewrite/statements.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** Enums that name a member twice, or build on one that has members. */
export function* enumFaults(project: Project, definition: ClassDefinition): Generator<ClassFault> {
	const { value } = definition;
	if (!isEnum(value)) return;
	const { module, node } = value;
	const { minor } = project.environment.python;
	const className = node.name.name;
	const base = lineageOf(value)
		.own.slice(1)
		.find((each) => isEnum(each) && members(each).length > 0);
	if (base !== undefined) {
		const baseName = base.node.name.name;
		yield {
			...raising(definition),
			subject: `${module.name}:${className}`,
			range: node.name,
			problem: `${className} builds on the enum ${baseName}, which has members`,
			rootCause: "An enum with members is finished: no other can add to it.",
			error:
				minor >= 11
					? `TypeError: <enum '${className}'> cannot extend <enum '${baseName}'>`
					: `TypeError: ${className}: cannot extend enumeration '${baseName}'`,
			fixes: writtenOut(value, base),
			manualSteps: [`Derive ${className} from what ${baseName} derives from, and write out the members that it is to share.`],
		};
		return;
	}
	yield* repeatedValues(definition);
	yield* textAmongNumbers(definition);
	const seen = new Map<string, ast.Assign>();
	for (const member of members(value)) {
		const name = nameOf(member);
		const first = seen.get(name);
		if (first === undefined) {
			seen.set(name, member);
			continue;
		}
		const shown = first.value.type === "Constant" ? shownConstant(first.value) : null;
		yield {
			...raising(definition),
			subject: `${module.name}:${className}.${name}`,
			range: member,
			problem: `${className} has the member ${name} twice`,
			rootCause: "The names of an enum's members are unique.",
			error:
				minor >= 11
					? shown === null
						? null
						: `TypeError: '${name}' already defined as ${shown}`
					: `TypeError: Attempted to reuse key: '${name}'`,
			fixes: [
				{
					title: `Take the second ${name} out`,
					explanation: "The first one stays as it is. If another name was meant, write that instead.",
					applicability: "review",
					edits: removeStatements(module, [member]),
				},
			],
		};
	}
}

/** Derives from what the base derives from, and has the base's members for its own. */
function writtenOut(value: ClassValue, base: ClassValue): ClassFault["fixes"] {
	const { module, node } = value;
	const [written] = node.bases;
	const [first] = node.body;
	const shared = members(base);
	const isPlain = shared.every((each) => each.value.type === "Constant");
	if (written === undefined || first === undefined || node.bases.length > 1 || base.module !== module || !isPlain) return [];
	if (lineageOf(base).own.length > 1) return [];
	const text = (each: ast.Node) => base.module.text.slice(each.start, each.end);
	const bases = base.node.bases.map(text).join(", ");
	return [
		{
			title: `Write the members of ${base.node.name.name} out in ${node.name.name}`,
			explanation: `${node.name.name} then derives from ${bases} itself. Its members are others than those of ${base.node.name.name}, though they have the same values.`,
			applicability: "review",
			edits: [replaceText(module, written.start, written.end, bases), insertBefore(module, first, shared.map(text).join("\n"))],
		},
	];
}

/** `@unique` over members that share a value (https://docs.python.org/3/library/enum.html#enum.unique). */
function* repeatedValues(definition: ClassDefinition): Generator<ClassFault> {
	const { value } = definition;
	const { module, node } = value;
	const at = value.decorators.findIndex((each) => each.kind === "external" && each.canonical === "enum.unique");
	const decorator = node.decorators[at];
	if (decorator === undefined) return;
	const names = new Map<unknown, string>();
	const aliases: { readonly alias: ast.Assign; readonly first: string }[] = [];
	for (const member of members(value)) {
		const bound = value.namespace.names.get(nameOf(member))?.value;
		// What is no plain constant may be made different by the class.
		if (bound?.kind !== "constant" || bound.value === undefined) return;
		const first = names.get(bound.value);
		if (first === undefined) names.set(bound.value, nameOf(member));
		else aliases.push({ alias: member, first });
	}
	const [only, ...others] = aliases;
	if (only === undefined) return;
	const className = node.name.name;
	const list = aliases.map(({ alias, first }) => `${nameOf(alias)} -> ${first}`).join(", ");
	const renamed = others.length === 0 ? ownValue(value, only.alias) : [];
	yield {
		...raising(definition),
		subject: `${module.name}:${className}`,
		range: decorator,
		problem: `${nameOf(only.alias)} of ${className} has the value of ${only.first}, which unique forbids`,
		rootCause: "A member with the value of another is only a second name for it; unique refuses such a class.",
		error: `ValueError: duplicate values found in <enum '${className}'>: ${list}`,
		fixes: [
			...renamed,
			{
				title: "Allow second names: take unique away",
				explanation: `${nameOf(only.alias)} is then another name of ${only.first}.`,
				applicability: "review",
				edits: [replaceText(module, lineStartAt(module.text, decorator.start), nextLineAt(module.text, decorator.end), "")],
			},
		],
	};
}

/** `class Priority(IntEnum)` with `LOW = "low"`: each value is made a number, as `int("low")` would be. */
function* textAmongNumbers(definition: ClassDefinition): Generator<ClassFault> {
	const { value } = definition;
	const { module, node, namespace } = value;
	const kinds = value.bases.map((base) => (base.kind === "external" ? base.canonical : "")).join(" ");
	const isOfNumbers = kinds === "enum.IntEnum" || kinds === "builtins.int enum.Enum";
	if (!isOfNumbers || namespace.dynamic || namespace.names.has("__new__") || value.keywords.size > 0) return;
	const texts = members(value).flatMap((member) => {
		const bound = namespace.names.get(nameOf(member));
		const given = bound?.maybe === false && bound.value.kind === "constant" ? bound.value.value : null;
		return typeof given === "string" && member.value.type === "Constant" ? [{ member, text: given }] : [];
	});
	const refused = texts.find(({ text }) => /^[a-z][a-z_ -]*$/i.test(text));
	if (refused === undefined) return;
	const className = node.name.name;
	const isAllText = texts.length === members(value).length;
	const [first] = node.bases;
	yield {
		...raising(definition),
		subject: `${module.name}:${className}`,
		range: refused.member,
		problem: `${nameOf(refused.member)} of ${className} is a text, and its members are numbers`,
		rootCause: "Members of such an enum are made by int(), which cannot read this text.",
		error: `ValueError: invalid literal for int() with base 10: '${refused.text}'`,
		fixes:
			isAllText && first !== undefined
				? [
						{
							title: `Make the members of ${className} texts`,
							explanation: "All of its values are texts. If numbers were meant, give each member one.",
							applicability: "review",
							edits: [replaceText(module, first.start, node.bases.at(-1)?.end ?? first.end, "str, Enum")],
							needs: [{ path: module.path, module: "enum", name: "Enum" }],
						},
					]
				: [],
		manualSteps: [`Give ${nameOf(refused.member)} a number, or derive ${className} from str and Enum.`],
	};
}

/** `DISABLED = "disabled"` beside others of the kind: the value that follows from the member's name, where no other has it. */
function ownValue(value: ClassValue, member: ast.Assign): ClassFault["fixes"] {
	const written = nameOf(member).toLowerCase();
	const others = members(value).filter((each) => each !== member);
	const follows = ({ value: given }: ast.Assign, name: string) =>
		given.type === "Constant" && typeof given.value === "string" && given.value === name;
	if (!others.every((each) => follows(each, nameOf(each).toLowerCase())) || member.value.type !== "Constant") return [];
	return [
		{
			title: `Give ${nameOf(member)} the value ${JSON.stringify(written)}`,
			explanation: "The other members have their names in small letters for values.",
			applicability: "review",
			edits: [replaceText(value.module, member.value.start, member.value.end, JSON.stringify(written))],
		},
	];
}

/** Plain assignments of public names to what is no function. */
function members(value: ClassValue): readonly ast.Assign[] {
	return value.node.body.filter(
		(statement) => statement.type === "Assign" && !nameOf(statement).startsWith("_") && statement.value.type !== "Lambda",
	) as readonly ast.Assign[];
}

function nameOf(statement: ast.Assign): string {
	const [target] = statement.targets;
	return target?.type === "Name" ? target.id : "_";
}

function shownConstant({ literal, value }: ast.Constant): string | null {
	if (literal === "string") return /^[^'\\\n]*$/.test(String(value)) ? `'${value}'` : null;
	return literal === "number" ? String(value) : null;
}
