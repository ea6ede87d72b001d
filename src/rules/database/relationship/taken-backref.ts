import type { FixProposal } from "../../../audit/fix.ts";
import { makerOf } from "../../../project/models/class-body.ts";
import { type Relationship, relationshipsOf } from "../../../project/models/relationships.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import { addArgument, findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { mapperName, nameOf, type RelationshipFault } from "./relationship-fault.ts";

const mapped = new Set(["Column", "mapped_column", "Field", "relationship", "Relationship"]);

/** `backref="owner"`, where the other class has an owner of its own, or gets one by another backref already. */
export function takenBackref(project: Project, relationship: Relationship): RelationshipFault | null {
	const { target, backref, table } = relationship;
	if (backref === null || target === null || !("definition" in target) || target.isOpen) return null;
	const named = target.attributes.get(backref);
	const isOwn = named !== undefined && mapped.has(makerOf(named.value) ?? "");
	const all = relationshipsOf(project);
	const other = all.find((each) => each.backref === backref && each.target === target);
	if (!isOwn && (other === undefined || other === relationship)) return null;
	const className = target.value.node.name.name;
	const back = all.find((each) => each.table === target && each.attribute.name === backref && each.target === table);
	return {
		relationship,
		problem: `${nameOf(relationship)} says backref="${backref}", and ${className} has ${isOwn ? `a ${backref} of its own` : `a ${backref} by ${other === undefined ? "another one" : nameOf(other)} already`}`,
		rootCause: `backref makes the relationship ${backref} on ${className}. Where both sides are written, back_populates is what ties them together.`,
		error: `sqlalchemy.exc.ArgumentError: Error creating backref '${backref}' on relationship '${nameOf(relationship)}': property of that name exists on mapper '${mapperName(project, target)}'`,
		fixes: isOwn && back !== undefined ? tiedTogether(relationship, back) : renamed(project, relationship, target),
		manualSteps: [`Give the backref a name that ${className} does not have, or write back_populates on both sides.`],
	};
}

/** A name that the other class does not have yet, after the class that the way back leads to. */
function renamed(project: Project, { attribute, backref, table }: Relationship, target: TableClass): readonly FixProposal[] {
	const { valueNode, owner } = attribute;
	const value = valueNode?.type === "Call" ? findKeyword(valueNode, "backref")?.value : undefined;
	const written = value?.type === "Call" ? value.args[0] : value;
	const name = table.value.node.name.name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
	const taken = new Set(relationshipsOf(project).flatMap((each) => (each.target === target ? [each.backref] : [])));
	const free = [`${name}s`, `${name}s_by_${attribute.name}`].find((each) => !taken.has(each) && !target.attributes.has(each));
	if (written?.type !== "Constant" || written.value !== backref || free === undefined) return [];
	return [
		{
			title: `Write backref="${free}"`,
			explanation: `${target.value.node.name.name} has no ${free} yet. What reads ${backref} of it goes on reading its own.`,
			applicability: "review",
			edits: [replaceText(owner.module, written.start, written.end, `"${free}"`)],
		},
	];
}

/** `back_populates` on both sides, in the place of the backref. */
function tiedTogether({ attribute, backref }: Relationship, back: Relationship): readonly FixProposal[] {
	const { valueNode, owner } = attribute;
	const keyword = valueNode?.type === "Call" ? findKeyword(valueNode, "backref") : null;
	const other = back.attribute.valueNode;
	if (keyword === null || other?.type !== "Call") return [];
	const isTied = back.backPopulates !== null;
	if (isTied && back.backPopulates?.name !== attribute.name) return [];
	return [
		{
			title: `Write back_populates="${backref}"`,
			explanation: "Both sides are written out, and name each other.",
			applicability: "review",
			edits: [
				replaceText(owner.module, keyword.start, keyword.end, `back_populates="${backref}"`),
				...(isTied ? [] : [addArgument(back.attribute.owner.module, other, `back_populates="${attribute.name}"`)]),
			],
		},
	];
}
