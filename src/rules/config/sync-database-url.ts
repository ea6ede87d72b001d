import type { FixProposal } from "../../audit/fix.ts";
import { defineRule, type Match } from "../../audit/rule.ts";
import { adaptUrl } from "../../project/database/adapt-url.ts";
import { describeOptions } from "../../project/database/driver-options.ts";
import { type EngineCall, listEngineCalls } from "../../project/database/engine-calls.ts";
import { faultyUrls } from "../../project/database/faulty-urls.ts";
import { isSettingNamedIn } from "../../project/database/migrations.ts";
import { databaseOf, loadedDriver, preferredAsyncDriver } from "../../project/database/sqlalchemy-driver.ts";
import { findWrittenValue } from "../../project/database/written-url.ts";
import type { Project } from "../../project/project.ts";
import { atStart } from "../../text/sentences.ts";

interface Evidence {
	readonly engine: EngineCall;
	/** `DATABASE_URL`, or "the database URL" where it has no name. */
	readonly urlName: string;
	/** `postgresql`, as written. */
	readonly scheme: string;
	/** `postgresql+asyncpg`. */
	readonly wanted: string;
	readonly driver: string;
	/** Why SQLAlchemy refuses the scheme, and the line that Python prints where that is known. */
	readonly reason: string;
	readonly error: string | null;
	/** `src/core/database.py:19`. */
	readonly engineAt: string;
	/** Name of the environment variable where the value comes from the process, else null. */
	readonly variable: string | null;
	/** A place that makes a sync engine from the same value, or null. */
	readonly alsoSyncIn: string | null;
}

const example = (url: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy[asyncio]\nasyncpg\npython-dotenv\n",
	".env": `DATABASE_URL='${url}'\n`,
	"main.py": `import os

from dotenv import load_dotenv
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

load_dotenv()
engine = create_async_engine(os.environ["DATABASE_URL"])
app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "sync-database-url",
	category: "CONFIG",
	summary: "The database URL of an async engine names no async driver",
	story:
		"The URL is the one that the hoster's dashboard prints. SQLAlchemy picks a sync driver for it, and the server stops where the engine is made, before it answers anything.",
	references: [
		"https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html",
		"https://docs.sqlalchemy.org/en/20/dialects/postgresql.html#module-sqlalchemy.dialects.postgresql.asyncpg",
		"https://magicstack.github.io/asyncpg/current/api/index.html#connection",
	],
	example: {
		before: example("postgresql://app:app@db.example.com/app?sslmode=require&channel_binding=require"),
		after: example("postgresql+asyncpg://app:app@db.example.com/app?ssl=require"),
	},

	*detect(project) {
		const engines = listEngineCalls(project);
		for (const { engine, fault, variable, key, path, range } of faultyUrls(project, (each) => evidenceOf(project, each, engines)))
			yield {
				subject: key ?? `${engine.call.module.name}:database-url`,
				path,
				range,
				evidence: { ...fault, urlName: variable ?? key ?? "the database URL", variable },
			};
	},

	describe({ evidence }) {
		const { engine, urlName, scheme, driver, wanted, reason, error, engineAt, variable, alsoSyncIn } = evidence;
		const { call, url } = engine;
		const options = url === null ? "" : describeOptions(url, driver);
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem: `${atStart(urlName)} names no async driver: ${scheme}://`,
			rootCause: [`${engineAt} makes an async engine from it, and ${reason}.`, ...(options === "" ? [] : [options])].join(" "),
			...(error === null ? {} : { expectedError: error }),
			order: call.order,
			reached: call.reached,
			manualSteps: manualSteps(variable, scheme, wanted, alsoSyncIn),
		};
	},

	fix(match, project) {
		const { engine, urlName, wanted, driver, alsoSyncIn } = match.evidence;
		if (alsoSyncIn !== null) return undefined;
		const adapted = adaptUrl(project, engine, wanted, driver);
		if (adapted === null) return undefined;
		const key = findWrittenValue(project, engine.value)?.key ?? null;
		const migrations = key === null || adapted.where === "code" ? null : isSettingNamedIn(project, key);
		return {
			title:
				adapted.where === "value"
					? `Name the ${driver} driver in ${urlName}`
					: `Use the ${driver} driver, whatever ${urlName} names`,
			explanation: explain(match, adapted.explanation, migrations),
			applicability: adapted.isCertain && migrations === null && adapted.where === "value" ? "safe" : "review",
			edits: adapted.edits,
			needs: adapted.needs,
		};
	},
});

function evidenceOf(
	project: Project,
	engine: EngineCall,
	engines: readonly EngineCall[],
): Omit<Evidence, "urlName" | "variable"> | null {
	const { url, call, isAsync } = engine;
	if (url === null || !isAsync) return null;
	const database = databaseOf(url);
	const driver = preferredAsyncDriver(project, database);
	const refusal = refusalOf(project, engine);
	if (driver === null || refusal === null) return null;
	const other = engines.find((each) => !each.isAsync && isSameValue(each, engine));
	return {
		engine,
		scheme: url.scheme,
		wanted: `${url.dialect === "postgres" ? "postgresql" : url.dialect}+${driver.name}`,
		driver: driver.name,
		...refusal,
		engineAt: placeOf(call),
		alsoSyncIn: other === undefined ? null : placeOf(other.call),
	};
}

/** Why SQLAlchemy refuses the scheme for an async engine; null where it may accept it. */
function refusalOf(project: Project, { url }: EngineCall): { readonly reason: string; readonly error: string | null } | null {
	if (url === null) return null;
	if (url.dialect === "postgres") {
		const plugin = url.driver === null ? "postgres" : `postgres.${url.driver}`;
		return {
			reason: "SQLAlchemy knows this database as postgresql only",
			error: `sqlalchemy.exc.NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:${plugin}`,
		};
	}
	const loaded = loadedDriver(project, url);
	if (loaded === null) {
		// Which driver a bare postgresql:// means depends on SQLAlchemy's version; without psycopg 3 both are refused.
		if (url.driver !== null || databaseOf(url) !== "postgresql") return null;
		if (preferredAsyncDriver(project, "postgresql")?.name === "psycopg") return null;
		return { reason: "the driver that SQLAlchemy picks for it is not async", error: null };
	}
	if (loaded.isAsync) {
		// psycopg 3 can be async; SQLAlchemy 2.1 picks it for a bare postgresql://, whether it is installed or not.
		if (url.driver !== null || loaded.isImportable !== "no" || !loaded.isSync) return null;
		return {
			reason: `SQLAlchemy picks ${loaded.name} for it, which is not installed`,
			error: `ModuleNotFoundError: No module named '${loaded.importName}'`,
		};
	}
	const named = url.driver === null ? `SQLAlchemy picks ${loaded.name} for it` : `it asks for ${loaded.name}`;
	if (loaded.isImportable === "no") {
		return {
			reason: `${named}, which is not async and not installed either`,
			error: `ModuleNotFoundError: No module named '${loaded.importName}'`,
		};
	}
	return {
		reason: `${named}, which is not async`,
		error:
			loaded.isImportable === "unknown"
				? null
				: `sqlalchemy.exc.InvalidRequestError: The asyncio extension requires an async driver to be used. The loaded '${loaded.name}' is not async.`,
	};
}

/** Do two engines take their URL from one place? */
function isSameValue(a: EngineCall, b: EngineCall): boolean {
	const [first, second] = [a.value, b.value].map((value) => (value.kind === "constant" ? value.origin : null));
	if (!first || !second || first.type !== second.type) return false;
	if (!("range" in first) || !("range" in second)) return !("range" in first) && !("range" in second) && first.key === second.key;
	return first.path === second.path && first.range.start === second.range.start && a.text === b.text;
}

function placeOf({ module, node }: EngineCall["call"]): string {
	return `${module.path}:${module.lines.positionAt(node.start).line}`;
}

function manualSteps(variable: string | null, scheme: string, wanted: string, alsoSyncIn: string | null): readonly string[] {
	if (alsoSyncIn !== null) {
		return [
			`${alsoSyncIn} makes a sync engine from the same value, which must stay as it is: give the async engine a URL of its own that begins with ${wanted}://.`,
		];
	}
	if (variable === null) return [];
	return [
		`${variable} is set in the environment of the server: set it anew where that is done, with ${wanted}:// instead of ${scheme}://.`,
	];
}

function explain(match: Match<Evidence>, options: string, migrations: string | null): FixProposal["explanation"] {
	const { wanted, driver } = match.evidence;
	const sentences = [`${wanted}:// tells SQLAlchemy to use ${driver}, which is async.`];
	if (options !== "") sentences.push(options);
	if (migrations !== null)
		sentences.push(`${migrations} reads the same setting with a sync engine: it needs a URL of its own then.`);
	return sentences.join(" ");
}
