import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { type AsyncTablesCall, asyncTablesCalls } from "../../project/database/async-tables.ts";
import { missingGreenletError } from "../../project/database/missing-greenlet.ts";
import { sessionModelOf } from "../../project/database/session-uses.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { statementsOf } from "../../python/rewrite/blocks.ts";
import { enclosingFunction } from "../../python/rewrite/enclosing.ts";
import { indentAt, indentUnitOf, lineBreakOf, replaceText } from "../../python/rewrite/source.ts";
import { contains, walk } from "../../python/walk.ts";
import { makeAsync } from "../repair/calls/make-async.ts";
import { moveToLifespan } from "../repair/startup/move-to-lifespan.ts";
import { makeEngineSync } from "./repair/sync-engine.ts";

const example = (body: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\nsqlalchemy[asyncio]\naiosqlite\n",
	"main.py": `from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

engine = create_async_engine("sqlite+aiosqlite:///app.db")


@asynccontextmanager
async def lifespan(app: FastAPI):
${body}    yield


app = FastAPI(lifespan=lifespan)
`,
});

export default defineRule<AsyncTablesCall>({
	name: "sync-create-all",
	category: "DATABASE",
	summary: "create_all is called on an async engine or its connection",
	story:
		"The tables are made when the server starts. create_all speaks to a sync engine only, so with an async one start-up ends in an AttributeError about a method nobody has heard of.",
	references: ["https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#synopsis-core"],
	example: {
		before: example("    SQLModel.metadata.create_all(engine)\n"),
		after: example(
			"    async with engine.begin() as connection:\n        await connection.run_sync(SQLModel.metadata.create_all)\n",
		),
	},

	*detect(project) {
		for (const evidence of asyncTablesCalls(project)) {
			const { call, method } = evidence;
			yield {
				subject: `${call.module.name}:${method}`,
				path: call.module.path,
				range: { start: call.node.start, end: call.node.end },
				evidence,
			};
		}
	},

	describe({ evidence }, project) {
		const { call, method, given } = evidence;
		const type = given === "connection" ? "AsyncConnection" : "AsyncEngine";
		const error =
			given === "sync_engine"
				? missingGreenletError(project)
				: `AttributeError: '${type}' object has no attribute '_run_ddl_visitor'`;
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem:
				given === "sync_engine"
					? `${method} is given the sync side of an AsyncEngine, outside run_sync`
					: `${method} is given an ${type}, and works with sync ones only`,
			rootCause: `${method} talks to the database at once, without awaiting; an async connection runs it with run_sync.`,
			...(error !== null && { expectedError: error }),
			order: call.order,
			manualSteps: [
				`Run it in the lifespan of the application: async with engine.begin() as connection: await connection.run_sync(metadata.${method})`,
			],
		};
	},

	fix({ evidence }, project) {
		const { call, given } = evidence;
		const { module, node } = call;
		const handed = handedToRunSync(evidence);
		if (handed !== null) return handed;
		const statement = findStatement(module, node);
		const owner = enclosingFunction(module.tree, node.start);
		const hasSyncSessions = sessionModelOf(project).sources.some(({ kind }) => kind?.isAsync === false);
		const sync = given === "engine" && hasSyncSessions ? makeEngineSync(project, givenValue(call)) : undefined;
		if (sync !== undefined) return sync;
		if (statement === null) return undefined;
		if (owner === null) return given === "connection" ? undefined : inLifespan(project, evidence, statement);
		const async = owner.isAsync ? [] : makeAsync(project, module, owner);
		const proposal = given === "connection" ? throughRunSync(evidence, statement) : withConnection(evidence, statement);
		if (async === null || proposal === undefined) return undefined;
		return async.length === 0 ? proposal : { ...proposal, applicability: "review", edits: [...proposal.edits, ...async] };
	},
});

function givenValue({ args, keywords }: Call): Value | undefined {
	return keywords.get("bind") ?? args[0];
}

/** At module level there is nothing to await with: the lifespan is where it belongs. */
function inLifespan(project: Project, { call, method }: AsyncTablesCall, statement: ast.Statement): FixProposal | undefined {
	const { module, node } = call;
	const given = givenArgument(node);
	if (given === null) return undefined;
	const text = (part: { readonly start: number; readonly end: number }) => module.text.slice(part.start, part.end);
	const code = `async with ${engineOf(text(given))}.begin() as connection:\n${indentUnitOf(module)}await connection.run_sync(${text(node.callee)}${otherArguments(module, node)})`;
	const move = moveToLifespan(project, module, statement, code);
	if (move === null) return undefined;
	return {
		title: `Run ${method} in the lifespan, through an async connection`,
		explanation: `The lifespan runs before the first request and can await; run_sync runs ${method} on the connection as sync code.`,
		applicability: "review",
		...move,
	};
}

function withConnection({ call, method }: AsyncTablesCall, statement: ast.Statement): FixProposal | undefined {
	const { module, node } = call;
	const given = givenArgument(node);
	if (given === null) return undefined;
	const text = (part: { readonly start: number; readonly end: number }) => module.text.slice(part.start, part.end);
	const indent = indentAt(module.text, statement.start);
	const inner = indent + indentUnitOf(module);
	const others = otherArguments(module, node);
	const code = `async with ${engineOf(text(given))}.begin() as connection:${lineBreakOf(module.text)}${inner}await connection.run_sync(${text(node.callee)}${others})`;
	return {
		title: `Run ${method} through an async connection`,
		explanation: `engine.begin() gives a connection and commits at its end; run_sync runs ${method} on it as sync code.`,
		applicability: "safe",
		edits: [replaceText(module, statement.start, statement.end, code)],
	};
}

/** `engine.sync_engine` is a part of the engine that is meant. */
function engineOf(given: string): string {
	return given.replace(/\.sync_engine$/, "");
}

function throughRunSync({ call, method }: AsyncTablesCall, statement: ast.Statement): FixProposal | undefined {
	const { module, node } = call;
	const given = givenArgument(node);
	if (given === null) return undefined;
	const text = (part: { readonly start: number; readonly end: number }) => module.text.slice(part.start, part.end);
	const code = `await ${text(given)}.run_sync(${text(node.callee)}${otherArguments(module, node)})`;
	return {
		title: `Run ${method} with run_sync`,
		explanation: `run_sync runs ${method} on the async connection as sync code.`,
		applicability: "safe",
		edits: [replaceText(module, statement.start, statement.end, code)],
	};
}

/** `run_sync(metadata.create_all(engine))`: run_sync takes the method itself, and calls it with a sync connection. */
function handedToRunSync({ call: { module, node }, method }: AsyncTablesCall): FixProposal | null {
	let isHanded = false;
	walk(module.tree, (each) => {
		if (each.type === "Call" && each.args[0] === node)
			isHanded = each.callee.type === "Attribute" && each.callee.attribute.name === "run_sync";
		return contains(each, node.start);
	});
	if (!isHanded) return null;
	const code = module.text.slice(node.callee.start, node.callee.end) + otherArguments(module, node);
	return {
		title: `Hand ${method} itself to run_sync`,
		explanation: `run_sync calls ${method} with the sync side of its own connection.`,
		applicability: "safe",
		edits: [replaceText(module, node.start, node.end, code)],
	};
}

/** The engine or connection as it is written: the first argument, or `bind=`. */
function givenArgument(node: ast.Call): ast.Expression | null {
	const bound = node.keywords.find(({ name }) => name?.name === "bind");
	return node.args[0] ?? bound?.value ?? null;
}

function otherArguments(module: Module, node: ast.Call): string {
	const others = [...node.args.slice(1), ...node.keywords.filter(({ name }) => name?.name !== "bind")];
	return others.map(({ start, end }) => `, ${module.text.slice(start, end)}`).join("");
}

/** The statement that consists of the call alone, awaited or not. */
function findStatement(module: Module, node: ast.Call): ast.Statement | null {
	for (const statement of statementsOf(module.tree)) {
		if (statement.type !== "ExpressionStatement") continue;
		const { value } = statement;
		if (value === node || (value.type === "Await" && value.value === node)) return statement;
	}
	return null;
}
