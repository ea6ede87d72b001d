import type { FixProposal } from "../../../audit/fix.ts";
import type { ClassValue } from "../../../project/imports/values.ts";
import { argumentsOf, attributesOf } from "../../../project/models/class-body.ts";
import { isSqlmodel } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";

/** Says `table=True` of the one class of SQLModel that is meant for a table: it names it, or is called like it and has a primary key. */
export function mapForTable(project: Project, table: string): readonly FixProposal[] {
	return mapped(project, (value) => {
		const written = value.namespace.names.get("__tablename__")?.value;
		if (written !== undefined) return written.kind === "constant" && written.value === table;
		return hasKey(value) && value.node.name.name.toLowerCase() === table;
	});
}

/** Says `table=True` of the one class of SQLModel with that name that has a primary key or the name of a table. */
export function mapByName(project: Project, name: string): readonly FixProposal[] {
	return mapped(
		project,
		(value) => value.node.name.name === name && (hasKey(value) || value.namespace.names.has("__tablename__")),
	);
}

function mapped(project: Project, isMeant: (value: ClassValue) => boolean): readonly FixProposal[] {
	const [only, ...others] = project.trace.classes.filter(
		({ value, reached }) => reached && !value.keywords.has("table") && isSqlmodel(value) && isMeant(value),
	);
	const last = only?.value.node.bases.at(-1);
	if (only === undefined || last === undefined || others.length > 0) return [];
	const { module, node } = only.value;
	return [
		{
			title: `Make ${node.name.name} a table`,
			explanation: `SQLModel makes a table of a class that says table=True, and ${node.name.name} has what a table needs.`,
			applicability: "safe",
			edits: [replaceText(module, last.end, last.end, ", table=True")],
		},
	];
}

function hasKey(value: ClassValue): boolean {
	return [...attributesOf(value).values()].some((each) => {
		const key = argumentsOf(each.value)?.keywords.get("primary_key");
		return key?.kind === "constant" && key.value === true;
	});
}
