import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { listEngines } from "../../project/database/engine-calls.ts";
import type { Call } from "../../project/imports/trace.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly call: Call;
	/** `PostgresDsn`. */
	readonly type: string;
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
	summary: "An engine gets pydantic's URL object in the place of a text",
	story:
		"PostgresDsn was a kind of text in pydantic 1. In pydantic 2 it is an object of its own, which SQLAlchemy does not take: the server stops where the engine is made.",
	references: ["https://docs.pydantic.dev/latest/migration/#url-and-dsn-types-in-pydanticnetworks-no-longer-inherit-from-str"],
	example: { before: example("settings.database_url"), after: example("str(settings.database_url)") },

	*detect(project) {
		for (const { call } of listEngines(project)) {
			const value = call.args[0] ?? call.keywords.get("url");
			const of = value?.kind === "instance" && value.of.kind === "external" ? value.of.canonical : "";
			// What its methods give (`unicode_string()`) is something else.
			if (!/^pydantic\.networks\.\w+$/.test(of)) continue;
			yield {
				subject: `${call.module.name}:${assignedName(call.module, call.node) ?? "engine"}`,
				path: call.module.path,
				range: { start: call.node.start, end: call.node.end },
				evidence: { call, type: of.slice("pydantic.networks.".length) },
			};
		}
	},

	describe({ evidence }) {
		const { call, type } = evidence;
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem: `The engine gets a ${type} object, and takes a text`,
			rootCause: `pydantic 2 makes an object of ${type} settings; SQLAlchemy takes a text or a URL of its own.`,
			order: call.order,
		};
	},

	fix({ evidence }) {
		const { module, node } = evidence.call;
		const given = node.args[0] ?? findKeyword(node, "url")?.value;
		if (given === undefined) return undefined;
		return {
			title: "Hand on the URL as a text",
			explanation: "str() gives the URL as it is written, password included.",
			applicability: "safe",
			edits: [replaceText(module, given.start, given.end, `str(${module.text.slice(given.start, given.end)})`)],
		};
	},
});
