import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { isSimilarName } from "../../project/imports/nearest-module.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import { argumentsOf, attributesOf, type ClassAttribute, makerOf } from "../../project/models/class-body.ts";
import { inheritedValue, lineageOf } from "../../project/models/lineage.ts";
import { relationshipsOf } from "../../project/models/relationships.ts";
import { type TableClass, tableClasses } from "../../project/models/table-class.ts";
import type { Project } from "../../project/project.ts";
import { findKeyword, removeArguments } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly call: Call;
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
			if (table === undefined || call.open || seen.has(call.node) || !hasPlainConstructor(table)) continue;
			seen.add(call.node);
			const argument = [...call.keywords.keys()].find((name) => !hasAttribute(project, table, name));
			const at = argument === undefined ? null : findKeyword(call.node, argument);
			if (argument === undefined || at === null) continue;
			yield {
				subject: `${call.module.name}:${table.value.node.name.name}.${argument}`,
				path: call.module.path,
				range: { start: at.start, end: at.end },
				evidence: { call, table, argument },
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

/** The attribute that may be meant, where one is alike and not given yet; else the argument goes. */
function fixesOf({ call: { node, module, keywords }, table, argument }: Evidence): readonly FixProposal[] {
	const keyword = findKeyword(node, argument);
	if (keyword?.name == null) return [];
	const place = keyword.name;
	const open = [...namesOf(table)].filter((name) => !keywords.has(name));
	const alike = open.filter((name) => isSimilarName(name, argument));
	const needed = open.filter((name) => isRequired(table, name));
	const meant = alike.length > 0 ? alike : needed.length === 1 ? needed : [];
	return [
		...meant.map(
			(name): FixProposal => ({
				title: `Write ${name}=`,
				explanation:
					alike.length > 0
						? `${name} is the attribute whose name is nearest.`
						: `${name} is the one column that needs a value and gets none.`,
				applicability: "review",
				edits: [replaceText(module, place.start, place.end, name)],
			}),
		),
		{
			title: `Take ${argument} out`,
			explanation: "The object is then made without it.",
			applicability: "review",
			edits: removeArguments(module, node, [keyword]),
		},
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
	if (attribute === undefined) return false;
	const { annotation, value, owner } = attribute;
	const keywords = argumentsOf(value)?.keywords ?? new Map<string, Value>();
	const maker = makerOf(value);
	if (value !== null && maker !== "Column" && maker !== "mapped_column") return false;
	if (["default", "server_default", "default_factory", "insert_default", "primary_key"].some((each) => keywords.has(each)))
		return false;
	const nullable = keywords.get("nullable");
	if (nullable?.kind === "constant") return nullable.value === false;
	const written = annotation === null ? "" : owner.module.text.slice(annotation.start, annotation.end);
	return /^["']?Mapped\[(str|int|float|bool|bytes|datetime|date|Decimal|UUID)\]["']?$/.test(written);
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
