import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { listEngines } from "../../project/database/engine-calls.ts";
import { serviceOfCall } from "../../project/database/service-clients.ts";
import { isSqlalchemyBefore } from "../../project/database/sqlalchemy-driver.ts";
import type { Call } from "../../project/imports/trace.ts";
import { isVersionOne } from "../../project/models/pydantic-schema.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly call: Call;
	/** `PostgresDsn`. */
	readonly type: string;
	/** What is made of it: an engine, or a client of a service. */
	readonly of: "engine" | "Redis" | "MongoDB" | "httpx";
}

const example = (url: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic>=2\npydantic-settings\nsqlalchemy>=2.0\npsycopg2-binary\n",
	".env": "DATABASE_URL=postgresql+psycopg2://app:app@localhost/app\n",
	"main.py": `from fastapi import FastAPI
from pydantic import PostgresDsn
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import create_engine


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")

    database_url: PostgresDsn


settings = Settings()
engine = create_engine(${url})
app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "url-object-for-engine",
	category: "CONFIG",
	summary: "An engine or a client gets pydantic's URL object in the place of a text",
	story:
		"PostgresDsn was a kind of text in pydantic 1. In pydantic 2 it is an object of its own, which SQLAlchemy does not take: the server stops where the engine is made.",
	references: ["https://docs.pydantic.dev/latest/migration/#url-and-dsn-types-in-pydanticnetworks-no-longer-inherit-from-str"],
	example: { before: example("settings.database_url"), after: example("str(settings.database_url)") },

	*detect(project) {
		for (const { call } of listEngines(project)) {
			const value = call.args[0] ?? call.keywords.get("url");
			const of = value?.kind === "instance" && value.of.kind === "external" ? value.of.canonical : "";
			// What its methods give (`unicode_string()`) is something else.
			const isUrl =
				/^(pydantic\.networks|pydantic_core(\._pydantic_core)?)\.\w+(\.build)?$/.test(of) && !isVersionOne(project.environment);
			if (!isUrl && of !== "pydantic.types.SecretStr") continue;
			yield {
				subject: `${call.module.name}:${assignedName(call.module, call.node) ?? "engine"}`,
				path: call.module.path,
				range: { start: call.node.start, end: call.node.end },
				evidence: {
					call,
					of: "engine",
					type: of.replace(/^pydantic(\.(networks|types)|_core(\._pydantic_core)?)\./, "").replace(/\.build$/, ""),
				},
			};
		}
		for (const call of project.trace.calls) {
			const service = call.reached ? (serviceOfCall(call) ?? (isHttpClient(call) ? "httpx" : null)) : null;
			const value =
				service === "httpx" ? call.keywords.get("base_url") : (call.args[0] ?? call.keywords.get(keywords[service ?? "engine"]));
			const of = value?.kind === "instance" && value.of.kind === "external" ? value.of.canonical : "";
			const type = /^pydantic\.networks\.(\w+)$/.exec(of)?.[1];
			if (service === null || type === undefined || isVersionOne(project.environment)) continue;
			yield {
				subject: `${call.module.name}:${assignedName(call.module, call.node) ?? service}`,
				path: call.module.path,
				range: { start: call.node.start, end: call.node.end },
				evidence: { call, of: service, type },
			};
		}
	},

	describe({ evidence }, project) {
		const { call, type, of } = evidence;
		const isRefused = of === "engine" && isSqlalchemyBefore(project, "2.0.0b1") === false;
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem: `The ${of === "engine" ? of : `client of ${of}`} gets a ${type} object, and takes a text`,
			rootCause: `pydantic makes an object of ${type} settings; ${of === "engine" ? "SQLAlchemy takes a text or a URL of its own" : "the client takes a text"}.`,
			...(isRefused && {
				expectedError: `sqlalchemy.exc.ArgumentError: Expected string or URL object, got ${type === "SecretStr" ? "SecretStr('**********')" : "…"}`,
			}),
			...(of === "Redis" && { expectedError: `AttributeError: '${type}' object has no attribute 'decode'` }),
			...(of === "httpx" && {
				expectedError: `TypeError: Invalid type for url.  Expected str or httpx.URL, got <class '…'>: …`,
			}),
			...(of === "MongoDB" && { expectedError: `TypeError: '${type}' object is not iterable` }),
			order: call.order,
		};
	},

	fix({ evidence }) {
		const { module, node } = evidence.call;
		const given = (evidence.of === "httpx" ? undefined : node.args[0]) ?? findKeyword(node, keywords[evidence.of])?.value;
		if (given === undefined) return undefined;
		if (evidence.type === "SecretStr") {
			return {
				title: "Hand on the secret's text",
				explanation: "get_secret_value() gives the URL as it is written; str() would give stars.",
				applicability: "safe",
				edits: [replaceText(module, given.end, given.end, ".get_secret_value()")],
			};
		}
		return {
			title: "Hand on the URL as a text",
			explanation: "str() gives the URL as it is written, password included.",
			applicability: "safe",
			edits: [replaceText(module, given.start, given.end, `str(${module.text.slice(given.start, given.end)})`)],
		};
	},
});

/** Under which each of them takes its URL where that is named. */
const keywords: Readonly<Record<Evidence["of"], string>> = { engine: "url", Redis: "url", MongoDB: "host", httpx: "base_url" };

function isHttpClient({ callee }: Call): boolean {
	return callee.kind === "external" && /^httpx\.(\w+\.)*(Async)?Client$/.test(callee.canonical);
}
