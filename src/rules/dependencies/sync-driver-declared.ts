import type { FixProposal } from "../../audit/fix.ts";
import { defineRule, type Match } from "../../audit/rule.ts";
import { versionSatisfies } from "../../environment/pep440.ts";
import { type AsyncEngineUse, listAsyncEngines, listSyncEngines } from "../../project/manifests/async-engines.ts";
import {
	asyncDriversOf,
	type DatabaseDriver,
	databaseDrivers,
	driverAddition,
} from "../../project/manifests/database-drivers.ts";
import { closeOver, primaryManifest } from "../../project/manifests/declared.ts";
import { addRequirement, replaceRequirement, usesHashes } from "../../project/manifests/edit.ts";
import type { Manifest, Requirement } from "../../project/manifests/manifest.ts";
import type { Project } from "../../project/project.ts";

interface Evidence {
	/** As the manifest spells it. */
	readonly declared: string;
	readonly database: string;
	/** Import name of the sync driver. */
	readonly syncModule: string;
	/** The async driver to declare. */
	readonly driver: DatabaseDriver;
	/** `src/core/database.py:19`. */
	readonly engineAt: string;
	readonly engineUrl: "sync" | "async" | "unknown";
	/** Why the sync driver must stay declared as well, or null where only the async engine needs one. */
	readonly alsoUsedBy: string | null;
	readonly installed: boolean;
	readonly stage: "import" | "startup";
	readonly order: number;
	readonly error: string | null;
}

const exampleBackend = `from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("postgresql+asyncpg://app:app@localhost/app")
app = FastAPI()
`;

export default defineRule<Evidence>({
	name: "sync-driver-declared",
	category: "DEPENDENCY",
	summary: "The manifest declares only a sync database driver, and the engine is async",
	story:
		"Whoever installs what the manifest declares gets a driver that SQLAlchemy's async engine cannot use: the server stops where the engine is made, before it answers anything.",
	references: [
		"https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html",
		"https://docs.sqlalchemy.org/en/20/dialects/postgresql.html#module-sqlalchemy.dialects.postgresql.asyncpg",
	],
	example: {
		before: {
			"requirements.txt":
				"fastapi>=0.115.0\nuvicorn>=0.30.0\nsqlalchemy[asyncio]>=2.0.35\npsycopg2-binary>=2.9.9  # PostgreSQL\n",
			"main.py": exampleBackend,
		},
		after: {
			"requirements.txt": "fastapi>=0.115.0\nuvicorn>=0.30.0\nsqlalchemy[asyncio]>=2.0.35\nasyncpg>=0.29.0  # PostgreSQL\n",
			"main.py": exampleBackend,
		},
	},

	*detect(project) {
		const manifest = primaryManifest(project.manifests);
		const engine = firstEngine(project);
		if (manifest === null || engine === null) return;
		const declared = declaredDrivers(project);
		for (const requirement of manifest.requirements) {
			if (requirement.group !== "") continue;
			const sync = databaseDrivers.find(({ distribution, isAsync }) => distribution === requirement.normalized && !isAsync);
			if (sync === undefined || isAsyncDriver(requirement.normalized)) continue;
			if (engine.database !== null && engine.database !== sync.database) continue;
			// Another database's async driver says that this engine may not be about this database.
			if (engine.database === null && [...declared].some((name) => isAsyncDriver(name))) continue;
			const driver = neededDriver(engine, sync.database);
			if (driver === null || isProvided(driver, engine, declared)) continue;
			yield matchOf(project, requirement, sync, driver, engine);
			return;
		}
	},

	describe({ evidence }) {
		const { declared, driver, engineAt, installed, stage, error, order } = evidence;
		return {
			severity: "CRITICAL",
			stage,
			problem: `${declared} is a sync driver, and the database engine is async`,
			rootCause: `${engineAt} makes an async SQLAlchemy engine, which needs an async driver such as ${driver.distribution}; none is declared. ${declared} cannot be used by it.`,
			...(error === null ? {} : { expectedError: error }),
			failsOn: installed ? ["clean-install"] : ["this-machine", "clean-install"],
			order,
		};
	},

	fix(match, project) {
		return proposal(match, project, match.evidence.driver, "safe");
	},

	alternatives(match, project) {
		const { driver, database } = match.evidence;
		return asyncDriversOf(database).flatMap((other) => {
			return other.distribution === driver.distribution ? [] : (proposal(match, project, other, "review") ?? []);
		});
	},
});

/** The engine that start-up makes first; one whose failure is caught does not stop it. */
function firstEngine(project: Project): AsyncEngineUse | null {
	const stopping = listAsyncEngines(project).filter(({ call }) => call.reached && !call.guarded);
	return stopping.toSorted((a, b) => a.call.order - b.call.order)[0] ?? null;
}

/** Every name that any manifest brings in, in any group: where one declares the async driver, nothing is certain. */
function declaredDrivers(project: Project): ReadonlySet<string> {
	const requirements = project.manifests.flatMap((manifest) => manifest.requirements);
	return new Set(closeOver(requirements, project.manifests, project.environment).provided.keys());
}

function isAsyncDriver(distribution: string): boolean {
	return databaseDrivers.some((driver) => driver.isAsync && driver.distribution === distribution);
}

/** The driver that the URL asks for where it asks for an async one, else SQLAlchemy's first choice for the database. */
function neededDriver(engine: AsyncEngineUse, database: string): DatabaseDriver | null {
	const drivers = asyncDriversOf(database);
	return drivers.find(({ name }) => name === engine.driver) ?? drivers[0] ?? null;
}

/** A URL that names its async driver needs that one; otherwise any async driver of the database will do. */
function isProvided(driver: DatabaseDriver, engine: AsyncEngineUse, declared: ReadonlySet<string>): boolean {
	if (driver.name === engine.driver) return declared.has(driver.distribution);
	return asyncDriversOf(driver.database).some(({ distribution }) => declared.has(distribution));
}

function matchOf(
	project: Project,
	requirement: Requirement,
	sync: DatabaseDriver,
	driver: DatabaseDriver,
	engine: AsyncEngineUse,
): Match<Evidence> {
	const { call } = engine;
	const { path, range } = requirement;
	const { line } = call.module.lines.positionAt(call.node.start);
	const evidence: Evidence = {
		declared: requirement.name,
		database: sync.database,
		syncModule: sync.importName,
		driver,
		engineAt: `${call.module.path}:${line}`,
		engineUrl: engine.database === null ? "unknown" : driver.name === engine.driver ? "async" : "sync",
		alsoUsedBy: findOtherUse(project, sync),
		installed: project.environment.kind === "interpreter" && project.environment.distributions.has(driver.distribution),
		stage: call.stage,
		order: call.order,
		error: expectedError(project, sync, driver, engine),
	};
	return { subject: requirement.normalized, path, range, evidence };
}

/** What Python prints on a clean install of what is declared. SQLAlchemy 2.1 reads a bare `postgresql://` as psycopg 3. */
function expectedError(project: Project, sync: DatabaseDriver, driver: DatabaseDriver, engine: AsyncEngineUse): string | null {
	if (engine.database === null) return null;
	if (engine.driver === driver.name) return `ModuleNotFoundError: No module named '${driver.importName}'`;
	const sqlalchemy = project.environment.distributions.get("sqlalchemy");
	if (engine.driver === null && engine.database === "postgresql") {
		const readsPsycopg = sqlalchemy === undefined ? null : versionSatisfies(sqlalchemy.version, ">=2.1.0b1");
		if (readsPsycopg !== false) return readsPsycopg === null ? null : "ModuleNotFoundError: No module named 'psycopg'";
	}
	if (engine.driver !== null && engine.driver !== sync.name) return null;
	if (engine.driver === null && !["psycopg2", "mysqldb"].includes(sync.name)) return null;
	return `sqlalchemy.exc.InvalidRequestError: The asyncio extension requires an async driver to be used. The loaded '${sync.name}' is not async.`;
}

/** Another use of the sync driver, in words: an import, a sync engine, migrations; null where there is none. */
function findOtherUse(project: Project, sync: DatabaseDriver): string | null {
	const mention = new RegExp(`\\b${sync.importName}\\b`);
	for (const module of project.modules.values()) if (mention.test(module.text)) return `${module.path} names ${sync.importName}`;
	const [engine] = listSyncEngines(project);
	if (engine !== undefined) return `${engine.module.path} makes a sync engine`;
	for (const module of project.modules.values()) {
		if (
			/\bengine_from_config\(|(?<!async_)\bcreate_engine\(/.test(module.text) &&
			!/\bAsyncEngine\(\s*create_engine\(/.test(module.text)
		) {
			return `${module.path} makes a sync engine`;
		}
	}
	return null;
}

function proposal(
	match: Match<Evidence>,
	project: Project,
	driver: DatabaseDriver,
	applicability: FixProposal["applicability"],
): FixProposal | undefined {
	const { evidence } = match;
	const manifest = primaryManifest(project.manifests);
	const requirement = manifest?.requirements.find(({ path, range }) => path === match.path && range.start === match.range.start);
	if (manifest === null || requirement === undefined) return undefined;
	const installed =
		project.environment.kind === "interpreter" ? project.environment.distributions.get(driver.distribution) : undefined;
	const addition = driverAddition(driver, installed?.version ?? null);
	const keeps = evidence.alsoUsedBy !== null;
	const edits = keeps
		? addRequirement(project.files, manifest, addition, requirement)
		: replaceRequirement(project.files, requirement, addition);
	if (edits === null) return undefined;
	const hashed = usesHashes(project.files, manifest);
	return {
		title: keeps
			? `Declare ${driver.distribution} beside ${evidence.declared}`
			: `Replace ${evidence.declared} by ${driver.distribution}`,
		explanation: explain(evidence, driver, manifest, hashed),
		applicability: hashed ? "review" : applicability,
		edits,
		commands: manifest.updateCommands,
	};
}

function explain(evidence: Evidence, driver: DatabaseDriver, manifest: Manifest, hashed: boolean): string {
	const { declared, alsoUsedBy, engineUrl } = evidence;
	const sentences = [
		alsoUsedBy === null
			? `Replaces the sync driver ${declared} by ${driver.distribution}, which SQLAlchemy's create_async_engine can use.`
			: `Declares ${driver.distribution} for the async engine. ${declared} stays, since ${alsoUsedBy}.`,
	];
	if (driver.name !== evidence.driver.name || engineUrl === "sync") {
		sentences.push(`The database URL has to name it: ${driver.database}+${driver.name}://.`);
	}
	if (hashed)
		sentences.push(
			`${manifest.path} pins hashes: the new line needs its own, so generate the file anew with the tool that wrote it.`,
		);
	return sentences.join(" ");
}
