import type { ClassDefinition } from "../../../project/imports/trace.ts";
import { attributesOf } from "../../../project/models/class-body.ts";
import type { Project } from "../../../project/project.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";
import { movedUp } from "./dataclass-fields.ts";

/** A field of a NamedTuple that has no default and stands behind one that has one. */
export function* namedTupleFaults(project: Project, definition: ClassDefinition): Generator<ClassFault> {
	const { value } = definition;
	const isNamedTuple = value.bases.some((base) => base.kind === "external" && base.canonical === "typing.NamedTuple");
	if (!isNamedTuple) return;
	const fields = [...attributesOf(value).values()].filter(({ annotation }) => annotation !== null);
	const late = fields.find((field, index) => field.value === null && fields.slice(0, index).some((each) => each.value !== null));
	if (late === undefined) return;
	const defaulted = fields.slice(0, fields.indexOf(late)).filter((each) => each.value !== null);
	const [first] = defaulted;
	if (first === undefined) return;
	const { module, node } = value;
	const plural = project.environment.python.minor < 9 ? "(s)" : defaulted.length > 1 ? "s" : "";
	const names = defaulted.map((each) => each.name).join(", ");
	yield {
		...raising(definition),
		range: node.name,
		subject: `${module.name}:${node.name.name}.${late.name}`,
		problem: `${node.name.name}.${late.name} has no default and follows ${first.name}, which has one`,
		rootCause:
			"The fields are the parameters of the tuple in their order, and a parameter without a default cannot follow one that has a default.",
		error: `TypeError: Non-default namedtuple field ${late.name} cannot follow default field${plural} ${names}`,
		fixes: movedUp(late, first),
	};
}
