import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { SessionSource } from "../../project/database/session-kinds.ts";
import { type SessionUse, sessionModelOf } from "../../project/database/session-uses.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { referencesTo } from "../../python/references.ts";
import { addArgument, findKeyword } from "../../python/rewrite/arguments.ts";
import { removeImportedNames } from "../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";
import { queryAsSelect } from "./repair/query-as-select.ts";

interface Evidence {
	readonly use: SessionUse;
	readonly method: "exec" | "query";
	/** Where else the same stands. */
	readonly others: number;
}

const example = (module: string, names: string, factory: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\nsqlalchemy[asyncio]\naiosqlite\n",
	"main.py": `from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import ${names}
from sqlmodel import Field, SQLModel, select
${module}

class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)


engine = create_async_engine("sqlite+aiosqlite:///app.db")
session_factory = ${factory}
app = FastAPI()


async def get_session():
    async with session_factory() as session:
        yield session


@app.get("/heroes")
async def read_heroes(session: AsyncSession = Depends(get_session)):
    result = await session.exec(select(Hero))
    return result.all()
`,
});

export default defineRule<Evidence>({
	name: "unknown-session-method",
	category: "DATABASE",
	summary: "A session is asked for exec or query, which its class does not have",
	story:
		"exec belongs to SQLModel's sessions, query to SQLAlchemy's sync ones. The factory makes another kind, and every request that comes to the line fails.",
	references: [
		"https://sqlmodel.tiangolo.com/tutorial/select/#sqlmodels-sessionexec",
		"https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#migration-orm-usage",
	],
	example: {
		before: example(
			"\n",
			"AsyncSession, async_sessionmaker, create_async_engine",
			"async_sessionmaker(engine, class_=AsyncSession)",
		),
		after: example(
			"from sqlmodel.ext.asyncio.session import AsyncSession\n\n",
			"async_sessionmaker, create_async_engine",
			"async_sessionmaker(engine, class_=AsyncSession)",
		),
	},

	*detect(project) {
		const { uses } = sessionModelOf(project);
		const wrong = uses.flatMap((use): { use: SessionUse; method: "exec" | "query" }[] => {
			const { method, kind } = use;
			if (method === "exec" && !kind.hasExec) return [{ use, method }];
			return method === "query" && kind.isAsync ? [{ use, method }] : [];
		});
		let isFactoryNamed = false;
		// Start-up meets its own calls before any request does.
		for (const { use, method } of wrong.toSorted((a, b) => Number(b.use.atStartup !== null) - Number(a.use.atStartup !== null))) {
			// All uses of exec are mended at once, where the sessions are made.
			if (method === "exec" && isFactoryNamed) continue;
			isFactoryNamed ||= method === "exec";
			yield {
				subject: `${use.module.name}:${use.owner.name.name}.${method}`,
				path: use.module.path,
				range: { start: use.call.start, end: use.call.end },
				evidence: { use, method, others: method === "exec" ? wrong.filter((each) => each.method === "exec").length - 1 : 0 },
			};
		}
	},

	describe({ evidence }) {
		const { use, method, others } = evidence;
		const { kind, owner, atStartup } = use;
		const stops = atStartup !== null && !atStartup.guarded;
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? "startup" : "request",
			problem: `${kind.className} has no ${method}, which ${owner.name.name} calls${others > 0 ? ` (and ${others} other ${others === 1 ? "place" : "places"})` : ""}`,
			rootCause:
				method === "exec"
					? `The session factory makes SQLAlchemy's own ${kind.className}; exec is what SQLModel's class of the same name adds.`
					: "query is the older way to ask, and async sessions do not have it: they take select() statements.",
			expectedError: `AttributeError: '${kind.className}' object has no attribute '${method}'`,
			...(stops ? { order: atStartup.order } : {}),
		};
	},

	fix({ evidence }, project): FixProposal | undefined {
		const { use, method } = evidence;
		if (method === "query") return queryAsSelect(use);
		const { sources } = sessionModelOf(project);
		const [source, ...others] = sources.filter(({ kind }) => kind === null || kind.hasExec === false);
		const isOwn = [...project.trace.runs.values()].some(({ module }) => /\bsqlmodel\b/.test(module.text));
		const made = isOwn && source !== undefined && others.length === 0 ? sqlmodelSessions(project, source) : undefined;
		return made ?? asScalars(sessionModelOf(project).uses.filter((each) => each.method === "exec" && !each.kind.hasExec));
	},
});

/** `exec(select(Hero))` gives what SQLAlchemy's own `scalars` gives, and with several columns what its `execute` does. */
function asScalars(uses: readonly SessionUse[]): FixProposal {
	const edits = uses.map((use) => {
		const { module, call } = use;
		const { start, end } = call.callee.attribute;
		return replaceText(module, start, end, columnsOf(call.args[0]) > 1 || takesRows(use) ? "execute" : "scalars");
	});
	return {
		title: "Ask with SQLAlchemy's own scalars",
		explanation:
			"exec is SQLModel's name for it: scalars gives the same objects, and execute the rows of a select with several columns.",
		applicability: "review",
		edits,
	};
}

/** Does the function take the first thing of each row itself, as `execute` wants it: `result.scalars()`? */
function takesRows({ owner, call }: SessionUse): boolean {
	let found = false;
	walk(owner, (each) => {
		if (each.type !== "Attribute" || each === call.callee) return;
		found ||= /^(scalars|scalar|scalar_one|scalar_one_or_none|mappings|fetchall)$/.test(each.attribute.name);
	});
	return found;
}

/** How many things a `select(…).where(…)` asks for; one where that is not written there. */
function columnsOf(statement: ast.Expression | undefined): number {
	if (statement?.type !== "Call") return 1;
	if (statement.callee.type === "Name") return statement.args.length;
	return statement.callee.type === "Attribute" ? columnsOf(statement.callee.value) : 1;
}

/** Lets the factory make SQLModel's sessions: by the import of the class that it names, or by `class_`. */
function sqlmodelSessions(project: Project, { module, node, kind }: SessionSource): FixProposal | undefined {
	if (kind === null) return undefined;
	const home = kind.isAsync ? "sqlmodel.ext.asyncio.session" : "sqlmodel";
	if (project.environment.findModule(home).found !== "present") return undefined;
	const name = kind.isAsync ? "AsyncSession" : "Session";
	const named =
		findKeyword(node, "class_")?.value ?? (node.callee.type === "Name" && node.callee.id === name ? node.callee : null);
	const words = {
		title: `Make the sessions with SQLModel's ${name}`,
		explanation: `SQLModel's ${name} does all that SQLAlchemy's does, and has exec besides.`,
		applicability: "safe" as const,
		needs: [{ path: module.path, module: home, name }],
	};
	if (named === null) return { ...words, edits: [addArgument(module, node, `class_=${name}`)] };
	if (named.type !== "Name" || named.id !== name) return undefined;
	const aliases = module.tree.body.flatMap((statement) =>
		statement.type === "ImportFrom" ? statement.names.filter((alias) => (alias.asName ?? alias.name).name === name) : [],
	);
	if (aliases.length !== 1 || referencesTo(module.tree, name).length === 0) return undefined;
	return { ...words, edits: removeImportedNames(module, aliases) };
}
