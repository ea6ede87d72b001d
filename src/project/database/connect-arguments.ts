import type * as ast from "../../python/ast.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { walk } from "../../python/walk.ts";
import { isSimilarName } from "../imports/nearest-module.ts";
import type { Call } from "../imports/trace.ts";
import type { Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { type ValueFault, valueFault } from "./argument-values.ts";
import { unknownArgumentError } from "./driver-errors.ts";
import { connectParameters, isMysqlDriver } from "./driver-parameters.ts";
import { isTlsWord } from "./mysql-options.ts";

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
	/** What is wrong with the value of a name that the driver has; null for names that it does not have. */
	readonly fault: ValueFault | null;
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
		if (typeof name !== "string" || isOfDialect(name, driver)) return [];
		const entry = entries.find(({ key }) => key?.type === "Constant" && key.value === name) ?? null;
		const key = entry?.key?.type === "Constant" ? entry.key : assignedKey(call, name);
		if (!accepted.has(name)) {
			const [meant = null, ...others] = [...accepted].filter((each) => isSimilarName(each, name));
			// A word of TLS is nearly `sql_mode` in its letters alone.
			const isMeant = others.length === 0 && !(isMysqlDriver(driver) && isTlsWord(name) && driver !== "mysqldb");
			return [{ name, value, entry, key, meant: isMeant ? meant : null, fault: null }];
		}
		const fault = valueFault(project, driver, name, value);
		return fault === null ? [] : [{ name, value, entry, key, meant: null, fault }];
	});
	const first = refused.find(({ fault }) => fault === null) ?? refused[0];
	if (first === undefined) return null;
	return { arguments: refused, error: first.fault === null ? unknownArgumentError(driver, first.name) : first.fault.error };
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

/** What SQLAlchemy's dialects take out of `connect_args` before the driver sees them: those of asyncpg, and of all asynchronous drivers. */
function isOfDialect(name: string, driver: string): boolean {
	if (name === "async_fallback" || name === "async_creator_fn") return true;
	return driver === "asyncpg" && ["prepared_statement_cache_size", "prepared_statement_name_func"].includes(name);
}

function acceptedBy(project: Project, driver: string): ReadonlySet<string> | null {
	return driver === "asyncpg" ? signatureOf(project, "asyncpg.connection", "connect") : connectParameters(driver);
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
