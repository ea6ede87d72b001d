import { isSimilarName } from "../imports/nearest-module.ts";
import { databaseDrivers } from "../manifests/database-drivers.ts";
import type { Project } from "../project.ts";
import type { DatabaseUrl } from "./database-url.ts";
import { isImportable, preferredAsyncDriver } from "./sqlalchemy-driver.ts";

/**
 * The dialects that SQLAlchemy brings, with the drivers that each has a module for (sqlalchemy/dialects/<name>/__init__.py, 1.4 to 2.1).
 * Others come with distributions of their own, which register them as entry points.
 */
const bundled: Readonly<Record<string, readonly string[]>> = {
	postgresql: "psycopg2 psycopg psycopg_async psycopg2cffi pg8000 asyncpg pygresql pypostgresql".split(" "),
	mysql: "mysqldb pymysql aiomysql asyncmy mysqlconnector cymysql pyodbc oursql mariadbconnector".split(" "),
	mariadb: "mysqldb pymysql aiomysql asyncmy mysqlconnector cymysql pyodbc oursql mariadbconnector mariadb".split(" "),
	sqlite: "pysqlite pysqlcipher aiosqlite pysqlite_numeric aiosqlite_numeric".split(" "),
	oracle: "cx_oracle oracledb oracledb_async".split(" "),
	mssql: "pyodbc aioodbc pymssql mxodbc mssqlpython".split(" "),
};

/** Spellings of a database that people write and no distribution registers. */
const mistaken: Readonly<Record<string, string>> = {
	psql: "postgresql",
	pgsql: "postgresql",
	pg: "postgresql",
	postgre: "postgresql",
	sqlite3: "sqlite",
};

/** Schemes of addresses that other clients take: of web services, of databases without SQL, of message brokers and of files. */
const otherClients = new Set(
	"http https ws wss ftp file mongodb mongodb+srv redis rediss memcached amqp amqps kafka nats bolt neo4j s3 tcp".split(" "),
);

/** Does SQLAlchemy certainly have no dialect of that name? Only where a driver of a dialect of its own is meant, a name near one, or another client. */
export function isUnknownScheme(project: Project, url: DatabaseUrl): boolean {
	if (hasForeignDialects(project)) return false;
	const drivers = Object.hasOwn(bundled, url.dialect) ? bundled[url.dialect] : undefined;
	if (drivers !== undefined) return url.driver !== null && !drivers.includes(url.driver);
	return otherClients.has(url.scheme.toLowerCase()) || meantDialect(url.dialect) !== null;
}

/** The scheme that an unknown one most likely stands for, or null. */
export function nearestScheme(project: Project, url: DatabaseUrl, isAsync: boolean): string | null {
	const dialect = Object.hasOwn(bundled, url.dialect) ? url.dialect : meantDialect(url.dialect);
	if (dialect === null) return null;
	const known = databaseDrivers.filter((each) => each.database === dialect && each.isAsync === isAsync);
	const near = known.find(({ name }) => url.driver !== null && (isSimilarName(name, url.driver) || url.driver === `${name}3`));
	if (near !== undefined) return `${dialect}+${near.name}`;
	if (isAsync) {
		const driver = preferredAsyncDriver(project, dialect);
		return driver === null ? null : `${dialect}+${driver.name}`;
	}
	const importable = known.find((each) => isImportable(project, each) === "yes");
	return importable === undefined ? dialect : `${dialect}+${importable.name}`;
}

function meantDialect(name: string): string | null {
	const folded = name.toLowerCase();
	if (Object.hasOwn(mistaken, folded)) return mistaken[folded] ?? null;
	if (folded !== name && Object.hasOwn(bundled, folded)) return folded;
	const near = Object.keys(bundled).filter((each) => isSimilarName(each, folded));
	return near.length === 1 ? (near[0] ?? null) : null;
}

/** A distribution such as sqlalchemy-redshift may register any name. */
function hasForeignDialects(project: Project): boolean {
	const declared = project.manifests.flatMap(({ requirements }) => requirements.map(({ normalized }) => normalized));
	const names = [...declared, ...project.environment.distributions.keys()];
	const foreign =
		/^(sqlalchemy-(?!utils$|stubs$|filters|mixins|json|continuum|file|searchable|i18n|serializer|crud|data)|.*-sqlalchemy$|pgvector-)|^(snowflake|databricks|clickhouse|cockroach|ibm-db|duckdb|libsql|pyathena|crate|firebird|hdbcli|teradata)/;
	return names.some(
		(name) => foreign.test(name) && !/^(flask|fastapi|starlette|graphene|marshmallow|advanced|types)-sqlalchemy$/.test(name),
	);
}
