import type { Project } from "../project.ts";
import { listEngines } from "./engine-calls.ts";
import { databaseOf } from "./sqlalchemy-driver.ts";

/** The database for which start-up makes its tables, `sqlite`, `mysql` or `postgresql`: that of all engines; null where they differ or one is not known. */
export function createdDialect(project: Project): string | null {
	const found = new Set(
		listEngines(project)
			.filter(({ call }) => call.reached)
			.map(({ url }) => (url === null ? null : databaseOf(url))),
	);
	const [only] = found;
	return found.size === 1 ? (only ?? null) : null;
}
