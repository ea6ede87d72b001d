import { canAllBeSatisfied, versionSatisfies } from "../../environment/pep440.ts";
import { asyncDriversOf, type DatabaseDriver, databaseDrivers } from "../manifests/database-drivers.ts";
import { closeOver, primaryManifest } from "../manifests/declared.ts";
import type { Project } from "../project.ts";
import type { DatabaseUrl } from "./database-url.ts";

/** The driver that SQLAlchemy loads for a URL, as far as that is certain. */
export interface LoadedDriver {
	/** SQLAlchemy's name of it: `psycopg2`. */
	readonly name: string;
	/** The module that it imports: `psycopg2`, `MySQLdb`. */
	readonly importName: string;
	readonly isAsync: boolean;
	readonly isSync: boolean;
	readonly isImportable: "yes" | "no" | "unknown";
}

/** SQLAlchemy's name of a database: MariaDB is spoken to as MySQL, and `postgres` is what hosters print for PostgreSQL. */
export function databaseOf(url: DatabaseUrl): string {
	if (url.dialect === "postgres") return "postgresql";
	return url.dialect === "mariadb" ? "mysql" : url.dialect;
}

/** Null where the scheme or its default driver is not one we know about. */
export function loadedDriver(project: Project, url: DatabaseUrl): LoadedDriver | null {
	// SQLAlchemy refuses the name before it looks for a driver.
	if (url.dialect === "postgres") return null;
	const database = databaseOf(url);
	const name = url.driver ?? defaultDriver(project, database);
	if (name === null) return null;
	if (database === "sqlite" && (name === "pysqlite" || name === "")) {
		return { name: "pysqlite", importName: "sqlite3", isAsync: false, isSync: true, isImportable: "yes" };
	}
	const entries = databaseDrivers.filter((driver) => driver.database === database && driver.name === name);
	const [entry] = entries;
	if (entry === undefined) return null;
	return {
		name,
		importName: entry.importName,
		isAsync: entries.some((driver) => driver.isAsync),
		isSync: entries.some((driver) => !driver.isAsync),
		isImportable: isImportable(project, entry),
	};
}

/** The driver that a URL without one gets: from SQLAlchemy 2.1 on psycopg 3 for PostgreSQL and oracledb for Oracle, before that psycopg2 and cx_Oracle. */
function defaultDriver(project: Project, database: string): string | null {
	if (database === "postgresql" || database === "oracle") {
		const isOld = isSqlalchemyBefore(project, "2.1.0b1");
		const [old, current] = database === "oracle" ? ["cx_oracle", "oracledb"] : ["psycopg2", "psycopg"];
		return isOld === null ? null : isOld ? old : current;
	}
	if (database === "mysql") return "mysqldb";
	if (database === "mssql") return "pyodbc";
	return database === "sqlite" ? "pysqlite" : null;
}

/** Is the SQLAlchemy of the environment, or the one that is declared, older than a version? Null where that is not certain. */
export function isSqlalchemyBefore(project: Project, version: string): boolean | null {
	const installed = project.environment.distributions.get("sqlalchemy")?.version;
	if (installed !== undefined) return versionSatisfies(installed, `<${version}`);
	const requirements = primaryManifest(project.manifests)?.requirements ?? [];
	const declared = requirements.filter(({ normalized }) => normalized === "sqlalchemy").map(({ specifier }) => specifier);
	if (!canAllBeSatisfied([...declared, `>=${version}`])) return true;
	return canAllBeSatisfied([...declared, `<${version}`]) ? null : false;
}

/** The async driver a backend should use for a database: one that it declares, else one that is installed, else SQLAlchemy's first choice. */
export function preferredAsyncDriver(project: Project, database: string): DatabaseDriver | null {
	const drivers = asyncDriversOf(database);
	const declared = declaredNames(project);
	return (
		drivers.find(({ distribution }) => declared.has(distribution)) ??
		drivers.find((driver) => isImportable(project, driver) === "yes") ??
		drivers[0] ??
		null
	);
}

/** Can the module of a driver be imported here? What the environment does not know is answered by the manifests. */
export function isImportable(project: Project, driver: DatabaseDriver): "yes" | "no" | "unknown" {
	const { found } = project.environment.findModule(driver.importName);
	if (found !== "unknown") return found === "present" ? "yes" : "no";
	if (primaryManifest(project.manifests) === null) return "unknown";
	const distributions = databaseDrivers.filter(({ importName }) => importName === driver.importName);
	if (distributions.some(({ distribution }) => declaredNames(project).has(distribution))) return "yes";
	// Where the catalog answers, the machine is one on which just the declared packages are installed.
	return project.environment.kind === "catalog" ? "no" : "unknown";
}

/** Asked for each driver, and by several rules. */
const declaredIn = new WeakMap<Project, ReadonlySet<string>>();

function declaredNames(project: Project): ReadonlySet<string> {
	let names = declaredIn.get(project);
	if (names === undefined) {
		const requirements = project.manifests.flatMap((manifest) => manifest.requirements);
		names = new Set(closeOver(requirements, project.manifests, project.environment).provided.keys());
		declaredIn.set(project, names);
	}
	return names;
}
