import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { isEnteredWrongly } from "../../project/database/session-contexts.ts";
import { type SessionUse, sessionModelOf } from "../../project/database/session-uses.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";
import { makeAsync } from "../repair/calls/make-async.ts";

interface Evidence {
	readonly use: SessionUse;
	/** What is done with the coroutine: its attribute, or null where it is thrown away. */
	readonly attribute: string | null;
	/** True where it is iterated over. */
	readonly isIterated: boolean;
}

const example = (call: string) => ({
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
async def read_root(session: AsyncSession = Depends(get_session)):
    result = ${call}
    return {"value": result.scalar()}
`,
});

/** Coroutine methods of SQLAlchemy's and SQLModel's AsyncSession (sqlalchemy/ext/asyncio/session.py, sqlmodel/ext/asyncio/session.py). */
const coroutines = new Set(
	"execute exec scalar scalars get get_one commit rollback flush refresh delete merge close aclose stream stream_scalars connection run_sync invalidate reset".split(
		" ",
	),
);

export default defineRule<Evidence>({
	name: "missing-session-await",
	category: "DATABASE",
	summary: "A method of an async session is called without await",
	story:
		"The code came from sync SQLAlchemy, or one await was forgotten. Reading from the coroutine raises AttributeError; a commit that is not awaited simply never happens.",
	references: [
		"https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#synopsis-orm",
		"https://docs.python.org/3/library/asyncio-dev.html#detect-never-awaited-coroutines",
	],
	example: {
		before: example('session.execute(text("SELECT 1"))'),
		after: example('await session.execute(text("SELECT 1"))'),
	},

	*detect(project) {
		for (const use of sessionModelOf(project).uses) {
			if (!use.kind.isAsync || !coroutines.has(use.method) || (use.method === "exec" && !use.kind.hasExec)) continue;
			const found = misuseOf(use);
			if (found === null || isEnteredWrongly(project, use.module, use.call)) continue;
			yield {
				subject: `${use.module.name}:${use.owner.name.name}.${use.method}`,
				path: use.module.path,
				range: { start: use.call.start, end: use.call.end },
				evidence: { use, ...found },
			};
		}
	},

	describe({ evidence }) {
		const { use, attribute, isIterated } = evidence;
		const { atStartup, method, owner } = use;
		const fails = attribute !== null || isIterated;
		const stops = fails && atStartup !== null && !atStartup.guarded;
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? "startup" : "request",
			problem: `${method} of the async session is not awaited in ${owner.name.name}`,
			rootCause: fails
				? `Without await the call gives a coroutine, which has ${isIterated ? "no items" : `no ${attribute ?? ""}`}.`
				: `Without await the call gives a coroutine that never runs: Python only warns that it "was never awaited".`,
			...(attribute === null ? {} : { expectedError: `AttributeError: 'coroutine' object has no attribute '${attribute}'` }),
			...(isIterated ? { expectedError: "TypeError: 'coroutine' object is not iterable" } : {}),
			...(stops ? { order: atStartup.order } : {}),
		};
	},

	fix({ evidence }, project) {
		return awaited(project, evidence.use);
	},
});

/** Puts `await` before a call, in parentheses where something is read from its result; a sync function becomes async where that is certain to work. */
export function awaited(project: Project, { module, owner, call, around, method }: SessionUse): FixProposal | undefined {
	const [parent] = around;
	const isChained = parent?.type === "Attribute" || parent?.type === "Subscript";
	const edits = [replaceText(module, call.start, call.start, isChained ? "(await " : "await ")];
	if (isChained) edits.push(replaceText(module, call.end, call.end, ")"));
	const async = owner.isAsync ? [] : makeAsync(project, module, owner);
	if (async === null) return undefined;
	return {
		title: owner.isAsync ? `Await ${method}` : `Make ${owner.name.name} async, and await ${method}`,
		explanation: "The methods of an async session are coroutines, and run only when they are awaited.",
		applicability: owner.isAsync ? "safe" : "review",
		edits: [...edits, ...async],
	};
}

/** What goes wrong without the await; null where the coroutine may still be awaited, or is handed on. */
function misuseOf({ call, around, owner }: SessionUse): Pick<Evidence, "attribute" | "isIterated"> | null {
	const [parent] = around;
	switch (parent?.type) {
		case "Attribute":
			return parent.value === call ? { attribute: parent.attribute.name, isIterated: false } : null;
		case "ExpressionStatement":
			return { attribute: null, isIterated: false };
		case "For":
			return parent.iterable === call && !parent.isAsync ? { attribute: null, isIterated: true } : null;
		case "Assign": {
			const [target] = parent.targets;
			return target?.type === "Name" && parent.targets.length === 1 ? laterMisuse(owner, parent, target.id) : null;
		}
		default:
			return null;
	}
}

/** How a name that holds the coroutine is used: null where any use may await it or hand it on. */
function laterMisuse(
	owner: ast.FunctionDef,
	assignment: ast.Assign,
	name: string,
): Pick<Evidence, "attribute" | "isIterated"> | null {
	let attribute: string | null = null;
	let isIterated = false;
	let uses = 0;
	let plain = 0;
	let bindings = 0;
	walk(owner, (node) => {
		if (node.type === "Assign" && node !== assignment) {
			for (const target of node.targets) if (target.type === "Name" && target.id === name) bindings++;
		}
		if (node.type === "Attribute" && node.value.type === "Name" && node.value.id === name) {
			attribute ??= node.attribute.name;
			plain++;
		}
		if (node.type === "For" && node.iterable.type === "Name" && node.iterable.id === name && !node.isAsync) {
			isIterated = true;
			plain++;
		}
		if (node.type === "Name" && node.id === name) uses++;
	});
	// One use is the assignment itself.
	if (bindings > 0 || plain === 0 || uses !== plain + 1) return null;
	return { attribute, isIterated: attribute === null && isIterated };
}
