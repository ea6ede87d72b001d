import { versionSatisfies } from "../../environment/pep440.ts";
import type * as ast from "../../python/ast.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { walk } from "../../python/walk.ts";
import { isSimilarName } from "../imports/nearest-module.ts";
import type { Call } from "../imports/trace.ts";
import type { ConstantValue, Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { builtinConnectParameters, libpqParameters } from "./driver-parameters.ts";
import { isSqlalchemyBefore } from "./sqlalchemy-driver.ts";

/** One entry of `connect_args` that the driver's `connect()` does not take. */
export interface RefusedArgument {
	readonly name: string;
	readonly value: Value;
	/** Where it stands in the dict display of the call; null where the dict comes from elsewhere. */
	readonly entry: ast.Dict["entries"][number] | null;
	/** Where its key is written: there, or in an assignment to the dict; null where that is not seen. */
	readonly key: ast.Constant | null;
	/** The name of the driver's that it is nearly; null where there is none, or where only its value is wrong. */
	readonly meant: string | null;
	/** For a name that the driver takes with another value: what to write for that, null where it cannot be told. Undefined for other names. */
	readonly better?: string | null;
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
		if (typeof name !== "string" || sqlalchemyOwn.has(name)) return [];
		const entry = entries.find(({ key }) => key?.type === "Constant" && key.value === name) ?? null;
		const key = entry?.key?.type === "Constant" ? entry.key : assignedKey(call, name);
		if (!accepted.has(name)) {
			const [meant = null, ...others] = [...accepted].filter((each) => isSimilarName(each, name));
			return [{ name, value, entry, key, meant: others.length === 0 ? meant : null }];
		}
		const isWrong = driver === "asyncpg" && name === "server_settings" && areNoTexts(value);
		return isWrong ? [{ name, value, entry, key, meant: null, better: asTexts(value) }] : [];
	});
	const first = refused.find(({ better }) => better === undefined) ?? refused[0];
	if (first === undefined) return null;
	return { arguments: refused, error: first.better === undefined ? errorOf(driver, first.name) : settingsError(project) };
}

/** Are PostgreSQL's settings something else than texts by their names, which is all that asyncpg takes (`connect_utils._parse_connect_arguments`)? */
function areNoTexts(settings: Value): boolean {
	if (settings.kind === "constant") return settings.value !== null;
	if (settings.kind === "sequence") return true;
	return (
		settings.kind === "dict" &&
		[...settings.entries.values()].some((value) => value.kind === "constant" && typeof value.value !== "string")
	);
}

/** The same settings as texts: `{"jit": "off"}` of `{"jit": False}`; null where that cannot be told. */
function asTexts(settings: Value): string | null {
	if (settings.kind === "constant" && typeof settings.value === "string") {
		const pair = /^\s*(\w+)\s*=\s*([\w.]+)\s*$/.exec(settings.value);
		return pair === null ? null : `{"${pair[1]}": "${pair[2]}"}`;
	}
	if (settings.kind !== "dict" || !settings.complete) return null;
	const written = [...settings.entries].map(([name, value]) => {
		const text = value.kind === "constant" ? settingText(value.value) : null;
		return typeof name !== "string" || text === null ? null : `${JSON.stringify(name)}: ${JSON.stringify(text)}`;
	});
	return written.every((each) => each !== null) ? `{${written.join(", ")}}` : null;
}

function settingText(value: ConstantValue["value"]): string | null {
	if (typeof value === "boolean") return value ? "on" : "off";
	return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

/** asyncpg has an exception of its own for this since 0.29, which SQLAlchemy makes its own of since 2.1. */
function settingsError(project: Project): string | null {
	const message = "server_settings is expected to be None or a Dict[str, str]";
	const version = project.environment.distributions.get("asyncpg")?.version;
	if (version === undefined || versionSatisfies(version, ">=0.29") !== true) return null;
	switch (isSqlalchemyBefore(project, "2.1.0b1")) {
		case true:
			return `asyncpg.exceptions._base.ClientConfigurationError: ${message}`;
		case false:
			return `sqlalchemy.exc.InterfaceError: (sqlalchemy.dialects.postgresql.asyncpg.InterfaceError) ${message}`;
		default:
			return null;
	}
}

/** The key of `connect_args["check_same_thread"] = False`, where the dict of that name is filled by such statements. */
function assignedKey({ node, module }: Call, name: string): ast.Constant | null {
	const value = findKeyword(node, "connect_args")?.value;
	const found: ast.Constant[] = [];
	walk(module.tree, (each) => {
		const [target] = each.type === "Assign" ? each.targets : [];
		if (target?.type !== "Subscript" || target.value.type !== "Name" || value?.type !== "Name") return;
		const { index } = target;
		if (target.value.id === value.id && index.type === "Constant" && index.value === name) found.push(index);
	});
	return found.length === 1 ? (found[0] ?? null) : null;
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
