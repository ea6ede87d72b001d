import type { Call } from "../imports/trace.ts";
import type { Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { parseDatabaseScheme } from "./database-drivers.ts";

/** A place where start-up makes an async engine. */
export interface AsyncEngineUse {
	readonly call: Call;
	/** SQLAlchemy's name of the database, or null where the URL is not known. */
	readonly database: string | null;
	/** Driver that the URL names, or null. */
	readonly driver: string | null;
}

/** Calls of `create_async_engine`, `async_engine_from_config` and `AsyncEngine(create_engine(...))`, in start-up's order. */
export function listAsyncEngines(project: Project): AsyncEngineUse[] {
	return project.trace.calls.flatMap((call) => {
		const callee = externalName(call.callee, project);
		if (callee === null || !isAsyncEngineMaker(callee)) return [];
		const scheme = parseDatabaseScheme(urlOf(call) ?? "");
		return [{ call, database: scheme?.database ?? null, driver: scheme?.driver ?? null }];
	});
}

/** Calls of the sync `create_engine` and `engine_from_config`, those inside `AsyncEngine(...)` left out. */
export function listSyncEngines(project: Project): Call[] {
	const wrapped = new Set<object>();
	for (const { call } of listAsyncEngines(project)) for (const argument of call.node.args) wrapped.add(argument);
	return project.trace.calls.filter((call) => {
		const callee = externalName(call.callee, project);
		return (
			callee !== null &&
			/^(?:sqlalchemy|sqlmodel)\..*\b(?:create_engine|engine_from_config)$/.test(callee) &&
			!wrapped.has(call.node)
		);
	});
}

function isAsyncEngineMaker(callee: string): boolean {
	return /^sqlalchemy\.ext\.asyncio\.(?:engine\.)?(?:create_async_engine|async_engine_from_config|AsyncEngine)$/.test(callee);
}

function externalName(callee: Value, project: Project): string | null {
	return callee.kind === "external"
		? callee.canonical === callee.name
			? project.environment.canonical(callee.name)
			: callee.canonical
		: null;
}

/** The URL of an engine call where it is known: a string, `make_url(string)`, or the URL of the sync engine inside. */
function urlOf(call: Call): string | null {
	const value = call.args[0] ?? call.keywords.get("url");
	if (value?.kind === "constant" && typeof value.value === "string") return value.value;
	return value?.kind === "instance" && value.call !== null && value.call !== call ? urlOf(value.call) : null;
}
