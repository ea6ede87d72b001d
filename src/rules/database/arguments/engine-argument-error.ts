import type { DatabaseUrl } from "../../../project/database/database-url.ts";
import { dialectClass, type EnginePool } from "../../../project/database/engine-pool.ts";
import { isSqlalchemyBefore, loadedDriver } from "../../../project/database/sqlalchemy-driver.ts";
import type { Project } from "../../../project/project.ts";

/** The line that Python prints for arguments of an engine that are refused by their names; null where it is not known. */
export function engineArgumentError(
	project: Project,
	url: DatabaseUrl | null,
	isAsync: boolean,
	pool: EnginePool | null,
	refused: readonly string[],
): string | null {
	if (refused[0] === "poolclass" && refused.length === 1) return poolError(project, pool, isAsync);
	const driver = url === null ? null : loadedDriver(project, url);
	const dialect = url === null || driver === null ? null : dialectClass(url, driver.name, isAsync);
	if (dialect === null || pool === null) return null;
	const names = refused.map((name) => `'${name}'`).join(",");
	return `TypeError: Invalid argument(s) ${names} sent to create_engine(), using configuration ${dialect}/${pool.name}/Engine.  Please check that the keyword arguments are appropriate for this combination of components.`;
}

function poolError(project: Project, pool: EnginePool | null, isAsync: boolean): string | null {
	const isOld = isSqlalchemyBefore(project, "2.1.0b1");
	if (pool === null || isOld === null) return null;
	const kind = isAsync ? "asyncio" : "non-asyncio";
	return `sqlalchemy.exc.ArgumentError: Pool class ${pool.name} cannot be used with ${kind} engine (Background on this error at: https://sqlalche.me/e/${isOld ? "20" : "21"}/pcls)`;
}
