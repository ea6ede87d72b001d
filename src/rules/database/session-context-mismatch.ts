import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { sessionMismatches } from "../../project/database/session-contexts.ts";
import type { SessionKind } from "../../project/database/session-kinds.ts";
import { isAsyncEngine } from "../../project/database/sqlalchemy-values.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { enclosingFunction } from "../../python/rewrite/enclosing.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";
import type { TextEdit } from "../../text/range.ts";
import { makeAsync } from "../repair/calls/make-async.ts";

interface Evidence {
	readonly module: Module;
	readonly statement: ast.With;
	readonly item: ast.WithItem;
	readonly kind: SessionKind;
	/** Is it a sync session of an async engine? Then the factory is what has to change, see `sync-session-factory`. */
	readonly isOfAsyncEngine: boolean;
	/** The call of start-up that makes the session, or null where only requests do. */
	readonly made: Call | null;
}

const example = (opening: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy[asyncio]>=2.0\naiosqlite\n",
	"main.py": `from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine("sqlite+aiosqlite:///app.db")
new_session = async_sessionmaker(engine)


@asynccontextmanager
async def lifespan(app: FastAPI):
    ${opening} new_session() as session:
        await session.execute(text("SELECT 1"))
    yield


app = FastAPI(lifespan=lifespan)
`,
});

export default defineRule<Evidence>({
	name: "session-context-mismatch",
	category: "DATABASE",
	summary: "A sync session is opened with async with, or an async one with plain with",
	story:
		"The sessions were changed from sync to async, or back, and one place was forgotten. Python says that the session does not support the protocol, when the server starts or on a request.",
	references: ["https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#synopsis-orm"],
	example: { before: example("with"), after: example("async with") },

	*detect(project) {
		for (const { module, statement, item, call, kind, callee } of sessionMismatches(project)) {
			const { start, end } = call;
			yield {
				subject: `${module.name}:${enclosingFunction(module.tree, start)?.name.name ?? ""}:${module.text.slice(start, end)}`,
				path: module.path,
				range: { start, end },
				evidence: { module, statement, item, kind, isOfAsyncEngine: isOfAsyncEngine(callee), made: callOf(project, call) },
			};
		}
	},

	describe({ evidence }, project) {
		const { kind, made, module } = evidence;
		const stops = made !== null && !made.guarded;
		const { minor } = project.environment.python;
		const protocol = kind.isAsync ? "context manager protocol" : "asynchronous context manager protocol";
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? made.stage : "request",
			problem: kind.isAsync ? "An async session is opened with a plain with" : "A sync session is opened with async with",
			rootCause: `What is opened in ${module.path} is ${kind.isAsync ? "an" : "a"} ${kind.className}, which ${kind.isAsync ? "only async with" : "only a plain with"} can enter.`,
			...(minor >= 11 &&
				minor < 14 && { expectedError: `TypeError: '${kind.className}' object does not support the ${protocol}` }),
			...(made !== null && { order: made.order }),
			manualSteps: ["Decide whether the sessions are to be sync or async, and use them in one way everywhere."],
		};
	},

	fix({ evidence }, project) {
		if (evidence.kind.isAsync) return openAsync(project, evidence);
		return evidence.isOfAsyncEngine ? undefined : makeSync(evidence);
	},
});

function isOfAsyncEngine(factory: Value | undefined): boolean {
	if (factory?.kind !== "instance" || factory.call === null) return false;
	return isAsyncEngine(factory.call.keywords.get("bind") ?? factory.call.args[0]);
}

function callOf(project: Project, node: ast.Call): Call | null {
	const calls = project.trace.calls.filter((call) => call.reached && call.node === node);
	return calls.find(({ guarded }) => !guarded) ?? calls[0] ?? null;
}

/** Coroutine methods of SQLAlchemy's and SQLModel's AsyncSession. */
const coroutines = new Set("execute exec scalar scalars get get_one commit rollback flush refresh delete merge close".split(" "));

/** `async with`, and `await` in front of what is asked of the session without one. */
function openAsync(project: Project, { module, statement, item }: Evidence): FixProposal | undefined {
	const owner = enclosingFunction(module.tree, statement.start);
	if (owner === null || statement.items.length > 1) return undefined;
	const async = owner.isAsync ? [] : makeAsync(project, module, owner);
	if (async === null) return undefined;
	const yields = owner.isAsync ? null : asyncGenerator(module, owner);
	const edits: TextEdit[] = [...async, ...(yields?.edits ?? []), replaceText(module, statement.start, statement.start, "async ")];
	const awaited = new Set<ast.Expression>();
	const chained = new Set<ast.Expression>();
	for (const inner of statement.body) {
		walk(inner, (node) => {
			if (node.type === "Await") awaited.add(node.value);
			if (node.type === "Attribute") chained.add(node.value);
			if (node.type !== "Call" || !isMethod(node, item) || awaited.has(node)) return true;
			const isChained = chained.has(node);
			edits.push(replaceText(module, node.start, node.start, isChained ? "(await " : "await "));
			if (isChained) edits.push(replaceText(module, node.end, node.end, ")"));
			return true;
		});
	}
	return {
		title: "Open the session with async with",
		explanation: `The session is async: it is entered with async with, and what is asked of it is awaited.${owner.isAsync ? "" : ` ${owner.name.name} has to be async for that.`}`,
		applicability: owner.isAsync ? "safe" : "review",
		edits,
		...(yields === null ? {} : { needs: [{ path: module.path, module: "collections.abc", name: yields.name }] }),
	};
}

/** `Generator[Session, None, None]` of a function that becomes async is an `AsyncGenerator[Session, None]`. */
function asyncGenerator(
	module: Module,
	{ returns }: ast.FunctionDef,
): { readonly name: string; readonly edits: readonly TextEdit[] } | null {
	if (returns?.type !== "Subscript" || returns.value.type !== "Name") return null;
	const name = { Generator: "AsyncGenerator", Iterator: "AsyncIterator", Iterable: "AsyncIterable" }[returns.value.id];
	if (name === undefined) return null;
	const [yielded] = returns.index.type === "Sequence" ? returns.index.items : [returns.index];
	if (yielded === undefined) return null;
	const given = module.text.slice(yielded.start, yielded.end);
	const code = name === "AsyncGenerator" ? `AsyncGenerator[${given}, None]` : `${name}[${given}]`;
	return { name, edits: [replaceText(module, returns.start, returns.end, code)] };
}

/** A plain `with`, and no `await` in front of what is asked of the session. */
function makeSync({ module, statement, item }: Evidence): FixProposal | undefined {
	const keyword = /^async\s+/.exec(module.text.slice(statement.start, statement.end))?.[0];
	if (keyword === undefined || statement.items.length > 1) return undefined;
	const edits: TextEdit[] = [replaceText(module, statement.start, statement.start + keyword.length, "")];
	for (const inner of statement.body) {
		walk(inner, (node) => {
			if (node.type === "Await" && node.value.type === "Call" && isMethod(node.value, item))
				edits.push(replaceText(module, node.start, node.value.start, ""));
		});
	}
	return {
		title: "Open the session with a plain with",
		explanation: "The session is sync: it is entered with a plain with, and nothing that it gives can be awaited.",
		applicability: "safe",
		edits,
	};
}

/** `session.execute(…)` of the session that the item binds. */
function isMethod({ callee }: ast.Call, { target }: ast.WithItem): boolean {
	if (callee.type !== "Attribute" || callee.value.type !== "Name" || target?.type !== "Name") return false;
	return callee.value.id === target.id && coroutines.has(callee.attribute.name);
}
