import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { listEngines, type MadeEngine } from "../../project/database/engine-calls.ts";
import { resolvedName, sessionKindOf } from "../../project/database/session-kinds.ts";
import { isSqlalchemyBefore } from "../../project/database/sqlalchemy-driver.ts";
import { isMadeBy } from "../../project/database/sqlalchemy-values.ts";
import { sessionOf } from "../../project/imports/simulator/library/session-objects.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { addArgument, findKeyword } from "../../python/rewrite/arguments.ts";
import { storedAttributes } from "../../python/stored-attributes.ts";
import { textsIn, walk } from "../../python/walk.ts";

interface Evidence {
	readonly module: Module;
	readonly node: ast.Call;
	/** Where start-up asks the database through it, or null where only requests do. */
	readonly asked: Call | null;
	/** Is it a factory, whose sessions all lack the engine? */
	readonly isFactory: boolean;
	/** The one engine of the backend, and its name. */
	readonly engine: MadeEngine;
	readonly engineName: string;
}

const example = (engine: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy>=2\n",
	"main.py": `from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

engine = create_engine("sqlite:///app.db")
app = FastAPI()

with Session(${engine}) as session:
    session.execute(text("SELECT 1"))
`,
});

export default defineRule<Evidence>({
	name: "session-without-engine",
	category: "DATABASE",
	summary: "A session is made without the engine that it is to ask",
	story:
		"Session() and sessionmaker() know no database: a session is made without a complaint, and its first query fails, when the server starts or in every request that depends on it.",
	references: ["https://docs.sqlalchemy.org/en/20/orm/session_basics.html#opening-and-closing-a-session"],
	example: { before: example(""), after: example("engine") },

	*detect(project) {
		for (const isAsync of [false, true]) {
			const engines = listEngines(project).filter((each) => each.isAsync === isAsync && each.call.reached);
			const [engine] = engines;
			const engineName = engine === undefined ? null : assignedName(engine.call.module, engine.call.node);
			if (engine === undefined || engines.length > 1 || engineName === null) continue;
			const sessions = [...(isAsync ? [] : emptySessions(project)), ...emptyFactories(project, isAsync)];
			if (sessions.length === 0 || bindsOtherwise(project)) continue;
			for (const [index, { module, node, isFactory }] of sessions.entries())
				yield {
					subject: `${module.name}:session-${index + 1}`,
					path: module.path,
					range: { start: node.start, end: node.end },
					evidence: { module, node, isFactory, asked: firstQuestion(project, node, isFactory), engine, engineName },
				};
		}
	},

	describe({ evidence: { asked, isFactory, engineName } }) {
		const stops = asked !== null && !asked.guarded;
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? asked.stage : "request",
			problem: `${isFactory ? "Sessions are" : "A session is"} made without ${engineName}`,
			rootCause: `Nothing tells the session which database to ask, so that its first query fails${stops ? `, which ${asked.module.path} makes when the server starts` : ""}.`,
			...(asked !== null && {
				expectedError:
					"sqlalchemy.exc.UnboundExecutionError: Could not locate a bind configured on …SQL expression or this Session.",
				order: asked.order,
			}),
			manualSteps: [isFactory ? `Hand bind=${engineName} to the factory of sessions.` : `Hand ${engineName} to Session.`],
		};
	},

	fix({ evidence: { module, node, isFactory, engine, engineName } }): FixProposal {
		const home = engine.call.module;
		return {
			title: `Hand ${engineName} to the ${isFactory ? "factory of sessions" : "session"}`,
			explanation: `${engineName} is the one engine of the backend.`,
			applicability: "safe",
			edits: [addArgument(module, node, isFactory ? `bind=${engineName}` : engineName)],
			needs: home === module ? [] : [{ path: module.path, module: home.name, name: engineName }],
		};
	},
});

interface EmptySession {
	readonly module: Module;
	readonly node: ast.Call;
	readonly isFactory: boolean;
}

/** `sessionmaker(autoflush=False)`, of which no call is given an engine either. */
function* emptyFactories({ trace }: Project, isAsync: boolean): Generator<EmptySession> {
	for (const { result, reached, open, args, keywords, module, node } of trace.calls) {
		if (!reached || open || !isMadeBy(result, isAsync ? "async_sessionmaker" : "sessionmaker")) continue;
		if (args.length > 0 || keywords.has("bind") || keywords.has("binds")) continue;
		const given = keywords.get("class_");
		// A class of the project may bring its own engine, and one of the other kind is a fault of its own.
		if (given !== undefined && (given.kind !== "external" || sessionKindOf(given)?.isAsync !== isAsync)) continue;
		const isTold = trace.calls.some(
			(call) => call.callee === result && (call.open || call.args.length > 0 || call.keywords.has("bind")),
		);
		if (!isTold) yield { module, node, isFactory: true };
	}
}

/** `Session()` of SQLAlchemy's or SQLModel's own class, in functions too. */
function* emptySessions(project: Project): Generator<EmptySession> {
	for (const { module, reached, namespace } of project.trace.runs.values()) {
		if (!reached || !module.text.includes("Session()")) continue;
		const calls: ast.Call[] = [];
		walk(module.tree, (node) => {
			if (node.type === "Call" && node.args.length === 0 && node.keywords.length === 0) calls.push(node);
		});
		for (const node of calls) {
			const made = resolvedName(project, namespace.names, node.callee);
			const isPlain = made?.kind === "external" && /\.Session$/.test(made.canonical);
			if (isPlain && sessionKindOf(made)?.isAsync === false) yield { module, node, isFactory: false };
		}
	}
}

/** Is any session bound by other means: `session.bind = engine`, `factory.configure(bind=engine)`, `bind_arguments={"bind": engine}`, or before 2.0 its tables? */
function bindsOtherwise(project: Project): boolean {
	if (
		isSqlalchemyBefore(project, "2.0.0b1") !== false &&
		project.trace.calls.some(
			({ result, keywords }) =>
				keywords.has("bind") && ["MetaData", "declarative_base", "automap_base"].some((maker) => isMadeBy(result, maker)),
		)
	)
		return true;
	return [...project.trace.runs.values()].some(({ module: { text, tree } }) => {
		if (!text.includes("bind")) return false;
		const { names } = storedAttributes(tree);
		let found = names.has("bind") || names.has("get_bind") || textsIn(tree).has("bind_arguments");
		walk(tree, (node) => {
			if (node.type === "Call") {
				const isConfigured =
					node.callee.type === "Attribute" &&
					node.callee.attribute.name === "configure" &&
					node.keywords.some(({ name }) => name === null || name.name === "bind");
				found ||= isConfigured || findKeyword(node, "bind_arguments") !== null || findKeyword(node, "binds") !== null;
			}
			if (node.type === "Attribute") found ||= /^bind_(?:mapper|table)$/.test(node.attribute.name);
			return !found;
		});
		return found;
	});
}

const questions: ReadonlySet<string> = new Set(["exec", "execute", "scalar", "scalars", "get", "connection", "run_sync"]);
/** Methods that send what `session.query(…)` has put together. */
const fetching: ReadonlySet<string> = new Set(["all", "first", "one", "one_or_none", "scalar", "count"]);

/** The first query that start-up makes through a session. */
function firstQuestion(project: Project, node: ast.Call, isFactory: boolean): Call | null {
	const made = project.trace.calls.filter((call) => call.node === node && call.reached).map(({ result }) => result);
	const isOurs = (session: Value | null): boolean => {
		if (session === null) return false;
		if (!isFactory) return made.includes(session);
		const maker = session.kind === "instance" ? session.call?.callee : undefined;
		// `scoped_session(SessionLocal)` hands on what it is called for.
		const scoped = maker?.kind === "instance" ? maker.call?.args[0] : undefined;
		return maker !== undefined && (made.includes(maker) || (scoped !== undefined && made.includes(scoped)));
	};
	return (
		project.trace.calls.find(({ callee, reached }) => {
			if (!reached || callee.kind !== "bound-method") return false;
			const { receiver, name } = callee;
			if (questions.has(name) && isOurs(receiver)) return true;
			return fetching.has(name) && receiver.kind === "instance" && isOurs(sessionOf(receiver));
		}) ?? null
	);
}
