import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { isValueEnum } from "../../project/imports/simulator/classes/enumerations.ts";
import type { ClassValue, Value } from "../../project/imports/values.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "../../project/models/class-body.ts";
import { mayNameKeyElsewhere } from "../../project/models/hidden-key.ts";
import { scopeOfClass } from "../../project/models/name-scope.ts";
import { type TableClass, tableClasses } from "../../project/models/table-class.ts";
import { readTypeForm } from "../../project/models/type-form.ts";
import type { Project } from "../../project/project.ts";
import { readSettingType } from "../../project/settings/setting-type.ts";
import { annotatedType } from "../../python/annotated.ts";
import type * as ast from "../../python/ast.ts";
import { addArgument, findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { insertAfter, insertBefore } from "../../python/rewrite/statements.ts";

interface Evidence {
	readonly table: TableClass;
	readonly className: string;
	readonly tableName: string;
	/** Its column `id`, or null. */
	readonly id: ClassAttribute | null;
}

const example = (id: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\n",
	"main.py": `from fastapi import FastAPI
from sqlmodel import Field, SQLModel


class Item(SQLModel, table=True):
    id: int${id}
    name: str = Field(index=True)


app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "table-without-primary-key",
	category: "DATABASE",
	summary: "A table class has no primary key",
	story: "SQLAlchemy maps a class only if it can tell its rows apart. The server stops where the class is defined.",
	references: ["https://docs.sqlalchemy.org/en/20/faq/ormconfiguration.html#how-do-i-map-a-table-that-has-no-primary-key"],
	example: { before: example(""), after: example(" = Field(primary_key=True)") },

	*detect(project) {
		for (const table of tableClasses(project)) {
			const { value, tableName } = table;
			// A table that builds on another one inherits its key by rules of their own.
			if (table.isOpen || table.parent !== null || tableName === null || mayNameKeyElsewhere(table)) continue;
			const columns = columnsOf(table);
			if (columns.some((column) => mayBeKey(project, column)) || columns.some(holdsColumn)) continue;
			const { module, node } = value;
			yield {
				subject: `${module.name}:${node.name.name}`,
				path: module.path,
				range: { start: node.name.start, end: node.name.end },
				evidence: {
					table,
					className: node.name.name,
					tableName,
					id: columns.findLast((column) => column.name === "id" && !isBareAnnotation(table, column)) ?? null,
				},
			};
		}
	},

	describe({ evidence }) {
		const { table, className, tableName } = evidence;
		return {
			severity: "CRITICAL",
			stage: table.definition.stage,
			problem: `${className} has no primary key`,
			rootCause: `None of the columns of ${className} is marked with primary_key=True, so SQLAlchemy cannot map the class.`,
			expectedError: `sqlalchemy.exc.ArgumentError: Mapper Mapper[${className}(${tableName})] could not assemble any primary key columns for mapped table '${tableName}'`,
			order: table.definition.order,
		};
	},

	fix({ evidence }): FixProposal | undefined {
		const { table, className, id } = evidence;
		if (id !== null) return markKey(evidence, id);
		const [first] = table.value.node.body;
		if (first === undefined) return undefined;
		const { module } = table.value;
		const { code, needs } = numberedKey(table);
		const words = {
			title: `Give ${className} an id as its primary key`,
			explanation: "The database numbers the rows. A table that exists already needs a migration for the new column.",
			applicability: "review" as const,
			needs: needs.map(([home, name]) => ({ path: module.path, module: home, name })),
		};
		const naming = table.value.node.body.findLast(
			(each) => each.type === "Assign" && each.targets.some((target) => target.type === "Name" && /^__\w+__$/.test(target.id)),
		);
		if (naming !== undefined) return { ...words, edits: [insertAfter(module, naming, code)] };
		const isDocstring = first.type === "ExpressionStatement" && first.value.type === "Constant";
		const place = isDocstring ? table.value.node.body[1] : first;
		return place === undefined ? undefined : { ...words, edits: [insertBefore(module, place, code)] };
	},
});

/** The attributes that are no settings of the class. */
function columnsOf({ attributes }: TableClass): readonly ClassAttribute[] {
	return [...attributes.values()].filter(({ name }) => !name.startsWith("_") && name !== "model_config");
}

/** `id: Any` in the body of a base tells type checkers of a column that each table brings. */
function isBareAnnotation({ kind, value: table }: TableClass, { node, value, owner }: ClassAttribute): boolean {
	if (kind !== "declarative" || owner === table || value !== null || node.type !== "AnnAssign") return false;
	return !/\bMapped\b/.test(owner.module.text.slice(node.annotation.start, node.annotation.end));
}

/** A column of numbers as the other columns of the class are written, with the names that it takes. */
function numberedKey(table: TableClass): {
	readonly code: string;
	readonly needs: readonly (readonly [string, string])[];
} {
	if (table.kind === "sqlmodel")
		return { code: "id: int | None = Field(default=None, primary_key=True)", needs: [["sqlmodel", "Field"]] };
	if (columnsOf(table).some(({ value }) => makerOf(value) === "Column"))
		return {
			code: "id = Column(Integer, primary_key=True)",
			needs: [
				["sqlalchemy", "Column"],
				["sqlalchemy", "Integer"],
			],
		};
	return {
		code: "id: Mapped[int] = mapped_column(primary_key=True)",
		needs: [
			["sqlalchemy.orm", "Mapped"],
			["sqlalchemy.orm", "mapped_column"],
		],
	};
}

function markKey({ className, table }: Evidence, id: ClassAttribute): FixProposal | undefined {
	const { node, owner } = id;
	const { module } = owner;
	const common = {
		title: `Make id the primary key of ${className}`,
		explanation: "Its values tell the rows apart. A table that exists already needs a migration for the constraint.",
		applicability: "review" as const,
	};
	if (node.value?.type === "Call") {
		if (findKeyword(node.value, "primary_key") !== null) return undefined;
		return { ...common, edits: [addArgument(module, node.value, "primary_key=True")] };
	}
	if (table.kind === "declarative" && node.type === "AnnAssign" && node.value === null) {
		const needs = [{ path: module.path, module: "sqlalchemy.orm", name: "mapped_column" }];
		return { ...common, edits: [replaceText(module, node.end, node.end, " = mapped_column(primary_key=True)")], needs };
	}
	if (!isAnnotated(id) || owner.keywords.get("table") === undefined) return undefined;
	const needs = [{ path: module.path, module: "sqlmodel", name: "Field" }];
	if (node.value === null)
		return { ...common, edits: [replaceText(module, node.end, node.end, " = Field(primary_key=True)")], needs };
	const code = `Field(default=${module.text.slice(node.value.start, node.value.end)}, primary_key=True)`;
	return { ...common, edits: [replaceText(module, node.value.start, node.value.end, code)], needs };
}

/** A column in a tuple, by a comma behind it, is a fault of its own. */
function holdsColumn({ value }: ClassAttribute): boolean {
	return (
		value?.kind === "sequence" && value.items.some((item) => makerOf(item) === "Column" || makerOf(item) === "mapped_column")
	);
}

function isAnnotated({ node }: ClassAttribute): boolean {
	return node.type === "AnnAssign";
}

/** Does an alias such as `Annotated[str, mapped_column(String(50))]` stand for a column that is no key? */
function isColumnOfAlias(project: Project, owner: ClassValue, annotation: ast.Expression): boolean {
	const scope = scopeOfClass(project, owner);
	const form = scope === null ? null : readTypeForm(annotation, scope);
	const type = form?.kind === "external" && /\.Mapped$/.test(form.name) ? form.args?.[0] : form;
	return (
		type?.kind === "annotated" &&
		type.type.kind !== "annotated" &&
		type.metadata.every(({ node }) => {
			if (node.type === "Constant") return true;
			const isOpen = node.type !== "Call" || node.args.some(({ type }) => type === "Starred");
			return !isOpen && node.keywords.every(({ name }) => name !== null && name.name !== "primary_key");
		})
	);
}

/** Is the column the key, or may it be one that we cannot see through? */
function mayBeKey(project: Project, { node, value, owner }: ClassAttribute): boolean {
	if (value === null || value.kind === "constant" || value.kind === "sequence" || value.kind === "dict")
		return node.type === "AnnAssign" && mayBeAnnotatedKey(project, owner, node.annotation);
	if (isDefaultOfEnum(value)) return false;
	const keywords = argumentsOf(value)?.keywords ?? null;
	if (keywords === null) return true;
	if (isTrueOrUnknown(keywords.get("primary_key"))) return true;
	const column = keywords.get("sa_column");
	if (column !== undefined)
		return argumentsOf(column) === null || isTrueOrUnknown(argumentsOf(column)?.keywords.get("primary_key"));
	const more = keywords.get("sa_column_kwargs");
	if (more !== undefined && (more.kind !== "dict" || !more.complete || more.entries.has("primary_key"))) return true;
	if (makerOf(value) === "Field") return false;
	const maker = value.kind === "instance" && value.of.kind === "external" ? value.of.name : "";
	return !/\.(Column|mapped_column|relationship|Relationship|registry|MetaData)$/.test(maker);
}

/** `rank: Rank = Rank.rookie`: the default is a member of an Enum, and no column. */
function isDefaultOfEnum(value: Value): boolean {
	return value.kind === "instance" && value.of.kind === "class" && isValueEnum(value.of);
}

const plainTypes = new Set(
	"int str float bool bytes datetime date time timedelta UUID Decimal list List dict Dict set Set tuple Tuple Any".split(" "),
);

/** `Mapped[intpk]`, where the alias is `Annotated[int, mapped_column(primary_key=True)]`; plain types say nothing of keys. */
function mayBeAnnotatedKey(project: Project, owner: ClassValue, annotation: ast.Expression): boolean {
	if (isColumnOfAlias(project, owner, annotation)) return false;
	const isMapped = annotation.type === "Subscript" && annotation.value.type === "Name" && annotation.value.id === "Mapped";
	const type = isMapped ? annotation.index : annotation;
	if (annotatedType(type) !== null) return true;
	const { members } = readSettingType(type);
	return members === null || members.some((name) => !plainTypes.has(name));
}

function isTrueOrUnknown(value: Value | undefined): boolean {
	return value !== undefined && !(value.kind === "constant" && value.value !== true);
}
