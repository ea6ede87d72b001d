import type { FixProposal } from "../../../audit/fix.ts";
import { makerOf } from "../../../project/models/class-body.ts";
import { type Column, columnsOf } from "../../../project/models/columns.ts";
import { hasSqlalchemy } from "../../../project/models/orm-version.ts";
import { type TableClass, tableClasses } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { removeStatements } from "../../../python/rewrite/statements.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** A subclass that shares its parent's table, and brings a column that this table has already, from the parent or from another subclass. */
export function* columnTwice(project: Project, table: TableClass): Generator<ClassFault> {
	if (table.kind !== "declarative" || table.naming !== "inherited") return;
	const root = rootOf(project, table);
	if (root?.tableName == null) return;
	for (const column of ownColumns(table)) {
		const earlier = holderOf(project, root, table, column.name);
		if (earlier === null || takesExisting(column)) continue;
		const { module, node } = table.value;
		const name = node.name.name;
		const isModern = hasSqlalchemy(project, 2, 0);
		yield {
			...raising(table.definition),
			subject: `${module.name}:${name}.${column.attribute.name}`,
			range: column.attribute.node,
			problem: `${name} shares the table ${root.tableName}, which has a column ${column.name} from ${earlier.value.node.name.name} already`,
			rootCause: `${name} names no table of its own, so that its columns are added to ${root.tableName}.`,
			error: isModern
				? `sqlalchemy.exc.ArgumentError: Column '${column.name}' on class ${name} conflicts with existing column '${root.tableName}.${column.name}'.  If using Declarative, consider using the use_existing_column parameter of mapped_column() to resolve conflicts.`
				: null,
			fixes: fixesFor(table, root, earlier, column, isModern),
			manualSteps: [
				`Take the column out of ${name}, put it into ${root.value.node.name.name} once, or give ${name} a table of its own.`,
			],
		};
		return;
	}
}

/** The class above that has the table. */
function rootOf(project: Project, table: TableClass): TableClass | null {
	const above = tableClasses(project).find(({ value }) => value === table.parent);
	if (above === undefined || above.naming === "computed") return null;
	return above.naming === "inherited" ? rootOf(project, above) : above;
}

/** What the class itself writes; mixins are another matter. */
function ownColumns(table: TableClass): readonly Column[] {
	return (columnsOf(table) ?? []).filter(({ attribute }) => attribute.owner === table.value);
}

function holderOf(project: Project, root: TableClass, table: TableClass, name: string): TableClass | null {
	const sharing = tableClasses(project).filter(
		(each) =>
			each !== table &&
			each.definition.order < table.definition.order &&
			(each === root || (each.naming === "inherited" && rootOf(project, each) === root)),
	);
	return sharing.find((each) => columnsOf(each)?.some((column) => column.name === name && isCertain(column))) ?? null;
}

function isCertain({ attribute }: Column): boolean {
	return attribute.annotation !== null || makerOf(attribute.value) === "Column" || makerOf(attribute.value) === "mapped_column";
}

function takesExisting({ attribute }: Column): boolean {
	const { value } = attribute;
	return value?.kind === "instance" && value.call?.keywords.has("use_existing_column") === true;
}

function fixesFor(
	table: TableClass,
	root: TableClass,
	earlier: TableClass,
	{ attribute }: Column,
	isModern: boolean,
): readonly FixProposal[] {
	const { owner, node, valueNode, value } = attribute;
	const { module } = owner;
	const removed: FixProposal = {
		title: `Take ${attribute.name} out of ${table.value.node.name.name}`,
		explanation: `${table.value.node.name.name} has the column of ${root.value.node.name.name} anyhow.`,
		applicability: "safe",
		edits: removeStatements(module, [node]),
	};
	if (earlier === root) return owner.node.body.length > 1 ? [removed] : [];
	if (!isModern || node.type !== "AnnAssign") return [];
	const code = "use_existing_column=True";
	const edit =
		valueNode === null
			? replaceText(module, node.end, node.end, ` = mapped_column(${code})`)
			: valueNode.type === "Call" && makerOf(value) === "mapped_column"
				? addArgument(module, valueNode, code)
				: null;
	if (edit === null) return [];
	return [
		{
			title: `Let both classes share the column ${attribute.name}`,
			explanation: "use_existing_column takes the column that the table has, and makes it where it has none.",
			applicability: "safe",
			edits: [edit],
			needs: valueNode === null ? [{ path: module.path, module: "sqlalchemy.orm", name: "mapped_column" }] : [],
		},
	];
}
