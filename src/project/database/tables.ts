import type * as ast from "../../python/ast.ts";
import { dottedName, walk } from "../../python/walk.ts";
import type { ClassDefinition } from "../imports/trace.ts";
import type { ClassValue, Value } from "../imports/values.ts";
import { makerOf } from "../models/class-body.ts";
import { computedTableName, isTableNaming } from "../models/computed-table-name.ts";
import { hasHiddenTemplate, isDeclarativeRoot, isMadeByRegistry, makesBase } from "../models/declarative-base.ts";
import { inheritedValue, lineageOf } from "../models/lineage.ts";
import { isAbstract, tableKind } from "../models/table-class.ts";
import type { Project } from "../project.ts";
import { isMadeBy, isSymbol } from "./sqlalchemy-values.ts";

/** A class that makes a database table when its statement runs. */
export interface TableClass {
	readonly definition: ClassDefinition;
	readonly value: ClassValue;
	readonly kind: "sqlmodel" | "declarative";
	/** As `__tablename__` says, or SQLModel's default; null where it is computed. */
	readonly tableName: string | null;
	/** Its attributes and those it inherits from classes that make no table, nearest last. */
	readonly columns: readonly TableColumn[];
	/** False where a base, a mixin or `__table_args__` may add what we do not see. */
	readonly isComplete: boolean;
}

/** One attribute of a table class. */
export interface TableColumn {
	readonly name: string;
	readonly owner: ClassValue;
	readonly node: ast.AnnAssign | ast.Assign;
	/** What it is set to; null where it is only annotated. */
	readonly value: Value | null;
}

/** Every table class that start-up defines, in order. */
export function listTables(project: Project): readonly TableClass[] {
	return project.trace.classes.flatMap((definition) => {
		const { value } = definition;
		const owners = lineageOf(value).own;
		const kind = isSqlmodelTable(value) ? "sqlmodel" : isNamedTable(value, owners) ? "declarative" : null;
		if (kind === null) return [];
		// A table that builds on another table inherits its key and columns by rules of their own.
		if (owners.some((owner) => owner !== value && (isSqlmodelTable(owner) || setsTableName(owner) || isMapped(owner)))) return [];
		const columns = owners.toReversed().flatMap(columnsOf);
		return [{ definition, value, kind, tableName: tableNameOf(value, kind), columns, isComplete: isComplete(owners) }];
	});
}

/** Is the value a call of SQLModel's `Field`? */
export function isField(value: Value | null): boolean {
	return isMadeBy(value ?? undefined, "Field");
}

/** The keyword arguments of the call that made a value, by name; null where it was none, or where some cannot be seen. */
export function callKeywords(value: Value | null): ReadonlyMap<string, Value> | null {
	return value?.kind === "instance" && value.call !== null && !value.call.open ? value.call.keywords : null;
}

function isSqlmodelTable(value: ClassValue): boolean {
	const table = value.keywords.get("table");
	return table?.kind === "constant" && table.value === true && hasBase(value, (base) => isSymbol(base, "SQLModel"));
}

/** A class under a declarative base that says its table's name, or has it made of its own name by a base. */
function isNamedTable(value: ClassValue, owners: readonly ClassValue[]): boolean {
	return isMapped(value) && (setsTableName(value) || owners.some(({ node }) => node.body.some(isTableNaming)));
}

function isMapped(value: ClassValue): boolean {
	if (tableKind(value) === "declarative") return true;
	return !isMadeByRegistry(value) && !isAbstract(value) && lineageOf(value).ancestors.some(isMadeByRegistry);
}

function hasBase(value: ClassValue, test: (base: Value) => boolean): boolean {
	return value.bases.some((base) => test(base) || (base.kind === "class" && hasBase(base, test)));
}

function setsTableName(value: ClassValue): boolean {
	return value.namespace.names.get("__tablename__")?.value.kind === "constant";
}

function tableNameOf(value: ClassValue, kind: TableClass["kind"]): string | null {
	const named = value.namespace.names.get("__tablename__")?.value;
	if (named?.kind === "constant" && typeof named.value === "string") return named.value;
	if (kind === "sqlmodel") return named === undefined ? value.node.name.name.toLowerCase() : null;
	return computedTableName(inheritedValue(value, "__tablename__") ?? { kind: "unknown" }, value);
}

function columnsOf(owner: ClassValue): TableColumn[] {
	return owner.node.body.flatMap((node): TableColumn[] => {
		const target = node.type === "AnnAssign" ? node.target : node.type === "Assign" ? node.targets[0] : undefined;
		if (target?.type !== "Name" || (node.type !== "AnnAssign" && node.type !== "Assign")) return [];
		const name = target.id;
		if (name.startsWith("_") || name === "model_config") return [];
		const binding = owner.namespace.names.get(name);
		const value = node.value === null ? null : (binding?.value ?? { kind: "unknown" as const });
		return [{ name, owner, node, value }];
	});
}

/** Are all columns in sight: plain bodies, and no base from elsewhere than SQLAlchemy and SQLModel themselves? */
function isComplete(owners: readonly ClassValue[]): boolean {
	return owners.every(({ node, bases, namespace, decorators }) => {
		if (namespace.dynamic || !decorators.every(isPlainMaker) || node.body.some(isDeclaredAttribute)) return false;
		const bound = new Set(namespace.names.keys());
		if (node.body.some((statement) => isConstraint(statement, bound))) return false;
		if (namespace.names.has("__table__") || mayNameKey(namespace.names.get("__mapper_args__")?.value)) return false;
		if (namespace.names.has("__table_args__") && mayHoldKey(namespace.names.get("__table_args__")?.value)) return false;
		return bases.every((base) => {
			if (base.kind === "class") return true;
			if (base.kind === "instance") return (isDeclarativeRoot(base) || isMadeByRegistry(base)) && !hasHiddenTemplate(base);
			return isSymbol(base, "SQLModel") || isSymbol(base, "DeclarativeBase");
		});
	});
}

/** Is it a decorator that makes a class a declarative base, and brings nothing else? */
function isPlainMaker(decorator: Value): boolean {
	return makesBase(decorator) && decorator.kind === "instance" && !hasHiddenTemplate(decorator);
}

/** `@declared_attr def id(cls)` adds a column that only its body knows. */
function isDeclaredAttribute(statement: ast.Statement): boolean {
	return (
		statement.type === "FunctionDef" &&
		!isTableNaming(statement) &&
		statement.decorators.some((decorator) => dottedName(decorator)?.includes("declared_attr") === true)
	);
}

/** `PrimaryKeyConstraint(id)` in the body, bound to nothing: it makes itself known to the table through its columns. */
function isConstraint(statement: ast.Statement, bound: ReadonlySet<string>): boolean {
	if (statement.type !== "ExpressionStatement" || statement.value.type !== "Call") return false;
	const { args, keywords } = statement.value;
	let isOfColumns = false;
	for (const part of [...args, ...keywords.map(({ value }) => value)])
		walk(part, (node) => {
			if (node.type === "Name" && bound.has(node.id)) isOfColumns = true;
			if (node.type === "Constant" && typeof node.value === "string" && bound.has(node.value)) isOfColumns = true;
		});
	return isOfColumns;
}

/** May `__mapper_args__` say which columns tell the rows apart? */
function mayNameKey(value: Value | undefined): boolean {
	return value !== undefined && (value.kind !== "dict" || !value.complete || value.entries.has("primary_key"));
}

/** May `__table_args__` name the key, or take the table from elsewhere? */
function mayHoldKey(value: Value | undefined): boolean {
	const items = value?.kind === "sequence" && value.complete ? value.items : [value];
	return items.some((item) => {
		if (item?.kind === "dict" && item.complete)
			return [...item.entries.keys()].some(
				(key) => !/^(schema|comment|info|sqlite_\w+|mysql_\w+|postgresql_\w+)$/.test(String(key)),
			);
		return !["Index", "UniqueConstraint", "CheckConstraint", "ForeignKeyConstraint"].includes(makerOf(item) ?? "");
	});
}
