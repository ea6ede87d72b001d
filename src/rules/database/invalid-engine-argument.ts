import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import {
	isArgumentOfOtherDrivers,
	isUnknownArgument,
	meantArgument,
	refusedValue,
} from "../../project/database/engine-arguments.ts";
import { listEngines } from "../../project/database/engine-calls.ts";
import { findOption, removeOptions } from "../../project/database/engine-options.ts";
import { isPoolOfOtherKind, poolOf, refusedPoolArguments } from "../../project/database/engine-pool.ts";
import type { Call } from "../../project/imports/trace.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { engineArgumentError } from "./arguments/engine-argument-error.ts";
import {
	belongsElsewhere,
	isForeignArgument,
	isOfPool,
	type RefusedArguments,
	reasonsFor,
} from "./arguments/engine-argument-reasons.ts";

interface Evidence extends RefusedArguments {
	readonly call: Call;
	readonly error: string | null;
}

const example = (engine: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy[asyncio]\naiosqlite\n",
	"main.py": `from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

engine = create_async_engine(${engine})
app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "invalid-engine-argument",
	category: "DATABASE",
	summary: "create_engine gets an argument that it does not take",
	story:
		"pool_size belongs to a pool that keeps connections, autocommit to a session, check_same_thread to the driver. SQLAlchemy refuses what it cannot hand on, and the server stops where the engine is made.",
	references: [
		"https://docs.sqlalchemy.org/en/20/core/engines.html#sqlalchemy.create_engine",
		"https://docs.sqlalchemy.org/en/20/core/pooling.html",
	],
	example: {
		before: example('"sqlite+aiosqlite:///app.db", poolclass=NullPool, pool_size=5, max_overflow=10'),
		after: example('"sqlite+aiosqlite:///app.db", poolclass=NullPool'),
	},

	*detect(project) {
		for (const { call, url, isAsync } of listEngines(project)) {
			const pool = poolOf(project, call, url, isAsync);
			const ofPool = pool === null ? [] : refusedPoolArguments(pool, call);
			const foreign = [...call.keywords.keys()].filter(
				(name) => isForeignArgument(project, name) || isUnknownArgument(project, call, url, name),
			);
			const otherKind = pool !== null && isPoolOfOtherKind(project, pool, isAsync) ? ["poolclass"] : [];
			const value = refusedValue(project, call, url, isAsync);
			// What is refused by name is found out before the pool is looked at.
			const wrong = value !== null ? [value.name] : ofPool.length + foreign.length > 0 ? [...ofPool, ...foreign] : otherKind;
			const refused = [...call.keywords.keys()].filter((name) => wrong.includes(name));
			if (refused.length === 0) continue;
			const { module, node } = call;
			yield {
				subject: `${module.name}:${assignedName(module, node) ?? "engine"}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: {
					call,
					isAsync,
					refused,
					pool,
					value,
					error: value === null ? engineArgumentError(project, url, isAsync, pool, refused) : value.error,
				},
			};
		}
	},

	describe({ evidence }) {
		const { call, refused, error } = evidence;
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem: `The engine does not take ${refused.join(", ")}`,
			rootCause: reasonsFor(evidence).join(" "),
			...(error === null ? {} : { expectedError: error }),
			order: call.order,
			manualSteps: [`Take ${refused.join(", ")} out of the call, or hand them to what they are meant for.`],
		};
	},

	fix({ evidence }) {
		const { call, refused, pool } = evidence;
		const spelt = spellArgument(call, refused);
		if (spelt !== null) return spelt;
		const edits = removeOptions(call, refused);
		if (edits === null) return undefined;
		const isCertain = !refused.includes("poolclass") && (pool?.isNamed === true || !refused.some(isOfPool));
		return {
			title: `Take ${refused.join(", ")} out of the engine's arguments`,
			explanation: isCertain
				? "They never had an effect: SQLAlchemy refuses the call as long as they are there."
				: refused.includes("poolclass")
					? "SQLAlchemy picks the pool that suits the engine, with the same arguments."
					: "They suit other databases: where the same code runs with one, keep them there and pass them only then.",
			applicability:
				refused.includes("poolclass") || (isCertain && refused.every((name) => isOfPool(name) || harmless.has(name)))
					? "safe"
					: "review",
			edits,
		};
	},
});

/** Where the one argument that is refused is another one misspelt. */
function spellArgument(call: Call, refused: readonly string[]): FixProposal | null {
	const [name, ...others] = refused;
	const meant =
		name === undefined || others.length > 0 || belongsElsewhere(name) || isArgumentOfOtherDrivers(name)
			? null
			: meantArgument(name);
	const written = name === undefined ? null : findOption(call, name);
	if (meant === null || written === null || call.keywords.has(meant)) return null;
	return {
		title: `Spell the argument ${meant}`,
		explanation: `${name} is no argument of an engine; ${meant} is the one of a like spelling.`,
		applicability: "safe",
		edits: [replaceText(call.module, written.name.start, written.name.end, meant)],
	};
}

const harmless = new Set(["future", "autocommit", "autoflush", "server_side_cursors", "strategy", "encoding", "convert_unicode"]);
