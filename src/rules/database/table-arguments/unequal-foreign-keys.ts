import type { Call } from "../../../project/imports/trace.ts";
import type { Value } from "../../../project/imports/values.ts";
import { definedTables } from "../../../project/models/tables-defined.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { ClassFault } from "../../repair/classes/class-fault.ts";

/** `ForeignKeyConstraint` with more columns on one side than on the other; it raises when it is made. */
export function* unequalForeignKeys(project: Project): Generator<ClassFault> {
	for (const call of project.trace.calls) {
		const { callee, args, keywords, guarded, open, node, module, stage, order } = call;
		if (guarded || open || callee.kind !== "external" || !callee.canonical.endsWith(".schema.ForeignKeyConstraint")) continue;
		const own = textsOf(args[0] ?? keywords.get("columns"));
		const other = textsOf(args[1] ?? keywords.get("refcolumns"));
		if (own === null || other === null || own.length === other.length) continue;
		yield {
			module,
			severity: "CRITICAL",
			stage,
			order,
			subject: `${module.name}:ForeignKeyConstraint:${own.join(",")}`,
			range: node,
			problem: `A ForeignKeyConstraint has ${own.length} columns of its own and refers to ${other.length}`,
			rootCause: "The columns of the two lists belong together one by one.",
			error:
				"sqlalchemy.exc.ArgumentError: ForeignKeyConstraint number of constrained columns must match the number of referenced columns.",
			fixes: completed(project, call, own, other),
			manualSteps: [`Write as many columns in the second list as in the first: ${own.join(", ")}.`],
		};
	}
}

function textsOf(value: Value | undefined): readonly string[] | null {
	if (value?.kind !== "sequence" || !value.complete) return null;
	const texts = value.items.map((item) => (item.kind === "constant" && typeof item.value === "string" ? item.value : null));
	return texts.every((text) => text !== null) ? texts : null;
}

/** The rest of the other table's key, where that has as many columns as the constraint. */
function completed(
	project: Project,
	{ node, module }: Call,
	own: readonly string[],
	other: readonly string[],
): ClassFault["fixes"] {
	const list = node.args[1];
	const [first] = other;
	const last = list?.type === "Sequence" ? list.items.at(-1) : undefined;
	const tableName = first?.split(".").slice(0, -1).join(".");
	const target = definedTables(project).tables.find(
		({ name, schema }) => (schema === null ? name : `${schema}.${name}`) === tableName,
	);
	const missing = (target?.keys ?? []).filter((key) => !other.includes(`${tableName}.${key}`));
	if (last === undefined || other.length + missing.length !== own.length) return [];
	const more = missing.map((key) => `, "${tableName}.${key}"`).join("");
	return [
		{
			title: `Refer to ${missing.join(" and ")} of ${tableName} as well`,
			explanation: `The key of ${tableName} has that column too.`,
			applicability: "review",
			edits: [replaceText(module, last.end, last.end, more)],
		},
	];
}
