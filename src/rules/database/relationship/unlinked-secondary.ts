import type { FixProposal } from "../../../audit/fix.ts";
import { makerOf } from "../../../project/models/class-body.ts";
import { columnsOf } from "../../../project/models/columns.ts";
import type { Relationship } from "../../../project/models/relationships.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import { type DefinedTable, definedTables } from "../../../project/models/tables-defined.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { nameOf, type RelationshipFault } from "./relationship-fault.ts";

/** The table between two classes has no foreign key to one of them, and the joins are not written out. */
export function unlinkedSecondary(project: Project, relationship: Relationship): RelationshipFault | null {
	const { table, target, option } = relationship;
	if (target === null || !("definition" in target) || target === table) return null;
	if (["primaryjoin", "secondaryjoin", "foreign_keys", "viewonly"].some((name) => option(name) !== null)) return null;
	const between = betweenTable(project, relationship);
	if (between === null || between.columns === null || between.schema !== null) return null;
	if (between.constraints.some((each) => makerOf(each) === null || makerOf(each) === "ForeignKeyConstraint")) return null;
	// A foreign key that leads nowhere is a fault of its own, which comes first.
	const { tables } = definedTables(project);
	if (between.references.some(({ target: key }) => !tables.some(({ name }) => name === key.split(".").at(-2)))) return null;
	const unlinked = [table, target].find((each) => !isLinked(between, each));
	if (
		unlinked === undefined ||
		[table, target].some(({ tableName, schema, parent }) => tableName === null || schema !== null || parent !== null)
	)
		return null;
	return {
		relationship,
		problem: `${nameOf(relationship)} goes by ${between.name}, which has no foreign key to ${unlinked.tableName}`,
		rootCause: "The table between two classes ties their rows together by one foreign key to each of them.",
		error: `sqlalchemy.exc.NoForeignKeysError: Could not determine join condition between parent/child tables on relationship ${nameOf(relationship)} - there are no foreign keys linking these tables via secondary table '${between.name}'.  Ensure that referencing columns are associated with a ForeignKey or ForeignKeyConstraint, or specify 'primaryjoin' and 'secondaryjoin' expressions.`,
		fixes: withKey(between, unlinked),
		manualSteps: [`Give ${between.name} a column with a foreign key to ${unlinked.tableName}.`],
	};
}

/** The one `Table(...)` that `secondary` names or is. */
function betweenTable(project: Project, { option, table }: Relationship): DefinedTable | null {
	const given = option("secondary");
	const { tables, isOpen } = definedTables(project);
	if (given === null || isOpen) return null;
	const found = tables.filter(({ node, name, metadata }) =>
		given.kind === "instance"
			? given.call !== null && given.call.node === node
			: given.kind === "constant" && given.value === name && metadata === table.metadata,
	);
	const [only, ...others] = found;
	return only !== undefined && others.length === 0 && only.node.type === "Call" ? only : null;
}

function isLinked({ references }: DefinedTable, { tableName }: TableClass): boolean {
	return references.some(({ target }) => target.split(".").at(-2) === tableName);
}

/** The column of the table between that is called after the other table gets the foreign key. */
function withKey({ node, module }: DefinedTable, to: TableClass): readonly FixProposal[] {
	const key = columnsOf(to)?.find(({ isKey }) => isKey === true)?.name ?? "id";
	const snake = to.value.node.name.name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
	const names = new Set([snake, to.tableName ?? "", (to.tableName ?? "").replace(/s$/, "")].map((each) => `${each}_${key}`));
	if (node.type !== "Call") return [];
	for (const argument of node.args) {
		const [name, type] = argument.type === "Call" ? argument.args : [];
		if (name?.type !== "Constant" || !names.has(String(name.value))) continue;
		const at = (type ?? name).end;
		return [
			{
				title: `Give ${String(name.value)} a foreign key to ${to.tableName}`,
				explanation: `${String(name.value)} is called after ${to.tableName}; the foreign key ties the rows together.`,
				applicability: "safe",
				edits: [replaceText(module, at, at, `, ForeignKey("${to.tableName}.${key}")`)],
				needs: [{ path: module.path, module: "sqlalchemy", name: "ForeignKey" }],
			},
		];
	}
	return [];
}
