import type { FixProposal } from "../../audit/fix.ts";
import { type SessionUse, sessionModelOf } from "../../project/database/session-uses.ts";
import { hasSqlalchemy } from "../../project/models/orm-version.ts";
import type * as ast from "../../python/ast.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { type ClassFault, defineClassRule } from "../repair/classes/class-fault.ts";

const example = (statement: string, imported: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy>=2\n",
	"main.py": `from fastapi import Depends, FastAPI
from sqlalchemy import create_engine${imported}
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine("sqlite:///app.db")
SessionLocal = sessionmaker(engine)
app = FastAPI()


def get_session():
    with SessionLocal() as session:
        yield session


@app.get("/")
def read(session: Session = Depends(get_session)):
    return session.execute(${statement}).scalar()
`,
});

const methods = new Set(["execute", "scalar", "scalars", "exec", "stream"]);

export default defineClassRule(
	{
		name: "undeclared-textual-sql",
		category: "DATABASE",
		summary: "A session is given SQL as a plain text",
		story:
			"SQLAlchemy 2 takes a text for SQL only where text() says so. The server comes up, and every request that reaches the call is answered with an internal error; a health check is a common place.",
		references: ["https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#implicit-coercion-of-strings"],
		example: { before: example('"SELECT 1"', ""), after: example('text("SELECT 1")', ", text") },
	},
	function* (project) {
		if (!hasSqlalchemy(project, 2, 0)) return;
		for (const use of sessionModelOf(project).uses) {
			// What start-up itself runs is known to fail there.
			if (!methods.has(use.method) || use.atStartup !== null) continue;
			const [first] = use.call.args;
			const sql = first === undefined ? null : textOf(use, first);
			if (first !== undefined && sql !== null) yield faultOf(use, first, sql);
		}
	},
);

/** The SQL, where the argument is a text for certain: written there, or by the only assignment of the function to its name. */
function textOf({ owner }: SessionUse, argument: ast.Expression): string | null {
	if (argument.type === "Constant" && typeof argument.value === "string") return argument.value;
	if (argument.type !== "Name") return null;
	const assigned = owner.body.filter(
		(statement) =>
			statement.type === "Assign" && statement.targets.some((target) => target.type === "Name" && target.id === argument.id),
	);
	const [only] = assigned;
	return assigned.length === 1 &&
		only?.type === "Assign" &&
		only.value.type === "Constant" &&
		typeof only.value.value === "string"
		? only.value.value
		: null;
}

function faultOf({ module, owner, call, method }: SessionUse, argument: ast.Expression, sql: string): ClassFault {
	const shown = sql.length > 60 ? null : sql.includes("'") ? `"${sql}"` : `'${sql}'`;
	const fixes: FixProposal[] = [
		{
			title: "Declare the SQL with text()",
			explanation: "The statement stays the same, and SQLAlchemy takes it.",
			applicability: "safe",
			edits: [replaceText(module, argument.start, argument.start, "text("), replaceText(module, argument.end, argument.end, ")")],
			needs: [{ path: module.path, module: "sqlalchemy", name: "text" }],
		},
	];
	return {
		module,
		subject: `${module.name}:${owner.name.name}:${method}`,
		range: call,
		severity: "HIGH",
		stage: "request",
		order: Number.MAX_SAFE_INTEGER,
		problem: `${owner.name.name} gives ${method} its SQL as a plain text`,
		rootCause: "Since version 2.0 SQLAlchemy takes a text for SQL only where text() says so.",
		error:
			shown === null || /[\n\\]/.test(sql)
				? null
				: `sqlalchemy.exc.ArgumentError: Textual SQL expression ${shown} should be explicitly declared as text(${shown})`,
		fixes,
	};
}
