import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { parseDatabaseUrl } from "../../project/database/database-url.ts";
import { type EngineCall, listEngineCalls } from "../../project/database/engine-calls.ts";
import { isImportable } from "../../project/database/sqlalchemy-driver.ts";
import { editUrl, findWrittenValue } from "../../project/database/written-url.ts";
import { databaseDrivers } from "../../project/manifests/database-drivers.ts";
import type { Project } from "../../project/project.ts";
import { replaceEnvValue } from "../../project/settings/env-file-edit.ts";

interface Evidence {
	readonly engine: EngineCall;
	/** `DATABASE_URL`, or "The database URL" where it has no name. */
	readonly urlName: string;
	readonly fault: "empty" | "psql-command" | "unreadable" | "port" | "postgres-scheme";
	readonly error: string;
	/** True where the value comes from the environment of the server. */
	readonly isFromProcess: boolean;
}

const example = (scheme: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\npsycopg2-binary\n",
	"main.py": `from fastapi import FastAPI
from sqlmodel import create_engine

engine = create_engine("${scheme}://app:app@localhost/app")
app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "invalid-database-url",
	category: "CONFIG",
	summary: "SQLAlchemy cannot read the database URL",
	story:
		"The value is empty, is the psql command line that a dashboard offers for copying, still has a word for the port, or begins with postgres://, which SQLAlchemy gave up in 1.4. The server stops where the engine is made.",
	references: [
		"https://docs.sqlalchemy.org/en/20/core/engines.html#database-urls",
		"https://docs.sqlalchemy.org/en/20/changelog/changelog_14.html#change-3687655465c25a39b968b4f5f6e9170b",
	],
	example: { before: example("postgres"), after: example("postgresql+psycopg2") },

	*detect(project) {
		const seen = new Set<string>();
		for (const engine of listEngineCalls(project)) {
			const found = faultOf(engine);
			if (found === null) continue;
			const { call, value } = engine;
			const written = findWrittenValue(project, value);
			const place = written ?? { path: call.module.path, range: { start: call.node.start, end: call.node.end } };
			const key = `${place.path}:${place.range.start}`;
			if (seen.has(key)) continue;
			seen.add(key);
			const origin = value.kind === "constant" ? value.origin : null;
			const variable = origin?.type === "environment" ? origin.key : null;
			yield {
				subject: written?.key ?? `${call.module.name}:${assignedName(call.module, call.node) ?? "engine"}`,
				path: place.path,
				range: { start: place.range.start, end: place.range.end },
				evidence: {
					engine,
					urlName: variable ?? written?.key ?? "The database URL",
					...found,
					isFromProcess: variable !== null,
				},
			};
		}
	},

	describe({ evidence }) {
		const { engine, urlName, fault, error, isFromProcess } = evidence;
		const { call } = engine;
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem: `${urlName} ${words[fault].problem}`,
			rootCause: `${call.module.path}:${call.module.lines.positionAt(call.node.start).line} makes an engine from it. ${words[fault].cause}`,
			expectedError: error,
			order: call.order,
			manualSteps: [
				`${isFromProcess ? "Set it anew in the environment of the server" : "Write it"} in the form postgresql+driver://user:password@host:5432/database.`,
			],
		};
	},

	fix({ evidence }, project) {
		if (evidence.fault === "postgres-scheme") return postgresqlScheme(evidence, project);
		return evidence.fault === "psql-command" ? urlOfCommand(evidence, project) : undefined;
	},
});

const words: Readonly<Record<Evidence["fault"], { readonly problem: string; readonly cause: string }>> = {
	empty: { problem: "is empty", cause: "An empty text is no URL." },
	"psql-command": {
		problem: "is a psql command line, not a URL",
		cause: "The URL is inside it; psql and the quotes around the URL do not belong to it.",
	},
	unreadable: { problem: "is no URL that SQLAlchemy can read", cause: "A URL begins with the name of a database and ://." },
	port: { problem: "has no number for its port", cause: "What stands behind the host's colon has to be a whole number." },
	"postgres-scheme": {
		problem: "begins with postgres://, which SQLAlchemy does not know",
		cause: "SQLAlchemy calls the database postgresql since 1.4; hosters still print the short name.",
	},
};

/** What SQLAlchemy would say to the URL; null where it can read it. That an async engine is given a sync scheme is another rule's matter. */
function faultOf({ url, text, isAsync }: EngineCall): Pick<Evidence, "fault" | "error"> | null {
	const unreadable = "sqlalchemy.exc.ArgumentError: Could not parse SQLAlchemy URL from given URL string";
	if (text === "") return { fault: "empty", error: unreadable };
	if (url === null) return { fault: urlInCommand(text) === null ? "unreadable" : "psql-command", error: unreadable };
	if (url.port !== null && !/^\s*[+-]?\d+(_\d+)*\s*$/.test(url.port))
		return { fault: "port", error: `ValueError: invalid literal for int() with base 10: '${url.port}'` };
	if (url.dialect !== "postgres" || isAsync) return null;
	const plugin = url.driver === null ? "postgres" : `postgres.${url.driver}`;
	return {
		fault: "postgres-scheme",
		error: `sqlalchemy.exc.NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:${plugin}`,
	};
}

/** The URL of `psql 'postgresql://...'`, as Neon's and Supabase's dashboards offer it for copying. */
function urlInCommand(text: string): string | null {
	const url = /^\s*psql\s+(?:-d\s+)?(['"]?)(\w+:\/\/\S+?)\1\s*$/.exec(text)?.[2] ?? null;
	return url !== null && parseDatabaseUrl(url) !== null ? url : null;
}

function urlOfCommand({ engine, urlName }: Evidence, project: Project): FixProposal | undefined {
	const written = findWrittenValue(project, engine.value);
	const url = urlInCommand(engine.text);
	if (written === null || url === null) return undefined;
	const edit =
		written.key === null
			? written.text === engine.text
				? { path: written.path, range: written.range, newText: url }
				: null
			: replaceEnvValue(project, written.path, written.key, url);
	if (edit === null) return undefined;
	return {
		title: `Keep only the URL in ${urlName}`,
		explanation: "The command around it is for a terminal; the URL stays as it is.",
		applicability: "safe",
		edits: [edit],
	};
}

function postgresqlScheme({ engine, urlName }: Evidence, project: Project): FixProposal | undefined {
	const { url, value } = engine;
	const written = findWrittenValue(project, value);
	if (url === null || written === null) return undefined;
	const scheme = schemeFor(project, url.driver);
	const edits = editUrl(written, url, { scheme, query: url.query });
	if (edits === null) return undefined;
	return {
		title: `Begin ${urlName} with ${scheme}://`,
		explanation: "The same database under the name that SQLAlchemy knows.",
		applicability: "safe",
		edits,
	};
}

/** Names a driver where what a bare postgresql:// means, which changed with SQLAlchemy 2.1, is not the one that is there. */
function schemeFor(project: Project, driver: string | null): string {
	if (driver !== null) return `postgresql+${driver}`;
	const drivers = databaseDrivers.filter(({ database, isAsync }) => database === "postgresql" && !isAsync);
	const name = drivers.find((each) => isImportable(project, each) === "yes")?.name;
	return name === undefined ? "postgresql" : `postgresql+${name}`;
}
