import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { sessionKindOf } from "../../project/database/session-kinds.ts";
import { isSymbol } from "../../project/database/sqlalchemy-values.ts";
import type { Call } from "../../project/imports/trace.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly call: Call;
	readonly className: string;
	/** Where the async class of the same library lives. */
	readonly home: string;
}

const example = (imports: string, name: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy[asyncio]>=2.0\naiosqlite\n",
	"main.py": `from fastapi import FastAPI
${imports}

engine = create_async_engine("sqlite+aiosqlite:///app.db")
make_session = async_sessionmaker(engine, class_=${name})
app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "sync-class-in-async-factory",
	category: "DATABASE",
	summary: "async_sessionmaker is told to make sync sessions",
	story:
		"class_ names the sync Session by mistake. The factory is made without a word; every request that opens a session with async with fails.",
	references: ["https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.async_sessionmaker"],
	example: {
		before: example(
			"from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine\nfrom sqlalchemy.orm import Session",
			"Session",
		),
		after: example("from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine", "AsyncSession"),
	},

	*detect(project) {
		for (const call of project.trace.calls) {
			if (!isSymbol(call.callee, "async_sessionmaker") || call.open) continue;
			const given = call.keywords.get("class_");
			const kind = sessionKindOf(given);
			if (kind === null || kind.isAsync || given?.kind !== "external") continue;
			yield {
				subject: `${call.module.name}:${assignedName(call.module, call.node) ?? "async_sessionmaker"}`,
				path: call.module.path,
				range: { start: call.node.start, end: call.node.end },
				evidence: {
					call,
					className: kind.className,
					home: kind.hasExec ? "sqlmodel.ext.asyncio.session" : "sqlalchemy.ext.asyncio",
				},
			};
		}
	},

	describe({ evidence }) {
		const { call, className } = evidence;
		return {
			severity: "HIGH",
			stage: "request",
			problem: `async_sessionmaker makes sync sessions, because class_ is ${className}`,
			rootCause: `${className} knows nothing of async with and await; the async class is AsyncSession.`,
			expectedError: `TypeError: '${className}' object does not support the asynchronous context manager protocol`,
			order: call.order,
		};
	},

	fix({ evidence }) {
		const { call, home } = evidence;
		const named = findKeyword(call.node, "class_")?.value;
		if (named === undefined) return undefined;
		return {
			title: "Let the factory make AsyncSession objects",
			explanation: "AsyncSession is the async class of the same library.",
			applicability: "safe",
			edits: [replaceText(call.module, named.start, named.end, "AsyncSession")],
			needs: [{ path: call.module.path, module: home, name: "AsyncSession" }],
		};
	},
});
