import type { FixProposal } from "../../../audit/fix.ts";
import { type Column, columnsOf } from "../../../project/models/columns.ts";
import { linksBetween, type Relationship, relationshipsOf } from "../../../project/models/relationships.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import { definedTables } from "../../../project/models/tables-defined.ts";
import type { Project } from "../../../project/project.ts";
import { addArgument, findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { associationTable } from "../repair/association-table.ts";
import { withForeignKey } from "../repair/foreign-key.ts";
import { leftOutLink, throughLinkModel } from "../repair/through-link-model.ts";
import { nameOf, type RelationshipFault } from "./relationship-fault.ts";

/** No foreign key says which rows of the two tables belong together. */
export function missingJoin(project: Project, relationship: Relationship): RelationshipFault | null {
	const { target, table, hasJoin } = relationship;
	if (hasJoin || target === null || !("definition" in target) || hasLostKey(project, table) || hasLostKey(project, target))
		return null;
	if (linksBetween(table, target)?.length !== 0) return null;
	const leftOut = leftOutLink(project, relationship);
	// Both sides are mended by one fix.
	if (leftOut !== null && leftOut.sides[0] !== relationship) return null;
	return {
		relationship,
		problem: `${nameOf(relationship)} leads to ${target.value.node.name.name}, and no foreign key ties the two tables together`,
		rootCause: `A relationship joins its tables by a foreign key in one of them; neither ${table.tableName} nor ${target.tableName} has one to the other.`,
		error: `sqlalchemy.exc.NoForeignKeysError: Could not determine join condition between parent/child tables on relationship ${nameOf(relationship)} - there are no foreign keys linking these tables.  Ensure that referencing columns are associated with a ForeignKey or ForeignKeyConstraint, or specify a 'primaryjoin' expression.`,
		fixes: [
			...(leftOut === null ? [] : throughLinkModel(leftOut)),
			...foreignKeys(table, target),
			...associationTable(project, relationship),
		],
		manualSteps: [`Give one of the two tables a column with a foreign key to the other.`],
	};
}

/** Several foreign keys tie the tables together, and nothing says which one is meant. */
export function ambiguousJoin(project: Project, relationship: Relationship): RelationshipFault | null {
	const { target, table, hasJoin } = relationship;
	if (hasJoin || target === null || !("definition" in target) || hasLostKey(project, table) || hasLostKey(project, target))
		return null;
	const links = linksBetween(table, target);
	if (links === null || links.length < 2) return null;
	return {
		relationship,
		problem: `${nameOf(relationship)} may go by ${links.map(({ column }) => column.attribute.name).join(" or ")}`,
		rootCause: `Several foreign keys tie ${table.tableName} and ${target.tableName} together; foreign_keys says which one a relationship goes by.`,
		error: `sqlalchemy.exc.AmbiguousForeignKeysError: Could not determine join condition between parent/child tables on relationship ${nameOf(relationship)} - there are multiple foreign key paths linking the tables.  Specify the 'foreign_keys' argument, providing a list of those columns which should be counted as containing a foreign key reference to the parent table.`,
		fixes: chosenKeys(project, relationship, links),
	};
}

/** A foreign key that leads nowhere is a fault of its own, which comes first. */
function hasLostKey(project: Project, table: TableClass): boolean {
	const { tables, isOpen } = definedTables(project);
	if (isOpen) return true;
	return (columnsOf(table) ?? []).some(({ references }) =>
		references.some(({ target }) => !tables.some(({ name }) => name === target.split(".").at(-2))),
	);
}

/** Columns named after the other table (`author_id`) that lack their foreign key. */
function foreignKeys(table: TableClass, target: TableClass): readonly FixProposal[] {
	return [...missingKeys(target, table), ...missingKeys(table, target)];
}

function missingKeys(from: TableClass, to: TableClass): readonly FixProposal[] {
	if (from === to || to.tableName === null) return [];
	const key = columnsOf(to)?.find(({ isKey }) => isKey === true)?.name ?? "id";
	const snake = to.value.node.name.name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
	const names = new Set([
		`${snake}_${key}`,
		`${to.tableName}_${key}`,
		`${to.tableName.replace(/s$/, "")}_${key}`,
		`${snake}${key}`,
	]);
	const column = columnsOf(from)?.find(({ attribute, references }) => names.has(attribute.name) && references.length === 0);
	if (column === undefined) return [];
	const proposal = withForeignKey(from, column, `${to.tableName}.${key}`);
	return proposal === null ? [] : [proposal];
}

/** Names the key that the relationship, or its other side, is called after; for all relationships between the two tables at once. */
function chosenKeys(
	project: Project,
	relationship: Relationship,
	links: readonly { readonly table: TableClass; readonly column: Column }[],
): readonly FixProposal[] {
	const { table, target } = relationship;
	const both = relationshipsOf(project).filter(
		(each) =>
			!each.hasJoin && ((each.table === table && each.target === target) || (each.table === target && each.target === table)),
	);
	const edits = both.map((each) => withForeignKeys(each, keyFor(each, links, both)));
	if (edits.some((edit) => edit === null)) return [];
	return [
		{
			title: "Say which foreign key each relationship goes by",
			explanation: `Each relationship between the two tables names its column with foreign_keys, by what it or its other side is called.`,
			applicability: "review",
			edits: edits.filter((edit) => edit !== null),
		},
	];
}

function keyFor(
	{ attribute, backPopulates }: Relationship,
	links: readonly { readonly table: TableClass; readonly column: Column }[],
	both: readonly Relationship[],
): string {
	const names = [
		attribute.name,
		backPopulates?.name ?? "",
		...both.filter((each) => each.backPopulates?.name === attribute.name).map((each) => each.attribute.name),
	];
	const stem = (text: string) => text.replace(/_?id$/, "");
	const found = links.find(({ column }) => names.includes(stem(column.attribute.name))) ?? links[0];
	return found === undefined ? "" : `[${found.table.value.node.name.name}.${found.column.attribute.name}]`;
}

function withForeignKeys({ attribute, table }: Relationship, key: string): FixProposal["edits"][number] | null {
	const { valueNode, owner } = attribute;
	if (valueNode?.type !== "Call" || key === "") return null;
	if (table.kind === "declarative") return addArgument(owner.module, valueNode, `foreign_keys="${key}"`);
	const kwargs = findKeyword(valueNode, "sa_relationship_kwargs")?.value;
	if (kwargs === undefined) return addArgument(owner.module, valueNode, `sa_relationship_kwargs={"foreign_keys": "${key}"}`);
	if (kwargs.type !== "Dict") return null;
	return replaceText(
		owner.module,
		kwargs.start + 1,
		kwargs.start + 1,
		`"foreign_keys": "${key}"${kwargs.entries.length > 0 ? ", " : ""}`,
	);
}
