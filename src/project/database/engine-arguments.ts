import { isSimilarName } from "../imports/nearest-module.ts";
import type { Call } from "../imports/trace.ts";
import type { Project } from "../project.ts";
import type { DatabaseUrl } from "./database-url.ts";
import { databaseOf, isSqlalchemyBefore, loadedDriver } from "./sqlalchemy-driver.ts";

/** Every keyword that `create_engine` hands on to the engine, to the pool or to any dialect, in SQLAlchemy 1.4 to 2.1 (`get_cls_kwargs` over their classes, sqlalchemy/engine/create.py). */
const ofEveryEngine = new Set(
	(
		"url async_creator connect_args creator module plugins pool poolclass future strategy enable_from_linting empty_in_strategy echo execution_options " +
		"hide_parameters logging_name query_cache_size echo_pool max_overflow pool_events pool_logging_name pool_pre_ping pool_recycle pool_reset_on_return " +
		"pool_size pool_timeout pool_use_lifo case_sensitive compiler_linting convert_unicode dbapi encoding implicit_returning insertmanyvalues_page_size " +
		"isolation_level json_deserializer json_serializer label_length max_identifier_length paramstyle server_side_cursors skip_autocommit_rollback " +
		"supports_native_boolean use_insertmanyvalues"
	).split(" "),
);

/** Keywords that only some dialects take, with the drivers whose dialects they are, as far as these speak to PostgreSQL, MySQL or SQLite. */
const ofSomeDrivers: Readonly<Record<string, readonly string[]>> = {
	client_encoding: ["psycopg2", "psycopg", "pg8000"],
	executemany_batch_page_size: ["psycopg2"],
	executemany_mode: ["psycopg2"],
	executemany_values_page_size: ["psycopg2"],
	is_mariadb: ["pymysql", "mysqldb", "aiomysql", "asyncmy", "mysqlconnector"],
	native_datetime: ["pysqlite", "aiosqlite"],
	native_inet_types: ["psycopg2", "psycopg", "asyncpg", "pg8000"],
	use_native_hstore: ["psycopg2", "psycopg"],
	use_native_unicode: ["psycopg2"],
	use_native_uuid: ["psycopg2"],
};

/** Keywords of the dialects of Oracle and SQL Server. */
const ofOtherDatabases = new Set(
	(
		"arraysize auto_convert_lobs coerce_to_decimal coerce_to_unicode concurrency_level deprecate_large_types description_encoding enable_offset_fetch " +
		"enable_pooling enable_rowcount encoding_errors exclude_tablespaces fast_executemany ignore_no_transaction_on_rollback legacy_schema_aliasing " +
		"optimize_limits query_timeout retaining schema_name supports_comments supports_unicode_binds thick_mode threaded type_conv use_ansi " +
		"use_binds_for_limits use_nchar_for_unicode use_scope_identity use_setinputsizes"
	).split(" "),
);

/** Keywords that only SQLAlchemy 1.4 has, among those that no rule has a sentence for. */
const beforeTwo = new Set(["executemany_values_page_size", "use_native_unicode", "use_native_uuid"]);

const known = new Set([...ofEveryEngine, ...Object.keys(ofSomeDrivers), ...ofOtherDatabases]);
const knownDrivers = new Set([...Object.values(ofSomeDrivers).flat()]);

/** Is that certainly no argument of this engine? Plugins and dialects of other packages may take more. */
export function isUnknownArgument(project: Project, call: Call, url: DatabaseUrl | null, name: string): boolean {
	if (ofEveryEngine.has(name) || name.startsWith("_") || call.keywords.has("plugins")) return false;
	if (/from_config$/.test(call.callee.kind === "external" ? call.callee.canonical : "")) return false;
	if (url === null || isSqlalchemyBefore(project, "2.2") !== true) return false;
	if (url.options.some((option) => option.name === "plugin")) return false;
	const driver = ["postgresql", "mysql", "sqlite"].includes(databaseOf(url)) ? loadedDriver(project, url) : null;
	if (driver === null) return false;
	if (!known.has(name)) return true;
	if (!knownDrivers.has(driver.name)) return false;
	if (ofSomeDrivers[name]?.includes(driver.name) !== true) return true;
	return beforeTwo.has(name) && isSqlalchemyBefore(project, "2.0.0b1") === false;
}

/** Is that an argument of engines, though not of those of every driver? */
export function isArgumentOfOtherDrivers(name: string): boolean {
	return known.has(name) && !ofEveryEngine.has(name);
}

/** An argument that engines have, with a value that this one refuses before it looks at what else it is given. */
export interface RefusedValue {
	readonly name: string;
	readonly reason: string;
	/** Null where the error names an object by its address. */
	readonly error: string | null;
}

export function refusedValue(project: Project, call: Call, url: DatabaseUrl | null, isAsync: boolean): RefusedValue | null {
	const constantOf = (name: string): unknown => {
		const value = call.keywords.get(name);
		return value?.kind === "constant" ? value.value : undefined;
	};
	const isSqlite = url !== null && loadedDriver(project, url)?.name === "pysqlite";
	if (constantOf("server_side_cursors") === true && (isAsync || isSqlite)) {
		return {
			name: "server_side_cursors",
			reason: isAsync ? "An async engine streams where connection.stream() asks for it." : "SQLite has no cursors on the server.",
			error: isAsync
				? "sqlalchemy.ext.asyncio.exc.AsyncMethodRequired: Can't set server_side_cursors for async engine globally; use the connection.stream() method for an async streaming result set"
				: null,
		};
	}
	const strategy = constantOf("strategy");
	if (typeof strategy === "string" && strategy !== "mock") {
		return {
			name: "strategy",
			reason: "The strategies of engines went with SQLAlchemy 1.4.",
			error: `sqlalchemy.exc.ArgumentError: unknown strategy: '${strategy}'`,
		};
	}
	// `future=False` asks for the API of SQLAlchemy 1.4, which 2.0 does not have.
	if (constantOf("future") === false && isSqlalchemyBefore(project, "2.0.0b1") === false) {
		return {
			name: "future",
			reason: "SQLAlchemy 2 has only the API that future=True asked for.",
			error: "sqlalchemy.exc.ArgumentError: The 'future' parameter passed to create_engine() may only be set to True.",
		};
	}
	return null;
}

/** The one argument that a misspelt one stands for; null where none is like it, or several are. */
export function meantArgument(name: string): string | null {
	const bare = (text: string): string => text.replaceAll("_", "");
	const exact = [...known].filter((each) => bare(each) === bare(name));
	const similar = exact.length > 0 ? exact : [...known].filter((each) => isSimilarName(each, name));
	return similar.length === 1 ? (similar[0] ?? null) : null;
}
