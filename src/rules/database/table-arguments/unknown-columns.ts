import type { FixProposal } from "../../../audit/fix.ts";
import { isSimilarName } from "../../../project/imports/nearest-module.ts";
import type { ConstantValue, Value } from "../../../project/imports/values.ts";
import { argumentsOf, makerOf } from "../../../project/models/class-body.ts";
import { columnsOf } from "../../../project/models/columns.ts";
import { hasSqlalchemy, sqlalchemyVersion } from "../../../project/models/orm-version.ts";
import type { DefinedTable } from "../../../project/models/tables-defined.ts";
import type { Project } from "../../../project/project.ts";
import type { ClassFault } from "../../repair/classes/class-fault.ts";

/** Indexes and constraints that name a column which their table does not have. */
export function* unknownColumns(project: Project, table: DefinedTable): Generator<ClassFault> {
	if (table.columns === null || table.isAddition !== false || sqlalchemyVersion(project) === null) return;
	for (const item of table.constraints) {
		const kind = makerOf(item);
		const wrong = columnNames(item).find(({ value }) => typeof value === "string" && table.columns?.has(value) === false);
		if (wrong === undefined || kind === null) continue;
		yield faultOf(project, table, kind, wrong);
		return;
	}
}

/** The texts by which a constraint or an index names columns of its own table. */
function columnNames(item: Value): readonly ConstantValue[] {
	const { args = [], keywords } = argumentsOf(item) ?? {};
	const isText = (value: Value): value is ConstantValue => value.kind === "constant" && typeof value.value === "string";
	switch (makerOf(item)) {
		case "Index":
			return args.slice(1).filter(isText);
		case "UniqueConstraint":
		case "PrimaryKeyConstraint":
			return args.filter(isText);
		case "ForeignKeyConstraint": {
			const own = args[0] ?? keywords?.get("columns");
			return own?.kind === "sequence" && own.complete ? own.items.filter(isText) : [];
		}
		default:
			return [];
	}
}

function faultOf(project: Project, table: DefinedTable, kind: string, wrong: ConstantValue): ClassFault {
	const { module, node, stage, order, name } = table;
	const owner = node.type === "ClassDef" ? node.name.name : name;
	const { origin } = wrong;
	const range =
		origin?.type === "source" && origin.path === module.path ? origin.range : node.type === "ClassDef" ? node.name : node;
	return {
		module,
		severity: "CRITICAL",
		stage,
		order,
		subject: `${module.name}:${owner}:${kind}:${String(wrong.value)}`,
		range,
		problem: `${kind === "Index" ? "An index" : `A ${kind}`} of ${owner} names the column ${String(wrong.value)}, which the table does not have`,
		rootCause: `The table ${name} has ${[...(table.columns ?? [])].join(", ")}. Texts in a constraint are names of columns as the database has them.`,
		error: hasSqlalchemy(project, 2, 0)
			? `sqlalchemy.exc.ConstraintColumnNotFoundError: Can't create ${kind} on table '${name}': no column named '${String(wrong.value)}' is present.`
			: `KeyError: '${String(wrong.value)}'`,
		fixes: respelled(table, wrong),
		manualSteps: ["Name a column that the table has, or give the table that column."],
	};
}

function respelled(table: DefinedTable, { origin, value }: ConstantValue): readonly FixProposal[] {
	if (origin?.type !== "source") return [];
	const names = likelyColumns(table, String(value));
	return names.map((name) => ({
		title: `Name the column ${name}`,
		explanation: `${name} is a column that the table has${names.length === 1 ? ", and the one meant by its name" : ""}.`,
		applicability: names.length === 1 ? "safe" : "review",
		edits: [{ path: origin.path, range: origin.range, newText: name }],
	}));
}

/** The column behind an attribute of that name, else those of like names, else those whose name begins or ends like it. */
function likelyColumns({ table, columns }: DefinedTable, wanted: string): readonly string[] {
	const renamed = table === null ? undefined : columnsOf(table)?.find(({ attribute }) => attribute.name === wanted);
	if (renamed !== undefined) return [renamed.name];
	const all = [...(columns ?? [])];
	const alike = all.filter((each) => isSimilarName(each, wanted));
	if (alike.length > 0) return alike;
	const near = all.filter((each) => sharesEnd(each, wanted) || sharesEnd(wanted, each));
	return near.length > 0 ? near : all.filter((each) => each !== "id");
}

function sharesEnd(longer: string, shorter: string): boolean {
	return longer.startsWith(`${shorter}_`) || longer.endsWith(`_${shorter}`);
}
