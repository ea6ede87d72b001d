import type { FixProposal } from "../../audit/fix.ts";
import { attributesOf } from "../../project/models/class-body.ts";
import { type DefinedTable, definedTables } from "../../project/models/tables-defined.ts";
import type { Project } from "../../project/project.ts";
import { importsOf } from "../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { insertBefore, removeStatements } from "../../python/rewrite/statements.ts";
import type { TextEdit } from "../../text/range.ts";
import { type ClassFault, defineClassRule } from "../repair/classes/class-fault.ts";

const example = (name: string, table: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\n",
	"main.py": `from fastapi import FastAPI
from sqlmodel import Field, SQLModel

app = FastAPI()


class Item(SQLModel, table=True):
    __tablename__ = "items"

    id: int | None = Field(default=None, primary_key=True)


class ${name}(SQLModel, table=True):
    __tablename__ = "${table}"

    id: int | None = Field(default=None, primary_key=True)
`,
});

export default defineClassRule(
	{
		name: "duplicate-table",
		category: "DATABASE",
		summary: "A table is defined twice",
		story:
			"Two classes name the same table, or one file is imported under two names and so runs twice. SQLAlchemy raises where the second definition stands.",
		references: ["https://docs.sqlalchemy.org/en/20/core/metadata.html#sqlalchemy.schema.Table.params.extend_existing"],
		example: { before: example("OldItem", "items"), after: example("OldItem", "old_items") },
	},
	function* (project) {
		const { tables, isOpen } = definedTables(project);
		if (isOpen && tables.some(({ metadata }) => metadata === null)) return;
		const defined = new Map<string, DefinedTable[]>();
		const files = new Set<string>();
		for (const table of tables) {
			const sameName = defined.get(keyOf(table)) ?? [];
			const first = sameName.find(
				(other) => other.metadata === table.metadata && isReached(project, other) >= isReached(project, table),
			);
			if (first !== undefined && table.isAddition === false && !isMappedBySubclass(table)) {
				// A file that runs twice defines all its tables twice: the first of them tells the whole story.
				const isSameFile = first.module.path === table.module.path && first.module !== table.module;
				if (!isSameFile || !files.has(table.module.path)) yield faultOf(project, table, first);
				if (isSameFile) files.add(table.module.path);
			}
			defined.set(keyOf(table), [...sameName, table]);
		}
	},
);

function keyOf({ name, schema }: DefinedTable): string {
	return schema === null ? name : `${schema}.${name}`;
}

/** Modules that the target never imports run in no process together with the others: theirs only clash with what is reached. */
function isReached(project: Project, { module }: DefinedTable): number {
	return project.trace.runs.get(module.name)?.reached === true ? 1 : 0;
}

/** A SQLModel table that derives from another table is not mapped again. */
function isMappedBySubclass({ table }: DefinedTable): boolean {
	return table !== null && table.kind === "sqlmodel" && table.parent !== null;
}

function faultOf(project: Project, second: DefinedTable, first: DefinedTable): ClassFault {
	const { module, node, order, stage } = second;
	const isSameFile = first.module.path === module.path && first.module.name !== module.name;
	const name = keyOf(second);
	return {
		module,
		severity: "CRITICAL",
		stage,
		order,
		subject: `${module.path}:${name}:${nameOf(second)}`,
		range: node.type === "ClassDef" ? node.name : node.callee,
		problem: isSameFile
			? `${module.path} is imported as ${first.module.name} and as ${module.name}, which defines the table ${name} twice`
			: `The table ${name} is defined twice, here and in ${first.module.path}`,
		rootCause: isSameFile
			? "To Python these are two modules: the file runs once for each name, with classes of its own each time."
			: "All tables of a MetaData need names of their own; the second definition is refused.",
		error: `sqlalchemy.exc.InvalidRequestError: Table '${name}' is already defined for this MetaData instance.  Specify 'extend_existing=True' to redefine options and columns on an existing Table object.`,
		fixes: isSameFile ? oneName(project, first, second) : apart(project, first, second),
		manualSteps: isSameFile
			? [`Import ${module.path} by one name everywhere.`]
			: ["Give one of the two classes another table, or take one of them out and import the other."],
	};
}

function nameOf({ node }: DefinedTable): string {
	return node.type === "ClassDef" ? node.name.name : "Table";
}

/** Imports by the name that the working directory gives the file. */
function oneName(project: Project, first: DefinedTable, second: DefinedTable): readonly FixProposal[] {
	const right = project.modulesByPath.get(first.module.path)?.name ?? first.module.name;
	const wrong = right === first.module.name ? second.module.name : first.module.name;
	const edits: TextEdit[] = [];
	for (const module of project.modules.values()) {
		for (const statement of importsOf(module.tree)) {
			const [only, ...others] = statement.type === "Import" ? statement.names : [];
			// `import models` binds the name that `from src import models` binds as well.
			if (only?.name.name === wrong && others.length === 0 && right.endsWith(`.${wrong}`)) {
				const alias = only.asName === null ? "" : ` as ${only.asName.name}`;
				const code = `from ${right.slice(0, -wrong.length - 1)} import ${wrong}${alias}`;
				edits.push(replaceText(module, statement.start, statement.end, code));
			}
			if (statement.type !== "ImportFrom" || statement.level > 0 || statement.module !== wrong) continue;
			edits.push(replaceText(module, statement.moduleRange.start, statement.moduleRange.end, right));
		}
	}
	if (edits.length === 0) return [];
	return [
		{
			title: `Import it as ${right} everywhere`,
			explanation: `Under one name the file runs once. ${right} is the name that the server's working directory gives it.`,
			applicability: "safe",
			edits,
		},
	];
}

/** Takes a repeated class out where the first one has all that it has, else gives it a table of its own. */
function apart(project: Project, first: DefinedTable, second: DefinedTable): readonly FixProposal[] {
	const fixes: FixProposal[] = [];
	const { node, module } = second;
	if (node.type !== "ClassDef") return fixes;
	if (first.node.type !== "ClassDef") return [ownTable(project, second)];
	const isRepeated = node.name.name === first.node.name.name;
	if (isRepeated) fixes.push(...takenOut(first, second));
	else {
		// The class that is not called like the table has a name that was copied.
		const copied = isNamedAfter(first) || !isNamedAfter(second) ? second : first;
		fixes.push(ownTable(project, copied));
	}
	const place = node.body.find((statement) => statement.type !== "ExpressionStatement");
	const written = node.body.some(
		(statement) =>
			statement.type === "Assign" && statement.targets.some((target) => target.type === "Name" && target.id === "__table_args__"),
	);
	if (place !== undefined && !written)
		fixes.push({
			title: "Let both classes share the table",
			explanation: "With extend_existing the second definition adds its columns to the table that is there.",
			applicability: "review",
			edits: [insertBefore(module, place, '__table_args__ = {"extend_existing": True}\n')],
		});
	return fixes;
}

/** Is a class called like its table: `Post` for posts? */
function isNamedAfter({ node, name }: DefinedTable): boolean {
	const plain = (text: string) =>
		text
			.toLowerCase()
			.replaceAll("_", "")
			.replace(/(ies|es|s|y)$/, "");
	return node.type === "ClassDef" && plain(node.name.name) === plain(name);
}

function takenOut(first: DefinedTable, second: DefinedTable): readonly FixProposal[] {
	const [a, b] = [first.table?.value, second.table?.value];
	if (a === undefined || b === undefined) return [];
	const has = new Set([...attributesOf(a).keys(), ...a.namespace.names.keys()]);
	const lacks = [...attributesOf(b).keys(), ...b.namespace.names.keys()].some((name) => !has.has(name));
	const isTopLevel = b.module.tree.body.includes(b.node);
	if (lacks || !isTopLevel) return [];
	const { name } = b.node.name;
	const isElsewhere = a.module.path !== b.module.path;
	return [
		{
			title: isElsewhere ? `Import ${name} from ${a.module.name} instead` : `Take the second ${name} out`,
			explanation: `The first definition, in ${a.module.path}, has everything that this one has.`,
			applicability: "review",
			edits: removeStatements(b.module, [b.node]),
			...(isElsewhere ? { needs: [{ path: b.module.path, module: a.module.name, name }] } : {}),
		},
	];
}

function ownTable(project: Project, second: DefinedTable): FixProposal {
	const { module, node } = second;
	const className = node.type === "ClassDef" ? node.name.name : "";
	const taken = new Set(definedTables(project).tables.map(({ name }) => name));
	const snake = className.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
	const plural = second.name.endsWith("s") && !snake.endsWith("s") ? `${snake}s` : snake;
	const name = [plural, `${snake}_items`, `${plural}_2`].find((each) => !taken.has(each)) ?? `${plural}_3`;
	const statement = node.type === "ClassDef" ? node.body.find((each) => isTableName(each)) : undefined;
	const value = statement?.type === "Assign" || statement?.type === "AnnAssign" ? statement.value : null;
	const place = node.type === "ClassDef" ? node.body[0] : undefined;
	const edits =
		value != null
			? [replaceText(module, value.start, value.end, `"${name}"`)]
			: place === undefined
				? []
				: [insertBefore(module, place, `__tablename__ = "${name}"\n`)];
	return {
		title: `Give ${className} a table of its own, ${name}`,
		explanation: `Each class then has its own rows. A table that exists already needs a migration.`,
		applicability: "review",
		edits,
	};
}

function isTableName(statement: { readonly type: string }): boolean {
	if (statement.type === "Assign" && "targets" in statement && Array.isArray(statement.targets))
		return statement.targets.some((target) => target.type === "Name" && target.id === "__tablename__");
	if (statement.type !== "AnnAssign" || !("target" in statement)) return false;
	const { target } = statement as { target: { type: string; id?: string } };
	return target.type === "Name" && target.id === "__tablename__";
}
