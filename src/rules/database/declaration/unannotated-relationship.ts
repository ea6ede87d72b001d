import type { FixProposal } from "../../../audit/fix.ts";
import { type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import { type TableClass, tableClasses } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** `heroes = Relationship(back_populates="team")`: SQLModel looks the class up among the annotations (`SQLModelMetaclass.__init__`, sqlmodel/main.py). */
export function* unannotatedRelationships(project: Project, table: TableClass): Generator<ClassFault> {
	if (table.kind !== "sqlmodel") return;
	for (const attribute of table.attributes.values()) {
		const { name, annotation, value, valueNode, owner } = attribute;
		if (annotation !== null || owner !== table.value || makerOf(value) !== "Relationship" || valueNode?.type !== "Call") continue;
		if (findKeyword(valueNode, "sa_relationship") !== null) continue;
		const { module } = owner;
		yield {
			...raising(table.definition),
			subject: `${module.name}:${owner.node.name.name}.${name}`,
			module,
			range: attribute.node,
			problem: `The relationship ${owner.node.name.name}.${name} has no annotation`,
			rootCause:
				"SQLModel reads from the annotation to which class a relationship leads, and whether to one object or to a list.",
			error: `KeyError: '${name}'`,
			fixes: annotate(project, table, attribute, valueNode),
		};
		return;
	}
}

/** The other side of the relationship says which class it is, and the foreign key on which side the many are. */
function annotate(
	project: Project,
	table: TableClass,
	{ name, node, owner }: ClassAttribute,
	call: ast.Call,
): readonly FixProposal[] {
	const back = findKeyword(call, "back_populates")?.value;
	if (node.type !== "Assign" || back?.type !== "Constant" || typeof back.value !== "string") return [];
	const className = table.value.node.name.name;
	const others = tableClasses(project).filter((each) => {
		const side = each.attributes.get(String(back.value));
		if (each === table || side?.valueNode?.type !== "Call" || side.annotation === null) return false;
		const leadsBack = findKeyword(side.valueNode, "back_populates")?.value;
		return leadsBack?.type === "Constant" && leadsBack.value === name && names(side.annotation, className);
	});
	const [other, ...more] = others;
	const [target] = node.targets;
	if (other === undefined || more.length > 0 || target === undefined) return [];
	const otherName = other.value.node.name.name;
	const isMany = findKeyword(call, "link_model") !== null || !hasKeyTo(table, other);
	const code = isMany ? `list["${otherName}"]` : `Optional["${otherName}"]`;
	const { module } = owner;
	return [
		{
			title: `Annotate ${name} with ${code}`,
			explanation: `${otherName}.${String(back.value)} is the other side of this relationship.`,
			applicability: "safe",
			edits: [replaceText(module, target.end, target.end, `: ${code}`)],
			needs: isMany ? [] : [{ path: module.path, module: "typing", name: "Optional" }],
		},
	];
}

/** Does an annotation name a class, in quotes or not? */
function names(annotation: ast.Expression, className: string): boolean {
	let found = false;
	walk(annotation, (node) => {
		if (node.type === "Name") found ||= node.id === className;
		if (node.type === "Constant" && typeof node.value === "string") found ||= new RegExp(`\\b${className}\\b`).test(node.value);
	});
	return found;
}

/** Has a table a column that refers to another one? */
function hasKeyTo(table: TableClass, other: TableClass): boolean {
	return [...table.attributes.values()].some(({ valueNode }) => {
		const key = valueNode?.type === "Call" ? findKeyword(valueNode, "foreign_key")?.value : undefined;
		return key?.type === "Constant" && String(key.value).split(".").at(-2) === other.tableName;
	});
}
