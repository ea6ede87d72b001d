import { listEngineCalls } from "../../../project/database/engine-calls.ts";
import { databaseOf, isSqlalchemyBefore, loadedDriver } from "../../../project/database/sqlalchemy-driver.ts";
import { databaseDrivers } from "../../../project/manifests/database-drivers.ts";
import { primaryManifest } from "../../../project/manifests/declared.ts";
import type { Project } from "../../../project/project.ts";
import type { OptionalUse } from "./optional-use.ts";

/** Drivers that the URLs of start-up's engines ask for; an async engine whose URL asks for a sync one is another fault. */
export function listEngineDrivers(project: Project): OptionalUse[] {
	return listEngineCalls(project).flatMap(({ call, isAsync, url }) => {
		const driver = url === null ? null : loadedDriver(project, url);
		if (url === null || driver === null || !call.reached || call.guarded || !(isAsync ? driver.isAsync : driver.isSync))
			return [];
		const database = databaseOf(url);
		const named = databaseDrivers.filter((each) => each.database === database && each.name === driver.name);
		// A distribution with wheels first: psycopg2 itself needs a compiler and libpq.
		const entries = named.toSorted((a, b) => Number(a.floor === null) - Number(b.floor === null));
		const first = entries[0];
		if (first === undefined || (isAsync && declaresOnlySyncDriver(project, database))) return [];
		const { module, node, stage, order } = call;
		return [
			{
				providers: entries.map(({ distribution }) => distribution),
				extras: first.extras,
				floor: first.floor,
				importName: driver.importName,
				what: `the database URL ${url.scheme}://`,
				module,
				range: { start: node.callee.start, end: node.callee.end },
				stage,
				order,
				error: `ModuleNotFoundError: No module named '${driver.importName}'`,
			},
		];
	});
}

/** Then `sync-driver-declared` says it, and puts the async driver in the sync one's place. */
function declaresOnlySyncDriver(project: Project, database: string): boolean {
	const requirements = primaryManifest(project.manifests)?.requirements ?? [];
	return requirements.some(({ normalized, group }) => {
		const drivers = databaseDrivers.filter((driver) => driver.distribution === normalized && driver.database === database);
		return group === "" && drivers.length > 0 && drivers.every(({ isAsync }) => !isAsync);
	});
}

const greenletError =
	"ImportError: The SQLAlchemy asyncio module requires that the Python 'greenlet' library is installed.  In order to ensure this dependency is available, use the 'sqlalchemy[asyncio]' install target:  'pip install sqlalchemy[asyncio]'";

/** From SQLAlchemy 2.1 on, `sqlalchemy.ext.asyncio` does not import without greenlet, which only its extra `asyncio` brings. */
export function listGreenletUses(project: Project): OptionalUse[] {
	if (isSqlalchemyBefore(project, "2.1.0b1") !== false) return [];
	const isAsyncModule = /^(?:sqlalchemy|sqlmodel)\.ext\.asyncio(?:\.|$)/;
	return project.trace.externalImports
		.filter(({ module, reached, guarded, deferred }) => reached && !guarded && !deferred && isAsyncModule.test(module))
		.map(({ module: name, importer, range, stage, order }) => ({
			providers: ["greenlet"],
			extras: [],
			floor: null,
			importName: "greenlet",
			what: name,
			module: importer,
			range,
			stage,
			order,
			error: greenletError,
		}));
}
