import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { resolvedName, sessionKindOf } from "../../project/database/session-kinds.ts";
import { isSqlalchemyBefore } from "../../project/database/sqlalchemy-driver.ts";
import { isAsyncEngine } from "../../project/database/sqlalchemy-values.ts";
import { findStartupConnection } from "../../project/database/startup-connection.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { enclosingStatement } from "../../python/rewrite/enclosing.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";
import { makeEngineSync } from "./repair/sync-engine.ts";

interface Evidence {
	readonly engine: Value;
	readonly engineName: string;
	/** Where start-up asks the database through such a session, or null where only requests do. */
	readonly connection: Call | null;
	readonly error: string | null;
	/** All sessions that are made so for the engine. */
	readonly sessions: readonly SessionCall[];
}

const example = (imports: string, url: string, maker: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy[asyncio]>=2.0\naiosqlite\n",
	"main.py": `from fastapi import FastAPI
${imports}

engine = ${maker}("${url}:///app.db")
app = FastAPI()


@app.get("/")
def read_root():
    with Session(engine) as session:
        return {"value": session.scalar(text("SELECT 1"))}
`,
});

export default defineRule<Evidence>({
	name: "async-engine-in-sync-session",
	category: "DATABASE",
	summary: "A sync session is made for an async engine",
	story:
		"The engine became async, and the sessions stayed sync. Making the session works; the first question that it asks the database fails.",
	references: ["https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#synopsis-orm"],
	example: {
		before: example(
			"from sqlalchemy import text\nfrom sqlalchemy.ext.asyncio import create_async_engine\nfrom sqlalchemy.orm import Session",
			"sqlite+aiosqlite",
			"create_async_engine",
		),
		after: example("from sqlalchemy import text, create_engine\nfrom sqlalchemy.orm import Session", "sqlite", "create_engine"),
	},

	*detect(project) {
		const seen = new Set<Value>();
		const sessions = [...sessionsOf(project)];
		for (const { module, node, engine } of sessions) {
			if (seen.has(engine)) continue;
			seen.add(engine);
			const call = engine.kind === "instance" ? engine.call : null;
			// Only a session that start-up makes asks the engine by then.
			const own = sessions.filter((each) => each.engine === engine);
			const nodes = new Set(own.map((each) => each.node));
			const made = project.trace.calls.find((each) => each.reached && nodes.has(each.node));
			const connection = call === null || made === undefined ? null : findStartupConnection(project, call, made.order - 1);
			yield {
				subject: `${module.name}:${module.text.slice(node.start, node.end)}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: {
					engine,
					engineName: call === null ? "the engine" : (assignedName(call.module, call.node) ?? "the engine"),
					connection,
					error: errorOf(project),
					sessions: own,
				},
			};
		}
	},

	describe({ evidence }) {
		const { engineName, connection, error } = evidence;
		const stops = connection !== null && !connection.guarded;
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? connection.stage : "request",
			problem: `A sync Session is made for ${engineName}, which is async`,
			rootCause: "A sync session calls its engine at once and cannot await what an async engine gives it.",
			...(error === null ? {} : { expectedError: error }),
			...(stops ? { order: connection.order } : {}),
			manualSteps: [
				`Either make ${engineName} with create_engine and a sync driver, or use AsyncSession, async with and await wherever a session is used.`,
			],
		};
	},

	fix({ evidence }, project) {
		return makeEngineSync(project, evidence.engine) ?? makeSessionsAsync(evidence);
	},
});

interface SessionCall {
	readonly module: Module;
	readonly node: ast.Call;
	readonly engine: Value;
	/** SQLModel's sessions have `exec`, and its own AsyncSession has it too. */
	readonly hasExec: boolean;
}

/** `async with Session(engine)` was written for an AsyncSession. */
function makeSessionsAsync({ sessions }: Evidence): FixProposal | undefined {
	const edits = sessions.flatMap(({ module, node }) => {
		const statement = enclosingStatement(module.tree, node.start);
		if (statement?.type !== "With" || !statement.isAsync || node.callee.type !== "Name") return [];
		const isSet = node.keywords.some(({ name }) => name?.name === "expire_on_commit" || name === null);
		return [
			[
				replaceText(module, node.callee.start, node.callee.end, "AsyncSession"),
				...(isSet ? [] : [replaceText(module, node.end - 1, node.end - 1, ", expire_on_commit=False")]),
			],
		];
	});
	if (edits.length < sessions.length) return undefined;
	return {
		title: "Open an AsyncSession",
		explanation: "async with and an async engine ask for AsyncSession; what it gives stays readable after a commit.",
		applicability: "review",
		edits: edits.flat(),
		needs: sessions.map(({ module, hasExec }) => ({
			path: module.path,
			module: hasExec ? "sqlmodel.ext.asyncio.session" : "sqlalchemy.ext.asyncio",
			name: "AsyncSession",
		})),
	};
}

/** `Session(engine)` and `Session(bind=engine)` with an async engine, in functions too. */
function* sessionsOf(project: Project): Generator<SessionCall> {
	for (const { module, reached, namespace } of project.trace.runs.values()) {
		if (!reached || !module.text.includes("Session(")) continue;
		const calls: ast.Call[] = [];
		walk(module.tree, (node) => {
			if (node.type === "Call") calls.push(node);
		});
		for (const node of calls) {
			const given = node.args[0] ?? node.keywords.find(({ name }) => name?.name === "bind")?.value;
			const kind = sessionKindOf(resolvedName(project, namespace.names, node.callee));
			if (given === undefined || kind?.isAsync !== false) continue;
			const engine = resolvedName(project, namespace.names, given);
			if (engine !== undefined && isAsyncEngine(engine)) yield { module, node, engine, hasExec: kind.hasExec };
		}
	}
}

function errorOf(project: Project): string | null {
	return isSqlalchemyBefore(project, "2.0.0b1") === false
		? "sqlalchemy.ext.asyncio.exc.AsyncContextNotStarted: AsyncConnection context has not been started and object has not been awaited."
		: null;
}
