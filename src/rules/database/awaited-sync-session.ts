import { defineRule } from "../../audit/rule.ts";
import { listEngines } from "../../project/database/engine-calls.ts";
import { isEnteredWrongly } from "../../project/database/session-contexts.ts";
import { type SessionUse, sessionModelOf } from "../../project/database/session-uses.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly use: SessionUse;
	/** The `await` expression around the call. */
	readonly start: number;
	readonly error: string | null;
}

const example = (add: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy[asyncio]\naiosqlite\n",
	"main.py": `from fastapi import Depends, FastAPI
from sqlalchemy import Column, Integer
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Visit(Base):
    __tablename__ = "visits"
    id = Column(Integer, primary_key=True)


engine = create_async_engine("sqlite+aiosqlite:///app.db")
session_factory = async_sessionmaker(engine)
app = FastAPI()


async def get_session():
    async with session_factory() as session:
        yield session


@app.post("/visits")
async def create_visit(session: AsyncSession = Depends(get_session)):
    ${add}
    await session.commit()
`,
});

/** Methods of an AsyncSession that are no coroutines, and give None. */
const plainMethods = new Set("add add_all expunge expunge_all expire expire_all".split(" "));
/** Methods of a sync session that give None. */
const silentMethods = new Set([...plainMethods, ..."commit rollback flush refresh delete close".split(" ")]);

export default defineRule<Evidence>({
	name: "awaited-sync-session",
	category: "DATABASE",
	summary: "What a session does at once is awaited",
	story:
		"session.add() of an async session is no coroutine, and nothing of a sync session is. Awaiting what they give raises TypeError when the line runs.",
	references: ["https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.AsyncSession"],
	example: { before: example("await session.add(Visit())"), after: example("session.add(Visit())") },

	*detect(project) {
		const engines = listEngines(project);
		// Where every engine is async, it is the sessions that are to change.
		const isAsyncStack = engines.length > 0 && engines.every(({ isAsync }) => isAsync);
		for (const use of sessionModelOf(project).uses) {
			const { kind, method, around } = use;
			if (!kind.isAsync && isAsyncStack) continue;
			const [parent] = around;
			if (parent?.type !== "Await" || parent.value !== use.call) continue;
			if (kind.isAsync ? !plainMethods.has(method) : !knownSyncMethods.has(method)) continue;
			if (isEnteredWrongly(project, use.module, use.call)) continue;
			yield {
				subject: `${use.module.name}:${use.owner.name.name}.${method}`,
				path: use.module.path,
				range: { start: parent.start, end: parent.end },
				evidence: {
					use,
					start: parent.start,
					error: silentMethods.has(method) ? "TypeError: object NoneType can't be used in 'await' expression" : null,
				},
			};
		}
	},

	describe({ evidence }) {
		const { use, error } = evidence;
		const { atStartup, method, kind, owner } = use;
		const stops = atStartup !== null && !atStartup.guarded;
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? "startup" : "request",
			problem: `${method} of the ${kind.isAsync ? "async" : "sync"} session is awaited in ${owner.name.name}`,
			rootCause: kind.isAsync
				? `${method} only notes what the next flush is to write: it is no coroutine.`
				: `The session factory makes sync sessions, whose methods give their results at once.`,
			...(error === null ? {} : { expectedError: error }),
			...(stops ? { order: atStartup.order } : {}),
		};
	},

	fix({ evidence }) {
		const { use, start } = evidence;
		return {
			title: `Call ${use.method} without await`,
			explanation: use.kind.isAsync
				? "The call does its work at once; the flush or commit behind it is what has to be awaited."
				: "The session is sync, and the call gives its result at once.",
			applicability: "safe",
			edits: [replaceText(use.module, start, use.call.start, "")],
		};
	},
});

const knownSyncMethods = new Set([
	...silentMethods,
	..."execute exec scalar scalars get get_one merge connection query".split(" "),
]);
