/** Connection options of libpq up to 18 (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS). */
const libpqOptions =
	"host hostaddr port dbname user password passfile require_auth channel_binding connect_timeout client_encoding options application_name " +
	"fallback_application_name keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout replication gssencmode sslmode " +
	"requiressl sslnegotiation sslcompression sslcert sslkey sslkeylogfile sslpassword sslcertmode sslrootcert sslcrl sslcrldir sslsni requirepeer " +
	"ssl_min_protocol_version ssl_max_protocol_version min_protocol_version max_protocol_version krbsrvname gsslib gssdelegation scram_client_key " +
	"scram_server_key service servicefile target_session_attrs load_balance_hosts oauth_issuer oauth_client_id oauth_client_secret oauth_scope " +
	"authtype tty";

/** What the drivers on libpq take beside its options (psycopg2/__init__.py, psycopg/connection.py). */
const driverOptions: Readonly<Record<string, string>> = {
	psycopg2: "dsn connection_factory cursor_factory async async_ database",
	psycopg: "conninfo autocommit prepare_threshold context row_factory cursor_factory",
};

/** The arguments that the `connect()` of a driver on libpq takes; null for other drivers. */
export function libpqParameters(driver: string): ReadonlySet<string> | null {
	const own = Object.hasOwn(driverOptions, driver) ? driverOptions[driver] : undefined;
	return own === undefined ? null : new Set(`${libpqOptions} ${own}`.split(" "));
}

/** Parameters of `sqlite3.connect` (https://docs.python.org/3/library/sqlite3.html#sqlite3.connect), and what aiosqlite adds to them. */
const sqlite = "database timeout detect_types isolation_level check_same_thread factory cached_statements uri autocommit".split(
	" ",
);

/** The arguments that the `connect()` of a driver for SQLite takes; null for other drivers. */
export function builtinConnectParameters(driver: string): ReadonlySet<string> | null {
	if (driver === "pysqlite") return new Set(sqlite);
	return driver === "aiosqlite" ? new Set([...sqlite, "iter_chunk_size", "loop"]) : null;
}
