import type { Call } from "../../../project/imports/trace.ts";
import type { Value } from "../../../project/imports/values.ts";
import type { Project } from "../../../project/project.ts";
import type { OptionalUse } from "../../repair/packages/optional-use.ts";
import { isExternal } from "./names.ts";

/** What Tortoise's backends import, by the scheme of the URL or the end of the engine's name (`DB_LOOKUP` of tortoise/backends/base/config_generator.py). */
const backends: Readonly<Record<string, Pick<OptionalUse, "providers" | "importName" | "extras">>> = {
	asyncpg: { providers: ["asyncpg"], importName: "asyncpg", extras: [] },
	postgres: { providers: ["asyncpg"], importName: "asyncpg", extras: [] },
	postgresql: { providers: ["asyncpg"], importName: "asyncpg", extras: [] },
	psycopg: { providers: ["psycopg"], importName: "psycopg", extras: ["binary", "pool"] },
	// Tortoise tries asyncmy first, then aiomysql.
	mysql: { providers: ["aiomysql", "asyncmy"], importName: "aiomysql", extras: [] },
};

/** Tortoise imports the driver of a connection when it is initialised, which start-up does. */
export function listTortoiseBackends(project: Project): OptionalUse[] {
	return project.trace.calls.flatMap((call) => {
		const { reached, guarded, module, node, order } = call;
		if (!reached || guarded || !isInitialisation(call)) return [];
		return connectionsOf(call).flatMap((connection) => {
			const need = Object.hasOwn(backends, connection) ? backends[connection] : undefined;
			if (need === undefined || project.environment.findModule(`tortoise.backends.${engineOf(connection)}`).found === "missing")
				return [];
			return [
				{
					...need,
					floor: null,
					what: `Tortoise's connection to ${connection}`,
					module,
					range: { start: node.callee.start, end: node.callee.end },
					stage: "startup" as const,
					order,
					error: `ModuleNotFoundError: No module named '${need.importName}'`,
				},
			];
		});
	});
}

function isInitialisation({ callee }: Call): boolean {
	if (isExternal(callee, /^tortoise\.(?:contrib\.fastapi\.(?:register_tortoise|RegisterTortoise)|Tortoise\.init)$/)) return true;
	return callee.kind === "bound-method" && callee.name === "init" && isExternal(callee.receiver, /^tortoise\.Tortoise$/);
}

/** Schemes of the URLs, and last parts of the engines, of what is connected to. */
function connectionsOf({ args, keywords }: Call): string[] {
	const url = schemeOf(keywords.get("db_url") ?? args[3]);
	if (url !== null) return [url];
	const config = keywords.get("config") ?? args.find(({ kind }) => kind === "dict");
	const connections = config?.kind === "dict" ? config.entries.get("connections") : undefined;
	if (connections?.kind !== "dict") return [];
	return [...connections.entries.values()].flatMap((connection) => {
		const engine = connection.kind === "dict" ? textOf(connection.entries.get("engine")) : null;
		return (engine === null ? schemeOf(connection) : /^tortoise\.backends\.(\w+)$/.exec(engine)?.[1]) ?? [];
	});
}

function engineOf(connection: string): string {
	return connection.startsWith("postgres") ? "asyncpg" : connection;
}

function schemeOf(value: Value | undefined): string | null {
	return /^([a-z]+):\/\//.exec(textOf(value) ?? "")?.[1] ?? null;
}

function textOf(value: Value | undefined): string | null {
	return value?.kind === "constant" && typeof value.value === "string" ? value.value : null;
}
