import type { FixProposal } from "../../../audit/fix.ts";
import type { ClassValue, Value } from "../../../project/imports/values.ts";
import { type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import type { TypeProblem } from "../../../project/models/column-type.ts";
import { referencesOf } from "../../../project/models/columns.ts";
import { isVersionOne } from "../../../project/models/pydantic-schema.ts";
import { type TableClass, tableClasses, tableKind } from "../../../project/models/table-class.ts";
import type { TypeForm } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextEdit } from "../../../text/range.ts";

/** Ways to give a field of a table a column type, or to make it the relationship that is meant. */
export function typedColumn(
	project: Project,
	table: ClassValue,
	attribute: ClassAttribute,
	problem: TypeProblem,
	form: TypeForm,
	kind: TableClass["kind"],
): readonly FixProposal[] {
	const related = relatedClass(form);
	// What is no table has no rows to refer to: it can only be kept in the row itself.
	if (related === "unknown" || (related !== null && tableKind(related) !== null)) {
		const relation = relationship(project, table, attribute, related, kind);
		return relation === null ? [] : [relation];
	}
	if (problem.problem === "not-a-type") return pythonType(attribute, problem);
	const type = columnTypeFor(form);
	if (type === null) return [];
	const edit = kind === "sqlmodel" ? sqlmodelEdit(project, attribute, type, form) : mappedEdit(attribute, type);
	if (edit === null) return [];
	const { module } = attribute.owner;
	const needs = [type, ...edit.names].map((name) => ({ path: module.path, module: homes[name] ?? "sqlalchemy", name }));
	return [
		{
			title: type === "JSON" ? `Keep ${attribute.name} in a JSON column` : `Keep ${attribute.name} in a ${type} column`,
			explanation:
				type === "JSON"
					? `The ${problem.named} is stored as JSON, which every database knows. A table that exists already needs a migration for the column.`
					: "The column then has a type of its own. A table that exists already needs a migration for it.",
			applicability: "review",
			edits: [edit.edit],
			needs,
		},
	];
}

const homes: Readonly<Record<string, string>> = { Field: "sqlmodel", mapped_column: "sqlalchemy.orm" };

/** The model that is meant by `Team` or `list["Hero"]`; `unknown` for a name that is not there, null where no model is. */
function relatedClass(form: TypeForm): ClassValue | "unknown" | null {
	if (form.kind === "union") return form.members.map(relatedClass).find((each) => each !== null) ?? null;
	if (form.kind === "class") return form.value;
	if (form.kind !== "external" || form.args === null) return null;
	const [only] = form.args;
	if (form.args.length !== 1 || only === undefined) return null;
	if (only.kind === "unbound") return "unknown";
	return only.kind === "class" ? only.value : null;
}

/** A relationship, where a foreign key between the two tables says which rows belong together. */
function relationship(
	project: Project,
	table: ClassValue,
	attribute: ClassAttribute,
	related: ClassValue | "unknown",
	kind: TableClass["kind"],
): FixProposal | null {
	const tables = tableClasses(project);
	const own = tables.find(({ value }) => value === table);
	const name = annotationName(attribute);
	const other = tables.find(({ value }) => (related === "unknown" ? value.node.name.name === name : value === related));
	if (own === undefined || other === undefined || !(refersTo(own, other) || refersTo(other, own))) return null;
	if (attribute.valueNode !== null && !isPlainDefault(attribute.valueNode)) return null;
	const back = backReference(other, attribute.name);
	const maker = kind === "sqlmodel" ? "Relationship" : "relationship";
	const code = `${maker}(${back === null ? "" : `back_populates="${back}"`})`;
	const { module } = attribute.owner;
	const { node, valueNode } = attribute;
	const edit =
		valueNode === null
			? replaceText(module, node.end, node.end, ` = ${code}`)
			: replaceText(module, valueNode.start, valueNode.end, code);
	return {
		title: `Make ${attribute.name} a relationship`,
		explanation: `A foreign key ties ${table.node.name.name} and ${other.value.node.name.name} together already; the relationship loads the rows by it.`,
		applicability: "review",
		edits: [edit],
		needs: [{ path: module.path, module: kind === "sqlmodel" ? "sqlmodel" : "sqlalchemy.orm", name: maker }],
	};
}

function annotationName({ annotation, owner }: ClassAttribute): string | null {
	const text = annotation === null ? "" : owner.module.text.slice(annotation.start, annotation.end);
	return /\[\s*["']?(\w+)["']?\s*\]/.exec(text)?.[1] ?? null;
}

function refersTo(from: TableClass, to: TableClass): boolean {
	return to.tableName !== null && referencesOf(from).some(({ reference }) => reference.target.split(".").at(-2) === to.tableName);
}

/** The relationship of the other class that names this one with `back_populates`. */
function backReference(other: TableClass, name: string): string | null {
	for (const { name: attribute, value } of other.attributes.values()) {
		if (makerOf(value) !== "Relationship" && makerOf(value) !== "relationship") continue;
		const back = value?.kind === "instance" ? value.call?.keywords.get("back_populates") : undefined;
		if (back?.kind === "constant" && back.value === name) return attribute;
	}
	return null;
}

function isPlainDefault(node: ast.Expression): boolean {
	return (node.type === "Constant" && node.literal === "none") || (node.type === "Sequence" && node.items.length === 0);
}

const pythonTypes: Readonly<Record<string, string>> = {
	Integer: "int",
	BigInteger: "int",
	SmallInteger: "int",
	String: "str",
	Text: "str",
	Unicode: "str",
	Boolean: "bool",
	Float: "float",
	LargeBinary: "bytes",
};

/** `Mapped[String]` becomes `Mapped[str]`, and `Mapped[datetime]` of the module the class in it. */
function pythonType({ annotation, owner }: ClassAttribute, { named }: TypeProblem): readonly FixProposal[] {
	const inner = annotation?.type === "Subscript" ? annotation.index : null;
	if (inner === null) return [];
	const { module } = owner;
	const written = module.text.slice(inner.start, inner.end);
	const type = named === "datetime" ? `${written}.datetime` : pythonTypes[named];
	if (type === undefined || (named !== "datetime" && !written.endsWith(named))) return [];
	return [
		{
			title: `Write Mapped[${type}]`,
			explanation: "Mapped[...] holds the Python type; SQLAlchemy finds the type of the column by it.",
			applicability: "safe",
			edits: [replaceText(module, inner.start, inner.end, type)],
		},
	];
}

function columnTypeFor(form: TypeForm): string | null {
	if (form.kind === "literal")
		return form.items.every((item) => item.type === "Constant" && item.literal === "string") ? "String" : "JSON";
	if (form.kind === "union") {
		const types = form.members.filter((member) => member.kind !== "none");
		const [only] = types;
		return types.length === 1 && only !== undefined ? columnTypeFor(only) : "JSON";
	}
	if (form.kind === "annotated") return columnTypeFor(form.type);
	if (form.kind === "class") return "JSON";
	if (form.kind !== "external") return null;
	if (form.value.canonical.startsWith("pydantic.")) return "String";
	return ["object", "complex", "type", "typing.Callable"].includes(form.name) ? null : "JSON";
}

interface ColumnEdit {
	readonly edit: TextEdit;
	/** Further names that the new code uses. */
	readonly names: readonly string[];
}

/** The field with a column type, its default kept. SQLModel on pydantic 1 has no `sa_type`. */
function sqlmodelEdit(
	project: Project,
	{ node, owner, value, valueNode }: ClassAttribute,
	type: string,
	form: TypeForm,
): ColumnEdit | null {
	const { module } = owner;
	const isOld = isVersionOne(project.environment);
	const argument = isOld ? `sa_column=Column(${type})` : `sa_type=${type}`;
	const names = isOld ? ["Column"] : [];
	if (valueNode === null)
		return { edit: replaceText(module, node.end, node.end, ` = Field(${argument})`), names: ["Field", ...names] };
	if (valueNode.type === "Call")
		return makerOf(value) === "Field" ? { edit: addArgument(module, valueNode, argument), names } : null;
	const text = module.text.slice(valueNode.start, valueNode.end);
	const factory = text === "[]" ? "list" : text === "{}" ? "dict" : text === "()" ? "tuple" : null;
	const container = form.kind === "external" && /^\w+$/.test(form.name) ? form.name : factory;
	const fallback = factory === null ? `default=${text}` : `default_factory=${container ?? factory}`;
	return {
		edit: replaceText(module, valueNode.start, valueNode.end, `Field(${fallback}, ${argument})`),
		names: ["Field", ...names],
	};
}

/** `mapped_column(JSON)`: the type is the first argument, or follows the name. */
function mappedEdit({ node, owner, valueNode, value }: ClassAttribute, type: string): ColumnEdit | null {
	const { module } = owner;
	if (valueNode === null)
		return { edit: replaceText(module, node.end, node.end, ` = mapped_column(${type})`), names: ["mapped_column"] };
	if (valueNode.type !== "Call") return null;
	const [first] = valueNode.args;
	if (first !== undefined && isText(value)) return { edit: replaceText(module, first.end, first.end, `, ${type}`), names: [] };
	const at = valueNode.argumentsRange.start + 1;
	const isEmpty = valueNode.args.length + valueNode.keywords.length === 0;
	return { edit: replaceText(module, at, at, isEmpty ? type : `${type}, `), names: [] };
}

function isText(value: Value | null): boolean {
	const first = value?.kind === "instance" ? value.call?.args[0] : undefined;
	return first?.kind === "constant" && typeof first.value === "string";
}
