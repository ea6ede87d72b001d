import type { FixProposal } from "../../../audit/fix.ts";
import type { Value } from "../../../project/imports/values.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import { lineageOf } from "../../../project/models/lineage.ts";
import { isVersionOne } from "../../../project/models/pydantic-schema.ts";
import { isSqlmodelTable, type TableClass, tableClasses } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** A `sa_column` that a model without a table hands down to more than one table: a Column belongs to one. */
export function* sharedColumns(project: Project): Generator<ClassFault> {
	const holders = new Map<Value, TableClass>();
	for (const table of tableClasses(project)) {
		if (table.kind !== "sqlmodel" || table.parent !== null) continue;
		for (const attribute of table.attributes.values()) {
			const column = argumentsOf(attribute.value)?.keywords.get("sa_column");
			if (column === undefined || makerOf(column) !== "Column") continue;
			// pydantic 1 copies the fields of a base class for each class below it, the columns in them too.
			if (isVersionOne(project.environment) && attribute.owner !== table.value) continue;
			const holder = holders.get(column);
			if (holder === undefined) {
				holders.set(column, table);
				continue;
			}
			yield faultOf(project, table, holder, attribute, column);
			break;
		}
	}
}

function faultOf(project: Project, table: TableClass, holder: TableClass, attribute: ClassAttribute, column: Value): ClassFault {
	const { owner, name, node } = attribute;
	const given = argumentsOf(column)?.args[0];
	const columnName = given?.kind === "constant" && typeof given.value === "string" ? given.value : name;
	const users = tableClasses(project).filter((each) => isSqlmodelTable(each.value) && lineageOf(each.value).own.includes(owner));
	return {
		...raising(table.definition),
		subject: `${owner.module.name}:${owner.node.name.name}.${name}`,
		module: owner.module,
		range: node,
		problem: `The column of ${owner.node.name.name}.${name} belongs to ${holder.value.node.name.name}, and ${table.value.node.name.name} is to have it too`,
		rootCause: `sa_column is one Column object, which all classes below ${owner.node.name.name} share (${users.map(({ value }) => value.node.name.name).join(", ")}). A column belongs to one table.`,
		error: `sqlalchemy.exc.ArgumentError: Column object '${columnName}' already assigned to Table '${holder.tableName}'`,
		fixes: asType(attribute),
		manualSteps: ["Give sa_type and sa_column_kwargs in the place of sa_column: SQLModel then makes a column for each table."],
	};
}

/** `sa_column=Column(DateTime, nullable=False)` becomes `sa_type=DateTime, sa_column_kwargs={"nullable": False}`. */
function asType({ owner: { module }, valueNode }: ClassAttribute): readonly FixProposal[] {
	const keyword = valueNode?.type === "Call" ? findKeyword(valueNode, "sa_column") : null;
	if (keyword?.value.type !== "Call") return [];
	const { args, keywords } = keyword.value;
	const isType = args.every(
		(arg) =>
			!(arg.type === "Constant") &&
			!(arg.type === "Call" && /ForeignKey|Identity|Sequence|Computed/.test(module.text.slice(arg.start, arg.end))),
	);
	if (args.length > 1 || !isType || keywords.some(({ name }) => name === null)) return [];
	const text = ({ start, end }: { readonly start: number; readonly end: number }) => module.text.slice(start, end);
	const [type] = args;
	const options = keywords.map(({ name, value }) => `"${name?.name ?? ""}": ${text(value)}`);
	const parts = [
		...(type === undefined ? [] : [`sa_type=${text(type)}`]),
		...(options.length === 0 ? [] : [`sa_column_kwargs={${options.join(", ")}}`]),
	];
	if (parts.length === 0) return [];
	return [
		{
			title: "Let each table make its own column",
			explanation: "sa_type and sa_column_kwargs say the same as the Column, and SQLModel makes one of it for every table.",
			applicability: "safe",
			edits: [replaceText(module, keyword.start, keyword.end, parts.join(", "))],
		},
	];
}
