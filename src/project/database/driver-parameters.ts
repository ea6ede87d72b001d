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

/** Parameters of `sqlite3.connect` (https://docs.python.org/3/library/sqlite3.html#sqlite3.connect), and what aiosqlite adds to them. */
const sqlite = "database timeout detect_types isolation_level check_same_thread factory cached_statements uri autocommit";

/** What all drivers for MySQL take that SQLAlchemy has a dialect for. */
const mysql =
	"host user password port unix_socket db charset use_unicode sql_mode init_command connect_timeout autocommit read_default_file read_default_group";

/** What each of them takes beside that, in any release so far; the compiled ones are tried on MariaDB. */
const ofMysqlDrivers: Readonly<Record<string, string>> = {
	aiomysql: "conv client_flag cursorclass echo local_infile loop ssl auth_plugin program_name server_public_key no_delay",
	asyncmy:
		"password_creator database sock conv client_flag cursor_cls cursor_class local_infile max_allowed_packet auth_plugin_map read_timeout " +
		"binary_prefix program_name server_public_key echo ssl",
	pymysql:
		"database passwd collation conv client_flag cursorclass local_infile max_allowed_packet defer_connect auth_plugin_map read_timeout write_timeout bind_address " +
		"binary_prefix program_name server_public_key ssl ssl_ca ssl_cert ssl_disabled ssl_key ssl_key_password ssl_verify_cert ssl_verify_identity compress named_pipe no_delay",
	mysqldb:
		"database passwd collation conv client_flag cursorclass local_infile local_infile_dir read_timeout write_timeout binary_prefix multi_statements " +
		"executemany_fallback ssl ssl_mode compress named_pipe auth_plugin server_public_key_path connection_class",
	mysqlconnector:
		"database passwd collation converter_class converter_str_fallback time_zone get_warnings raise_on_warnings connection_timeout read_timeout write_timeout " +
		"client_flags compress buffered raw ssl_ca ssl_cert ssl_key ssl_verify_cert ssl_verify_identity ssl_cipher tls_ciphersuites ssl_disabled tls_versions dsn " +
		"force_ipv6 auth_plugin allow_local_infile allow_local_infile_in_path consume_results conn_attrs dns_srv use_pure krb_service_principal oci_config_file " +
		"oci_config_profile webauthn_callback fido_callback kerberos_auth_mode openid_token_file pool_name pool_size pool_reset_session failover option_files " +
		"option_groups password1 password2 password3 prepared dictionary named_tuple",
};

/** What SQLAlchemy's dialects for MySQL make the `ssl` of a connection from (`create_connect_args`, sqlalchemy/dialects/mysql/mysqldb.py). */
const mysqlTlsOptions = "ssl_ca ssl_key ssl_cert ssl_capath ssl_cipher ssl_check_hostname";

/**
 * The parameters of `asyncpg.connect` that a URL can set, since SQLAlchemy hands its query on as keyword arguments, all of them strings
 * (SQLAlchemy converts `port` and its own `prepared_statement_cache_size`); tried with asyncpg 0.32 on PostgreSQL 15.
 */
const asyncpgOptions =
	"dsn host port user password passfile service servicefile database command_timeout ssl direct_tls target_session_attrs krbsrvname gsslib " +
	"prepared_statement_cache_size async_fallback";

/** The arguments that the `connect()` of a driver takes; null where they are not known. */
export function connectParameters(driver: string): ReadonlySet<string> | null {
	if (driver === "pysqlite") return words(sqlite);
	if (driver === "aiosqlite") return words(`${sqlite} iter_chunk_size loop`);
	if (Object.hasOwn(driverOptions, driver)) return words(`${libpqOptions} ${driverOptions[driver]}`);
	return isMysqlDriver(driver) ? words(`${mysql} ${ofMysqlDrivers[driver]}`) : null;
}

/** The options that a URL may have for a driver; null where SQLAlchemy leaves out the others, or where they are not known. */
export function urlParameters(driver: string): ReadonlySet<string> | null {
	if (driver === "asyncpg") return words(asyncpgOptions);
	if (Object.hasOwn(driverOptions, driver)) return connectParameters(driver);
	if (driver === "mysqlconnector") return connectParameters(driver);
	return isMysqlDriver(driver) ? words(`${mysql} ${ofMysqlDrivers[driver]} ${mysqlTlsOptions}`) : null;
}

/** Is that SQLAlchemy's name of a driver for MySQL whose arguments are known? */
export function isMysqlDriver(driver: string): boolean {
	return Object.hasOwn(ofMysqlDrivers, driver);
}

/** Does an option of a URL become part of the `ssl` that a driver for MySQL is handed? */
export function isMysqlTlsOption(name: string): boolean {
	return words(mysqlTlsOptions).has(name);
}

function words(text: string): ReadonlySet<string> {
	return new Set(text.split(" "));
}
