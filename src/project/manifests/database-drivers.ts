import data from "../../../data/database-drivers.json" with { type: "json" };
import type { Addition } from "./requirement-style.ts";

/** A distribution that SQLAlchemy can talk to a database with; the facts are generated, see scripts/drivers. */
export interface DatabaseDriver {
	/** PEP 503 name: `psycopg2-binary`. */
	readonly distribution: string;
	readonly importName: string;
	/** Extras it is declared with: psycopg needs `binary` where libpq is not at hand. */
	readonly extras: readonly string[];
	/** SQLAlchemy's name of the database: `postgresql`. */
	readonly database: string;
	/** SQLAlchemy's name of the driver, as it stands in a URL: `asyncpg`. */
	readonly name: string;
	readonly isAsync: boolean;
	/** Oldest release that supports Python 3.12, a floor that suits today's SQLAlchemy; null where none does. */
	readonly floor: string | null;
	readonly newest: string | null;
}

/** Every driver with its database, as SQLAlchemy's dialects name them. A driver that can do both (psycopg 3) stands twice. */
export const databaseDrivers: readonly DatabaseDriver[] = Object.entries(data.drivers).flatMap(([distribution, entry]) =>
	entry.drivers.map((driver) => ({
		distribution,
		importName: entry.importName,
		extras: entry.extras,
		database: driver.database,
		name: driver.name,
		isAsync: driver.async,
		floor: entry.floor,
		newest: entry.newest,
	})),
);

/** The async drivers of a database, SQLAlchemy's first choice first. */
export function asyncDriversOf(database: string): readonly DatabaseDriver[] {
	// The order in which SQLAlchemy's documentation presents them (https://docs.sqlalchemy.org/en/20/dialects/).
	const order = ["asyncpg", "psycopg", "aiomysql", "asyncmy", "aiosqlite"];
	return databaseDrivers
		.filter((driver) => driver.isAsync && driver.database === database)
		.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

/** How a driver is declared; what is installed wins over what the data file knows. */
export function driverAddition(driver: DatabaseDriver, installedVersion: string | null): Addition {
	return { name: driver.distribution, extras: driver.extras, floor: driver.floor, exact: installedVersion ?? driver.newest };
}

/** The parts of a SQLAlchemy URL's scheme: `postgresql+asyncpg://…` → postgresql, asyncpg. Null for what is no URL. */
export function parseDatabaseScheme(url: string): { readonly database: string; readonly driver: string | null } | null {
	const match = /^\s*([a-z][a-z0-9]*)(?:\+(\w+))?:\/\//i.exec(url);
	if (match === null) return null;
	const database = (match[1] ?? "").toLowerCase();
	// `postgres` is what hosters print and SQLAlchemy refuses; MariaDB shares MySQL's drivers.
	const known = database === "postgres" ? "postgresql" : database === "mariadb" ? "mysql" : database;
	return { database: known, driver: match[2] ?? null };
}
