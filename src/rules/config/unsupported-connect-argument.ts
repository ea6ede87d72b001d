import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { connectDisplay, type RefusedArgument, refusedConnectArguments } from "../../project/database/connect-arguments.ts";
import { isMysqlDriver } from "../../project/database/driver-parameters.ts";
import { listEngineCalls } from "../../project/database/engine-calls.ts";
import { asksForTls } from "../../project/database/mysql-options.ts";
import { loadedDriver } from "../../project/database/sqlalchemy-driver.ts";
import { findStartupConnection } from "../../project/database/startup-connection.ts";
import type { Call } from "../../project/imports/trace.ts";
import type * as ast from "../../python/ast.ts";
import { findKeyword, removeArguments } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly call: Call;
	readonly driver: string;
	readonly refused: readonly RefusedArgument[];
	readonly error: string | null;
	/** Where start-up connects, or null where the first request does. */
	readonly connection: Call | null;
}

const example = (entry: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy[asyncio]\nasyncpg\n",
	"main.py": `from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(
    "postgresql+asyncpg://app:app@db.example.com/app",
    connect_args={${entry}},
)


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with engine.begin() as connection:
        await connection.execute(text("SELECT 1"))
    yield


app = FastAPI(lifespan=lifespan)
`,
});

export default defineRule<Evidence>({
	name: "unsupported-connect-argument",
	category: "CONFIG",
	summary: "connect_args has entries that the database driver does not take",
	story:
		"check_same_thread belongs to SQLite, sslmode to libpq, ssl to asyncpg. SQLAlchemy hands connect_args to the driver as they are, so the first connection fails: in the lifespan, or on a request.",
	references: [
		"https://docs.sqlalchemy.org/en/20/core/engines.html#custom-dbapi-connect-arguments-on-connect-routines",
		"https://magicstack.github.io/asyncpg/current/api/index.html#connection",
	],
	example: { before: example('"sslmode": "require"'), after: example('"ssl": "require"') },

	*detect(project) {
		for (const { call, url, isAsync } of listEngineCalls(project)) {
			const loaded = url === null ? null : loadedDriver(project, url);
			if (loaded === null || (isAsync && !loaded.isAsync) || (!isAsync && !loaded.isSync)) continue;
			const found = refusedConnectArguments(project, call, loaded.name);
			if (found === null) continue;
			const at = findKeyword(call.node, "connect_args") ?? call.node;
			yield {
				subject: `${call.module.name}:${assignedName(call.module, call.node) ?? "engine"}`,
				path: call.module.path,
				range: { start: at.start, end: at.end },
				evidence: {
					call,
					driver: loaded.name,
					refused: found.arguments,
					error: found.error,
					connection: findStartupConnection(project, call),
				},
			};
		}
	},

	describe({ evidence }) {
		const { call, driver, refused, error, connection } = evidence;
		const stops = connection !== null && !connection.guarded && call.reached;
		const names = refused.map(({ name }) => name).join(", ");
		const isOfValues = refused.every(({ fault }) => fault !== null);
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? connection.stage : "request",
			problem: isOfValues
				? `connect_args has ${names} with values that ${driver} does not take`
				: `connect_args has ${names}, which ${driver} does not take`,
			rootCause: [
				...refused.map(reasonOf),
				stops ? `${placeOf(connection)} connects when the server starts.` : "The first connection fails.",
			].join(" "),
			...(error === null ? {} : { expectedError: error }),
			order: stops ? connection.order : call.order,
		};
	},

	fix({ evidence }): FixProposal | undefined {
		const { call, driver, refused } = evidence;
		const { module, node } = call;
		const keyword = findKeyword(node, "connect_args");
		const display = connectDisplay(call);
		if (keyword !== null && display === null) return renameKey(evidence);
		if (keyword === null || display === null || refused.some(({ entry }) => entry === null)) return undefined;
		const kept = display.entries.flatMap((entry) => writtenEntry(module.text, entry, refused, driver) ?? []);
		const names = refused.map(({ name }) => name).join(", ");
		const isRenamed = refused.every((each) => renamed(each, driver) !== null);
		const usesModule = kept.some((each) => /\bssl\.create_default_context\(/.test(each));
		return {
			title: isRenamed ? `Write ${names} as ${driver} takes it` : `Take ${names} out of connect_args`,
			explanation: refused.map(reasonOf).join(" "),
			applicability: isRenamed ? "safe" : "review",
			edits:
				kept.length === 0 && display === keyword.value
					? removeArguments(module, node, [keyword])
					: [replaceText(module, display.start, display.end, `{${kept.join(", ")}}`)],
			needs: usesModule ? [{ path: module.path, module: "", name: "ssl" }] : [],
		};
	},
});

/** `connect_args["check_same_threads"] = False`: the name of the driver's that it is nearly. */
function renameKey({ call, driver, refused }: Evidence): FixProposal | undefined {
	const [only, ...others] = refused;
	const place = only?.key?.content ?? null;
	const name = only === undefined ? null : renamed(only, driver);
	if (only === undefined || place === null || name === null || others.length > 0) return undefined;
	return {
		title: `Write ${only.name} as ${driver} takes it`,
		explanation: reasonOf(only),
		applicability: "safe",
		edits: [replaceText(call.module, place.start, place.end, name)],
	};
}

function reasonOf({ name, fault }: RefusedArgument): string {
	return fault === null ? homeOf(name) : fault.reason;
}

type Entry = ast.Dict["entries"][number];

/** An entry as it stands, under its other name, or null where it goes. */
function writtenEntry(text: string, entry: Entry, refused: readonly RefusedArgument[], driver: string): string | null {
	const value = text.slice(entry.value.start, entry.value.end);
	const wrong = refused.find((each) => each.entry === entry);
	if (wrong === undefined) return entry.key === null ? `**${value}` : `${text.slice(entry.key.start, entry.key.end)}: ${value}`;
	if (wrong.fault !== null)
		return wrong.fault.better === null || entry.key === null
			? null
			: `${text.slice(entry.key.start, entry.key.end)}: ${wrong.fault.better}`;
	const other = mysqlEntry(wrong, driver, value);
	if (other !== null) return other;
	const name = renamed(wrong, driver);
	return name === null ? null : `"${name}": ${value}`;
}

/** The driver's own name for the same thing, where the value means the same to it. */
function renamed(refused: RefusedArgument, driver: string): string | null {
	const { name, value, meant, fault } = refused;
	if (fault !== null) return fault.better === null ? null : name;
	if (mysqlEntry(refused, driver, "") !== null) return name;
	if (meant !== null) return meant;
	const isText = value.kind === "constant" && typeof value.value === "string";
	if (driver === "asyncpg") {
		if (name === "sslmode" && isText) return "ssl";
		return name === "connect_timeout" ? "timeout" : name === "dbname" ? "database" : null;
	}
	if (name === "timeout" && (driver.startsWith("psycopg") || isMysqlDriver(driver))) return "connect_timeout";
	return name === "ssl" && isText && driver.startsWith("psycopg") ? "sslmode" : null;
}

/** The entry by which a driver for MySQL encrypts, for a word of other clients, or for a certificate that it takes elsewhere. */
function mysqlEntry({ name, value }: RefusedArgument, driver: string, written: string): string | null {
	if (!isMysqlDriver(driver)) return null;
	const isCertificate = name === "ssl_ca";
	const text = value.kind === "constant" ? String(value.value) : "";
	if (!isCertificate && !asksForTls({ name, value: text })) return null;
	switch (driver) {
		case "aiomysql":
			return `"ssl": ssl.create_default_context(${isCertificate ? `cafile=${written}` : ""})`;
		case "mysqldb":
			return isCertificate ? `"ssl": {"ca": ${written}}` : '"ssl_mode": "REQUIRED"';
		case "mysqlconnector":
			return null;
		default:
			return isCertificate ? `"ssl": {"ca": ${written}}` : '"ssl": {"check_hostname": False}';
	}
}

function homeOf(name: string): string {
	switch (name) {
		case "check_same_thread":
			return "check_same_thread is an argument of SQLite's driver only.";
		case "command_timeout":
		case "statement_cache_size":
		case "server_settings":
			return `${name} is an argument of asyncpg.`;
		case "sslmode":
		case "connect_timeout":
		case "channel_binding":
		case "options":
			return `${name} is a word of libpq, which psycopg2 and psycopg are built on.`;
		case "ssl":
			return "ssl is an argument of asyncpg and of drivers for MySQL.";
		default:
			return `Its connect() has no argument ${name}.`;
	}
}

function placeOf({ module, node }: Call): string {
	return `${module.path}:${module.lines.positionAt(node.start).line}`;
}
