import { argumentsOf, type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import { hasSqlalchemy, sqlalchemyVersion } from "../../../project/models/orm-version.ts";
import { isVersionOne } from "../../../project/models/pydantic-schema.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import { addArgument, findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** A column called `metadata`, which is where SQLAlchemy before 2.1 keeps the table registry of a class. */
export function* reservedName(project: Project, table: TableClass): Generator<ClassFault> {
	if (sqlalchemyVersion(project) === null || hasSqlalchemy(project, 2, 1)) return;
	const attribute = table.attributes.get("metadata");
	if (attribute === undefined || !isColumn(table)) return;
	const { owner, node } = attribute;
	const { module } = owner;
	const className = owner.node.name.name;
	const target = node.type === "AnnAssign" ? node.target : node.targets[0];
	const edits =
		target === undefined ? [] : [replaceText(module, target.start, target.end, "metadata_"), ...keptColumnName(table)];
	yield {
		...raising(table.definition),
		subject: `${module.name}:${className}.metadata`,
		range: node,
		problem: `${className} has a column called metadata, which is a reserved name`,
		rootCause: "Before version 2.1 SQLAlchemy keeps the registry of all tables in this attribute of every mapped class.",
		error:
			isVersionOne(project.environment) && table.kind === "sqlmodel"
				? `NameError: Field name "metadata" shadows a BaseModel attribute; use a different field name with "alias='metadata'".`
				: "sqlalchemy.exc.InvalidRequestError: Attribute name 'metadata' is reserved when using the Declarative API.",
		fixes: [
			{
				title: "Call the attribute metadata_",
				explanation: "The column keeps its name in the database. Code that reads or sets .metadata of an instance has to follow.",
				applicability: "review",
				edits,
			},
		],
	};
}

function isColumn({ kind, attributes }: TableClass): boolean {
	const attribute = attributes.get("metadata");
	if (attribute === undefined) return false;
	const maker = makerOf(attribute.value);
	if (kind === "sqlmodel") return attribute.annotation !== null;
	return maker === "Column" || maker === "mapped_column" || (attribute.value === null && isMapped(attribute.annotation));
}

/** An annotation of another kind, such as `metadata: MetaData`, tells type checkers what is there anyway. */
function isMapped(annotation: ClassAttribute["annotation"]): boolean {
	return annotation?.type === "Subscript" && /(?:^|\.)Mapped$/.test(dottedName(annotation.value) ?? "");
}

/** What makes the column go by its old name although the attribute has another. */
function keptColumnName({ kind, attributes }: TableClass): readonly TextEdit[] {
	const attribute = attributes.get("metadata");
	if (attribute === undefined) return [];
	const { owner, valueNode, value, annotation } = attribute;
	const { module } = owner;
	if (valueNode?.type === "Call") {
		const column = kind === "sqlmodel" ? findKeyword(valueNode, "sa_column")?.value : valueNode;
		if (column?.type === "Call")
			return [nameFirst(module, column.argumentsRange.start + 1, column.args.length + column.keywords.length)];
		if (kind === "sqlmodel" && argumentsOf(value) !== null && findKeyword(valueNode, "sa_column_kwargs") === null)
			return [addArgument(module, valueNode, 'sa_column_kwargs={"name": "metadata"}')];
		return [];
	}
	if (kind === "declarative" && valueNode === null && annotation !== null)
		return [replaceText(module, annotation.end, annotation.end, ' = mapped_column("metadata")')];
	return [];
}

function nameFirst(
	module: { readonly path: string; readonly text: string; readonly tree: TableClass["value"]["module"]["tree"] },
	at: number,
	count: number,
): TextEdit {
	return replaceText(module, at, at, count === 0 ? '"metadata"' : '"metadata", ');
}
