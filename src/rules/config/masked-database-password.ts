import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { type EngineCall, listEngineCalls } from "../../project/database/engine-calls.ts";
import { databaseOf } from "../../project/database/sqlalchemy-driver.ts";
import type { Project } from "../../project/project.ts";
import { readSettingType } from "../../project/settings/setting-type.ts";
import type * as ast from "../../python/ast.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";

interface Evidence {
	readonly engine: EngineCall;
	/** `secret`: a SecretStr became a part of the text; `url`: SQLAlchemy's URL object was turned into a text. */
	readonly by: "secret" | "url";
}

const example = (password: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic-settings\nsqlalchemy>=2.0\npsycopg2-binary\n",
	"main.py": `from fastapi import FastAPI
from pydantic import SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy import create_engine


class Settings(BaseSettings):
    db_password: SecretStr = SecretStr("change-me")


settings = Settings()
engine = create_engine(f"postgresql+psycopg2://app:{${password}}@localhost/app")
app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "masked-database-password",
	category: "CONFIG",
	summary: "The database URL has stars in the place of its password",
	story:
		"SecretStr and SQLAlchemy's URL show stars when they become a text, so that no log tells the password. Here that text is what the engine connects with: the database refuses it.",
	references: [
		"https://docs.pydantic.dev/latest/api/types/#pydantic.types.SecretStr",
		"https://docs.sqlalchemy.org/en/20/core/engines.html#sqlalchemy.engine.URL.render_as_string",
	],
	example: { before: example("settings.db_password"), after: example("settings.db_password.get_secret_value()") },

	*detect(project) {
		for (const engine of listEngineCalls(project)) {
			const stars = /^[^:]+:\/\/[^:/@]*:(\*{3}|\*{10})@/.exec(engine.text)?.[1];
			if (stars === undefined || engine.url === null || databaseOf(engine.url) === "sqlite") continue;
			const { module, node } = engine.call;
			yield {
				subject: `${module.name}:${assignedName(module, node) ?? "engine"}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: { engine, by: stars.length === 3 ? "url" : "secret" },
			};
		}
	},

	describe({ evidence }) {
		const { engine, by } = evidence;
		return {
			// Whether the database asks for a password is its own business.
			severity: "HIGH",
			stage: "request",
			problem: "The engine connects with stars in the place of the password",
			rootCause:
				by === "secret"
					? "A SecretStr was made a part of the URL's text, and shows stars there. A database that asks for a password refuses them."
					: "SQLAlchemy 2 shows stars when a URL becomes a text. A database that asks for a password refuses them.",
			order: engine.call.order,
			manualSteps: [
				by === "secret"
					? "Write .get_secret_value() behind the secret where the URL is put together."
					: "Give the engine the URL object itself, or url.render_as_string(hide_password=False).",
			],
		};
	},

	fix({ evidence }, project) {
		return evidence.by === "secret" ? revealSecret(project, evidence.engine) : passObject(evidence.engine);
	},
});

/** `str(url)` as the engine's argument: the engine takes the object itself. */
function passObject({ call: { node, module } }: EngineCall): FixProposal | undefined {
	const given = node.args[0] ?? findKeyword(node, "url")?.value;
	const [url, ...others] = given?.type === "Call" && given.callee.type === "Name" && given.callee.id === "str" ? given.args : [];
	if (given === undefined || url === undefined || others.length > 0) return undefined;
	return {
		title: "Give the engine the URL itself",
		explanation: "create_engine takes SQLAlchemy's URL objects, password included.",
		applicability: "safe",
		edits: [replaceText(module, given.start, given.end, module.text.slice(url.start, url.end))],
	};
}

/** The f-string that the URL is: its one part that reads a SecretStr setting. */
function revealSecret(project: Project, { value }: EngineCall): FixProposal | undefined {
	const origin = value.kind === "constant" ? value.origin : null;
	const module = origin?.type === "source" ? project.modulesByPath.get(origin.path) : undefined;
	if (origin?.type !== "source" || module === undefined) return undefined;
	const secrets = new Set(
		project.trace.settings.flatMap(({ fields }) =>
			fields
				.filter(({ field }) => readSettingType(field.node.annotation).members?.includes("SecretStr"))
				.map(({ field }) => field.name),
		),
	);
	const parts: ast.Attribute[] = [];
	walk(module.tree, (node) => {
		if (node.start < origin.range.start || node.end > origin.range.end)
			return node.start <= origin.range.start && origin.range.end <= node.end;
		if (node.type === "Attribute" && secrets.has(node.attribute.name)) parts.push(node);
		return true;
	});
	const [part, ...others] = parts;
	if (part === undefined || others.length > 0) return undefined;
	return {
		title: "Write the password itself into the URL",
		explanation: "get_secret_value() gives the text that the secret hides.",
		applicability: "safe",
		edits: [replaceText(module, part.end, part.end, ".get_secret_value()")],
	};
}
