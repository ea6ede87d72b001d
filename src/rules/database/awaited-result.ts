import { defineRule } from "../../audit/rule.ts";
import { type AwaitedResult, awaitedResults } from "../../project/database/awaited-results.ts";
import { replaceText } from "../../python/rewrite/source.ts";

const example = (result: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy[asyncio]\naiosqlite\n",
	"main.py": `from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

engine = create_async_engine("sqlite+aiosqlite:///app.db")
session_factory = async_sessionmaker(engine)
app = FastAPI()


async def get_session():
    async with session_factory() as session:
        yield session


@app.get("/")
async def read_root(session: AsyncSession = Depends(get_session)) -> list[int]:
    result = await session.execute(text("SELECT 1"))
    return ${result}
`,
});

export default defineRule<AwaitedResult>({
	name: "awaited-result",
	category: "DATABASE",
	summary: "What a result of the database has already is awaited",
	story:
		"Once execute was awaited, the rows are there: scalars(), all() and first() of the result are plain methods. Awaiting what they give raises TypeError when the line runs.",
	references: ["https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#synopsis-orm"],
	example: { before: example("await result.scalars().all()"), after: example("result.scalars().all()") },

	*detect(project) {
		const seen = new Set<unknown>();
		for (const found of awaitedResults(project)) {
			const { use, expression } = found;
			if (seen.has(expression)) continue;
			seen.add(expression);
			yield {
				subject: `${use.module.name}:${use.owner.name.name}.${found.method}`,
				path: use.module.path,
				range: { start: expression.start, end: expression.end },
				evidence: found,
			};
		}
	},

	describe({ evidence: { use, method } }) {
		const { atStartup, owner, kind } = use;
		const stops = atStartup !== null && !atStartup.guarded;
		const awaited = given[method];
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? "startup" : "request",
			problem: `${method} of a result is awaited in ${owner.name.name}`,
			rootCause: kind.isAsync
				? `The ${use.method} before was awaited, and gave all rows: ${method} is no coroutine.`
				: `The session is sync: ${method} gives its result at once.`,
			...(awaited === undefined ? {} : { expectedError: `TypeError: object ${awaited} can't be used in 'await' expression` }),
			...(stops ? { order: atStartup.order } : {}),
		};
	},

	fix({ evidence: { use, expression, method } }) {
		return {
			title: `Call ${method} without await`,
			explanation: "The call gives its result at once.",
			applicability: "safe",
			edits: [replaceText(use.module, expression.start, expression.value.start, "")],
		};
	},
});

/** What a method gives, by the class that Python names; the others give a row or a value, or None. */
const given: Readonly<Record<string, string>> = {
	scalars: "ScalarResult",
	mappings: "MappingResult",
	all: "list",
	fetchall: "list",
	fetchmany: "list",
	count: "int",
};
