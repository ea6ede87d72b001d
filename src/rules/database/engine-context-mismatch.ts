import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { listEngines } from "../../project/database/engine-calls.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { statementsOf } from "../../python/rewrite/blocks.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { contains, walk } from "../../python/walk.ts";
import { makeEngineAsync } from "../repair/engines/async-engine.ts";

interface Evidence {
	/** `engine.begin()` or `engine.connect()`. */
	readonly call: Call;
	/** The call that makes the engine. */
	readonly engine: Call;
	readonly method: string;
	readonly statement: ast.With;
	readonly engineIsAsync: boolean;
	readonly engineName: string;
}

const example = (opening: string, create: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\nsqlalchemy[asyncio]\naiosqlite\n",
	"main.py": `from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

engine = create_async_engine("sqlite+aiosqlite:///app.db")


@asynccontextmanager
async def lifespan(app: FastAPI):
    ${opening} engine.begin() as connection:
        ${create}
    yield


app = FastAPI(lifespan=lifespan)
`,
});

export default defineRule<Evidence>({
	name: "engine-context-mismatch",
	category: "DATABASE",
	summary: "A sync engine is opened with async with, or an async one with plain with",
	story:
		"The engine was changed from sync to async, or back, and one place was forgotten. When the server starts, Python says that a context manager does not support the protocol.",
	references: ["https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#synopsis-core"],
	example: {
		before: example("with", "SQLModel.metadata.create_all(connection)"),
		after: example("async with", "await connection.run_sync(SQLModel.metadata.create_all)"),
	},

	*detect(project) {
		const engines = new Map(listEngines(project).map((engine) => [engine.call.result, engine]));
		for (const call of project.trace.calls) {
			const { callee, node, module } = call;
			if (callee.kind !== "bound-method" || !["begin", "connect"].includes(callee.name)) continue;
			const engine = engines.get(callee.receiver);
			if (engine === undefined) continue;
			const statement = findWith(call);
			if (statement === null || statement.isAsync === engine.isAsync) continue;
			yield {
				subject: `${module.name}:${callee.name}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: {
					call,
					method: callee.name,
					engine: engine.call,
					statement,
					engineIsAsync: engine.isAsync,
					engineName: assignedName(engine.call.module, engine.call.node) ?? "the engine",
				},
			};
		}
	},

	describe({ evidence }, project) {
		const { call, engineIsAsync, engineName, method } = evidence;
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem: engineIsAsync
				? `${engineName} is async, and is opened with a plain with`
				: `${engineName} is sync, and is opened with async with`,
			rootCause: engineIsAsync
				? `${engineName}.${method}() of an async engine has to be entered with async with.`
				: `create_engine makes a sync engine, whose connections know nothing of async with and await.`,
			...protocolError(project, engineIsAsync, method),
			order: call.order,
			manualSteps: ["Decide whether the engine is to be sync or async, and use it in one way everywhere."],
		};
	},

	fix({ evidence }, project) {
		const { call, engine, statement, engineIsAsync } = evidence;
		const meant = engineIsAsync ? undefined : makeEngineAsync(project, engine);
		if (meant !== undefined) return meant;
		if (!isInAsyncFunction(call) && engineIsAsync) return undefined;
		const edits = engineIsAsync ? makeAsync(call, statement) : makeSync(call, statement);
		if (edits === null) return undefined;
		return {
			title: engineIsAsync ? "Open the connection with async with" : "Open the connection with a plain with",
			explanation: engineIsAsync
				? "The engine is async: its connection is entered with async with, and sync code runs on it through run_sync."
				: "The engine is sync: its connection is entered with a plain with, and create_all takes it directly.",
			applicability: "safe",
			edits,
		};
	},
});

/** What Python 3.11 to 3.13 print; older and newer ones use other words. */
function protocolError(project: Project, engineIsAsync: boolean, method: string): { readonly expectedError?: string } {
	const { minor } = project.environment.python;
	if (minor < 11 || minor > 13) return {};
	const type =
		method === "begin" ? `_${engineIsAsync ? "Async" : ""}GeneratorContextManager` : `${engineIsAsync ? "Async" : ""}Connection`;
	const protocol = engineIsAsync ? "context manager protocol" : "asynchronous context manager protocol";
	return { expectedError: `TypeError: '${type}' object does not support the ${protocol}` };
}

/** The `with` that has the call as its context. */
function findWith({ module, node }: Call): ast.With | null {
	for (const statement of statementsOf(module.tree)) {
		if (statement.type === "With" && statement.items.some(({ context }) => context === node)) return statement;
	}
	return null;
}

function isInAsyncFunction({ module, node }: Call): boolean {
	let isAsync = false;
	for (const statement of statementsOf(module.tree)) {
		if (statement.type === "FunctionDef" && contains(statement, node.start)) isAsync = statement.isAsync;
	}
	return isAsync;
}

/** Only where all that is done with the connection is understood; null where something else is. */
function makeAsync({ module }: Call, statement: ast.With) {
	const edits = [replaceText(module, statement.start, statement.start, "async ")];
	const text = (part: { readonly start: number; readonly end: number }) => module.text.slice(part.start, part.end);
	for (const inner of statement.body) {
		// What is awaited already was written for an async connection.
		if (inner.type === "ExpressionStatement" && inner.value.type === "Await") continue;
		const call = inner.type === "ExpressionStatement" && inner.value.type === "Call" ? inner.value : null;
		const method = call?.callee.type === "Attribute" ? call.callee.attribute.name : null;
		if (call === null || method === null) return null;
		const [given] = [...call.args, ...call.keywords.filter(({ name }) => name?.name === "bind").map(({ value }) => value)];
		if (["create_all", "drop_all"].includes(method) && given !== undefined && call.args.length + call.keywords.length === 1) {
			edits.push(replaceText(module, call.start, call.end, `await ${text(given)}.run_sync(${text(call.callee)})`));
		} else if (["execute", "commit", "rollback", "close", "run_sync"].includes(method)) {
			edits.push(replaceText(module, call.start, call.start, "await "));
		} else {
			return null;
		}
	}
	return statement.items.length === 1 ? edits : null;
}

function makeSync({ module }: Call, statement: ast.With) {
	const keyword = /^async\s+/.exec(module.text.slice(statement.start, statement.end))?.[0];
	if (keyword === undefined || statement.items.length !== 1) return null;
	const edits = [replaceText(module, statement.start, statement.start + keyword.length, "")];
	let isUnderstood = true;
	for (const inner of statement.body) {
		walk(inner, (node) => {
			if (node.type === "Await") {
				const edit = syncForm(module.text, node);
				if (edit === null) isUnderstood = false;
				else edits.push(replaceText(module, node.start, node.end, edit));
				return false;
			}
			return true;
		});
	}
	return isUnderstood ? edits : null;
}

/** `await connection.run_sync(create_all)` as `create_all(connection)`, `await connection.execute(x)` without its await. */
function syncForm(text: string, node: ast.Await): string | null {
	const { value } = node;
	if (value.type !== "Call" || value.callee.type !== "Attribute") return null;
	const connection = text.slice(value.callee.value.start, value.callee.value.end);
	const method = value.callee.attribute.name;
	if (["execute", "commit", "rollback", "close"].includes(method)) return text.slice(value.start, value.end);
	const [run, ...others] = value.args;
	if (method !== "run_sync" || run === undefined) return null;
	const rest = [...others, ...value.keywords].map(({ start, end }) => `, ${text.slice(start, end)}`).join("");
	return `${text.slice(run.start, run.end)}(${connection}${rest})`;
}
