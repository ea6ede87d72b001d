import type * as ast from "../../python/ast.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { walk } from "../../python/walk.ts";
import type { Call } from "../imports/trace.ts";
import type { Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { builtinConnectParameters, libpqParameters } from "./driver-parameters.ts";

/** One entry of `connect_args` that the driver's `connect()` does not take. */
export interface RefusedArgument {
	readonly name: string;
	readonly value: Value;
	/** Where it stands in the dict display of the call; null where the dict comes from elsewhere. */
	readonly entry: ast.Dict["entries"][number] | null;
}

/** What is wrong with the `connect_args` of an engine call. */
export interface RefusedArguments {
	readonly arguments: readonly RefusedArgument[];
	/** The line that Python prints at the first connection; null where it is not known word for word. */
	readonly error: string | null;
}

/** Entries of an engine's `connect_args` that a driver refuses at the first connection; null where it takes all, or what it takes is not known. */
export function refusedConnectArguments(project: Project, call: Call, driver: string): RefusedArguments | null {
	const given = call.keywords.get("connect_args");
	const accepted = given?.kind === "dict" ? acceptedBy(project, driver) : null;
	if (given?.kind !== "dict" || accepted === null) return null;
	const display = connectDisplay(call);
	const entries = display === null ? [] : display.entries;
	const refused = [...given.entries].flatMap(([name, value]): RefusedArgument[] => {
		if (typeof name !== "string" || accepted.has(name) || sqlalchemyOwn.has(name)) return [];
		const entry = entries.find(({ key }) => key?.type === "Constant" && key.value === name) ?? null;
		return [{ name, value, entry }];
	});
	const [first] = refused;
	return first === undefined ? null : { arguments: refused, error: errorOf(driver, first.name) };
}

/** The dict display that `connect_args` is: in the call, or the only one that a name of the module is given. */
export function connectDisplay({ node, module }: Call): ast.Dict | null {
	const value = findKeyword(node, "connect_args")?.value;
	if (value?.type === "Dict") return value;
	if (value?.type !== "Name") return null;
	const given: ast.Expression[] = [];
	walk(module.tree, (each) => {
		if (each.type === "Assign" && each.targets.some((target) => target.type === "Name" && target.id === value.id))
			given.push(each.value);
		// What is added to it later is not seen in the display.
		if (each.type === "Subscript" && each.value.type === "Name" && each.value.id === value.id) given.push(each);
		return true;
	});
	const [only, ...more] = given;
	return only?.type === "Dict" && more.length === 0 ? only : null;
}

/** What SQLAlchemy's dialects take out of `connect_args` before the driver sees them. */
const sqlalchemyOwn = new Set([
	"prepared_statement_cache_size",
	"prepared_statement_name_func",
	"async_fallback",
	"async_creator_fn",
]);

function acceptedBy(project: Project, driver: string): ReadonlySet<string> | null {
	const libpq = libpqParameters(driver);
	if (libpq !== null) return libpq;
	const known = builtinConnectParameters(driver);
	if (known !== null) return known;
	return driver === "asyncpg" ? signatureOf(project, "asyncpg.connection", "connect") : null;
}

/** The parameter names of a function of an installed package; null where they are not known, or where it takes any. */
function signatureOf(project: Project, module: string, name: string): ReadonlySet<string> | null {
	const found = project.environment.findModule(module);
	const looked = found.found === "present" ? found.module.lookup(name) : null;
	if (looked?.found !== "present" || looked.entry.kind !== "function") return null;
	const { parameters } = looked.entry.signature;
	if (parameters.some(({ kind }) => kind === "var-keyword")) return null;
	return new Set(parameters.map((parameter) => parameter.name));
}

function errorOf(driver: string, name: string): string | null {
	switch (driver) {
		case "asyncpg":
			return `TypeError: connect() got an unexpected keyword argument '${name}'`;
		case "aiosqlite":
		case "pysqlite":
			return `TypeError: '${name}' is an invalid keyword argument for Connection()`;
		case "psycopg2":
			return `sqlalchemy.exc.ProgrammingError: (psycopg2.ProgrammingError) invalid dsn: invalid connection option "${name}"`;
		case "psycopg":
			return `sqlalchemy.exc.ProgrammingError: (psycopg.ProgrammingError) invalid connection option "${name}"`;
		default:
			return null;
	}
}
