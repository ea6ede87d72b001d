import type * as ast from "../../python/ast.ts";
import { dottedName } from "../../python/walk.ts";
import type { Call } from "../imports/trace.ts";
import type { ClassValue, Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "./class-body.ts";
import { flushOf } from "./first-writes.ts";
import { fieldForm } from "./model-data.ts";
import { allFields, isPlainModel } from "./pydantic-model.ts";
import { isSqlmodelTable } from "./table-class.ts";
import type { TypeForm } from "./type-form.ts";

/** A field of a table whose default is a time without a time zone. */
export interface NaiveDefault {
	readonly field: ClassAttribute;
	/** What makes the time: `datetime.utcnow`, or the call of it within a lambda. */
	readonly made: ast.Attribute | ast.Call;
	/** The name or path of the class: `datetime`, `datetime.datetime`. */
	readonly owner: ast.Expression;
}

/** An object of a table class that start-up writes to the database, with the naive times that it brings. */
export interface NaiveRow {
	readonly table: ClassValue;
	readonly defaults: readonly NaiveDefault[];
	/** The call that sends it: `session.commit()`. */
	readonly flush: Call;
}

/**
 * Rows that start-up certainly writes and that SQLModel refuses: newer releases keep a `datetime` as UTCDateTime, whose
 * `process_bind_param` raises for a time without a time zone (sqlmodel/sql/sqltypes.py).
 */
export function naiveRows(project: Project): readonly NaiveRow[] {
	if (!refusesNaive(project)) return [];
	const calls = project.trace.calls.filter(({ reached, guarded }) => reached && !guarded);
	const known = new Map<ClassValue, readonly NaiveDefault[]>();
	const rows: NaiveRow[] = [];
	for (const { callee, keywords, open, result } of calls) {
		if (callee.kind !== "class" || open || !isSqlmodelTable(callee) || !isPlainModel(callee)) continue;
		const all = known.get(callee) ?? naiveDefaults(project, callee);
		known.set(callee, all);
		const defaults = all.filter(({ field }) => !keywords.has(field.name));
		const flush = defaults.length === 0 ? null : flushOf(calls, result);
		if (flush !== null) rows.push({ table: callee, defaults, flush });
	}
	return rows;
}

function refusesNaive({ environment }: Project): boolean {
	const types = environment.findModule("sqlmodel.sql.sqltypes");
	return types.found === "present" && types.module.lookup("UTCDateTime").found === "present";
}

function naiveDefaults(project: Project, table: ClassValue): readonly NaiveDefault[] {
	return [...allFields(table).values()].flatMap((field) => {
		const call = makerOf(field.value) === "Field" ? argumentsOf(field.value) : null;
		if (call === null || ["sa_column", "sa_type"].some((each) => call.keywords.has(each))) return [];
		const factory = call.node.keywords.find(({ name }) => name?.name === "default_factory")?.value;
		const form = factory === undefined ? null : fieldForm(project, field);
		if (factory === undefined || form === null || !isDatetime(form)) return [];
		const made = naiveMaker(factory, call.keywords.get("default_factory"));
		return made === null ? [] : [{ field, ...made }];
	});
}

/** `datetime`, with or without None. */
function isDatetime(form: TypeForm): boolean {
	if (form.kind === "union")
		return form.members.every((member) => member.kind === "none" || isDatetime(member)) && form.members.some(isDatetime);
	return form.kind === "external" && form.name === "datetime.datetime";
}

/** `datetime.now`, `datetime.utcnow`, and lambdas that call them without a time zone. */
function naiveMaker(factory: ast.Expression, value: Value | undefined): Pick<NaiveDefault, "made" | "owner"> | null {
	if (factory.type === "Attribute") {
		const isNaive = value?.kind === "external" && /^datetime\.datetime\.(now|utcnow)$/.test(value.canonical);
		return isNaive ? { made: factory, owner: factory.value } : null;
	}
	if (factory.type !== "Lambda" || factory.parameters.length > 0 || factory.body.type !== "Call") return null;
	const { body } = factory;
	const isWithoutZone = body.args.length + body.keywords.length === 0;
	// What a lambda names is not resolved: only the usual spellings count.
	const isNaive = /^(datetime\.)?datetime\.(now|utcnow)$/.test(dottedName(body.callee) ?? "");
	return isWithoutZone && isNaive && body.callee.type === "Attribute" ? { made: body, owner: body.callee.value } : null;
}
