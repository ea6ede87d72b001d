import { defineRule } from "../../audit/rule.ts";
import { parseDatabaseUrl } from "../../project/database/database-url.ts";
import { editUrl, findWrittenValue } from "../../project/database/written-url.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { ConstantValue } from "../../project/imports/values.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly call: Call;
	readonly value: ConstantValue;
	/** `postgresql+asyncpg`. */
	readonly scheme: string;
	/** `create_pool`. */
	readonly function: string;
}

const example = (scheme: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nasyncpg\n",
	"main.py": `from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.pool = await asyncpg.create_pool("${scheme}://app:app@localhost/app")
    yield


app = FastAPI(lifespan=lifespan)
`,
});

export default defineRule<Evidence>({
	name: "driver-url-scheme",
	category: "CONFIG",
	summary: "A database driver is given a URL as SQLAlchemy writes it",
	story:
		"postgresql+asyncpg:// tells SQLAlchemy which driver to load. asyncpg itself knows postgresql:// and postgres:// only, and refuses to connect.",
	references: ["https://magicstack.github.io/asyncpg/current/api/index.html#asyncpg.connection.connect"],
	example: { before: example("postgresql+asyncpg"), after: example("postgresql") },

	*detect(project) {
		for (const call of project.trace.calls) {
			const { callee, module, node } = call;
			const named =
				callee.kind === "external" ? /^asyncpg\.(?:\w+\.)*(connect|create_pool)$/.exec(callee.canonical)?.[1] : undefined;
			const value = named === undefined ? undefined : (call.args[0] ?? call.keywords.get("dsn"));
			if (named === undefined || !call.reached || value?.kind !== "constant" || typeof value.value !== "string") continue;
			const scheme = /^(postgres(?:ql)?\+\w+):\/\//.exec(value.value)?.[1];
			if (scheme === undefined) continue;
			yield {
				subject: `${module.name}:${named}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: { call, value, scheme, function: named },
			};
		}
	},

	describe({ evidence }) {
		const { call, scheme, function: named } = evidence;
		// While modules are imported nothing can await what is made: the connection comes later, if it does.
		const stops = call.stage === "startup" && !call.guarded;
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? "startup" : "request",
			problem: `asyncpg.${named} is given a ${scheme}:// URL`,
			rootCause: `${scheme}:// is SQLAlchemy's way of naming a driver. asyncpg takes postgresql:// and postgres:// only.`,
			expectedError: `asyncpg.exceptions._base.ClientConfigurationError: invalid DSN: scheme is expected to be either "postgresql" or "postgres", got '${scheme}'`,
			order: call.order,
			manualSteps: ["Give asyncpg a URL that begins with postgresql://; SQLAlchemy's engines keep theirs."],
		};
	},

	fix({ evidence }, project) {
		const { call, value, scheme } = evidence;
		const url = typeof value.value === "string" ? parseDatabaseUrl(value.value) : null;
		const given = call.node.args[0] ?? call.node.keywords.find(({ name }) => name?.name === "dsn")?.value;
		if (url === null || given === undefined) return undefined;
		const written = findWrittenValue(project, value);
		const isOnlyHere = given.type === "Constant";
		const inPlace = written === null || !isOnlyHere ? null : editUrl(written, url, { scheme: "postgresql", query: url.query });
		const { module } = call;
		const text = module.text.slice(given.start, given.end);
		return {
			title: "Give asyncpg a postgresql:// URL",
			explanation: "asyncpg needs no word about the driver: it is the driver.",
			applicability: "safe",
			edits: inPlace ?? [
				replaceText(
					module,
					given.start,
					given.end,
					`${/^[\w.]+$/.test(text) ? text : `(${text})`}.replace("${scheme}://", "postgresql://", 1)`,
				),
			],
		};
	},
});
