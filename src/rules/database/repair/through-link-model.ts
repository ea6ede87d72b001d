import type { FixProposal } from "../../../audit/fix.ts";
import { columnsOf } from "../../../project/models/columns.ts";
import { type Relationship, relationshipsOf } from "../../../project/models/relationships.ts";
import { type TableClass, tableClasses } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";

/** The class between two classes of SQLModel's, and those of their relationships to each other that do not name it yet. */
export interface LeftOutLink {
	readonly link: TableClass;
	readonly sides: readonly Relationship[];
}

/** Null where no class, or more than one, has foreign keys to both sides. */
export function leftOutLink(project: Project, { table, target }: Relationship): LeftOutLink | null {
	if (table.kind !== "sqlmodel" || target === null || !("definition" in target) || target === table) return null;
	const links = tableClasses(project).filter(
		(each) => each !== table && each !== target && leadsTo(each, table) && leadsTo(each, target),
	);
	const [link, ...others] = links;
	const sides = relationshipsOf(project).filter(
		(each) =>
			!each.hasJoin && ((each.table === table && each.target === target) || (each.table === target && each.target === table)),
	);
	return link === undefined || others.length > 0 ? null : { link, sides };
}

/** Names the class between in each relationship that does not name it yet. */
export function throughLinkModel({ link, sides }: LeftOutLink): readonly FixProposal[] {
	// The class is named where the relationship is made, so that it has to be there by then.
	const isLate = sides.some(
		(each) => each.table.value.module === link.value.module && each.table.definition.order < link.definition.order,
	);
	if (isLate) return [];
	const { name } = link.value.node.name;
	const edits = sides.flatMap(({ attribute: { valueNode, owner } }) =>
		valueNode?.type === "Call" ? [addArgument(owner.module, valueNode, `link_model=${name}`)] : [],
	);
	const paths = new Set(sides.map((each) => each.attribute.owner.module.path).filter((path) => path !== link.value.module.path));
	return [
		{
			title: `Go by ${name}`,
			explanation: `${name} has a foreign key to each of the two tables: its rows say which belong together.`,
			applicability: "safe",
			edits,
			needs: [...paths].map((path) => ({ path, module: link.value.module.name, name })),
		},
	];
}

function leadsTo(link: TableClass, { tableName }: TableClass): boolean {
	return (columnsOf(link) ?? []).some(({ references }) =>
		references.some(({ target }) => target.split(".").at(-2) === tableName),
	);
}
