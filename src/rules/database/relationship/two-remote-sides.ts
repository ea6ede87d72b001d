import type { FixProposal } from "../../../audit/fix.ts";
import type { Value } from "../../../project/imports/values.ts";
import { type Column, columnsOf } from "../../../project/models/columns.ts";
import { type Relationship, relationshipsOf } from "../../../project/models/relationships.ts";
import type { Project } from "../../../project/project.ts";
import { findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { inMapperOrder, theOne } from "./direction.ts";
import { nameOf, type RelationshipFault } from "./relationship-fault.ts";

/** A tree whose two relationships both say by remote_side that they lead to one row. */
export function twoRemoteSides(project: Project, relationship: Relationship): RelationshipFault | null {
	const { table, target, attribute, backPopulates, hasJoin } = relationship;
	if (target !== table || backPopulates === null || hasJoin) return null;
	const columns = columnsOf(table) ?? [];
	const key = columns.find(({ isKey }) => isKey === true);
	const other = relationshipsOf(project).find((each) => each.table === table && each.attribute.name === backPopulates.name);
	if (key === undefined || other === undefined || other === relationship || other.hasJoin) return null;
	if (other.backPopulates?.name !== attribute.name || !leadsToKey(relationship, key) || !leadsToKey(other, key)) return null;
	// Both see the fault; it is told once, at the side that has to leave it.
	if (theOne(relationship, other, columns) !== other) return null;
	const [first, second] = inMapperOrder(table.attributes, other, relationship);
	return {
		relationship,
		problem: `${nameOf(other)} and ${nameOf(relationship)} both say that they lead to one row`,
		rootCause: "In a tree both sides are the same table: only the side that leads to one row says so by remote_side.",
		error: `sqlalchemy.exc.ArgumentError: ${first} and back-reference ${second} are both of the same direction <RelationshipDirection.MANYTOONE: 2>.  Did you mean to set remote_side on the many-to-one side ?`,
		fixes: withoutRemoteSide(relationship),
		manualSteps: [`Take remote_side away from ${nameOf(relationship)}.`],
	};
}

/** `remote_side=[id]`, `remote_side=id` and `remote_side="Node.id"`. */
function leadsToKey({ option }: Relationship, { attribute }: Column): boolean {
	const given = option("remote_side");
	const side: Value | null | undefined = given?.kind === "sequence" && given.items.length === 1 ? given.items[0] : given;
	if (side?.kind === "constant" && typeof side.value === "string")
		return new RegExp(`^\\[?(\\w+\\.)?${attribute.name}\\]?$`).test(side.value);
	return side !== null && side !== undefined && side === attribute.value;
}

function withoutRemoteSide({ attribute }: Relationship): readonly FixProposal[] {
	const { valueNode, owner } = attribute;
	const written = valueNode?.type === "Call" ? findKeyword(valueNode, "remote_side") : null;
	if (valueNode?.type !== "Call" || written === null) return [];
	return [
		{
			title: `Let ${attribute.name} lead to many rows`,
			explanation: "Without remote_side a relationship of a table to itself leads from the one row to the many.",
			applicability: "safe",
			edits: removeArguments(owner.module, valueNode, [written]),
		},
	];
}
