import type { FixProposal } from "../../../audit/fix.ts";
import { createdDialect } from "../../../project/database/created-dialect.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { Value } from "../../../project/imports/values.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import { hasSqlalchemy } from "../../../project/models/orm-version.ts";
import type { DefinedTable } from "../../../project/models/tables-defined.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { ClassFault } from "../../repair/classes/class-fault.ts";
import { columnMade, whoMakes } from "./made-tables.ts";
import { firstType } from "./type-argument.ts";

/** Types of PostgreSQL that the compilers of SQLite and MySQL have no word for, with the type that stands in for each there. */
const replacements: Readonly<Record<string, string>> = {
	ARRAY: "JSON",
	JSONB: "JSON",
	HSTORE: "JSON",
	INET: "String",
	CIDR: "String",
	MACADDR: "String",
	TSVECTOR: "Text",
	UUID: "String",
};

const databases: Readonly<Record<string, { readonly name: string; readonly compiler: string }>> = {
	sqlite: { name: "SQLite", compiler: "sqlite.base.SQLiteTypeCompiler" },
	mysql: { name: "MySQL", compiler: "mysql.base.MySQLTypeCompiler" },
};

/** Columns of a type that only PostgreSQL has, in tables that are made in SQLite or MySQL. */
export function* foreignColumnTypes(project: Project, tables: readonly DefinedTable[], creation: Call): Generator<ClassFault> {
	const dialect = createdDialect(project);
	const database = dialect === null ? undefined : databases[dialect];
	if (dialect === null || database === undefined) return;
	let turn = 0;
	for (const { table, name } of tables) {
		if (table === null) continue;
		for (const attribute of table.attributes.values()) {
			const found = typeArgument(attribute);
			const type = found === null ? null : foreignType(project, found.value, dialect);
			if (found === null || type === null) continue;
			const { owner } = attribute;
			yield {
				...columnMade(attribute, creation, turn++),
				problem: `${owner.node.name.name}.${attribute.name} is of PostgreSQL's type ${type}, and the tables are made in ${database.name}`,
				rootCause: `${whoMakes(creation, name)}, and ${database.name} has no ${type}.`,
				error: `sqlalchemy.exc.CompileError: (in table '${name}', column '${attribute.name}'): Compiler <sqlalchemy.dialects.${database.compiler} object at 0x…> can't render element of type ${type}`,
				fixes: withVariant(owner.module, found.node, type, dialect),
				manualSteps: [
					"Start the server with the PostgreSQL database that the models were written for, or give the column a type that both have.",
				],
			};
		}
	}
}

/** The type that a column is given, with the expression that says so. */
function typeArgument({ value, valueNode }: ClassAttribute): { readonly value: Value; readonly node: ast.Expression } | null {
	const maker = makerOf(value);
	const call = argumentsOf(value);
	if (call === null || valueNode?.type !== "Call") return null;
	if (maker === "Field") {
		const type = call.keywords.get("sa_type");
		const node = findKeyword(valueNode, "sa_type")?.value;
		if (type !== undefined && node !== undefined) return { value: type, node };
		const column = call.keywords.get("sa_column");
		const columnNode = findKeyword(valueNode, "sa_column")?.value;
		return columnNode?.type === "Call" && makerOf(column) === "Column"
			? firstType(argumentsOf(column)?.args ?? [], columnNode)
			: null;
	}
	return maker === "Column" || maker === "mapped_column" ? firstType(call.args, valueNode) : null;
}

/** `ARRAY` for a type that the database cannot render in the version at hand, else null. */
function foreignType(project: Project, value: Value, dialect: string): string | null {
	const maker = value.kind === "instance" ? value.of : value;
	if (maker.kind !== "external" || !/^sqlalchemy\.(dialects\.postgresql|sql\.sqltypes)\b/.test(maker.canonical)) return null;
	const name = maker.canonical.slice(maker.canonical.lastIndexOf(".") + 1);
	const isOfPostgres = maker.canonical.startsWith("sqlalchemy.dialects.postgresql");
	if (replacements[name] === undefined || (!isOfPostgres && name !== "ARRAY")) return null;
	// SQLAlchemy's words for the others differ on MySQL.
	if (dialect === "mysql" && replacements[name] !== "JSON") return null;
	// SQLAlchemy 2.0 renders its UUID everywhere, 2.1 JSONB on SQLite as well.
	if (name === "UUID" && hasSqlalchemy(project, 2, 0)) return null;
	return name === "JSONB" && dialect === "sqlite" && hasSqlalchemy(project, 2, 1) ? null : name;
}

function withVariant(module: ClassFault["module"], node: ast.Expression, type: string, dialect: string): readonly FixProposal[] {
	const stand = replacements[type];
	if (stand === undefined) return [];
	const call = node.type === "Call" ? "" : "()";
	return [
		{
			title: `Use ${stand} in the place of ${type} on ${databases[dialect]?.name ?? dialect}`,
			explanation: `with_variant keeps ${type} for PostgreSQL; ${databases[dialect]?.name ?? dialect} stores the column as ${stand}.`,
			applicability: "safe",
			edits: [replaceText(module, node.end, node.end, `${call}.with_variant(${stand}(), "${dialect}")`)],
			needs: [{ path: module.path, module: "sqlalchemy", name: stand }],
		},
	];
}
