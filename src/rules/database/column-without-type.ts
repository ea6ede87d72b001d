import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { isMadeBy } from "../../project/database/sqlalchemy-values.ts";
import { callKeywords, isField, listTables, type TableClass, type TableColumn } from "../../project/database/tables.ts";
import type { ClassValue } from "../../project/imports/values.ts";
import { readSettingType } from "../../project/settings/setting-type.ts";
import { addArgument } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";

interface Evidence {
	readonly table: TableClass;
	readonly column: TableColumn;
	readonly className: string;
	/** `list`, the Python type that has no column type. */
	readonly type: string;
	/** True for the first such column of its class, which is the one that Python names. */
	readonly isFirst: boolean;
	/** True where the items are another class of the project: then a relationship is meant. */
	readonly holdsModels: boolean;
}

const example = (tags: string, imports: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\n",
	"main.py": `from fastapi import FastAPI
${imports}from sqlmodel import Field, SQLModel


class Item(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    tags: list[str] = ${tags}


app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "column-without-type",
	category: "DATABASE",
	summary: "A field of a SQLModel table has a type that no column can hold",
	story:
		"A list or dict works in a plain model, but a table needs a column type for each field. SQLModel stops where the class is defined.",
	references: ["https://sqlmodel.tiangolo.com/tutorial/relationship-attributes/define-relationships-attributes/"],
	example: {
		before: example("[]", ""),
		after: example("Field(default_factory=list, sa_type=JSON)", "from sqlalchemy import JSON\n"),
	},

	*detect(project) {
		for (const table of listTables(project)) {
			if (table.kind !== "sqlmodel") continue;
			const { module, node } = table.value;
			let isFirst = true;
			for (const column of table.columns) {
				const type = untypedName(column);
				if (type === null) continue;
				const { owner } = column;
				yield {
					subject: `${module.name}:${node.name.name}.${column.name}`,
					path: owner.module.path,
					range: { start: column.node.start, end: column.node.end },
					evidence: { table, column, className: node.name.name, type, isFirst, holdsModels: holdsModels(column) },
				};
				isFirst = false;
			}
		}
	},

	describe({ evidence }) {
		const { table, column, className, type, isFirst, holdsModels } = evidence;
		return {
			severity: "CRITICAL",
			stage: table.definition.stage,
			problem: `${className}.${column.name} is a ${type}, for which there is no column type`,
			rootCause: holdsModels
				? "What refers to rows of another table is a Relationship, not a column."
				: "SQLModel picks column types for plain types only; others need sa_type or sa_column.",
			...(isFirst ? { expectedError: `ValueError: <class '${type}'> has no matching SQLAlchemy type` } : {}),
			order: table.definition.order + (isFirst ? 0 : 0.5),
			manualSteps: holdsModels
				? [`Write ${column.name} as a Relationship, and give the other table a foreign key to this one.`]
				: [`Give ${column.name} a column type: Field(sa_type=JSON).`],
		};
	},

	fix({ evidence }): FixProposal | undefined {
		const { column, type, holdsModels } = evidence;
		const { node, owner } = column;
		if (holdsModels || node.type !== "AnnAssign") return undefined;
		const edit = typedColumn(column, type);
		if (edit === null) return undefined;
		const needs = [{ path: owner.module.path, module: "sqlalchemy", name: "JSON" }];
		return {
			title: `Keep ${column.name} in a JSON column`,
			explanation: `The ${type} is stored as JSON, which every database knows. A table that exists already needs a migration for the column.`,
			applicability: "review",
			edits: [edit],
			needs: isField(column.value) ? needs : [...needs, { path: owner.module.path, module: "sqlmodel", name: "Field" }],
		};
	},
});

const containers: Readonly<Record<string, string>> = {
	list: "list",
	List: "list",
	dict: "dict",
	Dict: "dict",
	set: "set",
	Set: "set",
	tuple: "tuple",
	Tuple: "tuple",
};

/** The container that a field without a column type holds; null where it has one, or is no container. */
function untypedName({ node, value }: TableColumn): string | null {
	if (node.type !== "AnnAssign") return null;
	const { members } = readSettingType(node.annotation);
	const type = members?.length === 1 ? containers[members[0] ?? ""] : undefined;
	if (type === undefined) return null;
	if (value === null || value.kind === "constant" || value.kind === "sequence" || value.kind === "dict") return type;
	if (isMadeBy(value, "Relationship") || !isField(value)) return null;
	const keywords = callKeywords(value);
	if (keywords === null) return null;
	return keywords.has("sa_type") || keywords.has("sa_column") ? null : type;
}

/** Are the items of the container instances of another class, as `list["Hero"]` says, or of one that the module defines or imports? */
function holdsModels({ node, owner }: TableColumn): boolean {
	if (node.type !== "AnnAssign") return false;
	const { annotation } = node;
	if (annotation.type === "Subscript" && annotation.index.type === "Constant" && annotation.index.literal === "string")
		return true;
	const { itemType } = readSettingType(annotation);
	return itemType !== null && /^[A-Z]/.test(itemType) && lookUpClass(owner, itemType);
}

/** Does the name stand for a class of the project? */
function lookUpClass(owner: ClassValue, name: string): boolean {
	return owner.module.tree.body.some(
		(statement) =>
			(statement.type === "ClassDef" && statement.name.name === name) ||
			(statement.type === "ImportFrom" && statement.names.some((alias) => (alias.asName ?? alias.name).name === name)),
	);
}

/** The field with a JSON column, its default kept. */
function typedColumn({ node, owner, value }: TableColumn, type: string) {
	const { module } = owner;
	if (node.value === null) return replaceText(module, node.end, node.end, " = Field(sa_type=JSON)");
	if (node.value.type === "Call" && isField(value)) return addArgument(module, node.value, "sa_type=JSON");
	const text = module.text.slice(node.value.start, node.value.end);
	const isEmpty = text === "[]" || text === "{}" || text === "()";
	const fallback = isEmpty ? `default_factory=${type}` : `default=${text}`;
	return replaceText(module, node.value.start, node.value.end, `Field(${fallback}, sa_type=JSON)`);
}
