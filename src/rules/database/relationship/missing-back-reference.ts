import type { FixProposal } from "../../../audit/fix.ts";
import { isSimilarName } from "../../../project/imports/nearest-module.ts";
import { makerOf } from "../../../project/models/class-body.ts";
import { hasSqlalchemy } from "../../../project/models/orm-version.ts";
import { type Relationship, relationshipsOf } from "../../../project/models/relationships.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import { findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { mapperName, nameOf, type RelationshipFault } from "./relationship-fault.ts";

/** `back_populates` names no attribute of the other class. */
export function missingBackReference(project: Project, relationship: Relationship): RelationshipFault | null {
	const { target, backPopulates, table } = relationship;
	if (backPopulates === null || target === null || !("definition" in target) || target.isOpen) return null;
	const { name } = backPopulates;
	const named = target.attributes.get(name);
	if (named !== undefined && ["Column", "mapped_column", "Field"].includes(makerOf(named.value) ?? ""))
		return leadsToColumn(project, relationship, target, name);
	const inherited = target.parent !== null || target.value.namespace.names.has(name);
	if (inherited || target.attributes.has(name) || isMadeByBackref(project, relationship, name)) return null;
	const className = target.value.node.name.name;
	const mapper = mapperName(project, target);
	return {
		relationship,
		problem: `${nameOf(relationship)} says back_populates="${name}", and ${className} has no ${name}`,
		rootCause: `The two sides of a relationship name each other: ${className} needs a relationship called ${name} that leads to ${table.value.node.name.name}.`,
		error: hasSqlalchemy(project, 2, 0)
			? `sqlalchemy.exc.InvalidRequestError: Mapper '${mapper}' has no property '${name}'.  If this property was indicated from other mappers or configure events, ensure registry.configure() has been called.`
			: `sqlalchemy.exc.InvalidRequestError: Mapper '${mapper}' has no property '${name}'`,
		fixes: [...renamed(project, relationship, name), ...withoutBack(relationship)],
	};
}

/** `back_populates` names a column of the other class. */
function leadsToColumn(project: Project, relationship: Relationship, target: TableClass, name: string): RelationshipFault {
	const className = target.value.node.name.name;
	return {
		relationship,
		problem: `${nameOf(relationship)} says back_populates="${name}", which is a column of ${className}`,
		rootCause: `The two sides of a relationship name each other: it has to be the relationship of ${className} that leads to ${relationship.table.value.node.name.name}.`,
		error: `sqlalchemy.exc.InvalidRequestError: back_populates on relationship '${nameOf(relationship)}' refers to attribute '${className}.${name}' that is not a relationship.  The back_populates parameter should refer to the name of a relationship on the target class.`,
		fixes: [...renamed(project, relationship, name), ...withoutBack(relationship)],
	};
}

function isMadeByBackref(project: Project, { target }: Relationship, name: string): boolean {
	return relationshipsOf(project).some((each) => each.backref === name && each.target === target);
}

/** The relationship of the other class that leads back, where there is one. */
function renamed(project: Project, relationship: Relationship, name: string): readonly FixProposal[] {
	const { target, table, backPopulates, attribute } = relationship;
	const origin = backPopulates?.origin;
	if (origin?.type !== "source") return [];
	const leadingBack = relationshipsOf(project).filter((each) => each.table === target && each.target === table);
	const naming = leadingBack.filter((each) => each.backPopulates?.name === attribute.name);
	const alike = leadingBack.filter((each) => isSimilarName(each.attribute.name, name));
	const candidates = naming.length > 0 ? naming : alike.length > 0 ? alike : leadingBack;
	return candidates.map((each) => ({
		title: `Write back_populates="${each.attribute.name}"`,
		explanation: `${each.attribute.name} is the relationship that leads back.`,
		applicability: candidates.length === 1 ? ("safe" as const) : ("review" as const),
		edits: [{ path: origin.path, range: origin.range, newText: each.attribute.name }],
	}));
}

function withoutBack({ attribute }: Relationship): readonly FixProposal[] {
	const { valueNode, owner } = attribute;
	const keyword = valueNode?.type === "Call" ? findKeyword(valueNode, "back_populates") : null;
	if (valueNode?.type !== "Call" || keyword === null) return [];
	return [
		{
			title: "Take back_populates out",
			explanation: "The relationship then works one way; changes of one side do not show on the other before they are saved.",
			applicability: "review",
			edits: removeArguments(owner.module, valueNode, [keyword]),
		},
	];
}
