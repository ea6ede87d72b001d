import type { FixProposal } from "../../../audit/fix.ts";
import { isSimilarName } from "../../../project/imports/nearest-module.ts";
import type { ConstantValue } from "../../../project/imports/values.ts";
import { columnsOf } from "../../../project/models/columns.ts";
import { hasSqlalchemy } from "../../../project/models/orm-version.ts";
import { isReached, type Relationship, registryOf, relationshipsOf } from "../../../project/models/relationships.ts";
import { type TableClass, tableClasses } from "../../../project/models/table-class.ts";
import { definedTables } from "../../../project/models/tables-defined.ts";
import type { Project } from "../../../project/project.ts";
import { findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { mapperName, nameOf, type RelationshipFault } from "./relationship-fault.ts";

/** Options whose texts SQLAlchemy evaluates when the mappers are configured. */
const evaluated = ["foreign_keys", "remote_side", "order_by", "primaryjoin", "secondaryjoin"];

/** A text such as `"Book.published"`, whose class has no such attribute. */
export function unresolvedText(project: Project, relationship: Relationship): RelationshipFault | null {
	for (const name of evaluated) {
		const option = relationship.option(name);
		if (option?.kind !== "constant" || typeof option.value !== "string") continue;
		for (const match of option.value.matchAll(/(?<![\w.'"])([A-Z]\w*)\.([A-Za-z_]\w*)/g)) {
			const [, className = "", attribute = ""] = match;
			const table = classNamed(project, relationship, className);
			if (isNowhere(project, relationship, className))
				return unknownClass(project, relationship, { option: name, given: option, className, at: match.index });
			if (table === null || table.isOpen || hasAttribute(table, attribute)) continue;
			return faultOf(project, relationship, name, option, { table, attribute, at: match.index + className.length + 1 });
		}
	}
	return null;
}

function classNamed(project: Project, { table }: Relationship, name: string): TableClass | null {
	const found = tableClasses(project).filter(
		(each) => each.value.node.name.name === name && registryOf(each) === registryOf(table) && isReached(project, each),
	);
	const [only] = found;
	return found.length === 1 && only !== undefined && only.parent === null ? only : null;
}

/** Is there no class of that name at all, nor anything else that the text may mean? */
function isNowhere(project: Project, { table, target }: Relationship, name: string): boolean {
	const { tables, isOpen } = definedTables(project);
	if (isOpen || target === null || !("definition" in target)) return false;
	const isKnown = project.trace.classes.some(({ value }) => value.node.name.name === name);
	// Functions and types of SQLAlchemy have their names there too.
	return (
		!isKnown &&
		!tables.some((each) => each.name === name) &&
		/^[A-Z][a-z]/.test(name) &&
		!sqlalchemyTypes.test(name) &&
		!table.isOpen
	);
}

const sqlalchemyTypes =
	/^(Integer|String|Text|Boolean|Date|DateTime|Float|Numeric|Enum|Interval|Time|Unicode|Uuid|Double|Sequence)$/;

interface WrongClass {
	readonly option: string;
	readonly given: ConstantValue;
	readonly className: string;
	/** Where the name begins in the text. */
	readonly at: number;
}

function unknownClass(
	project: Project,
	relationship: Relationship,
	{ option, given, className, at }: WrongClass,
): RelationshipFault {
	const { table, target } = relationship;
	const { module, node } = table.value;
	const names = [table, ...(target !== null && "definition" in target ? [target] : [])].map(({ value }) => value.node.name.name);
	const alike = [...new Set(names)].filter((name) => isSimilarName(name, className));
	const { origin } = given;
	return {
		relationship,
		problem: `${option} of ${nameOf(relationship)} names the class ${className}, which there is not`,
		rootCause: "SQLAlchemy evaluates the text when it puts the relationships together, and no mapped class has that name.",
		error: hasSqlalchemy(project, 2, 0)
			? `sqlalchemy.exc.InvalidRequestError: When initializing mapper ${mapperName(project, table)}, expression '${String(given.value)}' failed to locate a name ("name '${className}' is not defined"). If this is a class name, consider adding this relationship() to the <class '${module.name}.${node.name.name}'> class after both dependent classes have been defined.`
			: null,
		fixes:
			origin?.type !== "source" || origin.range.end - origin.range.start < String(given.value).length
				? []
				: alike.map((name): FixProposal => {
						const start = origin.range.start + at;
						return {
							title: `Name ${name}`,
							explanation: `${name} is the class whose name is nearest.`,
							applicability: alike.length === 1 ? "safe" : "review",
							edits: [{ path: origin.path, range: { start, end: start + className.length }, newText: name }],
						};
					}),
		manualSteps: [`Name one of the two classes: ${names.join(" or ")}.`],
	};
}

function hasAttribute({ attributes, value }: TableClass, name: string): boolean {
	return (
		attributes.has(name) || value.namespace.names.has(name) || ["metadata", "registry"].includes(name) || name.startsWith("__")
	);
}

/** What may be meant by a name in `foreign_keys`: a column of the two tables that refers to the other one, and that no other relationship goes by. */
function keysMeant(project: Project, { table, target }: Relationship, owner: TableClass, wrong: string): readonly string[] {
	const names = [table, target].flatMap((each) => (each !== null && "definition" in each ? [each.tableName] : []));
	const keys = (columnsOf(owner) ?? []).filter(({ references }) =>
		references.some((each) => names.includes(each.target.split(".").at(-2) ?? "")),
	);
	const all = keys.map(({ attribute }) => attribute.name);
	const alike = all.filter((name) => isSimilarName(name, wrong));
	if (alike.length > 0) return alike;
	const sides = relationshipsOf(project).filter((each) => each.table === table && each.target === target);
	const taken = sides
		.map((each) => each.option("foreign_keys"))
		.map((each) => (each?.kind === "constant" ? String(each.value) : ""));
	return all.filter((name) => !taken.some((text) => text.includes(`.${name}`)));
}

function faultOf(
	project: Project,
	relationship: Relationship,
	option: string,
	{ origin }: ConstantValue,
	wrong: { readonly table: TableClass; readonly attribute: string; readonly at: number },
): RelationshipFault {
	const { table, attribute } = wrong;
	const { module, node } = table.value;
	const columns = [...table.attributes.values()].filter(({ name }) => !name.startsWith("__"));
	const keys = option === "foreign_keys" ? keysMeant(project, relationship, table, attribute) : null;
	const alike = columns.filter(({ name }) =>
		keys === null ? isSimilarName(name, attribute) || name.includes(attribute) || attribute.includes(name) : keys.includes(name),
	);
	return {
		relationship,
		problem: `${option} of ${nameOf(relationship)} names ${node.name.name}.${attribute}, which there is not`,
		rootCause: `SQLAlchemy evaluates the text when it puts the relationships together, and ${node.name.name} has no ${attribute}.`,
		error: `AttributeError: Class <class '${module.name}.${node.name.name}'> does not have a mapped column named '${attribute}'`,
		fixes: [
			...(origin?.type !== "source" || origin.range.end - origin.range.start < wrong.at
				? []
				: alike.map(({ name }): FixProposal => {
						const start = origin.range.start + wrong.at;
						return {
							title: `Name ${node.name.name}.${name}`,
							explanation:
								keys === null ? `${name} is the attribute whose name is nearest.` : `${name} refers to the other table.`,
							applicability: alike.length === 1 ? "safe" : "review",
							edits: [{ path: origin.path, range: { start, end: start + attribute.length }, newText: name }],
						};
					})),
			...(option === "order_by" ? unordered(relationship) : []),
		],
		manualSteps: [`Name an attribute that ${node.name.name} has: ${columns.map(({ name }) => name).join(", ")}.`],
	};
}

function unordered({ attribute }: Relationship): readonly FixProposal[] {
	const { valueNode, owner } = attribute;
	const keyword = valueNode?.type === "Call" ? findKeyword(valueNode, "order_by") : null;
	if (valueNode?.type !== "Call" || keyword === null) return [];
	return [
		{
			title: "Take order_by out",
			explanation: "The objects then come in the order in which the database has them.",
			applicability: "review",
			edits: removeArguments(owner.module, valueNode, [keyword]),
		},
	];
}

/** `secondary="post_tag"`, and no table of that name. */
export function unknownSecondary(project: Project, relationship: Relationship): RelationshipFault | null {
	const option = relationship.option("secondary");
	const { tables, isOpen } = definedTables(project);
	if (option?.kind !== "constant" || typeof option.value !== "string" || isOpen) return null;
	const name = option.value;
	const all = tables.filter(({ metadata }) => metadata === relationship.table.metadata);
	const full = all.map((each) => (each.schema === null ? each.name : `${each.schema}.${each.name}`));
	// Anything but a plain name is evaluated, and so is the name of a class.
	if (!/^[\w.]+$/.test(name) || full.includes(name) || classNamed(project, relationship, name) !== null) return null;
	if (tableClasses(project).some(({ value }) => value.node.name.name === name) || name.includes(".")) return null;
	const { table } = relationship;
	const { module, node } = table.value;
	const alike = full.filter((each) => isSimilarName(each, name));
	const { origin } = option;
	return {
		relationship,
		problem: `${nameOf(relationship)} goes by the table ${name}, which there is not`,
		rootCause: "secondary names the table between the two, as it is called in the database.",
		error: hasSqlalchemy(project, 2, 0)
			? `sqlalchemy.exc.InvalidRequestError: When initializing mapper ${mapperName(project, table)}, expression '${name}' failed to locate a name ('${name}'). If this is a class name, consider adding this relationship() to the <class '${module.name}.${node.name.name}'> class after both dependent classes have been defined.`
			: null,
		fixes:
			origin?.type !== "source"
				? []
				: alike.map(
						(each): FixProposal => ({
							title: `Go by the table ${each}`,
							explanation: `${each} is the table whose name is nearest.`,
							applicability: alike.length === 1 ? "safe" : "review",
							edits: [{ path: origin.path, range: origin.range, newText: each }],
						}),
					),
		manualSteps: [`Name the table between the two classes, or define it with Table("${name}", …).`],
	};
}
