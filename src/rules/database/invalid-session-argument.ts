import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { assignedName } from "../../project/database/assigned-name.ts";
import { listEngines } from "../../project/database/engine-calls.ts";
import { isSqlalchemyBefore } from "../../project/database/sqlalchemy-driver.ts";
import { isSimilarName } from "../../project/imports/nearest-module.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Project } from "../../project/project.ts";
import { findKeyword, removeArguments } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly call: Call;
	readonly name: string;
	/** Where start-up makes the first session; null where only requests do. */
	readonly first: Call | null;
	readonly error: string | null;
}

const example = (options: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy>=2\n",
	"main.py": `from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine("sqlite:///app.db")
SessionLocal = sessionmaker(bind=engine${options})


def get_session():
    with SessionLocal() as session:
        yield session


app = FastAPI()


@app.get("/health")
def health(session: Session = Depends(get_session)):
    return session.execute(text("SELECT 1")).scalar()
`,
});

/** What `Session.__init__` takes in the versions from 1.4 to 2.1 (sqlalchemy/orm/session.py), and what factories and async sessions take besides. */
const known = new Set(
	(
		"bind autoflush future expire_on_commit autobegin twophase binds enable_baked_queries info query_cls autocommit join_transaction_mode " +
		"close_resets_only class_ sync_session_class execution_options"
	).split(" "),
);

export default defineRule<Evidence>({
	name: "invalid-session-argument",
	category: "DATABASE",
	summary: "The factory of sessions is given an option that sessions do not take",
	story:
		"sessionmaker takes any option and hands it on: a misspelt one, or autocommit=True of SQLAlchemy 1.x, fails only where the first session is made.",
	references: ["https://docs.sqlalchemy.org/en/20/orm/session_api.html#sqlalchemy.orm.Session.params.autocommit"],
	example: { before: example(", autocommit=True"), after: example("") },

	*detect(project) {
		for (const call of project.trace.calls) {
			const kind = call.reached ? kindOf(call) : null;
			if (kind === null || call.keywords.get("class_")?.kind === "class" || call.open) continue;
			const name = [...call.keywords.keys()].find((each) => !known.has(each) || isRefused(project, call, each));
			if (name === undefined) continue;
			const { module, node } = call;
			yield {
				subject: `${module.name}:${assignedName(module, node) ?? kind}.${name}`,
				path: module.path,
				range: { start: node.start, end: node.end },
				evidence: {
					call,
					name,
					first: project.trace.calls.find((each) => each.callee === call.result && each.reached) ?? null,
					error: errorOf(project, kind, name),
				},
			};
		}
	},

	describe({ evidence: { call, name, first, error } }) {
		const stops = first !== null && !first.guarded;
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? first.stage : "request",
			problem: `Sessions do not take ${name}${known.has(name) ? "=True" : ""}`,
			rootCause: `The factory hands its options to every session that it makes, and ${stops ? `${first.module.path} makes one when the server starts` : "each request makes one"}.`,
			...(error === null ? {} : { expectedError: error }),
			order: (stops ? first : call).order,
			manualSteps: [`Take ${name} out of the call.`],
		};
	},

	fix({ evidence: { call, name } }, project): FixProposal | undefined {
		const keyword = findKeyword(call.node, name);
		if (keyword?.name == null) return undefined;
		const isEngine = listEngines(project).some((engine) => engine.call.result === call.keywords.get(name));
		if (isEngine && call.args.length === 0 && !call.keywords.has("bind"))
			return {
				title: "Call the option bind",
				explanation: "bind is what sessions call their engine.",
				applicability: "safe",
				edits: [replaceText(call.module, keyword.name.start, keyword.name.end, "bind")],
			};
		const [meant, ...others] = [...known].filter(
			(each) => each.replaceAll("_", "") === name.replaceAll("_", "") || isSimilarName(each, name),
		);
		if (!known.has(name) && meant !== undefined && others.length === 0 && !call.keywords.has(meant) && meant !== "autocommit")
			return {
				title: `Spell the option ${meant}`,
				explanation: `${meant} is the only option of sessions of a like spelling.`,
				applicability: "safe",
				edits: [replaceText(call.module, keyword.name.start, keyword.name.end, meant)],
			};
		return {
			title: `Take ${name} out`,
			explanation: "Sessions are then made without it; they begin a transaction by themselves, and commit() ends it.",
			applicability: "review",
			edits: removeArguments(call.module, call.node, [keyword]),
		};
	},
});

function kindOf({ callee }: Call): "sync" | "async" | null {
	if (callee.kind !== "external") return null;
	if (/^sqlalchemy\.orm\.(session\.)?sessionmaker$/.test(callee.canonical)) return "sync";
	return /^sqlalchemy\.ext\.asyncio\.(session\.)?async_sessionmaker$/.test(callee.canonical) ? "async" : null;
}

/** SQLAlchemy 2 takes `autocommit` only where it says False. */
function isRefused(project: Project, { keywords }: Call, name: string): boolean {
	const given = keywords.get(name);
	const isTrue = given?.kind === "constant" && given.value === true;
	return name === "autocommit" && isTrue && isSqlalchemyBefore(project, "2.0.0b1") === false;
}

function errorOf(project: Project, kind: "sync" | "async", name: string): string | null {
	if (name === "autocommit") return "sqlalchemy.exc.ArgumentError: autocommit=True is no longer supported";
	if (isSqlalchemyBefore(project, "2.0.0b1") !== false && kind === "async") return null;
	return `TypeError: Session.__init__() got an unexpected keyword argument '${name}'`;
}
