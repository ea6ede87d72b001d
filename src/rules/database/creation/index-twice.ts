import { createdDialect } from "../../../project/database/created-dialect.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { ConstantValue } from "../../../project/imports/values.ts";
import { argumentsOf, makerOf } from "../../../project/models/class-body.ts";
import type { DefinedTable } from "../../../project/models/tables-defined.ts";
import type { Project } from "../../../project/project.ts";
import type { ClassFault } from "../../repair/classes/class-fault.ts";

/** Two indexes of one name: in SQLite and PostgreSQL names of indexes belong to the database, not to their table. */
export function* indexTwice(project: Project, tables: readonly DefinedTable[], creation: Call): Generator<ClassFault> {
	const dialect = createdDialect(project);
	if (dialect !== "sqlite" && dialect !== "postgresql") return;
	const holders = new Map<string, DefinedTable>();
	for (const table of tables) {
		for (const name of indexNames(table)) {
			const key = `${table.schema ?? ""}.${String(name.value)}`;
			const holder = holders.get(key);
			if (holder !== undefined && table.isAddition === false) yield faultOf(dialect, creation, table, holder, name);
			holders.set(key, holder ?? table);
		}
	}
}

function indexNames({ constraints }: DefinedTable): readonly ConstantValue[] {
	return constraints.flatMap((item) => {
		const name = makerOf(item) === "Index" ? argumentsOf(item)?.args[0] : undefined;
		return name?.kind === "constant" && typeof name.value === "string" ? [name] : [];
	});
}

function faultOf(
	dialect: "sqlite" | "postgresql",
	creation: Call,
	table: DefinedTable,
	holder: DefinedTable,
	{ value, origin }: ConstantValue,
): ClassFault {
	const { module, node } = table;
	const owner = node.type === "ClassDef" ? node.name.name : table.name;
	const range =
		origin?.type === "source" && origin.path === module.path ? origin.range : node.type === "ClassDef" ? node.name : node;
	const fresh = `${String(value)}_${table.name}`;
	return {
		module,
		severity: creation.guarded ? "HIGH" : "CRITICAL",
		stage: creation.stage,
		order: creation.order,
		subject: `${module.name}:${owner}:${String(value)}`,
		range,
		problem: `Two indexes are called ${String(value)}: those of ${holder.name} and of ${table.name}`,
		rootCause: `In ${dialect === "sqlite" ? "SQLite" : "PostgreSQL"} the name of an index is that of nothing else in the whole database, whatever table it is of.`,
		error:
			dialect === "sqlite"
				? `sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) index ${String(value)} already exists`
				: null,
		fixes:
			origin?.type === "source"
				? [
						{
							title: `Call the index ${fresh}`,
							explanation: "Each index then has a name of its own. A database that exists already needs a migration.",
							applicability: "safe",
							edits: [{ path: origin.path, range: origin.range, newText: fresh }],
						},
					]
				: [],
	};
}
