import { defineRule, type Match } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { isSqlalchemyBefore } from "../../project/database/sqlalchemy-driver.ts";
import { isAsyncEngine, isAsyncSessionClass, isSymbol } from "../../project/database/sqlalchemy-values.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { findKeyword, removeArguments } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { makeEngineSync } from "./repair/sync-engine.ts";

interface Evidence {
	readonly call: Call;
	/** `async_session_maker`, or null where the result has no name. */
	readonly name: string | null;
	/** False where the factory would make sync sessions for the async engine. */
	readonly makesAsyncSessions: boolean;
	/** Arguments that say what async sessions do anyway, or that they do not need: `autocommit=False`. */
	readonly deadArguments: readonly string[];
}

const exampleFactory = (imports: string, factory: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy[asyncio]>=2.0\naiosqlite\n",
	"main.py": `from fastapi import FastAPI
${imports}

engine = create_async_engine("sqlite+aiosqlite:///app.db")
SessionLocal = ${factory}

app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "sync-session-factory",
	category: "DATABASE",
	summary: "sessionmaker makes the sessions of an async engine",
	story:
		"sessionmaker is the factory of sync sessions. Without class_=AsyncSession the first request that opens a session fails; with it, it works, but type checkers and readers are told that the sessions are sync.",
	references: [
		"https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.async_sessionmaker",
		"https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#migration-20-autocommit",
	],
	example: {
		before: exampleFactory(
			"from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine\nfrom sqlalchemy.orm import sessionmaker",
			"sessionmaker(engine, class_=AsyncSession, expire_on_commit=False, autocommit=False)",
		),
		after: exampleFactory(
			"from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine",
			"async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)",
		),
	},

	*detect(project) {
		// SQLAlchemy 1.4 has no async_sessionmaker: there sessionmaker(class_=AsyncSession) is the documented way.
		if (isSqlalchemyBefore(project, "2.0.0b1") === true) return;
		for (const call of project.trace.calls) {
			if (!isSymbol(call.callee, "sessionmaker") || call.open) continue;
			const makesAsyncSessions = isAsyncSessionClass(call.keywords.get("class_") ?? call.args[1]);
			if (!makesAsyncSessions && !isBoundToAsyncEngine(call)) continue;
			if (!makesAsyncSessions && (call.keywords.has("class_") || call.args.length > 1)) continue;
			const name = assignedName(call.module, call.node);
			yield {
				subject: `${call.module.name}:${name ?? "sessionmaker"}`,
				path: call.module.path,
				range: { start: call.node.start, end: call.node.end },
				evidence: { call, name, makesAsyncSessions, deadArguments: deadArguments(call) },
			};
		}
	},

	describe({ evidence }) {
		const { call, name, makesAsyncSessions, deadArguments } = evidence;
		const factory = name ?? "The session factory";
		return {
			// With class_=AsyncSession the sessions are async: only the types say otherwise, and nothing fails.
			...(makesAsyncSessions
				? ({ severity: "MEDIUM", stage: "none" } as const)
				: ({ severity: "HIGH", stage: "request" } as const)),
			problem: `${factory} makes async sessions with sessionmaker, the factory of sync ones`,
			rootCause: [
				makesAsyncSessions
					? "sessionmaker is typed and documented for sync sessions; async_sessionmaker is the one for AsyncSession."
					: "sessionmaker makes sync sessions unless class_ says otherwise, and its engine is async.",
				...(deadArguments.length === 0
					? []
					: [`${deadArguments.join(" and ")} ${deadArguments.length === 1 ? "is" : "are"} left over from sync sessions.`]),
			].join(" "),
			...(makesAsyncSessions
				? {}
				: { expectedError: "TypeError: 'Session' object does not support the asynchronous context manager protocol" }),
			order: call.order,
		};
	},

	fix(match, project) {
		const { call, makesAsyncSessions, deadArguments } = match.evidence;
		const sync = makesAsyncSessions ? undefined : makeEngineSync(project, call.keywords.get("bind") ?? call.args[0]);
		if (sync !== undefined) return sync;
		const callee = factoryName(call.node);
		const doomed = deadArguments.flatMap((argument) => findKeyword(call.node, argument.split("=")[0] ?? "") ?? []);
		return {
			title: "Make the sessions with async_sessionmaker",
			explanation: explain(match, project),
			applicability: makesAsyncSessions && !deadArguments.includes("autoflush=False") ? "safe" : "review",
			edits: [
				replaceText(call.module, callee.start, callee.end, "async_sessionmaker"),
				...removeArguments(call.module, call.node, doomed),
			],
			needs: [{ path: match.path, module: "sqlalchemy.ext.asyncio", name: "async_sessionmaker" }],
		};
	},
});

function isBoundToAsyncEngine(call: Call): boolean {
	return isAsyncEngine(call.keywords.get("bind") ?? call.args[0]);
}

/** `autocommit=False` is the only value that SQLAlchemy 2 takes; `autoflush=False` goes with it, since the two are copied together from sync code. */
function deadArguments(call: Call): readonly string[] {
	if (!isWrittenFalse(call, "autocommit")) return [];
	return isWrittenFalse(call, "autoflush") ? ["autocommit=False", "autoflush=False"] : ["autocommit=False"];
}

function isWrittenFalse(call: Call, name: string): boolean {
	const value = call.keywords.get(name);
	return findKeyword(call.node, name) !== null && value?.kind === "constant" && value.value === false;
}

/** The expression that names the factory: `sessionmaker` in `orm.sessionmaker(...)` and `sessionmaker[AsyncSession](...)`. */
function factoryName(node: ast.Call): ast.Expression {
	return node.callee.type === "Subscript" ? node.callee.value : node.callee;
}

function explain({ evidence }: Match<Evidence>, project: Project): string {
	const { deadArguments, makesAsyncSessions } = evidence;
	const sentences = ["async_sessionmaker is SQLAlchemy's factory of async sessions."];
	if (!makesAsyncSessions) sentences.push(sessionClassNote(project));
	if (deadArguments.includes("autocommit=False")) sentences.push("autocommit=False goes: SQLAlchemy 2 takes no other value.");
	if (deadArguments.includes("autoflush=False"))
		sentences.push(
			"autoflush=False goes as well, so sessions write pending changes before each query, as SQLAlchemy does by default; keep it where the code relies on the opposite.",
		);
	return sentences.join(" ");
}

function sessionClassNote(project: Project): string {
	const usesExec = [...project.modules.values()].some(({ text }) => /\.exec\(/.test(text));
	const note = "It makes AsyncSession objects, so the code that uses them has to await them.";
	return usesExec ? `${note} For session.exec, add class_=AsyncSession from sqlmodel.ext.asyncio.session.` : note;
}
