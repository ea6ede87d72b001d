import { type InstanceValue, unknown, type Value } from "../../values.ts";
import { constant, externalSymbol, symbolEntry } from "../external.ts";
import type { Machine } from "../machine.ts";
import { isFirstRow, ownerOfColumn, selected } from "./first-rows.ts";
import type { LibraryCall } from "./library-call.ts";

/** What gives sessions when it is called, and the class of these where none is named. */
const factories = new Map([
	["sqlalchemy.orm.session.sessionmaker", "sqlalchemy.orm.session.Session"],
	["sqlalchemy.ext.asyncio.session.async_sessionmaker", "sqlalchemy.ext.asyncio.session.AsyncSession"],
]);

/** The class of the sessions that a factory of SQLAlchemy makes: the one it is given, else its own; null for what is no such factory. */
export function classOfSessions(machine: Machine, factory: InstanceValue): Value | null {
	if (factory.of.kind !== "external" || factory.call === null || factory.call.open) return null;
	if (factory.of.canonical === "sqlalchemy.orm.scoping.scoped_session") {
		const inner = factory.call.args[0] ?? factory.call.keywords.get("session_factory");
		return inner?.kind === "instance" && inner !== factory ? classOfSessions(machine, inner) : null;
	}
	const usual = factories.get(factory.of.canonical);
	if (usual === undefined) return null;
	const given = factory.call.keywords.get("class_") ?? factory.call.args[1];
	return given ?? externalSymbol(machine, usual, symbolEntry(machine, usual));
}

/** The class of an object that makes sessions when it is called, as Python prints it; null for any other. */
export function sessionFactoryName({ of }: InstanceValue): string | null {
	return of.kind === "external" && factories.has(of.canonical) ? of.canonical.slice(of.canonical.lastIndexOf(".") + 1) : null;
}

/** What a session has, and a factory of sessions does not (sqlalchemy/orm/session.py, sessionmaker). */
export const onlyOfSessions =
	/^(add|add_all|commit|rollback|close|execute|exec|query|scalar|scalars|get|flush|refresh|delete|merge|expunge|expire_all|stream|new|dirty)$/;

/** What entering `factory.begin()` hands out: a session of the factory; null for all else. */
export function sessionOfBegin(machine: Machine, value: InstanceValue): InstanceValue | null {
	const callee = value.call?.callee;
	if (callee?.kind !== "bound-method" || callee.name !== "begin" || callee.receiver.kind !== "instance") return null;
	const of = classOfSessions(machine, callee.receiver);
	return of?.kind === "class" || of?.kind === "external"
		? { kind: "instance", of, attributes: new Map(), call: value.call }
		: null;
}

const session = String.raw`(?:sqlalchemy|sqlmodel)\.(?:orm|ext\.asyncio)\.session\.(?:Async)?Session`;
const asking = new RegExp(`^${session}\\.(execute|exec|scalars|scalar|query|get)$`);
/** Under which the answer to a query keeps what was asked for. */
const askedAttribute = "__asked__";
/** Under which it keeps the session that was asked. */
const sessionAttribute = "__session__";
const resultClass = "sqlalchemy.engine.result.Result";
const scalarResultClass = "sqlalchemy.engine.result.ScalarResult";
/** Methods of a query, and of its result, that give another of the same rows. */
const passing =
	/^(filter|filter_by|where|order_by|group_by|having|limit|offset|options|join|outerjoin|distinct|select_from|with_for_update|execution_options|yield_per|scalars|unique|mappings|tuples|columns)$/;

/** What a session, a query or a result of SQLAlchemy gives back: the rows themselves as far as a database that start-up has just made holds none. Null for all else. */
export function rowsAsked({ machine, canonical, args: { args }, receiver }: LibraryCall): Value | null {
	const method = asking.exec(canonical)?.[1];
	if (method !== undefined && canonical.includes(".Async")) return null;
	const made = machine.calls.at(-1);
	const column = method === "query" && made?.args === args ? ownerOfColumn(machine, made, 0) : null;
	if (method !== undefined) return answer(machine, method, column === null ? args : [column], receiver ?? unknown);
	const asked = receiver?.attributes.get(askedAttribute);
	if (receiver === null || asked === undefined) return null;
	const name = canonical.slice(canonical.lastIndexOf(".") + 1);
	if (name === "scalars" && receiver.of.kind === "external" && receiver.of.canonical === resultClass)
		return { ...receiver, of: externalSymbol(machine, scalarResultClass, null) };
	if (passing.test(name)) return receiver;
	return rows(machine, name, asked);
}

/** What `await session.execute(…)` and its like give; null for all else. */
export function awaitedRows(machine: Machine, value: Value): Value | null {
	if (value.kind !== "instance" || value.of.kind !== "external" || value.call === null) return null;
	const method = asking.exec(value.of.canonical)?.[1];
	const { callee, args } = value.call;
	return method === undefined ? null : answer(machine, method, args, callee.kind === "bound-method" ? callee.receiver : unknown);
}

/** The session that a query, or the result of one, belongs to. */
export function sessionOf(value: InstanceValue): Value | null {
	return value.attributes.get(sessionAttribute) ?? null;
}

/** The class that a query, or a statement made by `select`, asks for; null where it asks for columns, or for more than one thing. */
export function entityAsked(value: InstanceValue): Value | null {
	const asked = value.attributes.get(askedAttribute);
	if (asked !== undefined) return asked.kind === "class" ? asked : null;
	const call = selected(value);
	const [entity, ...others] = call?.args ?? [];
	return entity?.kind === "class" && others.length === 0 ? entity : null;
}

function answer(machine: Machine, method: string, [asked]: readonly Value[], session: Value): Value {
	if (method === "get" || method === "scalar") return rows(machine, method, asked ?? unknown) ?? unknown;
	const isScalar = method === "scalars" || (method === "exec" && isOfOne(asked ?? unknown));
	const made = method === "query" ? "sqlalchemy.orm.query.Query" : isScalar ? scalarResultClass : resultClass;
	return {
		kind: "instance",
		of: externalSymbol(machine, made, null),
		attributes: new Map([
			[askedAttribute, asked ?? unknown],
			[sessionAttribute, session],
		]),
		call: null,
	};
}

/** SQLModel's `select` of one thing, for which `exec` gives that thing of each row. */
function isOfOne(asked: Value): boolean {
	const call = selected(asked);
	const isOwn = call?.callee.kind === "external" && call.callee.canonical.startsWith("sqlmodel.");
	return isOwn && !call.open && call.args.length === 1;
}

/** Methods of a Result that there are none of on a ScalarResult, which has the first thing of each row already (sqlalchemy/engine/result.py). */
const onlyOfResults = /^(scalar|scalars|scalar_one|scalar_one_or_none|mappings|fetchone|columns|tuples|t)$/;

/** Is the value a ScalarResult that certainly has no such method? */
export function isScalarResultWithout({ of }: InstanceValue, name: string): boolean {
	return of.kind === "external" && of.canonical === scalarResultClass && onlyOfResults.test(name);
}

/** The rows of an empty table: none, and none of them counted. */
function rows(machine: Machine, method: string, asked: Value): Value | null {
	const isNone = /^(first|one_or_none|scalar_one_or_none|scalar|get|fetchone)$/.test(method);
	const isCount = /^(count|one|scalar_one)$/.test(method);
	if (!isNone && !isCount && !/^(all|fetchall)$/.test(method)) return null;
	if (!isFirstRow(machine, asked)) return unknown;
	const counts = isCounting(asked);
	if (counts && (isCount || isNone)) return method === "count" ? unknown : constant(0);
	if (isCount) return method === "count" ? constant(0) : unknown;
	return isNone ? constant(null) : { kind: "sequence", type: "list", items: [], complete: true };
}

/** `select(func.count())`, whatever it goes on with. */
function isCounting(asked: Value): boolean {
	const [column] = selected(asked)?.args ?? [];
	return column?.kind === "instance" && column.of.kind === "external" && /\bfunc\.count$/.test(column.of.name);
}
