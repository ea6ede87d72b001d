import type { FixProposal } from "../../../audit/fix.ts";
import type { ConstantValue } from "../../../project/imports/values.ts";
import { argumentsOf } from "../../../project/models/class-body.ts";
import { hasSqlalchemy } from "../../../project/models/orm-version.ts";
import type { Relationship } from "../../../project/models/relationships.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import { definedTables } from "../../../project/models/tables-defined.ts";
import type { Project } from "../../../project/project.ts";
import { mapperName, nameOf, type RelationshipFault } from "./relationship-fault.ts";

/** Options that name columns, and by which side's columns they mostly mean. */
const options = [
	["foreign_keys", "own"],
	["remote_side", "target"],
	["order_by", "target"],
] as const;

/** Names that Python has of itself: the evaluation finds these before it misses a column. */
const builtins = new Set(["id", "type", "hash", "format", "input", "max", "min", "sum", "range", "filter", "map", "object"]);

/** A text such as `order_by="created_at"`, which is evaluated where only classes and tables have names, not their columns. */
export function bareColumnName(project: Project, relationship: Relationship): RelationshipFault | null {
	const { table, target } = relationship;
	const { tables, isOpen } = definedTables(project);
	if (target === null || !("definition" in target) || isOpen) return null;
	for (const [option, side] of options) {
		// backref(…) takes the options of the relationship that leads back.
		const given = relationship.option(option) ?? argumentsOf(relationship.option("backref"))?.keywords.get(option);
		if (given?.kind !== "constant" || typeof given.value !== "string") continue;
		const found = /^\s*(?:[[(]\s*)?([a-z_]\w*)\s*(?:[\]),]|$|\.(?:desc|asc)\(\))/.exec(given.value);
		const name = found?.[1] ?? "";
		const sides = side === "own" ? [table, target] : [target, table];
		const owner = sides.find(({ attributes }) => attributes.has(name));
		if (owner === undefined || tables.some((each) => each.name === name)) continue;
		return faultOf(project, relationship, { option, given, name, owner });
	}
	return null;
}

interface BareName {
	readonly option: string;
	readonly given: ConstantValue;
	readonly name: string;
	readonly owner: TableClass;
}

function faultOf(project: Project, relationship: Relationship, { option, given, name, owner }: BareName): RelationshipFault {
	const { table } = relationship;
	const text = String(given.value);
	const className = owner.value.node.name.name;
	const isFunction = builtins.has(name);
	const missed = `sqlalchemy.exc.InvalidRequestError: When initializing mapper ${mapperName(project, table)}, expression '${text}' failed to locate a name ("name '${name}' is not defined"). If this is a class name, consider adding this relationship() to the <class '${table.value.module.name}.${table.value.node.name.name}'> class after both dependent classes have been defined.`;
	const taken = `sqlalchemy.exc.ArgumentError: Column expression expected for argument '${option}'; got <built-in function ${name}>.`;
	return {
		relationship,
		problem: `${option} of ${nameOf(relationship)} names ${name} without its class`,
		rootCause: `SQLAlchemy evaluates the text when it puts the relationships together. Classes and tables have names there, columns do not${isFunction ? `, and ${name} is a function of Python` : ""}.`,
		error: isFunction ? (name === "id" ? taken : null) : hasSqlalchemy(project, 2, 0) ? missed : null,
		fixes: qualified(given, name, className),
		manualSteps: [`Write ${className}.${name}.`],
	};
}

function qualified({ origin, value }: ConstantValue, name: string, className: string): readonly FixProposal[] {
	const at = String(value).indexOf(name);
	if (origin?.type !== "source" || origin.range.end - origin.range.start < String(value).length) return [];
	const start = origin.range.start + at;
	return [
		{
			title: `Name ${className}.${name}`,
			explanation: `${name} is a column of ${className}.`,
			applicability: "safe",
			edits: [{ path: origin.path, range: { start, end: start + name.length }, newText: `${className}.${name}` }],
		},
	];
}
