import { defineRule } from "../../audit/rule.ts";
import { adaptUrl } from "../../project/database/adapt-url.ts";
import { describeOptions, optionError, refusedOptions } from "../../project/database/driver-options.ts";
import type { EngineCall } from "../../project/database/engine-calls.ts";
import { faultyUrls } from "../../project/database/faulty-urls.ts";
import { loadedDriver } from "../../project/database/sqlalchemy-driver.ts";
import { findStartupConnection } from "../../project/database/startup-connection.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Project } from "../../project/project.ts";
import { atStart } from "../../text/sentences.ts";

interface Evidence {
	readonly engine: EngineCall;
	/** `DATABASE_URL`, or "the database URL" where it has no name. */
	readonly urlName: string;
	readonly driver: string;
	readonly options: readonly string[];
	/** Where start-up connects, or null where the first request does. */
	readonly connection: Call | null;
	/** Name of the environment variable where the value comes from the process, else null. */
	readonly variable: string | null;
}

const example = (query: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy[asyncio]\nasyncpg\n",
	"main.py": `from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("postgresql+asyncpg://app:app@db.example.com/app?${query}")


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with engine.begin() as connection:
        await connection.execute(text("SELECT 1"))
    yield


app = FastAPI(lifespan=lifespan)
`,
});

export default defineRule<Evidence>({
	name: "unsupported-url-option",
	category: "CONFIG",
	summary: "The database URL has options that its driver does not take",
	story:
		"sslmode and channel_binding are options of libpq, ssl-mode and sslaccept of other clients of MySQL, pgbouncer of Prisma, and hosters print them into every URL. SQLAlchemy hands them to the driver as keyword arguments, so the first connection fails: in the lifespan, or on a request.",
	references: [
		"https://magicstack.github.io/asyncpg/current/api/index.html#connection",
		"https://docs.sqlalchemy.org/en/20/core/engines.html#custom-dbapi-connect-arguments-on-connect-routines",
	],
	example: { before: example("sslmode=require&channel_binding=require"), after: example("ssl=require") },

	*detect(project) {
		for (const { engine, fault, variable, key, path, range } of faultyUrls(project, (each) => refusedBy(project, each))) {
			yield {
				subject: key ?? `${engine.call.module.name}:database-url`,
				path,
				range,
				evidence: {
					engine,
					urlName: variable ?? key ?? "the database URL",
					...fault,
					connection: findStartupConnection(project, engine.call),
					variable,
				},
			};
		}
	},

	describe({ evidence }) {
		const { engine, urlName, driver, options, connection, variable } = evidence;
		const { url, call } = engine;
		const error = url === null ? null : optionError(url, driver);
		const stops = connection !== null && !connection.guarded && call.reached;
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? connection.stage : "request",
			problem: `${atStart(urlName)} has ${options.join(", ")}, which ${driver} does not take from a URL`,
			rootCause: [
				url === null ? "" : describeOptions(url, driver),
				stops ? `${placeOf(connection)} connects when the server starts.` : "The first connection fails.",
			].join(" "),
			...(error === null ? {} : { expectedError: error }),
			order: stops ? connection.order : call.order,
			manualSteps:
				variable === null
					? []
					: [
							`${variable} is set in the environment of the server: set it anew where that is done, without ${options.join(", ")}.`,
						],
		};
	},

	fix({ evidence }, project) {
		const { engine, urlName, driver } = evidence;
		const adapted = engine.url === null ? null : adaptUrl(project, engine, engine.url.scheme, driver);
		if (adapted === null) return undefined;
		return {
			title: `${adapted.where === "value" ? "Write" : "Hand on"} the options of ${urlName} as ${driver} takes them`,
			explanation: adapted.explanation,
			applicability: adapted.isCertain && adapted.where === "value" ? "safe" : "review",
			edits: adapted.edits,
			needs: adapted.needs,
		};
	},
});

function placeOf({ module, node }: Call): string {
	return `${module.path}:${module.lines.positionAt(node.start).line}`;
}

/** The options that the driver of an engine does not take; null where it takes all, or is none for such an engine. */
function refusedBy(project: Project, { url, isAsync }: EngineCall): Pick<Evidence, "driver" | "options"> | null {
	const loaded = url === null ? null : loadedDriver(project, url);
	// A driver that is not there asks nothing of the URL.
	if (url === null || loaded === null || loaded.isImportable === "no" || !(isAsync ? loaded.isAsync : loaded.isSync)) return null;
	const options = refusedOptions(url, loaded.name);
	return options.length === 0 ? null : { driver: loaded.name, options };
}
