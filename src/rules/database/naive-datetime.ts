import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { type NaiveDefault, type NaiveRow, naiveRows } from "../../project/models/naive-datetimes.ts";
import { replaceText } from "../../python/rewrite/source.ts";

const example = (factory: string, imported: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\n",
	"main.py": `from datetime import ${imported}

from fastapi import FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine


class Visit(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=${factory})


engine = create_engine("sqlite://")
SQLModel.metadata.create_all(engine)
with Session(engine) as session:
    session.add(Visit())
    session.commit()

app = FastAPI()
`,
});

export default defineRule<NaiveRow>({
	name: "naive-datetime",
	category: "DATABASE",
	summary: "A first row brings a time without a time zone, which SQLModel refuses",
	story:
		"Tutorials write default_factory=datetime.utcnow. Newer releases of SQLModel keep times in UTC and raise for one that has no time zone, wherever the row is written.",
	references: ["https://docs.python.org/3/library/datetime.html#aware-and-naive-objects"],
	example: {
		before: example("datetime.utcnow", "datetime"),
		after: example("lambda: datetime.now(timezone.utc)", "datetime, timezone"),
	},

	*detect(project) {
		const seen = new Set<unknown>();
		for (const row of naiveRows(project)) {
			const defaults = row.defaults.filter(({ made }) => !seen.has(made));
			const [first] = defaults;
			if (first === undefined) continue;
			for (const { made } of defaults) seen.add(made);
			const { module, node } = first.field.owner;
			yield {
				subject: `${module.name}:${node.name.name}.${first.field.name}`,
				path: module.path,
				range: { start: first.made.start, end: first.made.end },
				evidence: { ...row, defaults },
			};
		}
	},

	describe({ evidence: { table, defaults, flush } }) {
		const { path, lines } = flush.module;
		const names = defaults.map(({ field }) => field.name).join(" and ");
		return {
			severity: "CRITICAL",
			stage: flush.stage,
			problem: `${table.node.name.name} has a time without a time zone in ${names}`,
			rootCause: `SQLModel refuses it where ${path}:${lines.positionAt(flush.node.start).line} writes the row: this release keeps times in UTC.`,
			expectedError:
				"sqlalchemy.exc.StatementError: (builtins.ValueError) Datetime values must have timezone information. Use datetime.now(timezone.utc), or annotate the field with NaiveDatetime for naive storage.",
			order: flush.order,
		};
	},

	fix({ evidence: { defaults } }): FixProposal {
		return {
			title: "Make the time in UTC",
			explanation: "With timezone.utc the time says its zone, and the moment that is kept stays the same.",
			applicability: "review",
			edits: defaults.map(inUtc),
			needs: defaults.flatMap(({ field: { owner }, owner: written }) =>
				written.type === "Name" ? [{ path: owner.module.path, module: "datetime", name: "timezone" }] : [],
			),
		};
	},
});

function inUtc({ field, made, owner }: NaiveDefault) {
	const { module } = field.owner;
	const text = module.text.slice(owner.start, owner.end);
	// `datetime.datetime.now`: the module has `timezone`, too.
	const zone = owner.type === "Attribute" ? `${module.text.slice(owner.value.start, owner.value.end)}.timezone` : "timezone";
	const call = `${text}.now(${zone}.utc)`;
	return replaceText(module, made.start, made.end, made.type === "Call" ? call : `lambda: ${call}`);
}
