import type { FixProposal } from "../../../audit/fix.ts";
import { frozenness } from "../../../project/imports/simulator/classes/attribute-assignment.ts";
import type { ClassDefinition } from "../../../project/imports/trace.ts";
import type { ClassValue } from "../../../project/imports/values.ts";
import { lineageOf } from "../../../project/models/lineage.ts";
import type { Project } from "../../../project/project.ts";
import { addArgument, findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** A frozen dataclass that derives from one that is not, or the other way round (https://docs.python.org/3/library/dataclasses.html#frozen-instances). */
export function* frozenFaults(project: Project, definition: ClassDefinition): Generator<ClassFault> {
	const { value } = definition;
	const isFrozen = frozenness(value);
	const { own, isComplete } = lineageOf(value);
	if (isFrozen === null || !isComplete || value.decorators.length > 1) return;
	const bases = own
		.slice(1)
		.flatMap((each) => (each.decorators.length === 0 ? [] : [{ base: each, isFrozen: frozenness(each) }]));
	// What a decorator that is not known makes of a base may be anything.
	if (bases.length === 0 || bases.some((each) => each.isFrozen === null)) return;
	const anyFrozen = bases.some((each) => each.isFrozen);
	const allFrozen = bases.every((each) => each.isFrozen);
	// Since 3.12 every base has to be frozen; before that one was enough.
	const isLate = isFrozen && (project.environment.python.minor >= 12 ? !allFrozen : !anyFrozen);
	if (!isLate && !(anyFrozen && !isFrozen)) return;
	const { module, node } = value;
	const other = bases.find((each) => each.isFrozen !== isFrozen)?.base ?? value;
	const [name, baseName] = [node.name.name, other.node.name.name];
	yield {
		...raising(definition),
		subject: `${module.name}:${name}`,
		range: node.decorators[0] ?? node.name,
		problem: isFrozen
			? `The dataclass ${name} is frozen, and its base ${baseName} is not`
			: `The dataclass ${name} is not frozen, and its base ${baseName} is`,
		rootCause: "Objects of a frozen dataclass never change; what derives from one that can change could not promise that.",
		error: isFrozen
			? "TypeError: cannot inherit frozen dataclass from a non-frozen one"
			: "TypeError: cannot inherit non-frozen dataclass from a frozen one",
		fixes: isFrozen ? [...frozenBase(project, value, other), ...thawed(value)] : frozen(value),
	};
}

/** All dataclasses that derive from the base are frozen, so that it may be as well. */
function frozenBase(project: Project, value: ClassValue, base: ClassValue): readonly FixProposal[] {
	const heirs = project.trace.classes.filter((each) => each.value !== base && lineageOf(each.value).own.includes(base));
	const isTop = lineageOf(base)
		.own.slice(1)
		.every((each) => each.decorators.length === 0);
	if (!isTop || heirs.some((heir) => heir.value.decorators.length > 0 && frozenness(heir.value) !== true)) return [];
	return frozen(base).map((fix) => ({
		...fix,
		explanation: `All that derives from ${base.node.name.name} is frozen, ${value.node.name.name} among it; its objects then never change either.`,
	}));
}

function frozen(value: ClassValue): readonly FixProposal[] {
	const [written] = value.node.decorators;
	if (written === undefined) return [];
	const { module, node } = value;
	const given = written.type === "Call" ? findKeyword(written, "frozen") : null;
	const edit =
		given !== null
			? replaceText(module, given.value.start, given.value.end, "True")
			: written.type === "Call"
				? addArgument(module, written, "frozen=True")
				: replaceText(module, written.end, written.end, "(frozen=True)");
	return [
		{
			title: `Make ${node.name.name} frozen`,
			explanation: "Its objects then never change, like those of its base. Code that assigns their fields has to make new ones.",
			applicability: "review",
			edits: [edit],
		},
	];
}

function thawed(value: ClassValue): readonly FixProposal[] {
	const [written] = value.node.decorators;
	const given = written?.type === "Call" ? findKeyword(written, "frozen") : null;
	if (written?.type !== "Call" || given === null) return [];
	return [
		{
			title: `Do not make ${value.node.name.name} frozen`,
			explanation: "Its objects can then change, like those of its base, and have no hash.",
			applicability: "review",
			edits: removeArguments(value.module, written, [given]),
		},
	];
}
