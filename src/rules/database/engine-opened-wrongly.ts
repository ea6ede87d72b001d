import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { resolvedName } from "../../project/database/session-kinds.ts";
import { isSqlalchemyBefore } from "../../project/database/sqlalchemy-driver.ts";
import { isAsyncEngine, isMadeBy } from "../../project/database/sqlalchemy-values.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { blockOf, statementsOf } from "../../python/rewrite/blocks.ts";
import { indentAt, indentUnitOf, lineStartAt, nextLineAt, replaceText } from "../../python/rewrite/source.ts";
import { contains, holdsName } from "../../python/walk.ts";

interface Evidence {
	readonly module: Module;
	readonly engine: ast.Expression;
	/** `with`: the engine itself is entered; `await`: what `begin()` gives is awaited, by this statement. */
	readonly misuse:
		| { readonly type: "with"; readonly isAsync: boolean }
		| {
				readonly type: "await";
				readonly method: "begin" | "connect";
				readonly statement: ast.Assign | ast.With;
				readonly awaited: ast.Await;
		  };
	/** A call of start-up inside the statement, which shows that it runs; null where only requests do. */
	readonly ran: Call | null;
}

const example = (opening: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\nsqlalchemy[asyncio]\naiosqlite\n",
	"main.py": `from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

engine = create_async_engine("sqlite+aiosqlite:///app.db")


@asynccontextmanager
async def lifespan(app: FastAPI):
    async with ${opening} as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    yield


app = FastAPI(lifespan=lifespan)
`,
});

export default defineRule<Evidence>({
	name: "engine-opened-wrongly",
	category: "DATABASE",
	summary: "An engine is entered itself, or its transaction is awaited in the place of being entered",
	story:
		"An engine is no connection: with takes what engine.begin() or engine.connect() gives. And begin() of an async engine gives a context manager, which cannot be awaited.",
	references: ["https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#synopsis-core"],
	example: { before: example("engine"), after: example("engine.begin()") },

	*detect(project) {
		for (const { module, reached, namespace } of project.trace.runs.values()) {
			if (!reached || !/\bwith\b|\bbegin\(/.test(module.text)) continue;
			const engineKind = (expression: ast.Expression): "async" | "sync" | null => {
				const value = resolvedName(project, namespace.names, expression);
				return isAsyncEngine(value) ? "async" : isMadeBy(value, "create_engine") ? "sync" : null;
			};
			for (const statement of statementsOf(module.tree)) {
				const found = enteredEngine(statement, engineKind) ?? awaitedTransaction(project, statement, engineKind);
				if (found === null) continue;
				const { start, end } = found.engine;
				yield {
					subject: `${module.name}:${module.text.slice(start, end)}`,
					path: module.path,
					range: { start, end },
					evidence: { module, ...found, ran: callWithin(project, module, statement) },
				};
			}
		}
	},

	describe({ evidence }, project) {
		const { module, engine, misuse, ran } = evidence;
		const name = module.text.slice(engine.start, engine.end);
		const stops = ran !== null && !ran.guarded;
		const error = errorOf(project, misuse);
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? ran.stage : "request",
			problem:
				misuse.type === "with" ? `${name} is entered with with, and is no connection` : `${name}.${misuse.method}() is awaited`,
			rootCause:
				misuse.type === "with"
					? `Connections come from ${name}.begin(), which commits at its end, and from ${name}.connect().`
					: `${name}.${misuse.method}() gives a context manager: async with enters it, which opens the connection and gives it.`,
			...(error !== null && { expectedError: error }),
			...(ran !== null && { order: ran.order }),
		};
	},

	fix({ evidence }): FixProposal | undefined {
		const { module, engine, misuse } = evidence;
		const name = module.text.slice(engine.start, engine.end);
		if (misuse.type === "await" && misuse.statement.type === "With")
			return enterUnawaited(module, misuse.statement, misuse.awaited);
		if (misuse.type === "await" && misuse.statement.type === "Assign")
			return enterTransaction(module, misuse.statement, `${name}.begin()`);
		if (misuse.type === "await") return undefined;
		return {
			title: `Enter ${name}.begin()`,
			explanation: "It gives a connection, and commits what was done with it at the end of the block.",
			applicability: "review",
			edits: [replaceText(module, engine.end, engine.end, ".begin()")],
		};
	},
});

type Found = Pick<Evidence, "engine" | "misuse">;

function enteredEngine(statement: ast.Statement, kindOf: (expression: ast.Expression) => "async" | "sync" | null): Found | null {
	if (statement.type !== "With") return null;
	const item = statement.items.find(({ context }) => context.type !== "Call" && kindOf(context) !== null);
	return item === undefined ? null : { engine: item.context, misuse: { type: "with", isAsync: statement.isAsync } };
}

/** `connection = await engine.begin()`; SQLAlchemy 1.4 could do that. */
function awaitedTransaction(
	project: Project,
	statement: ast.Statement,
	kindOf: (expression: ast.Expression) => "async" | "sync" | null,
): Found | null {
	if (statement.type !== "Assign" && statement.type !== "With") return null;
	const awaited = statement.type === "Assign" ? statement.value : awaitedContext(statement);
	if (awaited?.type !== "Await" || isSqlalchemyBefore(project, "2.0.0b1") !== false) return null;
	const call = awaited.value;
	if (call.type !== "Call" || call.callee.type !== "Attribute") return null;
	const { attribute, value: engine } = call.callee;
	// What connect() gives may be awaited, and not entered any more then.
	const isEntered = statement.type === "With" && statement.isAsync && attribute.name === "connect";
	if (attribute.name !== "begin" && !isEntered) return null;
	return kindOf(engine) === "async"
		? { engine, misuse: { type: "await", method: isEntered ? "connect" : "begin", statement, awaited } }
		: null;
}

/** What the one item of a `with` statement awaits: `async with await engine.begin() as connection`. */
function awaitedContext({ items }: ast.With): ast.Expression | null {
	const [item, ...more] = items;
	return item !== undefined && more.length === 0 ? item.context : null;
}

function callWithin(project: Project, module: Module, statement: ast.Statement): Call | null {
	const calls = project.trace.calls.filter(
		(call) => call.reached && call.module === module && contains(statement, call.node.start),
	);
	return calls.find(({ guarded }) => !guarded) ?? calls[0] ?? null;
}

function errorOf({ environment }: Project, misuse: Evidence["misuse"]): string | null {
	const { minor } = environment.python;
	if (misuse.type === "await" && misuse.method === "connect")
		return "sqlalchemy.exc.InvalidRequestError: connection is already started";
	if (misuse.type === "await")
		return minor < 14 ? "TypeError: object _AsyncGeneratorContextManager can't be used in 'await' expression" : null;
	if (minor < 11) return null;
	const protocol = misuse.isAsync ? "asynchronous context manager" : "context manager";
	return `TypeError: '${misuse.isAsync ? "AsyncEngine" : "Engine"}' object does not support the ${protocol} protocol`;
}

/** `async with await engine.begin()` without its await. */
function enterUnawaited(module: Module, statement: ast.With, { start, value }: ast.Await): FixProposal {
	const opening = value.type === "Call" && value.callee.type === "Attribute" ? value.callee.attribute : null;
	const block = module.text.slice(statement.start, statement.end);
	// What connect() gives forgets all that is not committed.
	const isLost = opening?.name === "connect" && /run_sync|execute/.test(block) && !block.includes("commit");
	return {
		title: "Enter it without await",
		explanation: "async with itself awaits the beginning and the end of what it enters.",
		applicability: "safe",
		edits: [
			replaceText(module, start, value.start, ""),
			...(isLost && opening !== null ? [replaceText(module, opening.start, opening.end, "begin")] : []),
			...(statement.isAsync ? [] : [replaceText(module, statement.start, statement.start, "async ")]),
		],
	};
}

/** Makes a block of what follows up to the last use of the connection. */
function enterTransaction(module: Module, statement: ast.Assign, opening: string): FixProposal | undefined {
	const [target] = statement.targets;
	const block = blockOf(module.tree, statement)?.statements ?? [];
	const rest = block.slice(block.indexOf(statement) + 1);
	if (target?.type !== "Name") return undefined;
	const last = rest.findLast((each) => holdsName(each, target.id));
	const { text } = module;
	if (last === undefined || /("""|''')/.test(text.slice(statement.end, last.end))) return undefined;
	const unit = indentUnitOf(module);
	const edits = [replaceText(module, statement.start, statement.end, `async with ${opening} as ${target.id}:`)];
	for (let line = nextLineAt(text, statement.end); line < last.end; line = nextLineAt(text, line)) {
		if (text.slice(line).match(/^[ \t]*\S/) !== null && lineStartAt(text, line) === line)
			edits.push(replaceText(module, line, line, unit));
	}
	return {
		title: `Enter ${opening} with async with`,
		explanation: `The block ends behind the last use of ${target.id}, and commits there.`,
		applicability: indentAt(text, statement.start) === "" ? "review" : "safe",
		edits,
	};
}
