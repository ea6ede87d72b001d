import { isSimilarName } from "../imports/nearest-module.ts";
import type { Call } from "../imports/trace.ts";
import type { Project } from "../project.ts";
import type { DatabaseUrl } from "./database-url.ts";
import { databaseOf, isSqlalchemyBefore, loadedDriver } from "./sqlalchemy-driver.ts";

/**
 * Every keyword that `create_engine` hands on to something, in SQLAlchemy 1.4 to 2.1: to the engine, to the pool, or to one of the dialects that come
 * with it (`get_cls_kwargs` over their classes, sqlalchemy/engine/create.py).
 */
const known = new Set(
	(
		"url async_creator connect_args creator module plugins pool poolclass future strategy enable_from_linting empty_in_strategy echo execution_options " +
		"hide_parameters logging_name query_cache_size echo_pool max_overflow pool_events pool_logging_name pool_pre_ping pool_recycle pool_reset_on_return " +
		"pool_size pool_timeout pool_use_lifo arraysize auto_convert_lobs case_sensitive client_encoding coerce_to_decimal coerce_to_unicode compiler_linting " +
		"concurrency_level convert_unicode dbapi deprecate_large_types description_encoding enable_offset_fetch enable_pooling enable_rowcount encoding " +
		"encoding_errors exclude_tablespaces executemany_batch_page_size executemany_mode executemany_values_page_size fast_executemany " +
		"ignore_no_transaction_on_rollback implicit_returning insertmanyvalues_page_size is_mariadb isolation_level json_deserializer json_serializer " +
		"label_length legacy_schema_aliasing max_identifier_length native_datetime native_inet_types optimize_limits paramstyle query_timeout retaining " +
		"schema_name server_side_cursors skip_autocommit_rollback supports_comments supports_native_boolean supports_unicode_binds thick_mode threaded " +
		"type_conv use_ansi use_binds_for_limits use_insertmanyvalues use_native_hstore use_native_unicode use_native_uuid use_nchar_for_unicode " +
		"use_scope_identity use_setinputsizes"
	).split(" "),
);

/** Is that certainly no argument of any engine? Plugins and dialects of other packages may take more. */
export function isUnknownArgument(project: Project, call: Call, url: DatabaseUrl | null, name: string): boolean {
	if (known.has(name) || name.startsWith("_") || call.keywords.has("plugins")) return false;
	if (/from_config$/.test(call.callee.kind === "external" ? call.callee.canonical : "")) return false;
	if (url === null || isSqlalchemyBefore(project, "2.2") !== true) return false;
	if (url.options.some((option) => option.name === "plugin")) return false;
	return ["postgresql", "mysql", "sqlite"].includes(databaseOf(url)) && loadedDriver(project, url) !== null;
}

/** The one argument that a misspelt one stands for; null where none is like it, or several are. */
export function meantArgument(name: string): string | null {
	const bare = (text: string): string => text.replaceAll("_", "");
	const exact = [...known].filter((each) => bare(each) === bare(name));
	const similar = exact.length > 0 ? exact : [...known].filter((each) => isSimilarName(each, name));
	return similar.length === 1 ? (similar[0] ?? null) : null;
}
