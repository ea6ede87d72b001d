import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { isSimilarName } from "../../project/imports/nearest-module.ts";
import type { Call } from "../../project/imports/trace.ts";
import { attributesOf, type ClassAttribute } from "../../project/models/class-body.ts";
import { inheritedValue, lineageOf } from "../../project/models/lineage.ts";
import { relationshipsOf } from "../../project/models/relationships.ts";
import { needsValue } from "../../project/models/required-columns.ts";
import { type TableClass, tableClasses } from "../../project/models/table-class.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { findKeyword, removeArguments } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";
import type { TextRange } from "../../text/range.ts";

interface Evidence {
	readonly call: Call;
	readonly written: Written;
	readonly table: TableClass;
	readonly argument: string;
}

const example = (argument: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy>=2\n",
	"main.py": `from fastapi import FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Tag(Base):
    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


default = Tag(${argument}="news")
`,
});

export default defineRule<Evidence>({
	name: "unknown-model-argument",
	category: "DATABASE",
	summary: "An object of a table class is made with a name that the class does not have",
	story:
		"Start-up puts its first rows into the database, and one of them still has the name that a column had before. The constructor of a mapped class takes its attributes and nothing else.",
	references: [
		"https://docs.sqlalchemy.org/en/20/orm/mapping_api.html#sqlalchemy.orm.registry.declarative_base.params.constructor",
	],
	example: { before: example("nmae"), after: example("name") },

	*detect(project) {
		const tables = new Map(tableClasses(project).map((table) => [table.value, table]));
		const seen = new Set<unknown>();
		for (const call of project.trace.calls) {
			const table = call.callee.kind === "class" ? tables.get(call.callee) : undefined;
			if (table === undefined || call.open || !hasPlainConstructor(table)) continue;
			const argument = [...call.keywords.keys()].find((name) => !hasAttribute(project, table, name));
			if (argument === undefined) continue;
			const written = writtenIn(project, call, argument);
			const at = written.name ?? written.node;
			if (seen.has(at)) continue;
			seen.add(at);
			yield {
				subject: `${written.module.name}:${table.value.node.name.name}.${argument}`,
				path: written.module.path,
				range: { start: at.start, end: at.end },
				evidence: { call, written, table, argument },
			};
		}
	},

	describe({ evidence: { call, table, argument } }) {
		const className = table.value.node.name.name;
		const stops = call.reached && !call.guarded;
		return {
			severity: stops ? "CRITICAL" : "HIGH",
			stage: call.stage,
			problem: `${className} is made with ${argument}, which it does not have`,
			rootCause: "The constructor of a mapped class takes the names of its attributes, and raises for any other.",
			expectedError: `TypeError: '${argument}' is an invalid keyword argument for ${className}`,
			order: call.order,
			manualSteps: [`Name an attribute of ${className}: ${[...namesOf(table)].join(", ")}.`],
		};
	},

	fix: (match) => fixesOf(match.evidence)[0],
	alternatives: (match) => fixesOf(match.evidence).slice(1),
});

/** Where an argument got its name: in the call, or in the call or the dictionary that it was handed on from (`self.model(**values)`). */
interface Written {
	readonly module: Module;
	/** What carries the name, and the name within it: null where only the call is known. */
	readonly name: TextRange | null;
	readonly node: ast.Call | ast.Dict;
}

function writtenIn(project: Project, { node, module, keywords }: Call, argument: string): Written {
	const own = findKeyword(node, argument);
	if (own !== null) return { module, node, name: own.name };
	const value = keywords.get(argument);
	const origin = value?.kind === "constant" && value.origin?.type === "source" ? value.origin : null;
	const source = origin === null ? undefined : project.modulesByPath.get(origin.path);
	let found: Written = { module, node, name: null };
	if (origin === null || source === undefined) return found;
	const isHere = (each: ast.Expression) =>
		each.type === "Constant" && each.start <= origin.range.start && origin.range.end <= each.end;
	walk(source.tree, (each) => {
		if (each.end < origin.range.start || each.start > origin.range.end) return false;
		const keyword = each.type === "Call" ? findKeyword(each, argument) : null;
		if (each.type === "Call" && keyword !== null && isHere(keyword.value))
			found = { module: source, node: each, name: keyword.name };
		const entry =
			each.type === "Dict"
				? each.entries.find(({ key, value }) => key?.type === "Constant" && key.value === argument && isHere(value))
				: undefined;
		if (each.type === "Dict" && entry?.key) found = { module: source, node: each, name: entry.key };
		return true;
	});
	return found;
}

/** The attribute that may be meant, where one is alike and not given yet; else the argument goes. */
function fixesOf({
	call: { keywords },
	written: { module, node, name: place },
	table,
	argument,
}: Evidence): readonly FixProposal[] {
	if (place === null) return [];
	const open = [...namesOf(table)].filter((name) => !keywords.has(name));
	const alike = open.filter((name) => isSimilarName(name, argument));
	const needed = open.filter((name) => isRequired(table, name));
	const meant = alike.length > 0 ? alike : needed.length === 1 ? needed : [];
	const keyword = node.type === "Call" ? findKeyword(node, argument) : null;
	return [
		...meant.map(
			(name): FixProposal => ({
				title: node.type === "Call" ? `Write ${name}=` : `Write ${name}`,
				explanation:
					alike.length > 0
						? `${name} is the attribute whose name is nearest.`
						: `${name} is the one column that needs a value and gets none.`,
				applicability: "review",
				edits: [replaceText(module, place.start, place.end, node.type === "Call" ? name : JSON.stringify(name))],
			}),
		),
		...(node.type === "Call" && keyword !== null
			? [
					{
						title: `Take ${argument} out`,
						explanation: "The object is then made without it.",
						applicability: "review" as const,
						edits: removeArguments(module, node, [keyword]),
					},
				]
			: []),
	];
}

/** The attributes of the class and of those it derives from, mapped ones included, nearest winning. */
function attributesOfAll({ value, attributes }: TableClass): ReadonlyMap<string, ClassAttribute> {
	const inherited = lineageOf(value).own.toReversed();
	return new Map([...inherited.flatMap((each) => [...attributesOf(each)]), ...attributes]);
}

/** Is it a column without a default that the database wants a value for? */
function isRequired(table: TableClass, name: string): boolean {
	const attribute = attributesOfAll(table).get(name);
	return attribute !== undefined && needsValue(table, attribute);
}

function namesOf(table: TableClass): ReadonlySet<string> {
	return new Set(
		[...attributesOfAll(table).keys()].filter((name) => !name.startsWith("_") && name !== "metadata" && name !== "registry"),
	);
}

/** Has the class the constructor that SQLAlchemy gives it, and no other? */
function hasPlainConstructor({ value, kind, isOpen }: TableClass): boolean {
	const { ancestors, own, isComplete } = lineageOf(value);
	if (kind !== "declarative" || isOpen || !isComplete || inheritedValue(value, "__init__") !== undefined) return false;
	if (own.some(({ decorators, keywords }) => decorators.length > 0 || keywords.size > 0)) return false;
	return ancestors.every((each) => {
		if (each.kind === "class") return true;
		if (each.kind === "external") return /\.(DeclarativeBase|AsyncAttrs|Generic|object)$/.test(each.canonical);
		return each.call !== null && !each.call.open && !each.call.keywords.has("constructor") && !each.call.keywords.has("cls");
	});
}

function hasAttribute(project: Project, table: TableClass, name: string): boolean {
	if (lineageOf(table.value).own.some(({ namespace }) => namespace.names.has(name)) || attributesOfAll(table).has(name))
		return true;
	return relationshipsOf(project).some(({ backref, target }) => backref === name && (target === null || target === table));
}
