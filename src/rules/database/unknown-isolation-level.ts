import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { listEngines } from "../../project/database/engine-calls.ts";
import { findOption, removeOptions } from "../../project/database/engine-options.ts";
import { databaseOf, isSqlalchemyBefore } from "../../project/database/sqlalchemy-driver.ts";
import { findStartupConnection } from "../../project/database/startup-connection.ts";
import type { Call } from "../../project/imports/trace.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly call: Call;
	readonly level: string;
	readonly dialect: string;
	readonly allowed: readonly string[];
	/** The first connection of start-up, at which the level is set; null where only requests connect. */
	readonly connection: Call | null;
	readonly error: string | null;
}

const example = (level: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy\n",
	"main.py": `from fastapi import FastAPI
from sqlalchemy import MetaData, create_engine

engine = create_engine("sqlite:///app.db"${level})
MetaData().create_all(engine)
app = FastAPI()
`,
});

/** What `get_isolation_level_values` of each dialect gives (sqlalchemy/dialects). */
const levels: Readonly<Record<string, readonly string[]>> = {
	sqlite: ["READ UNCOMMITTED", "SERIALIZABLE", "AUTOCOMMIT"],
	postgresql: ["AUTOCOMMIT", "READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"],
	mysql: ["SERIALIZABLE", "READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "AUTOCOMMIT"],
};

const names: Readonly<Record<string, string>> = { sqlite: "SQLite", postgresql: "PostgreSQL", mysql: "MySQL" };

export default defineRule<Evidence>({
	name: "unknown-isolation-level",
	category: "DATABASE",
	summary: "The engine is given an isolation level that its database does not have",
	story:
		"READ COMMITTED is what PostgreSQL does; the SQLite that runs on a laptop has no such level. The engine is made, and its first connection fails.",
	references: ["https://docs.sqlalchemy.org/en/20/core/connections.html#dbapi-autocommit"],
	example: { before: example(', isolation_level="READ COMMITTED"'), after: example("") },

	*detect(project) {
		for (const { call, url } of listEngines(project)) {
			const given = call.keywords.get("isolation_level");
			const dialect = url === null ? null : databaseOf(url);
			const allowed = dialect === null ? undefined : levels[dialect];
			if (given?.kind !== "constant" || typeof given.value !== "string" || dialect === null || allowed === undefined) continue;
			const isOld = isSqlalchemyBefore(project, "2.0.0b1");
			const spaced = given.value.replaceAll("_", " ");
			// Before 2.0 capitals mattered, and each dialect said it in words of its own.
			const level = isOld === true ? spaced : spaced.toUpperCase();
			if (allowed.includes(level)) continue;
			const error =
				isOld === false && dialect !== "postgresql"
					? `sqlalchemy.exc.ArgumentError: Invalid value '${level}' for isolation_level. Valid isolation levels for '${dialect}' are ${allowed.join(", ")}`
					: null;
			const { module, node } = call;
			yield {
				subject: `${module.name}:${assignedName(module, node) ?? "engine"}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: { call, level: given.value, dialect, allowed, connection: findStartupConnection(project, call), error },
			};
		}
	},

	describe({ evidence: { call, level, dialect, allowed, connection, error } }) {
		const name = names[dialect] ?? dialect;
		return {
			severity: connection !== null && !connection.guarded ? "CRITICAL" : "HIGH",
			stage: connection?.stage ?? "request",
			problem: `${name} has no isolation level ${level}`,
			rootCause: `The level is set at the first connection${connection === null ? "" : `, which start-up opens in ${connection.module.path}`}. ${name} knows ${allowed.join(", ")}.`,
			...(error === null ? {} : { expectedError: error }),
			order: (connection ?? call).order,
			manualSteps: [`Choose one of ${allowed.join(", ")}, or leave isolation_level out.`],
		};
	},

	fix({ evidence: { call, level, allowed } }): FixProposal | undefined {
		const written = findKeyword(call.node, "isolation_level")?.value;
		const meant = allowed.find(
			(each) =>
				each ===
				level
					.toUpperCase()
					.replace(/[\s_-]+/g, " ")
					.trim(),
		);
		if (meant !== undefined && written?.type === "Constant")
			return {
				title: `Write the level as ${meant}`,
				explanation: "Levels are compared letter by letter, with blanks between their words.",
				applicability: "safe",
				edits: [replaceText(call.module, written.start, written.end, JSON.stringify(meant))],
			};
		const edits = findOption(call, "isolation_level") === null ? null : removeOptions(call, ["isolation_level"]);
		if (edits === null) return undefined;
		return {
			title: "Leave the isolation level to the database",
			explanation:
				"Connections then have the level that is the database's own. Where the same code runs with another database too, pass isolation_level only there.",
			applicability: "review",
			edits,
		};
	},
});
