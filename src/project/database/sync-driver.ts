import type { TextEdit } from "../../text/range.ts";
import { type DatabaseDriver, databaseDrivers, driverAddition } from "../manifests/database-drivers.ts";
import { primaryManifest } from "../manifests/declared.ts";
import { addRequirement, usesHashes } from "../manifests/edit.ts";
import type { Project } from "../project.ts";
import { isImportable } from "./sqlalchemy-driver.ts";

/** A sync driver for a database, and what it takes to have it. */
export interface SyncDriver {
	readonly name: string;
	readonly scheme: string;
	/** What declares it, where it is not there yet. */
	readonly edits: readonly TextEdit[];
	readonly commands: readonly string[];
}

/** A sync driver for the database: one that is there, else SQLAlchemy's first choice, declared. */
export function syncDriver(project: Project, database: string): SyncDriver | null {
	if (database === "sqlite") return { name: "pysqlite", scheme: "sqlite", edits: [], commands: [] };
	const order = ["psycopg2", "psycopg", "pymysql", "mysqldb"];
	const drivers = databaseDrivers
		.filter((each) => each.database === database && !each.isAsync && order.includes(each.name))
		.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
	const present = drivers.find((each) => isImportable(project, each) === "yes");
	const of = (driver: DatabaseDriver, edits: readonly TextEdit[], commands: readonly string[]): SyncDriver => {
		return { name: driver.name, scheme: `${database}+${driver.name}`, edits, commands };
	};
	if (present !== undefined) return of(present, [], []);
	const manifest = primaryManifest(project.manifests);
	// Wheels of psycopg2-binary need no compiler, those of psycopg2 itself do.
	const [driver] = drivers.filter(({ distribution }) => distribution !== "psycopg2");
	if (manifest === null || driver === undefined || usesHashes(project.files, manifest)) return null;
	const edits = addRequirement(project.files, manifest, driverAddition(driver, null));
	return edits === null ? null : of(driver, edits, manifest.updateCommands);
}
