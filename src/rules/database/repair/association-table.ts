import type { FixProposal } from "../../../audit/fix.ts";
import { columnsOf } from "../../../project/models/columns.ts";
import { type Relationship, relationshipsOf } from "../../../project/models/relationships.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import { definedTables } from "../../../project/models/tables-defined.ts";
import type { Project } from "../../../project/project.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";
import { insertBefore } from "../../../python/rewrite/statements.ts";

/** The table between two classes whose relationships lead to many on both sides; none where one of them leads to one, or the classes stand in two files. */
export function associationTable(project: Project, relationship: Relationship): readonly FixProposal[] {
	const { table, target } = relationship;
	if (target === null || !("definition" in target) || target === table || table.kind !== "declarative") return [];
	const back = relationshipsOf(project).find((each) => each.table === target && each.target === table);
	if (back === undefined || ![relationship, back].every(leadsToMany) || table.value.module !== target.value.module) return [];
	const [first, second] = table.definition.order < target.definition.order ? [table, target] : [target, table];
	const base = first.value.node.bases[0];
	const columns = [columnTo(first), columnTo(second)];
	const name = `${first.tableName}_${second.tableName}`;
	if (base === undefined || columns.includes(null) || definedTables(project).tables.some((each) => each.name === name)) return [];
	const { module } = table.value;
	const code = [
		`${name} = Table(`,
		`    "${name}",`,
		`    ${module.text.slice(base.start, base.end)}.metadata,`,
		...columns.map((column) => `    ${column},`),
		")",
		"",
		"",
		"",
	].join("\n");
	const edits = [relationship, back].flatMap(({ attribute }) =>
		attribute.valueNode?.type === "Call" ? [addArgument(module, attribute.valueNode, `secondary=${name}`)] : [],
	);
	if (edits.length < 2) return [];
	return [
		{
			title: `Put a table between ${first.tableName} and ${second.tableName}`,
			explanation: `Both sides lead to many rows, which needs a table of pairs: ${name}. A database that exists already needs a migration.`,
			applicability: "review",
			edits: [insertBefore(module, first.value.node, code), ...edits],
			needs: ["Column", "ForeignKey", "Table"].map((each) => ({ path: module.path, module: "sqlalchemy", name: each })),
		},
	];
}

function leadsToMany({ attribute }: Relationship): boolean {
	const { annotation, owner } = attribute;
	return annotation !== null && /\b(list|List|set|Set)\[/.test(owner.module.text.slice(annotation.start, annotation.end));
}

function columnTo(table: TableClass): string | null {
	const keys = columnsOf(table)?.filter(({ isKey }) => isKey === true) ?? [];
	const [key] = keys;
	if (keys.length !== 1 || key === undefined) return null;
	const stem = table.value.node.name.name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
	return `Column("${stem}_${key.name}", ForeignKey("${table.tableName}.${key.name}"), primary_key=True)`;
}
