import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { listEngines, type MadeEngine } from "../../project/database/engine-calls.ts";
import { resolvedName, sessionKindOf } from "../../project/database/session-kinds.ts";
import { isSqlalchemyBefore } from "../../project/database/sqlalchemy-driver.ts";
import type { Call } from "../../project/imports/trace.ts";
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
	/** The one sync engine of the backend, and its name. */
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
		"Session() knows no database: it is made without a complaint, and its first query fails, when the server starts or in every request that depends on it.",
	references: ["https://docs.sqlalchemy.org/en/20/orm/session_basics.html#opening-and-closing-a-session"],
	example: { before: example(""), after: example("engine") },

	*detect(project) {
		const engines = listEngines(project).filter(({ call, isAsync }) => !isAsync && call.reached);
		const [engine] = engines;
		const engineName = engine === undefined ? null : assignedName(engine.call.module, engine.call.node);
		if (engine === undefined || engines.length > 1 || engineName === null) return;
		if (isSqlalchemyBefore(project, "2.0.0b1") !== false) return;
		const sessions = [...emptySessions(project)];
		if (sessions.length === 0 || bindsOtherwise(project)) return;
		for (const [index, { module, node }] of sessions.entries())
			yield {
				subject: `${module.name}:session-${index + 1}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: { module, node, asked: firstQuestion(project, node), engine, engineName },
			};
	},

	describe({ evidence: { asked, engineName } }) {
		const stops = asked !== null && !asked.guarded;
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? asked.stage : "request",
			problem: `A session is made without ${engineName}`,
			rootCause: `Nothing tells the session which database to ask, so that its first query fails${stops ? `, which ${asked.module.path} makes when the server starts` : ""}.`,
			...(asked !== null && {
				expectedError:
					"sqlalchemy.exc.UnboundExecutionError: Could not locate a bind configured on …SQL expression or this Session.",
				order: asked.order,
			}),
			manualSteps: [`Hand ${engineName} to Session.`],
		};
	},

	fix({ evidence: { module, node, engine, engineName } }): FixProposal {
		const home = engine.call.module;
		return {
			title: `Hand ${engineName} to the session`,
			explanation: `${engineName} is the one engine of the backend.`,
			applicability: "safe",
			edits: [addArgument(module, node, engineName)],
			needs: home === module ? [] : [{ path: module.path, module: home.name, name: engineName }],
		};
	},
});

/** `Session()` of SQLAlchemy's or SQLModel's own class, in functions too. */
function* emptySessions(project: Project): Generator<{ readonly module: Module; readonly node: ast.Call }> {
	for (const { module, reached, namespace } of project.trace.runs.values()) {
		if (!reached || !module.text.includes("Session()")) continue;
		const calls: ast.Call[] = [];
		walk(module.tree, (node) => {
			if (node.type === "Call" && node.args.length === 0 && node.keywords.length === 0) calls.push(node);
		});
		for (const node of calls) {
			const made = resolvedName(project, namespace.names, node.callee);
			const isPlain = made?.kind === "external" && /\.Session$/.test(made.canonical);
			if (isPlain && sessionKindOf(made)?.isAsync === false) yield { module, node };
		}
	}
}

/** Is any session bound by other means: `session.bind = engine`, `session.bind_table(…)`, `bind_arguments={"bind": engine}`? */
function bindsOtherwise(project: Project): boolean {
	return [...project.trace.runs.values()].some(({ module: { text, tree } }) => {
		if (!text.includes("bind")) return false;
		const { names } = storedAttributes(tree);
		let found = names.has("bind") || names.has("get_bind") || textsIn(tree).has("bind_arguments");
		walk(tree, (node) => {
			if (node.type === "Call") found ||= findKeyword(node, "bind_arguments") !== null;
			if (node.type === "Attribute") found ||= /^bind_(?:mapper|table)$/.test(node.attribute.name);
			return !found;
		});
		return found;
	});
}

const questions: ReadonlySet<string> = new Set(["exec", "execute", "scalar", "scalars", "get"]);

/** The first query that start-up makes through a session. */
function firstQuestion(project: Project, node: ast.Call): Call | null {
	const sessions = new Set(project.trace.calls.filter((call) => call.node === node && call.reached).map(({ result }) => result));
	return (
		project.trace.calls.find(
			({ callee, reached }) =>
				reached && callee.kind === "bound-method" && questions.has(callee.name) && sessions.has(callee.receiver),
		) ?? null
	);
}
