import { dottedName } from "../../../../python/walk.ts";
import type { Call } from "../../trace.ts";
import type { ClassValue, InstanceValue, Value } from "../../values.ts";
import type { Machine } from "../machine.ts";

/** What start-up has done to the database up to a call. */
interface Written {
	/** How many calls have been looked at. */
	seen: number;
	/** Has it made the tables? */
	isCreated: boolean;
	/** Has something been done that may put rows into any table? */
	isOpen: boolean;
	/** Classes of which objects were made. */
	readonly classes: Set<Value>;
}

const histories = new WeakMap<Machine, Written>();

/**
 * Is what is asked for certainly not in the database when the server starts for the first time? So it is where start-up itself makes the tables and has
 * made no object of that class yet: then the first rows are put in by the branch that a seeding function keeps for that case.
 */
export function isFirstRow(machine: Machine, asked: Value): boolean {
	const history = written(machine);
	if (!history.isCreated || history.isOpen) return false;
	const classes = askedClasses(machine, asked);
	if (classes === null) return false;
	return classes.every((each) => [...history.classes].every((made) => !isRelated(made, each)));
}

/** The classes of which rows are asked for; null where that cannot be seen. */
function askedClasses(machine: Machine, asked: Value): readonly ClassValue[] | null {
	const call = selected(asked);
	const columns = call?.args ?? [asked];
	if (columns.length === 0) return null;
	const found: ClassValue[] = [];
	for (const [index, column] of columns.entries()) {
		const isCount = column.kind === "instance" && column.of.kind === "external" && /\bfunc\.count$/.test(column.of.name);
		const counted = isCount ? (column.call?.args[0] ?? sourceOf(asked)) : column;
		const owner = counted?.kind === "class" ? counted : counted === undefined ? null : classWith(machine, counted);
		const named = owner ?? (call === null ? null : ownerOfColumn(machine, call, index));
		if (named === null) return null;
		found.push(named);
	}
	return found;
}

/** What `.select_from(…)` of a statement names. */
function sourceOf(asked: Value): Value | undefined {
	let value = asked;
	for (let hops = 0; value.kind === "instance" && value.call !== null && hops < 30; hops++) {
		const { callee, args } = value.call;
		if (callee.kind !== "bound-method") return undefined;
		if (callee.name === "select_from") return args[0];
		value = callee.receiver;
	}
	return undefined;
}

/** The class whose body bound that very column. */
function classWith(machine: Machine, column: Value): ClassValue | null {
	if (column.kind !== "instance") return null;
	const isHere = ({ value }: Machine["classes"][number]) =>
		[...value.namespace.names.values()].some((each) => each.value === column);
	return machine.classes.find(isHere)?.value ?? null;
}

/** The class that an argument names a column of: `User` of `select(models.User.id)`. */
export function ownerOfColumn(machine: Machine, { node, module }: Call, index: number): ClassValue | null {
	const written = node.args[index];
	const path = written?.type === "Attribute" ? dottedName(written.value)?.split(".") : undefined;
	let names = machine.sysModules.get(module.name)?.value.namespace.names;
	for (const [position, name] of path?.entries() ?? []) {
		const value = names?.get(name)?.value;
		if (value?.kind === "class") return position === (path?.length ?? 0) - 1 ? value : null;
		names = value?.kind === "module" ? value.namespace.names : undefined;
	}
	return null;
}

function isRelated(made: Value, asked: ClassValue): boolean {
	return derives(made, asked) || derives(asked, made);
}

function derives(value: Value, from: Value, depth = 0): boolean {
	if (value === from) return true;
	return (
		value.kind === "class" && depth < 12 && value.bases.some((base) => base.kind === "class" && derives(base, from, depth + 1))
	);
}

/** Looks at the calls since the last question, each of them once. */
function written(machine: Machine): Written {
	const known = histories.get(machine) ?? { seen: 0, isCreated: false, isOpen: false, classes: new Set<Value>() };
	histories.set(machine, known);
	for (; known.seen < machine.calls.length; known.seen++) {
		const call = machine.calls[known.seen];
		if (call === undefined) continue;
		for (const made of madeClasses(call)) known.classes.add(made);
		known.isCreated ||= isCreation(call);
		known.isOpen ||= mayWrite(call) || addsUnseen(call);
	}
	return known;
}

/** The classes that a call makes objects of: itself, by a constructor of its library (`User.model_validate(data)`), or by naming them. */
function madeClasses({ callee }: Call): readonly Value[] {
	if (callee.kind === "class") return [callee];
	return callee.kind === "bound-method" && callee.receiver.kind === "class" ? [callee.receiver] : [];
}

/** Does it put something into a session of which the class is not seen? */
function addsUnseen({ callee, node, args }: Call): boolean {
	if (node.callee.type !== "Attribute" || !/^(add|add_all|merge)$/.test(node.callee.attribute.name)) return false;
	if (callee.kind === "function" || (callee.kind === "bound-method" && !isDatabase(callee.receiver))) return false;
	const [first] = args;
	const added = first?.kind === "sequence" && first.complete ? first.items : [first];
	return added.some((each) => each?.kind !== "instance" || each.of.kind !== "class");
}

function isCreation({ node, reached }: Call): boolean {
	const name = node.callee.type === "Attribute" ? node.callee.attribute.name : "";
	const [first] = node.args;
	const isOf = name === "run_sync" && first?.type === "Attribute" && first.attribute.name === "create_all";
	return reached && (name === "create_all" || isOf);
}

/** Methods by which rows come in without an object of their class being made. */
const writing = /^(bulk_\w+|exec_driver_sql|executescript|executemany|copy_\w+|upgrade)$/;

function mayWrite(call: Call): boolean {
	const { callee, args, keywords, node } = call;
	const name = node.callee.type === "Attribute" ? node.callee.attribute.name : node.callee.type === "Name" ? node.callee.id : "";
	if (isCreation(call) || name === "drop_all") return false;
	if (writing.test(name) || name === "run_sync") return true;
	if (callee.kind === "external" && /^(subprocess|alembic)\.|^os\.system$|\.(insert|update)$/.test(callee.canonical)) return true;
	const [first] = args;
	if (name === "text" && (first?.kind !== "constant" || !/^\s*(select|pragma|create|set|show)\b/i.test(String(first.value))))
		return true;
	// What is handed a session, an engine or a connection and is not seen may do anything with it.
	const isHandedOn = [...args, ...keywords.values()].some(isDatabase);
	return isHandedOn && callee.kind !== "class" && callee.kind !== "function" && !isOfDatabase(callee);
}

function isDatabase(value: Value): boolean {
	return (
		value.kind === "instance" &&
		value.of.kind === "external" &&
		/^(sqlalchemy|sqlmodel)\..*\b(create_(async_)?engine|Session|AsyncSession|(async_)?sessionmaker|connect|begin)$/.test(
			value.of.canonical,
		)
	);
}

function isOfDatabase(callee: Value): boolean {
	const owner = callee.kind === "bound-method" ? callee.receiver : callee;
	const made = owner.kind === "instance" ? owner.of : owner;
	return (
		made.kind === "class" ||
		(made.kind === "external" && /^(sqlalchemy|sqlmodel|fastapi|starlette|builtins)\./.test(made.canonical))
	);
}

/** The call of `select` at the root of a statement. */
export function selected(asked: Value): InstanceValue["call"] {
	let value = asked;
	for (let hops = 0; value.kind === "instance" && value.call !== null && hops < 30; hops++) {
		const { callee } = value.call;
		if (callee.kind !== "bound-method")
			return callee.kind === "external" && /\.select$/.test(callee.canonical) ? value.call : null;
		value = callee.receiver;
	}
	return null;
}
