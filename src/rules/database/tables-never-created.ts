import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { servedApplication } from "../../project/fastapi/application.ts";
import type { ClassValue, Value } from "../../project/imports/values.ts";
import { isDeclarativeBase } from "../../project/models/declarative-base.ts";
import { firstQuery, type NeverCreated, neverCreated } from "../../project/models/never-created.ts";
import type { DefinedTable } from "../../project/models/tables-defined.ts";
import type { Module, Project } from "../../project/project.ts";
import { addArgument } from "../../python/rewrite/arguments.ts";
import { importsOf } from "../../python/rewrite/remove-imports.ts";
import { insertBefore } from "../../python/rewrite/statements.ts";
import { contains } from "../../python/walk.ts";
import { spellModule } from "../repair/modules/module-spelling.ts";
import { runInLifespan } from "../repair/startup/move-to-lifespan.ts";

interface Evidence extends NeverCreated {
	/** The query of start-up that comes first, and the table that it asks for; null where only requests query. */
	readonly query: ReturnType<typeof firstQuery>;
}

const example = (creation: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy\n",
	"main.py": `from fastapi import FastAPI
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine("sqlite:///app.db")


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)


${creation}app = FastAPI()


@app.get("/items")
def read_items():
    with Session(engine) as session:
        return [item.id for item in session.scalars(select(Item))]
`,
});

export default defineRule<Evidence>({
	name: "tables-never-created",
	category: "DATABASE",
	summary: "Nothing creates the tables of a new SQLite database",
	story:
		"SQLite makes an empty file by itself, and no tables. On the author's machine they are there since the first day; on a fresh clone every query fails with no such table.",
	references: ["https://docs.sqlalchemy.org/en/20/core/metadata.html#creating-and-dropping-database-tables"],
	example: { before: example(""), after: example("Base.metadata.create_all(bind=engine)\n") },

	*detect(project) {
		const found = neverCreated(project);
		if (found === null || found.unawaited !== null || !isQueried(project)) return;
		// What is asked for are the tables of classes; those between two of them come along.
		const tables = found.tables.toSorted((a, b) => Number(a.table === null) - Number(b.table === null));
		const query = firstQuery(project, found);
		const [first] = tables;
		const place = found.tooEarly ?? found.tooLate ?? found.engine.call;
		yield {
			subject: `${place.module.name}:${first?.name ?? ""}`,
			path: place.module.path,
			range: { start: place.node.start, end: place.node.end },
			evidence: { ...found, tables, query },
		};
	},

	describe({ evidence: { tables, tooEarly, tooLate, uncalled, query, engine } }) {
		const names = tables.map(({ name }) => name);
		const shown = `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;
		const stops = query !== null && !query.call.guarded;
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: stops ? query.call.stage : "request",
			problem:
				tooLate !== null
					? `Start-up asks for ${query?.table ?? "a table"} before the tables are made`
					: tooEarly === null
						? `Nothing creates the ${names.length === 1 ? "table" : "tables"} ${shown}`
						: `The tables are made before ${shown} ${names.length === 1 ? "is" : "are"} defined`,
			rootCause:
				tooLate !== null
					? "The SQLite file is not there yet, and create_all runs only after the first query."
					: tooEarly !== null
						? "create_all makes the tables of the classes that are defined by then; the modules of these are imported later."
						: uncalled === null
							? "The SQLite file is not there yet. SQLAlchemy makes it, and no tables in it: that takes create_all, or migrations, and the project has neither."
							: `The SQLite file is not there yet, and ${uncalled.name}, which would make the tables in it, is called nowhere.`,
			expectedError: `sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: ${query?.table ?? names[0] ?? ""}`,
			order: query?.call.order ?? engine.call.order,
			manualSteps: [
				"Call create_all of the metadata with the engine once the modules of all models are imported, before the first query.",
			],
		};
	},

	fix({ evidence }, project): FixProposal | undefined {
		const { uncalled, tables, engine } = evidence;
		const target = project.target === null ? undefined : project.modules.get(project.target.module);
		const home = engine.call.module;
		const base = tables[0] === undefined ? null : baseOf(project, tables[0]);
		if (target === undefined) return undefined;
		if (uncalled !== null) return callCreator(project, target, uncalled);
		const name = nameOf(project, home.name, engine.call.result);
		// Without a pool of one connection each thread has a database of its own in memory: tables made here would not be seen.
		const isOfThread = !engine.isAsync && isInMemory(engine) && !engine.call.keywords.has("poolclass");
		if (base === null || name === null || isOfThread) return undefined;
		const needs = [...need(target, base), ...need(target, { module: home.name, name })];
		if (!engine.isAsync) {
			const place = target.tree.body.find((each) => each.type !== "ImportFrom" && contains(each, applicationAt(project, target)));
			if (place === undefined) return undefined;
			return {
				title: `Make the tables in ${target.path}`,
				explanation: "By then the modules of all models are imported. Tables that are there already stay as they are.",
				applicability: "review",
				edits: [insertBefore(target, place, `${base.name}.metadata.create_all(bind=${name})`)],
				needs,
			};
		}
		const code = `async with ${name}.begin() as connection:\n    await connection.run_sync(${base.name}.metadata.create_all)`;
		const move = runInLifespan(project, target, code);
		if (move === null) return undefined;
		return {
			title: "Make the tables when the server starts",
			explanation: "The modules of all models are imported by then. Tables that are there already stay as they are.",
			applicability: "review",
			edits: move.edits,
			needs: [...(move.needs ?? []), ...needs],
		};
	},
});

function isInMemory({ url }: NeverCreated["engine"]): boolean {
	return url?.database === null || url?.database === "" || url?.database === ":memory:";
}

/** Does any code of the project ask for rows at all? */
function isQueried(project: Project): boolean {
	return [...project.trace.runs.values()].some(
		({ module, reached }) => reached && /\bselect\(|\.query\(|\.add\(|\.(execute|exec|scalars?)\(/.test(module.text),
	);
}

interface Named {
	readonly module: string;
	readonly name: string;
}

/** The class whose metadata holds a table, as a module binds it: its own base, or SQLModel. */
function baseOf(project: Project, { table }: DefinedTable): Named | null {
	if (table === null) return null;
	if (table.kind === "sqlmodel") return { module: "sqlmodel", name: "SQLModel" };
	let value: Value = table.value;
	for (let depth = 0; value.kind === "class" && depth < 12; depth++) {
		const next: Value | undefined = value.bases.find((base) =>
			base.kind === "class" ? !isMixin(base) : base.kind === "instance",
		);
		if (next === undefined) return { module: value.module.name, name: value.node.name.name };
		if (next.kind === "instance") {
			const home = next.call?.module.name;
			const name = home === undefined ? null : nameOf(project, home, next);
			return home === undefined || name === null ? null : { module: home, name };
		}
		value = next;
	}
	return null;
}

/** A class beside the declarative base that brings only columns. */
function isMixin(value: ClassValue): boolean {
	return value.bases.length === 0 && !isDeclarativeBase(value);
}

function nameOf(project: Project, module: string, wanted: Value): string | null {
	for (const [name, { value, maybe }] of project.trace.runs.get(module)?.namespace.names ?? [])
		if (!maybe && value === wanted) return name;
	return null;
}

function need(target: Module, { module, name }: Named) {
	if (module === target.name) return [];
	const isRelative = importsOf(target.tree).some((each) => each.type === "ImportFrom" && each.level > 0);
	return [{ path: target.path, module: module === "sqlmodel" ? module : spellModule(target, module, isRelative), name }];
}

/** Where the module makes its application; behind its end where it does not. */
function applicationAt(project: Project, module: Module): number {
	const call = project.trace.calls.find(
		(each) => each.module === module && each.callee.kind === "external" && /\.FastAPI$/.test(each.callee.canonical),
	);
	return call?.node.start ?? module.text.length + 1;
}

function callCreator(
	project: Project,
	target: Module,
	{ name, module, isAsync, isLifespan }: NonNullable<NeverCreated["uncalled"]>,
): FixProposal | undefined {
	if (isLifespan) return handLifespan(project, target, name, module);
	const needs = need(target, { module, name });
	const words = {
		title: `Call ${name} when the server starts`,
		explanation: `${name} makes the tables that are not there yet.`,
		applicability: "review" as const,
	};
	const move = runInLifespan(project, target, `${isAsync ? "await " : ""}${name}()`);
	if (move !== null) return { ...words, edits: move.edits, needs: [...(move.needs ?? []), ...needs] };
	const place = target.tree.body.find((each) => contains(each, applicationAt(project, target)));
	if (isAsync || place === undefined) return undefined;
	return { ...words, edits: [insertBefore(target, place, `${name}()`)], needs };
}

/** A lifespan runs only where the application is told of it. */
function handLifespan(project: Project, target: Module, name: string, module: string): FixProposal | undefined {
	const application = servedApplication(project);
	if (application === null || application.module !== target || application.open || application.keywords.has("lifespan"))
		return undefined;
	return {
		title: `Hand ${name} to the application`,
		explanation: `${name} makes the tables, and runs only where FastAPI is told of it.`,
		applicability: "safe",
		edits: [addArgument(target, application.node, `lifespan=${name}`)],
		needs: need(target, { module, name }),
	};
}
