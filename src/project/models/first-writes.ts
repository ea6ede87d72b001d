import type { Call } from "../imports/trace.ts";
import type { ClassValue, InstanceValue, Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import type { ClassAttribute } from "./class-body.ts";
import { inheritedValue, lineageOf } from "./lineage.ts";
import { relationshipsOf } from "./relationships.ts";
import { isForeignKey, needsValue } from "./required-columns.ts";
import { type TableClass, tableClasses } from "./table-class.ts";

/** An object of a table class that start-up certainly writes to the database without a value for columns that must have one. */
export interface IncompleteRow {
	readonly table: TableClass;
	/** The call that makes the object. */
	readonly made: Call;
	readonly columns: readonly ClassAttribute[];
	/** The call that sends it: `session.commit()`. */
	readonly flush: Call;
}

/** Such objects in the order in which they are made. */
export function incompleteRows(project: Project): readonly IncompleteRow[] {
	const calls = project.trace.calls.filter(({ reached, guarded }) => reached && !guarded);
	const tables = new Map<Value, TableClass>(tableClasses(project).map((table) => [table.value, table]));
	const made = calls.filter(({ callee, open, args }) => tables.has(callee) && !open && args.length === 0);
	if (made.length === 0 || calls.some(isListener)) return [];
	const uses = usesOf(calls, new Set(made.map(({ result }) => result)));
	return made.flatMap((call) => {
		const table = tables.get(call.callee);
		if (table === undefined || table.isOpen || table.parent !== null || !isMadeAsWritten(table)) return [];
		const flush = flushOf(calls, call.result);
		if (flush === null) return [];
		const earlier = (uses.get(call.result) ?? []).filter(({ order }) => order < flush.order);
		const handedOn = earlier.filter((use) => methodOfSession(use, /./) === null);
		if (handedOn.some(({ callee }) => callee.kind !== "function" && callee.kind !== "class" && callee.kind !== "bound-method"))
			return [];
		const isTied = handedOn.length > 0 || hasRelated(project, table, call);
		const columns = [...table.attributes.values()].filter(
			(column) => needsValue(table, column) && !isGiven(call, column.name) && !(isTied && isForeignKey(column)),
		);
		return columns.length === 0 ? [] : [{ table, made: call, columns, flush }];
	});
}

/** The call that flushes the session which the object was added to; null where none is seen. */
export function flushOf(calls: readonly Call[], row: Value): Call | null {
	const added = calls.find((call) => methodOfSession(call, /^add(_all)?$/) !== null && call.args.some((arg) => holds(arg, row)));
	const session = added === undefined ? null : methodOfSession(added, /./);
	if (added === undefined || session === null) return null;
	return calls.find((call) => call.order > added.order && methodOfSession(call, /^(commit|flush)$/) === session) ?? null;
}

function holds(value: Value, row: Value): boolean {
	return value === row || (value.kind === "sequence" && value.items.includes(row));
}

/** The session of which a method with such a name is called. */
function methodOfSession({ callee }: Call, name: RegExp): Value | null {
	if (callee.kind !== "bound-method" || !name.test(callee.name) || callee.receiver.kind !== "instance") return null;
	const { of } = callee.receiver;
	return of.kind === "external" && /^(sqlalchemy|sqlmodel)\..*Session$/.test(of.canonical) ? callee.receiver : null;
}

/** `@event.listens_for(User, "before_insert")` may fill what a row lacks. */
function isListener({ node: { callee } }: Call): boolean {
	const name = callee.type === "Attribute" ? callee.attribute.name : callee.type === "Name" ? callee.id : "";
	return name === "listens_for" || name === "listen";
}

/** The calls that are handed one of the objects, or a list of them. */
function usesOf(calls: readonly Call[], rows: ReadonlySet<Value>): ReadonlyMap<Value, readonly Call[]> {
	const uses = new Map<Value, Call[]>();
	for (const call of calls)
		for (const given of [...call.args, ...call.keywords.values()])
			for (const value of given.kind === "sequence" ? given.items : [given])
				if (rows.has(value)) uses.set(value, [...(uses.get(value) ?? []), call]);
	return uses;
}

/** Is the object what its constructor was given: no `__init__` or decorator of the class sets more? */
function isMadeAsWritten({ value }: TableClass): boolean {
	const isOwn = (name: string): boolean => inheritedValue(value, name) !== undefined;
	if (["__init__", "__new__", "model_post_init", "__post_init__"].some(isOwn)) return false;
	return lineageOf(value).own.every((each) => !isDataclass(each));
}

function isDataclass({ decorators, bases }: ClassValue): boolean {
	return decorators.length > 0 || bases.some((base) => base.kind === "external" && base.canonical.endsWith(".MappedAsDataclass"));
}

/** Is a value given that is not None, in the call or by an assignment to the object? */
function isGiven({ keywords, result }: Call, name: string): boolean {
	const isNone = (value: Value | undefined): boolean => value?.kind === "constant" && value.value === null;
	const given = keywords.get(name);
	if (given !== undefined && !isNone(given)) return true;
	const set = result.kind === "instance" ? (result as InstanceValue).attributes.get(name) : undefined;
	return set !== undefined && set !== given;
}

/** Is the object made with one that its foreign keys may come from? */
function hasRelated(project: Project, table: TableClass, { keywords, result }: Call): boolean {
	const set = result.kind === "instance" ? result.attributes : new Map<string, Value>();
	return relationshipsOf(project).some(
		(each) =>
			(each.table === table && (keywords.has(each.attribute.name) || set.has(each.attribute.name))) ||
			(each.backref !== null && (keywords.has(each.backref) || set.has(each.backref))),
	);
}
