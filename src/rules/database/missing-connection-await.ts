import { defineRule } from "../../audit/rule.ts";
import { isAsyncConnection } from "../../project/database/engine-connections.ts";
import type { Call } from "../../project/imports/trace.ts";
import { queryAfterCreation } from "../../project/models/never-created.ts";
import type * as ast from "../../python/ast.ts";
import { enclosingFunction } from "../../python/rewrite/enclosing.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";

interface Evidence {
	readonly call: Call;
	readonly method: string;
	/** What is read from the coroutine, or null where it is dropped. */
	readonly attribute: string | null;
	/** Does the call make or drop tables? */
	readonly makesTables: boolean;
}

/** Coroutine methods of SQLAlchemy's AsyncConnection (sqlalchemy/ext/asyncio/engine.py). */
const coroutines = new Set(
	"execute exec_driver_sql scalar scalars commit rollback close aclose run_sync get_raw_connection".split(" "),
);

const example = (call: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\nsqlalchemy[asyncio]\naiosqlite\n",
	"main.py": `from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

engine = create_async_engine("sqlite+aiosqlite:///app.db")


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with engine.begin() as connection:
        ${call}
    yield


app = FastAPI(lifespan=lifespan)
`,
});

export default defineRule<Evidence>({
	name: "missing-connection-await",
	category: "DATABASE",
	summary: "A method of an async connection is called without await",
	story:
		"run_sync, execute and commit of an async connection are coroutines. Without await nothing happens: no table is made, and the first request finds none.",
	references: [
		"https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#synopsis-core",
		"https://docs.python.org/3/library/asyncio-dev.html#detect-never-awaited-coroutines",
	],
	example: {
		before: example("connection.run_sync(SQLModel.metadata.create_all)"),
		after: example("await connection.run_sync(SQLModel.metadata.create_all)"),
	},

	*detect(project) {
		for (const call of project.trace.calls) {
			const { callee, module, node } = call;
			if (callee.kind !== "bound-method" || !coroutines.has(callee.name) || !call.reached) continue;
			if (!isAsyncConnection(callee.receiver)) continue;
			const parent = parentOf(module.tree, node);
			if (parent?.type !== "ExpressionStatement" && parent?.type !== "Attribute") continue;
			yield {
				subject: `${module.name}:${callee.name}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: {
					call,
					method: callee.name,
					attribute: parent.type === "Attribute" ? parent.attribute.name : null,
					makesTables: callee.name === "run_sync" && node.args.some(namesTableCreation),
				},
			};
		}
	},

	describe({ evidence }, project) {
		const { call, method, attribute, makesTables } = evidence;
		const query = makesTables && attribute === null ? queryAfterCreation(project, call) : null;
		const stops = (attribute !== null && !call.guarded) || query !== null;
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? (query?.call.stage ?? call.stage) : "request",
			problem: `${method} of the async connection is not awaited`,
			rootCause:
				attribute === null
					? `Without await the call gives a coroutine that never runs: ${makesTables ? "no table is made, and queries find none" : `Python only warns that it "was never awaited"`}.`
					: `Without await the call gives a coroutine, which has no ${attribute}.`,
			...(query !== null && { expectedError: query.error }),
			...(attribute !== null && { expectedError: `AttributeError: 'coroutine' object has no attribute '${attribute}'` }),
			order: call.order,
		};
	},

	fix({ evidence }) {
		const { call, method, attribute } = evidence;
		const { module, node } = call;
		if (enclosingFunction(module.tree, node.start)?.isAsync !== true) return undefined;
		const isChained = attribute !== null;
		const opening = replaceText(module, node.start, node.start, isChained ? "(await " : "await ");
		return {
			title: `Await ${method}`,
			explanation: "The methods of an async connection are coroutines, and run only when they are awaited.",
			applicability: "safe",
			edits: isChained ? [opening, replaceText(module, node.end, node.end, ")")] : [opening],
		};
	},
});

/** The node right above an expression. */
function parentOf(tree: ast.Module, node: ast.Expression): ast.TypedNode | null {
	let parent: ast.TypedNode | null = null;
	walk(tree, (each) => {
		const isAround = each.start <= node.start && node.end <= each.end;
		if (isAround && each !== node) parent = each;
		return isAround && each !== node;
	});
	return parent;
}

/** `Base.metadata.create_all`, or a lambda that calls it. */
function namesTableCreation(node: ast.Expression): boolean {
	let found = false;
	walk(node, (each) => {
		if (each.type === "Attribute") found ||= /^(create|drop)_all$/.test(each.attribute.name);
	});
	return found;
}
