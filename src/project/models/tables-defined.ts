import type * as ast from "../../python/ast.ts";
import type { Call } from "../imports/trace.ts";
import type { Value } from "../imports/values.ts";
import type { Module, Project } from "../project.ts";
import { argumentsOf, makerOf } from "./class-body.ts";
import { columnsOf, type Reference } from "./columns.ts";
import { holderOf } from "./declarative-base.ts";
import { scopeOfModule } from "./name-scope.ts";
import { identityOf, isDeclarative, metadataOf, type TableClass, tableArguments, tableClasses } from "./table-class.ts";
import { valueOfName } from "./type-form.ts";

/** A table that start-up puts into a MetaData, by a class or by a call of `Table`. */
export interface DefinedTable {
	readonly name: string;
	readonly schema: string | null;
	readonly metadata: unknown;
	readonly order: number;
	readonly stage: "import" | "startup";
	readonly module: Module;
	/** The class, or null for a `Table(...)`. */
	readonly table: TableClass | null;
	readonly node: ast.ClassDef | ast.Call;
	/** What a call of `Table` is given as columns; empty for a class. */
	readonly given: readonly Value[];
	/** Its constraints and indexes, those of `__table_args__` or of the arguments of `Table`. */
	readonly constraints: readonly Value[];
	/** The columns of its primary key, as far as they can be seen. */
	readonly keys: readonly string[];
	/** Names of its columns in the database; null where some cannot be seen. */
	readonly columns: ReadonlySet<string> | null;
	readonly references: readonly Reference[];
	/** Does it say `extend_existing` or `keep_existing`? Null where that cannot be seen. */
	readonly isAddition: boolean | null;
}

/** All tables that start-up defines, in order, and whether there may be more that cannot be seen. */
export interface DefinedTables {
	readonly tables: readonly DefinedTable[];
	/** True where tables are reflected, taken out, or defined under names that cannot be seen. */
	readonly isOpen: boolean;
}

const known = new WeakMap<Project, DefinedTables>();

export function definedTables(project: Project): DefinedTables {
	const cached = known.get(project);
	if (cached !== undefined) return cached;
	const fromClasses = tableClasses(project).flatMap((table) => ofClass(table) ?? []);
	const made = project.trace.calls.filter(
		({ callee, guarded }) => !guarded && callee.kind === "external" && callee.canonical.endsWith(".schema.Table"),
	);
	const fromCalls = made.flatMap((call) => ofCall(project, call) ?? []);
	const hiddenClasses = tableClasses(project).some((table) => ofClass(table) === null || table.naming === "missing");
	const unsure = project.trace.classes.some(
		({ value, guarded }) => guarded && (isDeclarative(value) || value.keywords.has("table")),
	);
	const result = {
		tables: [...fromClasses, ...fromCalls].sort((a, b) => a.order - b.order),
		isOpen: hiddenClasses || unsure || fromCalls.length < made.length || project.trace.calls.some(changesMetadata),
	};
	known.set(project, result);
	return result;
}

/** `metadata.reflect()`, `Base.metadata.clear()`, automap's `prepare()`, `to_metadata()`. */
function changesMetadata({ node }: Call): boolean {
	const { callee } = node;
	if (callee.type !== "Attribute") return false;
	if (["reflect", "prepare", "to_metadata", "tometadata"].includes(callee.attribute.name)) return true;
	const owner =
		callee.value.type === "Attribute" ? callee.value.attribute.name : callee.value.type === "Name" ? callee.value.id : "";
	return ["clear", "remove"].includes(callee.attribute.name) && /metadata/i.test(owner);
}

function ofClass(table: TableClass): DefinedTable[] | null {
	const { definition, value, tableName, schema, metadata, naming } = table;
	if (naming === "inherited" || naming === "missing") return [];
	// The class of a mapped SQLModel base has the table already.
	if (tableName === null || schema === "unknown") return null;
	const given = tableArguments(value);
	const options = given?.options;
	const constraints = given?.items ?? [];
	const columns = columnsOf(table);
	return [
		{
			name: tableName,
			schema,
			metadata,
			order: definition.order,
			stage: definition.stage,
			module: value.module,
			table,
			node: value.node,
			given: [],
			columns: columns === null || table.parent !== null ? null : new Set(columns.map(({ name }) => name)),
			constraints,
			keys: columns?.flatMap(({ name, isKey }) => (isKey === true ? [name] : [])) ?? [],
			references: [...(columns?.flatMap(({ references }) => references) ?? []), ...constraints.flatMap(keysOfConstraint)],
			isAddition: options === undefined ? null : isGiven(options.get("extend_existing")) || isGiven(options.get("keep_existing")),
		},
	];
}

function ofCall(project: Project, call: Call): DefinedTable[] | null {
	const { args, keywords, node, module, order, stage, open } = call;
	const [name] = args;
	if (name?.kind !== "constant" || typeof name.value !== "string" || open) return null;
	const metadata = metadataArgument(project, module, node.args[1]);
	const schema = keywords.get("schema");
	if (metadata === null || keywords.has("autoload_with") || (schema !== undefined && schema.kind !== "constant")) return null;
	const constraints = args.slice(2).filter((arg) => makerOf(arg) !== "Column");
	const columns = args.slice(2).filter((arg) => makerOf(arg) === "Column");
	const isClosed = args
		.slice(2)
		.every((arg) => arg.kind === "instance" && (makerOf(arg) !== "Column" || (nameOf(arg) !== null && !hasOwnKey(arg))));
	return [
		{
			name: name.value,
			schema: schema === undefined || schema.value === null ? null : String(schema.value),
			metadata,
			order,
			stage,
			module,
			table: null,
			node,
			given: columns,
			columns: isClosed ? new Set(columns.flatMap((each) => nameOf(each) ?? [])) : null,
			constraints,
			keys: columns.flatMap((each) => (isGiven(argumentsOf(each)?.keywords.get("primary_key")) ? (nameOf(each) ?? []) : [])),
			references: [...columns.flatMap(keysOf), ...constraints.flatMap(keysOfConstraint)],
			isAddition:
				isGiven(keywords.get("extend_existing")) || isGiven(keywords.get("keep_existing")) || isGiven(keywords.get("must_exist")),
		},
	];
}

/** The name that a `Column` is given. */
function nameOf(column: Value): string | null {
	const call = argumentsOf(column);
	const name = call?.keywords.get("name") ?? call?.args[0];
	return name?.kind === "constant" && typeof name.value === "string" ? name.value : null;
}

/** A column with a `key` is known to its table by that, not by its name. */
function hasOwnKey(column: Value): boolean {
	return argumentsOf(column)?.keywords.has("key") === true;
}

/** The tables and columns that a `ForeignKeyConstraint` refers to. */
function keysOfConstraint(constraint: Value): Reference[] {
	const call = makerOf(constraint) === "ForeignKeyConstraint" ? argumentsOf(constraint) : null;
	const targets = call?.args[1] ?? call?.keywords.get("refcolumns");
	if (targets?.kind !== "sequence") return [];
	return targets.items.flatMap((target) =>
		target.kind === "constant" && typeof target.value === "string" ? [{ target: target.value, origin: target.origin }] : [],
	);
}

function keysOf(column: Value): Reference[] {
	return (argumentsOf(column)?.args ?? []).flatMap((arg): Reference[] => {
		const target = makerOf(arg) === "ForeignKey" ? argumentsOf(arg)?.args[0] : undefined;
		return target?.kind === "constant" && typeof target.value === "string"
			? [{ target: target.value, origin: target.origin }]
			: [];
	});
}

function isGiven(value: Value | undefined): boolean {
	return value !== undefined && !(value.kind === "constant" && value.value !== true);
}

/** What stands for the MetaData that an expression gives: a variable, or the `metadata` of a declarative base. Null where it cannot be seen. */
export function metadataArgument(project: Project, module: Module, node: ast.Expression | undefined): unknown {
	const scope = scopeOfModule(project, module);
	if (node === undefined || scope === null) return null;
	if (node.type === "Attribute" && node.attribute.name === "metadata") {
		const owner = valueOfName(node.value, scope);
		if (owner?.kind === "class") return metadataOf(owner);
		if (owner?.kind === "instance") return holderOf(owner).call?.keywords.get("metadata") ?? holderOf(owner);
		if (owner?.kind === "external") return owner.canonical.endsWith(".SQLModel") ? "sqlmodel" : null;
		if (owner?.kind !== "module") return null;
	}
	const value = valueOfName(node, scope);
	return value === null || value.kind === "unknown" ? null : identityOf(value);
}
