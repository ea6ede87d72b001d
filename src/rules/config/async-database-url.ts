import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { adaptUrl } from "../../project/database/adapt-url.ts";
import { type EngineCall, listEngineCalls } from "../../project/database/engine-calls.ts";
import { faultyUrls } from "../../project/database/faulty-urls.ts";
import { missingGreenletError } from "../../project/database/missing-greenlet.ts";
import { databaseOf, type LoadedDriver, loadedDriver } from "../../project/database/sqlalchemy-driver.ts";
import { findStartupConnection } from "../../project/database/startup-connection.ts";
import { syncDriver } from "../../project/database/sync-driver.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Project } from "../../project/project.ts";
import { atStart } from "../../text/sentences.ts";
import { makeEngineAsync } from "../repair/engines/async-engine.ts";

interface Evidence {
	readonly engine: EngineCall;
	/** `DATABASE_URL`, or "the database URL" where it has no name. */
	readonly urlName: string;
	readonly driver: string;
	/** Where start-up fails: where it connects, or where it makes the engine if the driver is not there; null where a request does. */
	readonly failing: Call | null;
	readonly isDriverMissing: boolean;
	readonly error: string | null;
}

const example = (scheme: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\naiosqlite\ngreenlet\n",
	"main.py": `from fastapi import FastAPI
from sqlmodel import SQLModel, create_engine

engine = create_engine("${scheme}:///app.db")
SQLModel.metadata.create_all(engine)
app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "async-database-url",
	category: "CONFIG",
	summary: "The database URL of a sync engine names an async driver",
	story:
		"The URL was made for an async engine, and create_engine makes a sync one. The engine is made without a word; its first connection fails with MissingGreenlet: when tables are created at the start, or on a request.",
	references: [
		"https://docs.sqlalchemy.org/en/20/errors.html#missinggreenlet",
		"https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html",
	],
	example: { before: example("sqlite+aiosqlite"), after: example("sqlite") },

	*detect(project) {
		for (const { engine, fault, variable, key, path, range } of faultyUrls(project, (each) => asyncDriverOf(project, each))) {
			const { call } = engine;
			const isDriverMissing = fault.isImportable === "no";
			yield {
				subject: key ?? `${call.module.name}:database-url`,
				path,
				range,
				evidence: {
					engine,
					urlName: variable ?? key ?? "the database URL",
					driver: fault.name,
					failing: isDriverMissing ? call : findStartupConnection(project, call),
					isDriverMissing,
					error: isDriverMissing ? `ModuleNotFoundError: No module named '${fault.importName}'` : missingGreenletError(project),
				},
			};
		}
	},

	describe({ evidence }) {
		const { engine, urlName, driver, failing, isDriverMissing, error } = evidence;
		const { call } = engine;
		const stops = failing !== null && !failing.guarded && call.reached;
		const consequence = isDriverMissing
			? `${driver} is not installed either, so that the engine cannot be made at all.`
			: stops
				? `${placeOf(failing)} connects when the server starts.`
				: "The first connection fails.";
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? failing.stage : "request",
			problem: `${atStart(urlName)} names the async driver ${driver}, and the engine is sync`,
			rootCause: `${placeOf(call)} makes a sync engine, which cannot await what ${driver} does. ${consequence}`,
			...(error === null ? {} : { expectedError: error }),
			order: stops ? failing.order : call.order,
			manualSteps: [
				"Where the backend is to be async, make the engine with create_async_engine, and await what is done with it.",
			],
		};
	},

	fix({ evidence }, project): FixProposal | undefined {
		const { engine, urlName } = evidence;
		const meant = makeEngineAsync(project, engine.call);
		if (meant !== undefined) return meant;
		const { url } = engine;
		const wanted = url === null ? null : syncDriver(project, databaseOf(url));
		if (url === null || wanted === null) return undefined;
		const adapted = adaptUrl(project, engine, wanted.scheme, wanted.name);
		if (adapted === null) return undefined;
		const isInCode = adapted.where === "code";
		// A setting that an async engine reads as well, as beside migrations, names the driver that start-up needs.
		if (!isInCode && listEngineCalls(project).some((other) => other.isAsync && other.url?.scheme === url.scheme))
			return undefined;
		return {
			title: isInCode ? `Use ${wanted.name}, whatever ${urlName} names` : `Name the sync driver ${wanted.name} in ${urlName}`,
			explanation: `The engine and what uses it are sync: ${wanted.name} connects without an event loop.${wanted.edits.length > 0 ? " It is declared as well." : ""}`,
			applicability: "review",
			edits: [...adapted.edits, ...wanted.edits],
			needs: adapted.needs,
			...(wanted.commands.length === 0 ? {} : { commands: wanted.commands }),
		};
	},
});

/** The async driver that a sync engine is to use; null where it can do without, or where that cannot be seen. */
function asyncDriverOf(project: Project, { url, isAsync }: EngineCall): LoadedDriver | null {
	const loaded = url === null || isAsync ? null : loadedDriver(project, url);
	return loaded === null || loaded.isSync || !loaded.isAsync || loaded.isImportable === "unknown" ? null : loaded;
}

function placeOf({ module, node }: Call): string {
	return `${module.path}:${module.lines.positionAt(node.start).line}`;
}
