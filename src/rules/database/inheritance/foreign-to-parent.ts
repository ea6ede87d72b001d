import type { FixProposal } from "../../../audit/fix.ts";
import { type Column, columnsOf, hasTableConstraints } from "../../../project/models/columns.ts";
import { mapperArguments } from "../../../project/models/mapper-arguments.ts";
import { type TableClass, tableClasses } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";
import { withForeignKey } from "../repair/foreign-key.ts";

/** A subclass with a table of its own, which no foreign key, or more than one, ties to its parent's. */
export function* foreignToParent(project: Project, table: TableClass): Generator<ClassFault> {
	if (table.kind !== "declarative" || table.naming !== "written" || table.parent === null || hasTableConstraints(table)) return;
	const parent = tableClasses(project).find(({ value }) => value === table.parent);
	const arguments_ = mapperArguments(table);
	const own = columnsOf(table);
	if (parent === undefined || parent.tableName === null || parent.naming !== "written" || own === null || arguments_ === null)
		return;
	// A table named again, as extend_existing allows, is the parent's own: its columns come on top, and no key is needed.
	if (parent.tableName === table.tableName && parent.schema === table.schema) return;
	if (arguments_.has("inherit_condition") || arguments_.has("concrete")) return;
	const full =
		typeof parent.schema === "string" && parent.schema !== "unknown" ? `${parent.schema}.${parent.tableName}` : parent.tableName;
	const links = own.filter(({ references }) => references.some(({ target }) => target.startsWith(`${full}.`)));
	if (links.length === 1 || parent.schema === "unknown" || own.some(hasHiddenKey)) return;
	const name = table.value.node.name.name;
	const parentName = parent.value.node.name.name;
	const start = `Can't determine the inherit condition between inherited table '${parent.tableName}' and inheriting table '${table.tableName}'; tables have`;
	const end = "the 'inherit_condition' mapper argument.";
	yield {
		...raising(table.definition),
		subject: `${table.value.module.name}:${name}`,
		range: table.value.node.name,
		problem:
			links.length === 0
				? `${name} derives from ${parentName}, and its table has no foreign key to ${parent.tableName}`
				: `${name} derives from ${parentName}, and ${links.map(({ attribute }) => attribute.name).join(" and ")} both refer to ${parent.tableName}`,
		rootCause: `${name} has a table of its own, so that a row of it is the rest of a row of ${parent.tableName}. One foreign key has to say which.`,
		error:
			links.length === 0
				? `sqlalchemy.exc.NoForeignKeysError: ${start} no foreign key relationships established.  Please ensure the inheriting table has a foreign key relationship to the inherited table, or provide an 'on clause' using ${end}`
				: `sqlalchemy.exc.AmbiguousForeignKeysError: ${start} more than one foreign key relationship established.  Please specify the 'on clause' using ${end}`,
		fixes: links.length === 0 ? keyed(table, parent, own) : [],
		manualSteps:
			links.length === 0
				? [
						`Make the primary key of ${name} a foreign key to ${parent.tableName}, or give ${name} no __tablename__, so that it shares the table.`,
					]
				: [`Say which one with __mapper_args__ = {"inherit_condition": ...}.`],
	};
}

/** May the column have a foreign key that is not seen, as one by an alias of Annotated? */
function hasHiddenKey({ isKey }: Column): boolean {
	return isKey === null;
}

function keyed(table: TableClass, parent: TableClass, own: readonly Column[]): readonly FixProposal[] {
	const key = own.find(({ isKey }) => isKey === true);
	const parentKey = columnsOf(parent)?.find(({ isKey }) => isKey === true);
	if (key === undefined || parentKey === undefined) return [];
	const proposal = withForeignKey(table, key, `${parent.tableName}.${parentKey.name}`);
	if (proposal === null) return [];
	return [
		{
			...proposal,
			explanation: `The key of ${table.value.node.name.name} is then that of its ${parent.value.node.name.name}, as joined inheritance needs it. A table that exists already needs a migration.`,
		},
	];
}
