import { hasSqlalchemy } from "../models/orm-version.ts";
import type { Project } from "../project.ts";
import type { EngineCall } from "./engine-calls.ts";
import { databaseOf, loadedDriver } from "./sqlalchemy-driver.ts";

/** What SQLAlchemy prints of a refusal by PostgreSQL, as the driver of the engine hands it on; `condition` is PostgreSQL's name for it: `UndefinedTable`. */
export function postgresError(project: Project, { url }: Pick<EngineCall, "url">, condition: string, words: string): string {
	const driver = url === null ? undefined : loadedDriver(project, url)?.name;
	if (driver === "asyncpg") {
		const inner = hasSqlalchemy(project, 2, 1) ? "" : `<class 'asyncpg.exceptions.${condition}Error'>: `;
		return `sqlalchemy.exc.ProgrammingError: (sqlalchemy.dialects.postgresql.asyncpg.ProgrammingError) ${inner}${words}`;
	}
	return `sqlalchemy.exc.ProgrammingError: (${driver ?? "psycopg2"}.errors.${condition}) ${words}`;
}

/** What a new database says of a table that it does not have. */
export function missingTableError(project: Project, engine: Pick<EngineCall, "url">, table: string): string {
	const database = engine.url === null ? null : databaseOf(engine.url);
	if (database === "sqlite") return `sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: ${table}`;
	return database === "postgresql"
		? postgresError(project, engine, "UndefinedTable", `relation "${table}" does not exist`)
		: `sqlalchemy.exc.ProgrammingError: Table '${table}' doesn't exist`;
}

/** What a database says of a row without a value for a column that must have one. */
export function notNullError(project: Project, engine: Pick<EngineCall, "url">, table: string, column: string): string {
	const database = engine.url === null ? null : databaseOf(engine.url);
	const raised = "sqlalchemy.exc.IntegrityError:";
	if (database === "sqlite") return `${raised} (sqlite3.IntegrityError) NOT NULL constraint failed: ${table}.${column}`;
	if (database !== "postgresql") return `${raised} Column '${column}' cannot be null`;
	const words = `null value in column "${column}" of relation "${table}" violates not-null constraint`;
	const driver = engine.url === null ? undefined : loadedDriver(project, engine.url)?.name;
	if (driver !== "asyncpg") return `${raised} (${driver ?? "psycopg2"}.errors.NotNullViolation) ${words}`;
	const dialect = "sqlalchemy.dialects.postgresql.asyncpg";
	return hasSqlalchemy(project, 2, 1)
		? `${raised} (${dialect}.NotNullViolationError) ${words}`
		: `${raised} (${dialect}.IntegrityError) <class 'asyncpg.exceptions.NotNullViolationError'>: ${words}`;
}
