import type { FixProposal } from "../../../audit/fix.ts";
import { columnsOf } from "../../../project/models/columns.ts";
import { isSqlmodel, type TableClass, tableClasses } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** A SQLModel table class below another one: SQLModel maps only the first, so that every query for the second fails (`SQLModelMetaclass.__init__`). */
export function* unmappedSubclass(project: Project, table: TableClass): Generator<ClassFault> {
	if (table.kind !== "sqlmodel" || table.parent === null) return;
	const { module, node } = table.value;
	const name = node.name.name;
	const parent = tableClasses(project).find(({ value }) => value === table.parent);
	const parentName = table.parent.node.name.name;
	yield {
		...raising(table.definition),
		severity: "HIGH",
		stage: "request",
		subject: `${module.name}:${name}`,
		range: node.name,
		problem: `${name} says table=True and derives from ${parentName}, which is a table itself, so that it is not mapped`,
		rootCause: "SQLModel maps a class only where none of its bases is a table. A query for this one has nothing to select from.",
		error: `sqlalchemy.exc.ArgumentError: Column expression, FROM clause, or other columns clause element expected, got <class '${module.name}.${name}'>.`,
		fixes: parent === undefined ? [] : sharedBase(table, parent),
		manualSteps: [`Put the fields that both have into a class without table=True, and derive ${parentName} and ${name} from it.`],
	};
}

/** The model without a table that the parent itself derives from, where the class has a key of its own. */
function sharedBase(table: TableClass, parent: TableClass): readonly FixProposal[] {
	const { module, node } = table.value;
	const written = node.bases.find((base) => base.type === "Name" && base.id === parent.value.node.name.name);
	const [model] = parent.value.bases;
	const hasKey = columnsOf(table)?.some(({ attribute, isKey }) => isKey === true && attribute.owner === table.value);
	if (written === undefined || model?.kind !== "class" || !isSqlmodel(model) || hasKey !== true) return [];
	const base = model.node.name.name;
	return [
		{
			title: `Derive ${table.value.node.name.name} from ${base}`,
			explanation: `${base} has the fields and no table, so that each class below it can have its own.`,
			applicability: "review",
			edits: [replaceText(module, written.start, written.end, base)],
			needs: model.module === module ? [] : [{ path: module.path, module: model.module.name, name: base }],
		},
	];
}
