import type { Call } from "../imports/trace.ts";
import type { Project } from "../project.ts";
import type { DatabaseUrl } from "./database-url.ts";
import { databaseOf, isSqlalchemyBefore, loadedDriver } from "./sqlalchemy-driver.ts";
import { isSymbol } from "./sqlalchemy-values.ts";

/** The pool that SQLAlchemy makes for an engine. */
export interface EnginePool {
	/** `NullPool`. */
	readonly name: string;
	/** True where `poolclass` names it, false where it follows from the URL. */
	readonly isNamed: boolean;
}

/** Arguments of `create_engine` that go to the pool, which takes only those it knows (sqlalchemy/engine/create.py, sqlalchemy/pool/impl.py). */
export const poolArguments = ["pool_size", "max_overflow", "pool_timeout", "pool_use_lifo"] as const;

const accepted: Readonly<Record<string, readonly string[]>> = {
	QueuePool: poolArguments,
	AsyncAdaptedQueuePool: poolArguments,
	FallbackAsyncAdaptedQueuePool: poolArguments,
	SingletonThreadPool: ["pool_size"],
	NullPool: [],
	StaticPool: [],
	AssertionPool: [],
};

/** Arguments of the pool that this one refuses; none where it is not known. */
export function refusedPoolArguments(pool: EnginePool, call: Call): readonly string[] {
	const known = accepted[pool.name];
	return known === undefined ? [] : [...call.keywords.keys()].filter((name) => isPoolArgument(name) && !known.includes(name));
}

/**
 * Can a pool class not be used in such an engine? From 2.0 on SQLAlchemy asks the pool (`_is_asyncio` in sqlalchemy/pool/impl.py); NullPool, StaticPool
 * and AssertionPool suit both.
 */
export function isPoolOfOtherKind(project: Project, pool: EnginePool, isAsync: boolean): boolean {
	if (isSqlalchemyBefore(project, "2.0.0b1") !== false) return false;
	const wrong = isAsync ? ["QueuePool", "SingletonThreadPool"] : ["AsyncAdaptedQueuePool", "FallbackAsyncAdaptedQueuePool"];
	return pool.isNamed && wrong.includes(pool.name);
}

function isPoolArgument(name: string): boolean {
	return poolArguments.some((each) => each === name);
}

/** The pool of an engine; null where it is not certain. */
export function poolOf(project: Project, call: Call, url: DatabaseUrl | null, isAsync: boolean): EnginePool | null {
	const named = call.keywords.get("poolclass");
	if (call.keywords.has("pool") || call.keywords.has("creator")) return null;
	if (named !== undefined) {
		const name = Object.keys(accepted).find((each) => isSymbol(named, each));
		return name === undefined ? null : { name, isNamed: true };
	}
	const name = url === null ? null : defaultPool(project, url, isAsync);
	return name === null ? null : { name, isNamed: false };
}

function defaultPool(project: Project, url: DatabaseUrl, isAsync: boolean): string | null {
	const driver = loadedDriver(project, url);
	if (driver === null) return null;
	const queue = isAsync ? "AsyncAdaptedQueuePool" : "QueuePool";
	if (databaseOf(url) !== "sqlite") return queue;
	if (isInMemory(url)) return isAsync ? "StaticPool" : "SingletonThreadPool";
	// Files got a queue with 2.0 for pysqlite, and with 2.0.38 for aiosqlite (SQLAlchemy's changelog).
	const isOld = isSqlalchemyBefore(project, isAsync ? "2.0.38" : "2.0.0b1");
	return isOld === null ? null : isOld ? "NullPool" : queue;
}

function isInMemory(url: DatabaseUrl): boolean {
	const { database, options } = url;
	if (database === null || database === "" || database === ":memory:") return true;
	return options.some(({ name, value }) => name === "mode" && value === "memory");
}

/** The name of the dialect class as SQLAlchemy's error messages give it; null where we do not know it. */
export function dialectClass(url: DatabaseUrl, driver: string, isAsync: boolean): string | null {
	if (driver === "psycopg") return isAsync ? "PGDialectAsync_psycopg" : "PGDialect_psycopg";
	const prefix = { postgresql: "PGDialect", sqlite: "SQLiteDialect", mysql: "MySQLDialect" }[databaseOf(url)];
	return prefix === undefined ? null : `${prefix}_${driver}`;
}
