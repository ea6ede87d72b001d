import type { FixProposal } from "../../../audit/fix.ts";
import { isSimilarName } from "../../../project/imports/nearest-module.ts";
import { isReached, type Relationship, registryOf } from "../../../project/models/relationships.ts";
import { type TableClass, tableClasses } from "../../../project/models/table-class.ts";
import { definedTables } from "../../../project/models/tables-defined.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { removeStatements } from "../../../python/rewrite/statements.ts";
import { importForTables } from "../repair/import-for-tables.ts";
import { mapByName } from "../repair/map-class.ts";
import { mapperName, nameOf, type RelationshipFault } from "./relationship-fault.ts";

/** A relationship to a class that no module in use defines. */
export function unknownTarget(project: Project, relationship: Relationship): RelationshipFault | null {
	const { target, table } = relationship;
	if (target === null || "definition" in target) return null;
	if (tableClasses(project).some((each) => each.isOpen && registryOf(each) === undefined)) return null;
	const { name } = target;
	const elsewhere = tableClasses(project).find((each) => each.value.node.name.name === name && !isReached(project, each));
	return {
		relationship,
		problem:
			elsewhere === undefined
				? `${nameOf(relationship)} leads to ${name}, and there is no table class of that name`
				: `${nameOf(relationship)} leads to ${name}, whose module start-up never imports`,
		rootCause:
			elsewhere === undefined
				? "SQLAlchemy looks the name up among the mapped classes when a model is first used."
				: `The class stands in ${elsewhere.value.module.path}; SQLAlchemy knows only classes of modules that have been imported.`,
		error: errorOf(project, relationship, name),
		fixes:
			elsewhere === undefined
				? [...mapByName(project, name), ...respelled(project, relationship, name), takenOut(relationship, name)]
				: imported(project, table, elsewhere),
		manualSteps: [
			`Define the class ${name}, import its module where the other models are imported, or take the relationship out.`,
		],
	};
}

/** What a name stands for that is that of no class: a table, or a module of which SQLAlchemy knows classes, is told in words of its own. */
function errorOf(project: Project, { table, attribute }: Relationship, name: string): string | null {
	if (definedTables(project).tables.some((each) => each.name === name && each.metadata === table.metadata))
		return `sqlalchemy.exc.ArgumentError: relationship '${attribute.name}' expects a class or a mapper argument (received: <class 'sqlalchemy.sql.schema.Table'>)`;
	if (tableClasses(project).some(({ value }) => value.module.name.split(".").includes(name))) return null;
	const place = `<class '${table.value.module.name}.${table.value.node.name.name}'>`;
	return `sqlalchemy.exc.InvalidRequestError: When initializing mapper ${mapperName(project, table)}, expression '${name}' failed to locate a name ('${name}'). If this is a class name, consider adding this relationship() to the ${place} class after both dependent classes have been defined.`;
}

function imported(project: Project, table: TableClass, elsewhere: TableClass): readonly FixProposal[] {
	const { tables } = definedTables(project);
	const own = tables.find((each) => each.table === table);
	const other = tables.find((each) => each.table === elsewhere);
	return own === undefined || other === undefined ? [] : importForTables(project, own, other, null);
}

function respelled(project: Project, { target, table, attribute }: Relationship, name: string): readonly FixProposal[] {
	const candidates = tableClasses(project)
		.filter((each) => registryOf(each) === registryOf(table) && isReached(project, each))
		.map((each) => each.value.node.name.name);
	const plain = (text: string) => text.toLowerCase().replaceAll("_", "").replace(/s$/, "");
	const alike = candidates.filter((each) => plain(each) === plain(name) || isSimilarName(each, name));
	return alike.flatMap((each): FixProposal[] => {
		const edits =
			target !== null && "origin" in target && target.origin?.type === "source"
				? [{ path: target.origin.path, range: target.origin.range, newText: each }]
				: inAnnotation(attribute, name, each);
		if (edits.length === 0) return [];
		return [
			{
				title: `Write ${each} instead of ${name}`,
				explanation: `${each} is the table class whose name is nearest.`,
				applicability: alike.length === 1 ? "safe" : "review",
				edits,
			},
		];
	});
}

function takenOut({ attribute }: Relationship, name: string): FixProposal {
	return {
		title: `Take ${attribute.name} out`,
		explanation: `Without a class ${name} the relationship leads nowhere. Code that uses ${attribute.name} has to go with it.`,
		applicability: "review",
		edits: removeStatements(attribute.owner.module, [attribute.node]),
	};
}

function inAnnotation({ annotation, owner }: Relationship["attribute"], name: string, to: string): FixProposal["edits"] {
	if (annotation === null) return [];
	const text = owner.module.text.slice(annotation.start, annotation.end);
	const match = new RegExp(`\\b${name}\\b`).exec(text);
	if (match === null) return [];
	const start = annotation.start + match.index;
	return [replaceText(owner.module, start, start + name.length, to)];
}
