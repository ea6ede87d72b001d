import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { adaptUrl } from "../../project/database/adapt-url.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { parseDatabaseUrl } from "../../project/database/database-url.ts";
import type { EngineCall } from "../../project/database/engine-calls.ts";
import { faultyUrls } from "../../project/database/faulty-urls.ts";
import { repairedUrl, urlForEngine } from "../../project/database/repaired-url.ts";
import { isImportable, isSqlalchemyBefore } from "../../project/database/sqlalchemy-driver.ts";
import { findStartupConnection } from "../../project/database/startup-connection.ts";
import { escapedPassword } from "../../project/database/url-password.ts";
import { isUnknownScheme, nearestScheme } from "../../project/database/url-scheme.ts";
import { editUrl, findWrittenValue, type WrittenValue } from "../../project/database/written-url.ts";
import type { Call } from "../../project/imports/trace.ts";
import { databaseDrivers } from "../../project/manifests/database-drivers.ts";
import type { Project } from "../../project/project.ts";
import { removeFromEnvFile, replaceEnvValue } from "../../project/settings/env-file-edit.ts";
import { placeholderText } from "../../project/settings/placeholder.ts";
import { nodeAt } from "../../python/node-at.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import type { TextEdit } from "../../text/range.ts";
import { atStart } from "../../text/sentences.ts";
import { fillUnsetPieces } from "./repair/unset-pieces.ts";

interface Evidence {
	readonly engine: EngineCall;
	/** `DATABASE_URL`, or "the database URL" where it has no name. */
	readonly urlName: string;
	readonly fault:
		| "empty"
		| "psql-command"
		| "unreadable"
		| "port"
		| "postgres-scheme"
		| "unknown-scheme"
		| "sqlite-host"
		| "password";
	/** Where start-up connects: only then does a fault of the password show. */
	readonly connection: Call | null;
	readonly error: string | null;
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
		for (const { engine, fault, variable, key, path, range } of faultyUrls(project, (each) => faultOf(project, each))) {
			const { call } = engine;
			yield {
				subject: key ?? `${call.module.name}:${assignedName(call.module, call.node) ?? "engine"}`,
				path,
				range,
				evidence: {
					engine,
					urlName: variable ?? key ?? "the database URL",
					...fault,
					connection: fault.fault === "password" ? findStartupConnection(project, call) : null,
					isFromProcess: variable !== null,
				},
			};
		}
	},

	describe({ evidence }) {
		const { engine, urlName, fault, error, isFromProcess, connection } = evidence;
		const { call } = engine;
		const isLate = fault === "password";
		const failing = isLate ? connection : call;
		const stops = failing !== null && !failing.guarded;
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: isLate ? (stops ? failing.stage : "request") : call.stage,
			problem: `${atStart(urlName)} ${words[fault].problem}`,
			rootCause: `${call.module.path}:${call.module.lines.positionAt(call.node.start).line} makes an engine from it. ${words[fault].cause}`,
			...(error === null ? {} : { expectedError: error }),
			order: (failing ?? call).order,
			reached: call.reached,
			manualSteps: [
				`${isFromProcess ? "Set it anew in the environment of the server" : "Write it"} in the form postgresql+driver://user:password@host:5432/database.`,
			],
		};
	},

	fix({ evidence }, project) {
		switch (evidence.fault) {
			case "postgres-scheme":
				return postgresqlScheme(evidence, project);
			case "psql-command":
				return urlInside(evidence, project);
			case "unreadable":
				return urlInside(evidence, project) ?? inPlaceOfWord(evidence, project);
			case "empty":
				return filledIn(evidence, project);
			case "port":
				return usualPort(evidence, project);
			case "unknown-scheme":
				return knownScheme(evidence, project);
			case "sqlite-host":
			case "password":
				return rewritten(evidence, project);
		}
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
	"unknown-scheme": {
		problem: "begins with a name that SQLAlchemy has no dialect for",
		cause: "What stands before :// is the name of a database, and behind a + the name of a driver.",
	},
	"sqlite-host": {
		problem: "has two slashes where a SQLite URL has three",
		cause:
			"What follows two slashes is a host, which SQLite has none of: a relative path comes behind three, an absolute one behind four.",
	},
	password: {
		problem: "has a password with characters that end it early",
		cause: "In a URL, @ and / have to be written as %40 and %2F: as it stands, a piece of the password is taken for the host.",
	},
	"postgres-scheme": {
		problem: "begins with postgres://, which SQLAlchemy does not know",
		cause: "SQLAlchemy calls the database postgresql since 1.4; hosters still print the short name.",
	},
};

/** What SQLAlchemy would say to the URL; null where it can read it. That an async engine is given a sync scheme is another rule's matter. */
function faultOf(project: Project, { url, text, isAsync }: EngineCall): Pick<Evidence, "fault" | "error"> | null {
	if (text === "") return { fault: "empty", error: unreadable(project, text) };
	if (url === null)
		return { fault: /^\s*["']?psql\s/.test(text) ? "psql-command" : "unreadable", error: unreadable(project, text) };
	if (url.port !== null && !/^\s*[+-]?\d+(_\d+)*\s*$/.test(url.port))
		return { fault: "port", error: `ValueError: invalid literal for int() with base 10: '${url.port}'` };
	const noDialect = `sqlalchemy.exc.NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:${url.scheme.replace("+", ".")}`;
	if (url.dialect === "postgres") return isAsync ? null : { fault: "postgres-scheme", error: noDialect };
	if (isUnknownScheme(project, url)) return { fault: "unknown-scheme", error: noDialect };
	if (url.dialect === "sqlite" && url.host !== null)
		return { fault: "sqlite-host", error: `sqlalchemy.exc.ArgumentError: Invalid SQLite URL: ${text}` };
	if (escapedPassword(text) === null) return null;
	// asyncpg lets the error of the look-up through; drivers on libpq word it with the host, a piece of the password.
	return { fault: "password", error: url.driver === "asyncpg" ? "socket.gaierror: [Errno -2] Name or service not known" : null };
}

/** The words of the version; those before 2.0.41 print the value, and are not quoted where that may hold a password. */
function unreadable(project: Project, text: string): string | null {
	if (isSqlalchemyBefore(project, "2.0.41") !== true)
		return "sqlalchemy.exc.ArgumentError: Could not parse SQLAlchemy URL from given URL string";
	if (text.includes("@")) return null;
	const name = isSqlalchemyBefore(project, "2.0.0b1") === true ? "rfc1738" : "SQLAlchemy";
	return `sqlalchemy.exc.ArgumentError: Could not parse ${name} URL from string '${text}'`;
}

/** Takes away what stands around the URL, and gives it a driver that suits the engine. */
function urlInside({ engine, urlName }: Evidence, project: Project): FixProposal | undefined {
	const inner = repairedUrl(engine.text);
	if (inner === null) return undefined;
	const url = urlForEngine(project, inner, engine.isAsync);
	const edit = replacement(engine, project, url);
	if (edit === null) return undefined;
	const isCertain = url === inner;
	return {
		title: isCertain
			? `Keep only the URL in ${urlName}`
			: `Keep only the URL in ${urlName}, and name a driver that suits the engine`,
		explanation: `What stands around the URL does not belong to it. The database, the user and the password stay as they are${isCertain ? "" : "; the driver and its options become those of the engine"}.`,
		applicability: isCertain ? "safe" : "review",
		edits: [edit],
	};
}

/** The whole value, written anew where it stands; null where code puts it together. */
function replacement({ value, text }: EngineCall, project: Project, better: string): TextEdit | null {
	const written = findWrittenValue(project, value);
	if (written === null) return null;
	if (written.key !== null) return replaceEnvValue(project, written.path, written.key, better);
	return written.text === text ? { path: written.path, range: written.range, newText: better } : null;
}

/** An empty value hides the default of its setting; where there is none, a placeholder says what belongs there. */
function filledIn({ engine, urlName }: Evidence, project: Project): FixProposal | undefined {
	const written = findWrittenValue(project, engine.value);
	if (written?.key == null) return undefined;
	const { key, path } = written;
	const field = project.trace.settings
		.flatMap(({ fields }) => fields)
		.find((each) => each.field.keys.some((name) => name.toUpperCase() === key.toUpperCase()))?.field;
	const removed = field?.fallback == null ? null : removeFromEnvFile(project, path, key);
	if (removed !== null)
		return {
			title: `Take the empty ${urlName} out of ${path}`,
			explanation: "The default of the setting then stands in for it.",
			applicability: "safe",
			edits: [removed],
		};
	return placeholderAt(project, path, key, urlName);
}

/** `DATABASE_URL=your_database_url`, as a template has it: a word in which there is nothing to keep. */
function inPlaceOfWord({ engine, urlName }: Evidence, project: Project): FixProposal | undefined {
	const written = findWrittenValue(project, engine.value);
	if (written?.key == null || !/^[\w <>-]+$/.test(engine.text)) return undefined;
	return placeholderAt(project, written.path, written.key, urlName);
}

function placeholderAt(project: Project, path: string, key: string, urlName: string): FixProposal | undefined {
	const placeholder = placeholderText(project, key);
	const edit = parseDatabaseUrl(placeholder) === null ? null : replaceEnvValue(project, path, key, placeholder);
	if (edit === null) return undefined;
	return {
		title: `Write a placeholder for ${urlName}`,
		explanation: `${placeholder} has the form that is wanted. Put the address of your database in its place.`,
		applicability: "review",
		edits: [edit],
	};
}

/** The port that the database listens on unless it was told otherwise. */
const usualPorts: Readonly<Record<string, string>> = { postgresql: "5432", postgres: "5432", mysql: "3306", mariadb: "3306" };

function usualPort({ engine, urlName }: Evidence, project: Project): FixProposal | undefined {
	const { url, text } = engine;
	const port = url === null ? undefined : usualPorts[url.dialect];
	if (url?.port == null || port === undefined) return undefined;
	if (url.port === "None") return fillUnsetPieces(project, engine, port);
	const better = text.replace(`:${url.port}/`, `:${port}/`);
	const edit = better === text ? null : replacement(engine, project, better);
	if (edit === null) return undefined;
	return {
		title: `Write the usual port ${port} in ${urlName}`,
		explanation: `${url.dialect} listens on ${port} unless it is told otherwise. Look at the other parts of the URL too: they may be those of a template.`,
		applicability: "review",
		edits: [edit],
	};
}

function postgresqlScheme({ engine, urlName }: Evidence, project: Project): FixProposal | undefined {
	const { url } = engine;
	if (url === null) return undefined;
	const scheme = schemeFor(project, url.driver);
	const written = findWrittenValue(project, engine.value);
	const edits = written === null ? null : editUrl(written, url, { scheme, query: url.query });
	const adapted = edits === null ? adaptUrl(project, engine, scheme, "") : { edits, needs: [] };
	if (adapted === null) return undefined;
	return {
		title: edits === null ? `Use ${scheme}, whatever ${urlName} begins with` : `Begin ${urlName} with ${scheme}://`,
		explanation: "The same database under the name that SQLAlchemy knows.",
		applicability: edits === null ? "review" : "safe",
		edits: adapted.edits,
		needs: adapted.needs,
	};
}

/** The scheme that a misspelt one stands for. */
function knownScheme({ engine, urlName }: Evidence, project: Project): FixProposal | undefined {
	const { url } = engine;
	const scheme = url === null ? null : nearestScheme(project, url, engine.isAsync);
	if (url === null || scheme === null) return undefined;
	const adapted = adaptUrl(project, engine, scheme, scheme.slice(scheme.indexOf("+") + 1));
	if (adapted === null || adapted.where === "code") return undefined;
	return {
		title: `Begin ${urlName} with ${scheme}://`,
		explanation: `${url.scheme} is no name that SQLAlchemy knows; ${scheme} is the nearest that it does.`,
		applicability: "review",
		edits: adapted.edits,
	};
}

/** The same URL with a third slash, or with the password as a URL has to write it. */
function rewritten({ engine, urlName, fault }: Evidence, project: Project): FixProposal | undefined {
	const { text, value } = engine;
	const written = findWrittenValue(project, value);
	const better = fault === "password" ? escapedPassword(text) : text.replace("://", ":///");
	if (written === null || better === null) return undefined;
	if (written.text !== text) return fault === "password" ? quotedPiece(project, written) : undefined;
	return {
		title: fault === "password" ? `Escape the password in ${urlName}` : `Write ${urlName} with three slashes`,
		explanation:
			fault === "password"
				? "The password stays the same: a URL writes some of its characters as % and two digits."
				: "Behind three slashes the path is taken from the folder in which the server is started.",
		applicability: fault === "password" ? "review" : "safe",
		edits: [{ path: written.path, range: written.range, newText: better }],
	};
}

/** `f"…{user}:{quote_plus(password)}@{host}…"`. */
function quotedPiece(project: Project, { path, range }: WrittenValue): FixProposal | undefined {
	const module = project.modulesByPath.get(path);
	const parts = module === undefined ? [] : (nodeAt(module.tree, range, "JoinedString")?.parts ?? []);
	const isText = (part: (typeof parts)[number] | undefined, pattern: RegExp): boolean =>
		typeof part === "string" && pattern.test(part);
	const index = parts.findIndex((_, at) => isText(parts[at - 1], /:$/) && isText(parts[at + 1], /^@/));
	const piece = parts[index];
	if (module === undefined || piece === undefined || typeof piece === "string") return undefined;
	const { start, end } = piece.value;
	return {
		title: "Escape the password where the URL is put together",
		explanation: "The password stays the same: a URL writes some of its characters as % and two digits.",
		applicability: "safe",
		edits: [replaceText(module, start, end, `quote_plus(${module.text.slice(start, end)})`)],
		needs: [{ path, module: "urllib.parse", name: "quote_plus" }],
	};
}

/** Names a driver where what a bare postgresql:// means, which changed with SQLAlchemy 2.1, is not the one that is there. */
function schemeFor(project: Project, driver: string | null): string {
	if (driver !== null) return `postgresql+${driver}`;
	const drivers = databaseDrivers.filter(({ database, isAsync }) => database === "postgresql" && !isAsync);
	const name = drivers.find((each) => isImportable(project, each) === "yes")?.name;
	return name === undefined ? "postgresql" : `postgresql+${name}`;
}
