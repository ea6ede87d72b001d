import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import type { DatabaseUrl } from "../../project/database/database-url.ts";
import {
	isArgumentOfOtherDrivers,
	isUnknownArgument,
	meantArgument,
	type RefusedValue,
	refusedValue,
} from "../../project/database/engine-arguments.ts";
import { listEngines } from "../../project/database/engine-calls.ts";
import { findOption, removeOptions } from "../../project/database/engine-options.ts";
import {
	dialectClass,
	type EnginePool,
	isPoolOfOtherKind,
	poolArguments,
	poolOf,
	refusedPoolArguments,
} from "../../project/database/engine-pool.ts";
import { isSqlalchemyBefore, loadedDriver } from "../../project/database/sqlalchemy-driver.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Project } from "../../project/project.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly call: Call;
	readonly isAsync: boolean;
	/** The arguments that are refused, as they stand in the call. */
	readonly refused: readonly string[];
	readonly pool: EnginePool | null;
	/** The one that is refused for what it says, not for its name. */
	readonly value: RefusedValue | null;
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
				(name) => isForeign(project, name) || isUnknownArgument(project, call, url, name),
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
					error: value === null ? errorOf(project, url, isAsync, pool, refused) : value.error,
				},
			};
		}
	},

	describe({ evidence }) {
		const { call, refused, pool, value, error } = evidence;
		const reasons = [
			...(refused.some(isOfPool) && pool !== null
				? [
						`The pool is a ${pool.name}${pool.isNamed ? "" : ", which SQLAlchemy picks for this database"}, and takes no ${refused.filter(isOfPool).join(", ")}.`,
					]
				: []),
			...refused.flatMap(
				(name) =>
					foreignArguments[name] ??
					(isOfPool(name) || name === "poolclass" || name === value?.name ? [] : [noSuchArgument(name)]),
			),
			...(value === null ? [] : [value.reason]),
			...(refused.includes("poolclass") && pool !== null
				? [
						`${pool.name} is made for ${evidence.isAsync ? "sync" : "async"} engines, and this one is ${evidence.isAsync ? "async" : "sync"}.`,
					]
				: []),
		];
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem: `The engine does not take ${refused.join(", ")}`,
			rootCause: reasons.join(" "),
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

function isOfPool(name: string): boolean {
	return poolArguments.some((each) => each === name);
}

/** Arguments that people hand to create_engine and that belong elsewhere, with the sentence that says where; all tried on 2.0 and 2.1. */
const foreignArguments: Readonly<Record<string, string>> = {
	autocommit: "autocommit is no argument of an engine: sessions and connections begin transactions themselves.",
	autoflush: "autoflush belongs to the session factory.",
	expire_on_commit: "expire_on_commit belongs to the session factory.",
	class_: "class_ belongs to the session factory.",
	bind: "bind belongs to the session factory.",
	check_same_thread: 'check_same_thread belongs to the driver: connect_args={"check_same_thread": False}.',
	ssl: 'ssl belongs to the driver: connect_args={"ssl": ...}.',
	sslmode: 'sslmode belongs to the driver: connect_args={"sslmode": ...}.',
	timeout: 'timeout belongs to the driver: connect_args={"timeout": ...}.',
	connect_timeout: 'connect_timeout belongs to the driver: connect_args={"connect_timeout": ...}.',
	command_timeout: 'command_timeout belongs to the driver: connect_args={"command_timeout": ...}.',
	server_settings: 'server_settings belongs to the driver: connect_args={"server_settings": ...}.',
	statement_cache_size: 'statement_cache_size belongs to the driver: connect_args={"statement_cache_size": ...}.',
	charset: "charset belongs to the URL: ?charset=utf8mb4.",
	pool_max_overflow: "The argument is called max_overflow.",
	pool_min_size: "SQLAlchemy's pools have no minimum.",
	pool_max_size: "The argument is called pool_size.",
	min_size: "SQLAlchemy's pools have no minimum.",
	max_size: "The argument is called pool_size.",
	encoding: "SQLAlchemy 2 has no encoding argument.",
	convert_unicode: "SQLAlchemy 2 has no convert_unicode argument.",
};

function noSuchArgument(name: string): string {
	if (isArgumentOfOtherDrivers(name))
		return `${name} is an argument of other drivers' engines, which this driver's dialect does not take.`;
	const meant = meantArgument(name);
	return `Neither the engine nor its pool or dialect has an argument ${name}.${meant === null ? "" : ` ${meant} is the one of a like spelling.`}`;
}

/** Where the one argument that is refused is another one misspelt. */
function spellArgument(call: Call, refused: readonly string[]): FixProposal | null {
	const [name, ...others] = refused;
	const meant =
		name === undefined || others.length > 0 || Object.hasOwn(foreignArguments, name) || isArgumentOfOtherDrivers(name)
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

/** SQLAlchemy 1.4 still took some of them. */
function isForeign(project: Project, name: string): boolean {
	if (!Object.hasOwn(foreignArguments, name)) return false;
	return !["encoding", "convert_unicode"].includes(name) || isSqlalchemyBefore(project, "2.0.0b1") === false;
}

function errorOf(
	project: Project,
	url: DatabaseUrl | null,
	isAsync: boolean,
	pool: EnginePool | null,
	refused: readonly string[],
): string | null {
	if (refused[0] === "poolclass" && refused.length === 1) return poolError(project, pool, isAsync);
	const driver = url === null ? null : loadedDriver(project, url);
	const dialect = url === null || driver === null ? null : dialectClass(url, driver.name, isAsync);
	if (dialect === null || pool === null) return null;
	const names = refused.map((name) => `'${name}'`).join(",");
	return `TypeError: Invalid argument(s) ${names} sent to create_engine(), using configuration ${dialect}/${pool.name}/Engine.  Please check that the keyword arguments are appropriate for this combination of components.`;
}

function poolError(project: Project, pool: EnginePool | null, isAsync: boolean): string | null {
	const isOld = isSqlalchemyBefore(project, "2.1.0b1");
	if (pool === null || isOld === null) return null;
	const kind = isAsync ? "asyncio" : "non-asyncio";
	return `sqlalchemy.exc.ArgumentError: Pool class ${pool.name} cannot be used with ${kind} engine (Background on this error at: https://sqlalche.me/e/${isOld ? "20" : "21"}/pcls)`;
}
