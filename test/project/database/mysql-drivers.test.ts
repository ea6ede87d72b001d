import { expect, it } from "vitest";
import { parseDatabaseUrl } from "../../../src/project/database/database-url.ts";
import { changeOptions, optionError, refusedOptions } from "../../../src/project/database/driver-options.ts";

const drivers = ["pymysql", "mysqldb", "mysqlconnector", "aiomysql", "asyncmy"];

/** Options of a URL, and the drivers that refused them on MariaDB 10.11: two releases of each, with SQLAlchemy 2.0 and 2.1. */
const measured: readonly (readonly [option: string, drivers: string])[] = [
	["charset=utf8mb4", ""],
	["charset=utf8", ""],
	["charset=utf-8", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["ssl-mode=REQUIRED", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["ssl-mode=DISABLED", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["ssl_mode=REQUIRED", "pymysql mysqlconnector aiomysql asyncmy"],
	["ssl_mode=VERIFY_IDENTITY", "pymysql mysqlconnector aiomysql asyncmy"],
	["sslmode=require", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["sslMode=REQUIRED", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["sslaccept=strict", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["sslaccept=accept_invalid_certs", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	['ssl={"rejectUnauthorized":true}', "pymysql mysqlconnector aiomysql asyncmy"],
	["ssl=true", "pymysql mysqlconnector aiomysql asyncmy"],
	["ssl=True", "pymysql mysqlconnector aiomysql asyncmy"],
	["ssl=false", "pymysql mysqlconnector aiomysql asyncmy"],
	["ssl=require", "pymysql mysqlconnector aiomysql asyncmy"],
	["ssl=1", "pymysql mysqlconnector aiomysql asyncmy"],
	["ssl_ca=/etc/ssl/certs/ca-certificates.crt", "aiomysql"],
	["ssl_verify_cert=true", "mysqldb aiomysql asyncmy"],
	["ssl_verify_cert=false", "mysqldb aiomysql asyncmy"],
	["ssl_verify_identity=true", "mysqldb aiomysql asyncmy"],
	["ssl_disabled=true", "mysqldb aiomysql asyncmy"],
	["ssl_disabled=false", "mysqldb aiomysql asyncmy"],
	["tls=true", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["useSSL=false&serverTimezone=UTC", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["reconnect=true", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["connection_limit=5", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["parseTime=true", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["allowPublicKeyRetrieval=true", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["connect_timeout=10", ""],
	["read_timeout=10", "aiomysql"],
	["write_timeout=10", "aiomysql asyncmy"],
	["timeout=10", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["autocommit=true", ""],
	["use_unicode=1", ""],
	["local_infile=1", "mysqlconnector"],
	["collation=utf8mb4_unicode_ci", "aiomysql asyncmy"],
	["pool_size=5", "pymysql mysqldb aiomysql asyncmy"],
	["auth_plugin=mysql_native_password", "pymysql asyncmy"],
	["compress=true", "aiomysql asyncmy"],
	["client_flag=0", "mysqlconnector"],
	["program_name=api", "mysqldb mysqlconnector"],
	["init_command=SET NAMES utf8mb4", ""],
	["sql_mode=TRADITIONAL", ""],
	["db=app", ""],
	["database=app", "aiomysql"],
	["user=app", ""],
	["schema=public", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["sslcert=/x.pem", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["application_name=api", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["channel_binding=require", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
	["raise_on_warnings=true", "pymysql mysqldb aiomysql asyncmy"],
	["use_pure=true", "pymysql mysqldb aiomysql asyncmy"],
	["max_allowed_packet=1000000", "mysqldb mysqlconnector aiomysql"],
	["minsize=1", "pymysql mysqldb mysqlconnector aiomysql asyncmy"],
];

const of = (query: string) => {
	const url = parseDatabaseUrl(`mysql+any://u:p@h/d?${query}`);
	if (url === null) throw new Error("no URL");
	return url;
};

it.each(measured)("knows who takes %s", (option, refusing) => {
	expect(drivers.filter((driver) => refusedOptions(of(option), driver).length > 0).join(" ")).toBe(refusing);
});

it.each(measured)("leaves nothing of %s that a driver refuses", (option) => {
	for (const driver of drivers) {
		const { query } = changeOptions(of(option), driver);
		expect(query === null ? [] : refusedOptions(of(query), driver)).toEqual([]);
	}
});

it.each([
	["pymysql", "ssl-mode=REQUIRED", "ssl_check_hostname=false"],
	["asyncmy", "sslaccept=strict&charset=utf8mb4", "ssl_check_hostname=false&charset=utf8mb4"],
	["mysqldb", "ssl-mode=REQUIRED", "ssl_mode=REQUIRED"],
	["mysqlconnector", "ssl-mode=REQUIRED", null],
	["aiomysql", "ssl-mode=REQUIRED&charset=utf-8", "charset=utf8mb4"],
	["pymysql", "ssl-mode=DISABLED", null],
	["pymysql", "ssl_ca=ca.pem&ssl-mode=VERIFY_CA", "ssl_ca=ca.pem"],
])("asks %s for TLS instead of %s", (driver, query, wanted) => {
	expect(changeOptions(of(query), driver).query).toBe(wanted);
});

it("says that aiomysql loses what the URL asks for", () => {
	const { isCertain, explanation } = changeOptions(of("ssl-mode=REQUIRED"), "aiomysql");
	expect(isCertain).toBe(false);
	expect(explanation).toContain("ssl.create_default_context()");
});

it.each([
	[
		"pymysql",
		"charset=utf-8&ssl-mode=REQUIRED",
		"TypeError: Connection.__init__() got an unexpected keyword argument 'ssl-mode'",
	],
	["aiomysql", "ssl_ca=ca.pem", "AttributeError: 'dict' object has no attribute 'wrap_bio'"],
	["pymysql", "ssl=true", "AttributeError: 'str' object has no attribute 'get'"],
	["mysqldb", "sslaccept=strict", "TypeError: 'sslaccept' is an invalid keyword argument for connect()"],
	["mysqlconnector", "ssl-mode=REQUIRED", "AttributeError: Unsupported argument 'ssl-mode'"],
	[
		"psycopg2",
		"pgbouncer=true",
		'sqlalchemy.exc.ProgrammingError: (psycopg2.ProgrammingError) invalid dsn: invalid connection option "pgbouncer"',
	],
])("predicts what %s says of %s", (driver, query, line) => {
	expect(optionError(of(query), driver)).toBe(line);
});
