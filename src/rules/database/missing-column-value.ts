import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { notNullError } from "../../project/database/database-error.ts";
import { listEngineCalls } from "../../project/database/engine-calls.ts";
import { type IncompleteRow, incompleteRows } from "../../project/models/first-writes.ts";
import type { Project } from "../../project/project.ts";
import { allowEmpty, withEmptyValues } from "./repair/allow-empty.ts";

const example = (phone: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\n",
	"main.py": `from fastapi import FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: str
    phone: str


engine = create_engine("sqlite://")
SQLModel.metadata.create_all(engine)
with Session(engine) as session:
    session.add(User(email="admin@example.com"${phone}))
    session.commit()

app = FastAPI()
`,
});

export default defineRule<IncompleteRow>({
	name: "missing-column-value",
	category: "DATABASE",
	summary: "A first row leaves a column empty that must have a value",
	story:
		"A model gets a new column, and the row that start-up puts into an empty database does not bring it. No table class looks at what it is made without: the database refuses the row when the session is flushed.",
	references: [
		"https://docs.sqlalchemy.org/en/20/core/constraints.html",
		"https://www.postgresql.org/docs/current/ddl-constraints.html",
	],
	example: { before: example(""), after: example(', phone=""') },

	*detect(project) {
		const seen = new Set<string>();
		for (const row of incompleteRows(project)) {
			const { module, node } = row.table.value;
			const names = row.columns.map(({ name }) => name).join(",");
			const subject = `${module.name}:${node.name.name}.${names}`;
			if (seen.has(subject)) continue;
			seen.add(subject);
			const { made } = row;
			yield { subject, path: made.module.path, range: { start: made.node.start, end: made.node.end }, evidence: row };
		}
	},

	describe({ evidence: { table, columns, flush } }, project) {
		const { path, lines } = flush.module;
		const [engine, ...others] = listEngineCalls(project).filter(({ call }) => call.reached);
		const [first] = columns;
		const names = columns.map(({ name }) => name).join(" and ");
		const name = table.value.node.name.name;
		return {
			severity: "CRITICAL",
			stage: flush.stage,
			problem: `A first ${name} is written without ${names}`,
			rootCause: `${columns.length === 1 ? "The column" : "Each of these columns"} must have a value and has no default: the database refuses the row, which ${path}:${lines.positionAt(flush.node.start).line} sends.`,
			...(engine !== undefined && others.length === 0 && first !== undefined && table.tableName !== null
				? { expectedError: notNullError(project, engine, table.tableName, first.name) }
				: {}),
			order: flush.order,
			manualSteps: [`Give ${names} a value where the ${name} is made, or the column a default.`],
		};
	},

	fix: (match, project) => waysOut(match.evidence, project)[0],
	alternatives: (match, project) => waysOut(match.evidence, project).slice(1),
});

function waysOut({ made, columns, table }: IncompleteRow, project: Project): readonly FixProposal[] {
	return [withEmptyValues(made, columns), allowEmpty(project, columns, table.kind)].filter((fix) => fix !== null);
}
