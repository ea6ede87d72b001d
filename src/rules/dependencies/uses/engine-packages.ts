import { listEngineCalls } from "../../../project/database/engine-calls.ts";
import { databaseOf, isSqlalchemyBefore, loadedDriver } from "../../../project/database/sqlalchemy-driver.ts";
import type { Value } from "../../../project/imports/values.ts";
import { databaseDrivers } from "../../../project/manifests/database-drivers.ts";
import { primaryManifest, startUpRequirements } from "../../../project/manifests/declared.ts";
import type { Project } from "../../../project/project.ts";
import type { CodeChange, OptionalUse } from "../../repair/packages/optional-use.ts";
import { listLibraryUses } from "./library-parts.ts";

/** Drivers that the URLs of start-up's engines ask for; an async engine whose URL asks for a sync one is another fault. */
export function listEngineDrivers(project: Project): OptionalUse[] {
	return listEngineCalls(project).flatMap(({ call, isAsync, url, value }) => {
		const driver = url === null ? null : loadedDriver(project, url);
		if (url === null || driver === null || !call.reached || call.guarded || !(isAsync ? driver.isAsync : driver.isSync))
			return [];
		const database = databaseOf(url);
		const named = databaseDrivers.filter((each) => each.database === database && each.name === driver.name);
		// A distribution with wheels first: psycopg2 itself needs a compiler and libpq.
		const entries = named.toSorted((a, b) => Number(a.floor === null) - Number(b.floor === null));
		const first = entries[0];
		if (first === undefined || (isAsync && declaresOnlySyncDriver(project, database))) return [];
		if (isAsync && url.driver === null && declaresOtherAsyncDriver(project, database, driver.name)) return [];
		const { module, node, stage, order } = call;
		const instead = url.driver === null && !isAsync ? declaredDriverInUrl(project, database, url.dialect, value) : null;
		return [
			{
				...(instead === null ? {} : { instead }),
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

/** A URL without a driver gets SQLAlchemy's default one; where another is declared, that one was meant. */
function declaredDriverInUrl(project: Project, database: string, dialect: string, value: Value): CodeChange | null {
	const requirements = startUpRequirements(project.manifests);
	const declared = databaseDrivers.find(
		(driver) =>
			driver.database === database &&
			!driver.isAsync &&
			requirements.some(({ normalized }) => normalized === driver.distribution),
	);
	const origin = value.kind === "constant" ? value.origin : null;
	if (declared === undefined || origin === null || !("range" in origin)) return null;
	const text = project.files.get(origin.path)?.text.slice(origin.range.start, origin.range.end) ?? "";
	const at = text.indexOf(`${dialect}://`);
	if (at === -1) return null;
	const start = origin.range.start + at + dialect.length;
	return {
		title: `Name the ${declared.name} driver in the database URL`,
		explanation: `Without a driver the URL means SQLAlchemy's default one for ${dialect}; ${declared.distribution} is the one that is declared.`,
		edit: { path: origin.path, range: { start, end: start }, newText: `+${declared.name}` },
	};
}

/** Then `sync-driver-declared` says it, and puts the async driver in the sync one's place; one that a group declares is only out of place. */
function declaresOnlySyncDriver(project: Project, database: string): boolean {
	const asyncDrivers = databaseDrivers.filter((driver) => driver.database === database && driver.isAsync);
	const isAsyncDriver = (name: string): boolean => asyncDrivers.some(({ distribution }) => distribution === name);
	if (project.manifests.some((manifest) => manifest.requirements.some(({ normalized }) => isAsyncDriver(normalized))))
		return false;
	const requirements = primaryManifest(project.manifests)?.requirements ?? [];
	return requirements.some(({ normalized, group }) => {
		const drivers = databaseDrivers.filter((driver) => driver.distribution === normalized && driver.database === database);
		return group === "" && drivers.length > 0 && drivers.every(({ isAsync }) => !isAsync);
	});
}

/** Then the URL is at fault, which should name the driver that is declared: `sync-database-url` says so. */
function declaresOtherAsyncDriver(project: Project, database: string, name: string): boolean {
	const requirements = primaryManifest(project.manifests)?.requirements ?? [];
	const others = databaseDrivers.filter((driver) => driver.database === database && driver.isAsync && driver.name !== name);
	return requirements.some(({ normalized }) => others.some(({ distribution }) => distribution === normalized));
}

const greenletError =
	"ImportError: The SQLAlchemy asyncio module requires that the Python 'greenlet' library is installed.  In order to ensure this dependency is available, use the 'sqlalchemy[asyncio]' install target:  'pip install sqlalchemy[asyncio]'";

const isAsyncModule = /^(?:sqlalchemy|sqlmodel)\.ext\.asyncio(?:\.|$)/;

/** What SQLAlchemy is best asked for with: the extra that brings greenlet, where the backend uses its asynchronous part. */
export function sqlalchemyExtras(project: Project): readonly string[] {
	return project.trace.externalImports.some(({ module }) => isAsyncModule.test(module)) ? ["asyncio"] : [];
}

/** From SQLAlchemy 2.1 on, `sqlalchemy.ext.asyncio` does not import without greenlet, which only its extra `asyncio` brings. */
export function listGreenletUses(project: Project): OptionalUse[] {
	if (isSqlalchemyBefore(project, "2.1.0b1") !== false) return [];
	const own = project.trace.externalImports
		.filter(({ module, reached, guarded, deferred }) => reached && !guarded && !deferred && isAsyncModule.test(module))
		.map((each) => ({ ...each, what: each.module }));
	const ofLibraries = listLibraryUses(project)
		.filter(({ library }) => isAsyncModule.test(library.module))
		.map(({ library, own: each }) => ({ ...each, what: `${library.importer}, which imports ${library.module}` }));
	return [...own, ...ofLibraries]
		.toSorted((a, b) => a.order - b.order)
		.map(({ what, importer, range, stage, order }) => ({
			providers: ["greenlet"],
			extras: [],
			floor: null,
			importName: "greenlet",
			what,
			module: importer,
			range,
			stage,
			order,
			error: greenletError,
		}));
}
