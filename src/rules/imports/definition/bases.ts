import type { FixProposal } from "../../../audit/fix.ts";
import type { ClassDefinition } from "../../../project/imports/trace.ts";
import type { ClassValue, Value } from "../../../project/imports/values.ts";
import { isConsistent, isObject, lineageOf } from "../../../project/models/lineage.ts";
import { isPlainModel } from "../../../project/models/pydantic-model.ts";
import { isSqlmodel } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { removeFromHeader } from "../../repair/classes/class-arguments.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** Bases that are named twice or in an order that cannot be, and `table=True` on what is no SQLModel. */
export function* baseFaults(_project: Project, definition: ClassDefinition): Generator<ClassFault> {
	const { value } = definition;
	const { module, node } = value;
	const common = { ...raising(definition), subject: `${module.name}:${node.name.name}`, range: node.name };
	const repeated = value.bases.find((base, index) => base.kind === "class" && value.bases.indexOf(base) < index);
	if (repeated?.kind === "class") {
		yield {
			...common,
			problem: `${node.name.name} names the base ${repeated.node.name.name} twice`,
			rootCause: "Python takes each base once.",
			error: `TypeError: duplicate base class ${repeated.node.name.name}`,
			fixes: namedOnce(value),
			manualSteps: [`Name ${repeated.node.name.name} once among the bases of ${node.name.name}.`],
		};
		return;
	}
	if (!isConsistent(value) && value.bases.length === node.bases.length) {
		yield {
			...common,
			problem: `The bases of ${node.name.name} are in an order that cannot be`,
			rootCause: "A class has to stand behind those that derive from it, so that Python looks into the derived one first.",
			error: "TypeError: Cannot create a consistent method resolution",
			fixes: reordered(value),
		};
	}
	if (value.keywords.has("table") && isPlainModel(value) && !isSqlmodel(value)) yield { ...common, ...tableOfModel(value) };
}

/** Derived classes first, otherwise in the order in which they are written. */
function reordered(value: ClassValue): readonly FixProposal[] {
	const { module, node } = value;
	const order = node.bases.map((written, index) => ({ written, base: value.bases[index] }));
	const sorted = [...order].sort((a, b) => (derives(a.base, b.base) ? -1 : derives(b.base, a.base) ? 1 : 0));
	const [first] = node.bases;
	const last = node.bases.at(-1);
	if (first === undefined || last === undefined || sorted.every((each, index) => each === order[index])) return [];
	const code = sorted.map(({ written }) => module.text.slice(written.start, written.end)).join(", ");
	return [
		{
			title: `Write the bases as ${code}`,
			explanation: "Each base then stands before the one that it derives from.",
			applicability: "safe",
			edits: [replaceText(module, first.start, last.end, code)],
		},
	];
}

function derives(a: Value | undefined, b: Value | undefined): boolean {
	if (a === undefined || b === undefined) return false;
	if (isObject(b)) return (a.kind === "class" || a.kind === "external") && !isObject(a);
	if (a.kind !== "class") return false;
	return lineageOf(a)
		.ancestors.slice(1)
		.some((each) => each === b || (each.kind === "external" && b.kind === "external" && each.canonical === b.canonical));
}

/** The first mention of each base stays. */
function namedOnce({ module, node, bases }: ClassValue): readonly FixProposal[] {
	const again = node.bases.filter((_, index) => bases[index]?.kind === "class" && bases.indexOf(bases[index]) < index);
	if (again.length === 0 || bases.length !== node.bases.length) return [];
	return [
		{
			title: `Name each base of ${node.name.name} once`,
			explanation: "The first mention of a base says all that there is to say.",
			applicability: "safe",
			edits: removeFromHeader(module, node, again),
		},
	];
}

function tableOfModel(value: ClassValue): Pick<ClassFault, "problem" | "rootCause" | "error" | "fixes"> {
	const { module, node } = value;
	const base = node.bases.find(
		(each, index) => value.bases[index]?.kind === "external" && each.type === "Name" && each.id === "BaseModel",
	);
	return {
		problem: `${node.name.name} says table=True and is no SQLModel`,
		rootCause: "Only SQLModel knows table=True; pydantic passes the argument on to Python, which takes none there.",
		error: `TypeError: ${node.name.name}.__init_subclass__() takes no keyword arguments`,
		fixes:
			base === undefined
				? []
				: [
						{
							title: `Derive ${node.name.name} from SQLModel`,
							explanation: "A SQLModel is a pydantic model that can be a table.",
							applicability: "safe",
							edits: [replaceText(module, base.start, base.end, "SQLModel")],
							needs: [{ path: module.path, module: "sqlmodel", name: "SQLModel" }],
						},
					],
	};
}
