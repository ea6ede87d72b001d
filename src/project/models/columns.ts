import { isClassVariable } from "../../python/annotated.ts";
import type { Call } from "../imports/trace.ts";
import type { Origin, Value } from "../imports/values.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "./class-body.ts";
import { type TableClass, tableArguments } from "./table-class.ts";

/** A column of a table class. */
export interface Column {
	readonly attribute: ClassAttribute;
	/** Its name in the database. */
	readonly name: string;
	/** Is it (part of) the primary key? Null where that cannot be seen. */
	readonly isKey: boolean | null;
	readonly references: readonly Reference[];
}

/** A foreign key as it is written: `users.id`. */
export interface Reference {
	readonly target: string;
	readonly origin: Origin | null;
}

/** The columns of a table; null where some of them cannot be seen. */
export function columnsOf(table: TableClass): readonly Column[] | null {
	if (table.isOpen) return null;
	const columns: Column[] = [];
	for (const attribute of table.attributes.values()) {
		const column = columnOf(table, attribute);
		if (column === "unknown") return null;
		if (column !== null) columns.push(column);
	}
	return columns;
}

/** Foreign keys of a table that can be seen, each with its column. */
export function referencesOf(
	table: TableClass,
): readonly { readonly attribute: ClassAttribute; readonly reference: Reference }[] {
	return [...table.attributes.values()].flatMap((attribute) => {
		const column = columnOf(table, attribute);
		if (column === null || column === "unknown") return [];
		return column.references.map((reference) => ({ attribute, reference }));
	});
}

function columnOf(table: TableClass, attribute: ClassAttribute): Column | "unknown" | null {
	const { name, annotation, value } = attribute;
	if (name.startsWith("__") || (annotation !== null && isClassVariable(annotation))) return null;
	return table.kind === "sqlmodel" ? sqlmodelColumn(attribute) : declarativeColumn(attribute, value);
}

function sqlmodelColumn(attribute: ClassAttribute): Column | "unknown" | null {
	const { name, annotation, value } = attribute;
	if (annotation === null || name.startsWith("_") || name === "model_config") return null;
	if (makerOf(value) === "Relationship") return null;
	if (makerOf(value) !== "Field")
		return value?.kind === "unknown" ? "unknown" : { attribute, name, isKey: false, references: [] };
	const call = argumentsOf(value);
	if (call === null) return "unknown";
	const column = call.keywords.get("sa_column");
	if (column !== undefined) {
		const given = argumentsOf(column);
		return given === null ? "unknown" : fromCall(attribute, given, name);
	}
	const key = call.keywords.get("foreign_key");
	const references = key === undefined ? [] : referenceIn(key);
	const more = call.keywords.get("sa_column_kwargs");
	const hasMore =
		call.keywords.has("sa_column_args") || (more !== undefined && (more.kind !== "dict" || more.entries.has("primary_key")));
	return { attribute, name, isKey: isTrue(call.keywords.get("primary_key")) || (hasMore ? null : false), references };
}

function declarativeColumn(attribute: ClassAttribute, value: Value | null): Column | "unknown" | null {
	const maker = makerOf(value);
	if (maker === "Column" || maker === "mapped_column") {
		const call = argumentsOf(value);
		return call === null ? "unknown" : fromCall(attribute, call, attribute.name);
	}
	if (value === null)
		return attribute.annotation === null ? null : { attribute, name: attribute.name, isKey: null, references: [] };
	if (value.kind === "instance" && value.of.kind === "external" && /^sqlalchemy\./.test(value.of.canonical)) return null;
	return value.kind === "unknown" || value.kind === "instance" ? "unknown" : null;
}

type Arguments = Pick<Call, "args" | "keywords">;

/** A call of `Column` or `mapped_column`. */
function fromCall(attribute: ClassAttribute, { args, keywords }: Arguments, fallback: string): Column {
	const given = keywords.get("name") ?? args[0];
	const name = given?.kind === "constant" && typeof given.value === "string" ? given.value : fallback;
	const references = args.flatMap((arg) => (makerOf(arg) === "ForeignKey" ? referenceIn(argumentsOf(arg)?.args[0]) : []));
	const key = keywords.get("primary_key");
	return {
		attribute,
		name,
		isKey: key === undefined ? false : isTrue(key) || (key.kind === "constant" ? false : null),
		references,
	};
}

function referenceIn(value: Value | undefined): Reference[] {
	return value?.kind === "constant" && typeof value.value === "string" ? [{ target: value.value, origin: value.origin }] : [];
}

function isTrue(value: Value | undefined): boolean {
	return value?.kind === "constant" && value.value === true;
}

/** Does `__table_args__` hold constraints that may be keys? */
export function hasTableConstraints(table: TableClass): boolean {
	const found = tableArguments(table.value);
	return (
		found === null ||
		found.items.some((item) => makerOf(item) === "PrimaryKeyConstraint" || makerOf(item) === "ForeignKeyConstraint")
	);
}
