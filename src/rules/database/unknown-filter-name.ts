import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { isSimilarName } from "../../project/imports/nearest-module.ts";
import { entityAsked } from "../../project/imports/simulator/library/session-objects.ts";
import type { Call } from "../../project/imports/trace.ts";
import { attributesOf } from "../../project/models/class-body.ts";
import { inheritedValue, lineageOf } from "../../project/models/lineage.ts";
import { hasSqlalchemy } from "../../project/models/orm-version.ts";
import { relationshipsOf } from "../../project/models/relationships.ts";
import { type TableClass, tableClasses } from "../../project/models/table-class.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly call: Call;
	readonly table: TableClass;
	readonly name: ast.Identifier;
}

const example = (name: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy>=2\n",
	"main.py": `from fastapi import FastAPI
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine("sqlite:///app.db")
app = FastAPI()


class Base(DeclarativeBase):
    pass


class Tag(Base):
    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]


Base.metadata.create_all(engine)
with Session(engine) as session:
    session.scalars(select(Tag).filter_by(${name}="news")).first()
`,
});

export default defineRule<Evidence>({
	name: "unknown-filter-name",
	category: "DATABASE",
	summary: "filter_by names a column that the table class does not have",
	story:
		"Start-up looks whether its first rows are there, and asks by the name that a column had before. filter_by looks the name up in the class at once, and raises.",
	references: ["https://docs.sqlalchemy.org/en/20/core/selectable.html#sqlalchemy.sql.expression.Select.filter_by"],
	example: { before: example("lable"), after: example("label") },

	*detect(project) {
		const tables = new Map(tableClasses(project).map((table) => [table.value, table]));
		for (const call of project.trace.calls) {
			const { callee, module, node, reached, open } = call;
			if (!reached || open || callee.kind !== "bound-method" || callee.name !== "filter_by") continue;
			const entity = callee.receiver.kind === "instance" && isOfOneClass(node) ? entityAsked(callee.receiver) : null;
			const table = entity?.kind === "class" ? tables.get(entity) : undefined;
			if (table === undefined || !isInSight(table)) continue;
			const wrong = node.keywords.find(({ name }) => name !== null && !hasAttribute(project, table, name.name));
			if (wrong?.name == null) continue;
			yield {
				subject: `${module.name}:${table.value.node.name.name}.${wrong.name.name}`,
				path: module.path,
				range: { start: wrong.name.start, end: wrong.name.end },
				evidence: { call, table, name: wrong.name },
			};
		}
	},

	describe({ evidence: { call, table, name } }, project) {
		const className = table.value.node.name.name;
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem: `filter_by asks ${className} for ${name.name}, which it does not have`,
			rootCause: `${className} has ${namesOf(table).join(", ")}.`,
			expectedError: errorOf(project, call, table, name.name),
			order: call.order,
			manualSteps: [`Name an attribute of ${className}: ${namesOf(table).join(", ")}.`],
		};
	},

	fix: (match) => fixesOf(match.evidence)[0],
	alternatives: (match) => fixesOf(match.evidence).slice(1),
});

/** Calls that leave a query to the one class that it began with. */
const plainSteps = new Set([
	"query",
	"select",
	"filter",
	"filter_by",
	"where",
	"order_by",
	"limit",
	"offset",
	"options",
	"distinct",
]);

/** Is every call in front of it one that joins nothing to the query? */
function isOfOneClass({ callee }: ast.Call): boolean {
	let step = callee.type === "Attribute" ? callee.value : callee;
	for (;;) {
		if (step.type !== "Call") return false;
		const method =
			step.callee.type === "Attribute" ? step.callee.attribute.name : step.callee.type === "Name" ? step.callee.id : "";
		if (!plainSteps.has(method)) return false;
		if (method === "query" || method === "select") return true;
		if (step.callee.type !== "Attribute") return false;
		step = step.callee.value;
	}
}

/** Are all attributes of the class in sight? */
function isInSight({ value, isOpen }: TableClass): boolean {
	const { own, isComplete } = lineageOf(value);
	return (
		!isOpen &&
		isComplete &&
		inheritedValue(value, "__getattr__") === undefined &&
		own.every((each) => each.decorators.length === 0)
	);
}

function hasAttribute(project: Project, table: TableClass, name: string): boolean {
	if (lineageOf(table.value).own.some((each) => each.namespace.names.has(name) || attributesOf(each).has(name))) return true;
	if (table.attributes.has(name)) return true;
	return relationshipsOf(project).some(({ backref, target }) => backref === name && (target === null || target === table));
}

function namesOf(table: TableClass): readonly string[] {
	const inherited = lineageOf(table.value)
		.own.toReversed()
		.flatMap((each) => [...attributesOf(each).keys()]);
	return [...new Set([...inherited, ...table.attributes.keys()])].filter(
		(name) => !name.startsWith("_") && !["metadata", "registry", "model_config"].includes(name),
	);
}

/** A query has words of its own, which a select has had until SQLAlchemy 2.1. */
function errorOf(project: Project, { node, module }: Call, table: TableClass, name: string): string {
	const shown = table.tableName ?? table.value.node.name.name;
	const isSelect = /\bselect\(/.test(module.text.slice(node.callee.start, node.callee.end));
	return isSelect && hasSqlalchemy(project, 2, 1)
		? `sqlalchemy.exc.InvalidRequestError: None of the FROM clause entities have a property "${name}". Searched entities: ${shown}`
		: `sqlalchemy.exc.InvalidRequestError: Entity namespace for "${shown}" has no property "${name}"`;
}

/** The attribute that is spelt alike, else one of the same kind of name that the query does not ask for yet. */
function fixesOf({ call: { module, node }, table, name }: Evidence): readonly FixProposal[] {
	const asked = new Set(node.keywords.map((keyword) => keyword.name?.name));
	const open = namesOf(table).filter((each) => !asked.has(each));
	const alike = open.filter((each) => isSimilarName(each, name.name));
	const titles = open.filter((each) => /^(name|title|label|username|email|slug|code|key)$/.test(each));
	return (alike.length > 0 ? alike : titles).map((each) => ({
		title: `Ask for ${each}`,
		explanation:
			alike.length > 0
				? `${each} is the attribute whose name is nearest.`
				: `${each} is an attribute by which rows are told apart.`,
		applicability: "review",
		edits: [replaceText(module, name.start, name.end, each)],
	}));
}
