import type { FixProposal } from "../../audit/fix.ts";
import { isSimilarName } from "../../project/imports/nearest-module.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Origin } from "../../project/imports/values.ts";
import type { Reference } from "../../project/models/columns.ts";
import { findTableCreation } from "../../project/models/table-creation.ts";
import { type DefinedTable, definedTables } from "../../project/models/tables-defined.ts";
import type { Project } from "../../project/project.ts";
import { type ClassFault, defineClassRule } from "../repair/classes/class-fault.ts";
import { importForTables } from "./repair/import-for-tables.ts";
import { mapForTable } from "./repair/map-class.ts";

const example = (key: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\n",
	"main.py": `from fastapi import FastAPI
from sqlmodel import Field, SQLModel, create_engine

app = FastAPI()


class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)


class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team_id: int | None = Field(default=None, foreign_key="${key}")


SQLModel.metadata.create_all(create_engine("sqlite://"))
`,
});

export default defineClassRule(
	{
		name: "unknown-foreign-key",
		category: "DATABASE",
		summary: "A foreign key refers to a table or column that is not there",
		story:
			"A foreign key names its table as the database does, and the class of that table has to be imported before the tables are made. SQLAlchemy looks the name up when create_all runs, or at the first query.",
		references: ["https://docs.sqlalchemy.org/en/20/core/constraints.html#metadata-foreignkeys"],
		example: { before: example("teams.id"), after: example("team.id") },
	},
	function* (project) {
		const { tables, isOpen } = definedTables(project);
		if (isOpen) return;
		for (const table of tables) {
			if (project.trace.runs.get(table.module.name)?.reached !== true) continue;
			const creation = findTableCreation(project, table.metadata, table.order);
			if (creation === null && findTableCreation(project, table.metadata) !== null) continue;
			for (const reference of table.references) {
				const problem = problemOf(project, table, reference, creation);
				if (problem !== null) yield faultOf(project, table, reference, creation, problem);
			}
		}
	},
);

type Problem =
	| { readonly type: "no-table"; readonly name: string; readonly others: readonly DefinedTable[] }
	/** The table is there, in a module that start-up imports too late or never. */
	| { readonly type: "not-imported"; readonly name: string; readonly target: DefinedTable }
	| { readonly type: "no-column"; readonly name: string; readonly target: DefinedTable; readonly column: string };

function problemOf(project: Project, table: DefinedTable, { target }: Reference, creation: Call | null): Problem | null {
	const parts = target.split(".");
	const column = parts.length > 1 ? parts.at(-1) : undefined;
	const name = parts.length > 1 ? parts.slice(0, -1).join(".") : target;
	const { tables } = definedTables(project);
	const all = tables.filter(({ metadata }) => metadata === table.metadata);
	const found = all.filter((each) => fullName(each) === name);
	const inTime = found.filter(
		({ module, order }) => isReached(project, module.name) && (creation === null || order < creation.order),
	);
	const [hit] = inTime;
	if (hit === undefined) {
		const [late] = found;
		return late === undefined ? { type: "no-table", name, others: all } : { type: "not-imported", name, target: late };
	}
	// A foreign key that names the table alone means the column that is called like its own.
	const wanted = column ?? columnWith(table, target);
	if (wanted === null || hit.columns === null || hit.columns.has(wanted)) return null;
	return { type: "no-column", name, target: hit, column: wanted };
}

function fullName({ name, schema }: DefinedTable): string {
	return schema === null ? name : `${schema}.${name}`;
}

function isReached(project: Project, module: string): boolean {
	return project.trace.runs.get(module)?.reached === true;
}

function faultOf(
	project: Project,
	table: DefinedTable,
	reference: Reference,
	creation: Call | null,
	problem: Problem,
): ClassFault {
	const { module } = table;
	const owner = table.node.type === "ClassDef" ? table.node.name.name : table.name;
	const { origin, target } = reference;
	const range =
		origin?.type === "source" && origin.path === module.path
			? origin.range
			: table.node.type === "ClassDef"
				? table.node.name
				: table.node;
	return {
		module,
		severity: creation === null ? "HIGH" : "CRITICAL",
		stage: creation?.stage ?? "request",
		order: creation?.order ?? table.order,
		subject: `${module.name}:${owner}:${target}`,
		range,
		problem: wordsOf(owner, problem),
		rootCause: causeOf(problem, creation),
		error: errorOf(table, reference, problem),
		fixes: fixesOf(project, table, reference, creation, problem),
		manualSteps: [
			`Write the foreign key as table and column: the table's __tablename__${table.table?.kind === "sqlmodel" ? ", or the class name in lower case" : ""}, a dot, the column.`,
		],
	};
}

function wordsOf(owner: string, problem: Problem): string {
	if (problem.type === "no-table") return `A foreign key of ${owner} refers to the table ${problem.name}, which no class defines`;
	if (problem.type === "no-column")
		return `A foreign key of ${owner} refers to ${problem.name}.${problem.column}, and the table has no such column`;
	return `A foreign key of ${owner} refers to the table ${problem.name}, whose module start-up does not import in time`;
}

function causeOf(problem: Problem, creation: Call | null): string {
	const when =
		creation === null
			? "SQLAlchemy looks it up when the tables are made, or at the first query."
			: `create_all in ${creation.module.path} looks it up.`;
	if (problem.type === "not-imported") return `The class stands in ${problem.target.module.path}. ${when}`;
	if (problem.type === "no-column")
		return `${problem.target.module.path} gives the table ${[...(problem.target.columns ?? [])].join(", ")}. ${when}`;
	return when;
}

function errorOf(table: DefinedTable, { target }: Reference, problem: Problem): string | null {
	const column = columnWith(table, target);
	const last = target.split(".").at(-1);
	if (problem.type === "no-column")
		return `sqlalchemy.exc.NoReferencedColumnError: Could not initialize target column for ForeignKey '${target}' on table '${table.name}': table '${problem.name}' has no column named '${problem.column}'`;
	if (column === null || !target.includes(".")) return null;
	return `sqlalchemy.exc.NoReferencedTableError: Foreign key associated with column '${table.name}.${column}' could not find table '${problem.name}' with which to generate a foreign key to target column '${last}'`;
}

function columnWith({ table }: DefinedTable, target: string): string | null {
	if (table === null) return null;
	for (const { name, value } of table.attributes.values()) {
		if (value?.kind !== "instance" || value.call === null) continue;
		const { args, keywords } = value.call;
		const given = [keywords.get("foreign_key"), ...args.map((arg) => (arg.kind === "instance" ? arg.call?.args[0] : undefined))];
		const inner = keywords.get("sa_column");
		if (inner?.kind === "instance")
			for (const arg of inner.call?.args ?? []) if (arg.kind === "instance") given.push(arg.call?.args[0]);
		if (given.some((each) => each?.kind === "constant" && each.value === target)) return name;
	}
	return null;
}

function fixesOf(
	project: Project,
	table: DefinedTable,
	reference: Reference,
	creation: Call | null,
	problem: Problem,
): readonly FixProposal[] {
	if (problem.type === "not-imported") return importForTables(project, table, problem.target, creation);
	const { origin } = reference;
	if (origin?.type !== "source") return [];
	const names = problem.type === "no-table" ? likelyTables(problem) : likelyColumns(problem);
	const mapped = problem.type === "no-table" ? mapForTable(project, problem.name) : [];
	return [...mapped, ...referTo(names, problem, origin)];
}

function referTo(names: readonly string[], problem: Problem, origin: Origin & { type: "source" }): readonly FixProposal[] {
	return names.map((name) => ({
		title: `Refer to ${name}`,
		explanation:
			problem.type === "no-table"
				? "That is the table whose name is nearest to what is written."
				: "That is a column which the table has.",
		applicability: names.length === 1 ? "safe" : "review",
		edits: [{ path: origin.path, range: origin.range, newText: name }],
	}));
}

/** Tables that may be meant: by their class's name, or by a like spelling. */
function likelyTables({ name, others }: Problem & { type: "no-table" }): readonly string[] {
	const plain = (text: string) =>
		text
			.toLowerCase()
			.replaceAll("_", "")
			.replace(/(ies|es|s)$/, "")
			.replace(/y$/, "");
	const wanted = plain(name.split(".").at(-1) ?? name);
	const byName = others.filter(
		(each) => plain(each.name) === wanted || (each.node.type === "ClassDef" && plain(each.node.name.name) === wanted),
	);
	const alike = byName.length > 0 ? byName : others.filter((each) => isSimilarName(each.name, name));
	return alike.map((each) => `${fullName(each)}.${keyColumn(each)}`);
}

function keyColumn({ columns }: DefinedTable): string {
	return columns === null || columns.has("id") ? "id" : ([...columns][0] ?? "id");
}

function likelyColumns({ target, column, name }: Problem & { type: "no-column" }): readonly string[] {
	const columns = [...(target.columns ?? [])];
	const alike = columns.filter((each) => isSimilarName(each, column));
	const key = target.columns?.has("id") === true ? ["id"] : [];
	const candidates = alike.length > 0 ? alike : key.length > 0 ? key : columns.slice(0, 1);
	return candidates.map((each) => `${name}.${each}`);
}
