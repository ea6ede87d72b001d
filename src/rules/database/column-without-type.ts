import type { ClassDefinition } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "../../project/models/class-body.ts";
import { mappedTypeProblem, sqlmodelTypeProblem, type TypeProblem } from "../../project/models/column-type.ts";
import { lineageOf } from "../../project/models/lineage.ts";
import { scopeOfClass } from "../../project/models/name-scope.ts";
import { hasSqlalchemy } from "../../project/models/orm-version.ts";
import { isModel, isOff } from "../../project/models/pydantic-model.ts";
import { isVersionOne } from "../../project/models/pydantic-schema.ts";
import { isSqlmodel, isSqlmodelTable, type TableClass, tableClasses } from "../../project/models/table-class.ts";
import { readTypeForm, type TypeForm } from "../../project/models/type-form.ts";
import type { Project } from "../../project/project.ts";
import { isClassVariable } from "../../python/annotated.ts";
import { type ClassFault, certainClasses, defineClassRule, raising } from "../repair/classes/class-fault.ts";
import { asSqlmodelRelationship } from "./repair/sqlmodel-relationship.ts";
import { typedColumn } from "./repair/typed-column.ts";

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

export default defineClassRule(
	{
		name: "column-without-type",
		category: "DATABASE",
		summary: "A field of a table has a type that no column can hold",
		story:
			"A list or dict works in a plain model, but a table needs a column type for each field. SQLModel and SQLAlchemy stop where the class is defined.",
		references: [
			"https://sqlmodel.tiangolo.com/tutorial/relationship-attributes/define-relationships-attributes/",
			"https://docs.sqlalchemy.org/en/20/orm/declarative_tables.html#mapped-column-derives-the-datatype-and-nullability-from-the-mapped-annotation",
		],
		example: {
			before: example("[]", ""),
			after: example("Field(default_factory=list, sa_type=JSON)", "from sqlalchemy import JSON\n"),
		},
	},
	function* (project) {
		const tables = tableClasses(project);
		for (const table of tables)
			yield* numbered(
				table.kind === "sqlmodel"
					? sqlmodelFaults(project, table.definition, [...table.attributes.values()])
					: mappedFaults(project, table),
			);
		if (!isVersionOne(project.environment)) yield* inheritedTables(project);
	},
);

/** Python names the first fault of a class; the others follow once it is mended. */
function* numbered(faults: Iterable<ClassFault>): Generator<ClassFault> {
	let turn = 0;
	for (const fault of faults) {
		yield { ...fault, order: fault.order + turn / 1000, error: turn === 0 ? fault.error : null };
		turn++;
	}
}

/** Models that derive from a table class make columns of their own fields too, though they are no tables. */
function* inheritedTables(project: Project): Generator<ClassFault> {
	for (const definition of certainClasses(project)) {
		const { value } = definition;
		const inherits = lineageOf(value).own.slice(1).some(isSqlmodelTable);
		if (!inherits || isSqlmodelTable(value) || !isSqlmodel(value) || value.keywords.has("table")) continue;
		const fields = [...value.node.body].flatMap((node) =>
			node.type === "AnnAssign" && node.target.type === "Name" ? [node.target.id] : [],
		);
		const attributes = tableClasses(project).length === 0 ? [] : ownAttributes(value, fields);
		yield* numbered(sqlmodelFaults(project, definition, attributes));
	}
}

function ownAttributes(value: ClassDefinition["value"], names: readonly string[]): readonly ClassAttribute[] {
	return value.node.body.flatMap((node): ClassAttribute[] => {
		if (node.type !== "AnnAssign" || node.target.type !== "Name" || !names.includes(node.target.id)) return [];
		const name = node.target.id;
		const bound = node.value === null ? null : (value.namespace.names.get(name)?.value ?? null);
		return [{ name, owner: value, node, annotation: node.annotation, value: bound, valueNode: node.value }];
	});
}

function* sqlmodelFaults(
	project: Project,
	definition: ClassDefinition,
	attributes: readonly ClassAttribute[],
): Generator<ClassFault> {
	for (const attribute of attributes) {
		const { name, annotation, value, owner } = attribute;
		if (annotation === null || name.startsWith("_") || name === "model_config" || isClassVariable(annotation)) continue;
		const scope = scopeOfClass(project, owner);
		if (scope === null) continue;
		const form = readTypeForm(annotation, scope);
		if (makerOf(value) === "relationship") {
			const fault = relationshipFault(project, definition, attribute, form);
			if (fault !== null) yield fault;
			continue;
		}
		if (hasColumnType(value)) continue;
		if (
			form.kind === "annotated" &&
			form.metadata.some(({ node }) => node.type === "Call" && node.keywords.some((each) => each.name?.name.startsWith("sa_")))
		)
			continue;
		const problem = sqlmodelTypeProblem(form, project, name);
		if (problem === null || problem.problem === "unbound" || isRefusedByPydantic(form, attribute)) continue;
		yield faultOf(project, definition, attribute, problem, form, "sqlmodel");
	}
}

/** SQLAlchemy's `relationship` is a plain default to SQLModel, which wants a column for the annotation beside it. */
function relationshipFault(
	project: Project,
	definition: ClassDefinition,
	attribute: ClassAttribute,
	form: TypeForm,
): ClassFault | null {
	const isMapped = form.kind === "external" && form.name.endsWith(".Mapped");
	const problem = isMapped ? null : sqlmodelTypeProblem(form, project, attribute.name);
	if (problem === null && !isMapped) return null;
	const fix = asSqlmodelRelationship(attribute);
	const name = `${definition.value.node.name.name}.${attribute.name}`;
	return {
		...raising(definition),
		module: attribute.owner.module,
		subject: `${definition.value.module.name}:${name}`,
		range: attribute.node,
		problem: `${name} is made with SQLAlchemy's relationship, in a class of SQLModel's`,
		rootCause:
			"SQLModel knows its own Relationship: what SQLAlchemy's relationship gives is a default to it, and the annotation that of a column.",
		error: problem?.error ?? "ValueError: <class 'sqlalchemy.orm.base.Mapped'> has no matching SQLAlchemy type",
		fixes: fix === null ? [] : [fix],
		manualSteps: [`Write ${name} with SQLModel's Relationship.`],
	};
}

/** Is there a type already, or a value that we cannot see through? */
function hasColumnType(value: Value | null): boolean {
	if (value === null || value.kind === "constant" || value.kind === "sequence" || value.kind === "dict") return false;
	if (makerOf(value) !== "Field") return true;
	const call = argumentsOf(value);
	return call === null || call.keywords.has("sa_type") || call.keywords.has("sa_column");
}

/** A class that pydantic does not know is refused before there is any thought of columns. */
function isRefusedByPydantic(form: TypeForm, { owner }: ClassAttribute): boolean {
	if (form.kind === "union") return form.members.some((member) => isRefusedByPydantic(member, { owner } as ClassAttribute));
	return form.kind === "class" && !isModel(form.value) && isOff(owner, "arbitrary_types_allowed");
}

function* mappedFaults(project: Project, table: TableClass): Generator<ClassFault> {
	if (!hasSqlalchemy(project, 2, 0)) return;
	for (const attribute of table.attributes.values()) {
		const { annotation, owner, name, value } = attribute;
		const scope = annotation === null ? null : scopeOfClass(project, owner);
		if (annotation === null || scope === null || isTypedColumn(value)) continue;
		const form = readTypeForm(annotation, scope);
		if (form.kind !== "external" || !form.name.endsWith(".Mapped") || form.args === null) continue;
		const [type] = form.args;
		const problem = type === undefined ? null : mappedTypeProblem(type, project, table, name);
		if (problem !== null && type !== undefined) yield faultOf(project, table.definition, attribute, problem, type, "declarative");
	}
}

/** Is it no column, a column with a type, or one that takes the type of what it refers to, or of a parent's column of its name? */
function isTypedColumn(value: Value | null): boolean {
	if (value === null) return false;
	if (makerOf(value) !== "mapped_column") return true;
	const call = argumentsOf(value);
	if (call === null || call.keywords.has("type_") || call.keywords.has("use_existing_column")) return true;
	return call.args.some((arg) => !(arg.kind === "constant" && typeof arg.value === "string"));
}

function faultOf(
	project: Project,
	definition: ClassDefinition,
	attribute: ClassAttribute,
	problem: TypeProblem,
	form: TypeForm,
	kind: TableClass["kind"],
): ClassFault {
	const { value } = definition;
	const { name, owner, node } = attribute;
	const className = value.node.name.name;
	return {
		...raising(definition),
		module: owner.module,
		subject: `${value.module.name}:${className}.${name}`,
		range: node,
		problem: `${className}.${name} is ${described(problem)}, for which there is no column type`,
		rootCause: causeOf(problem, kind, form),
		error: problem.error,
		fixes: typedColumn(project, value, attribute, problem, form, kind),
		manualSteps: [stepOf(attribute, form, kind)],
	};
}

function described({ problem, named }: TypeProblem): string {
	if (problem === "union") return "a union of several types";
	if (problem === "not-a-type") return `declared with ${named}`;
	return /^[A-Z]/.test(named) ? `declared with ${named}` : `a ${named}`;
}

function causeOf({ problem }: TypeProblem, kind: TableClass["kind"], form: TypeForm): string {
	const library = kind === "sqlmodel" ? "SQLModel" : "SQLAlchemy";
	if (problem === "not-a-type")
		return "Mapped[...] holds the Python type of the attribute; the type of the column is an argument of mapped_column.";
	if (problem === "relation" || holdsModels(form)) return "What refers to rows of another table is a relationship, not a column.";
	return `${library} picks column types for plain types only; others need ${kind === "sqlmodel" ? "sa_type or sa_column" : "one in mapped_column"}.`;
}

function stepOf({ name }: ClassAttribute, form: TypeForm, kind: TableClass["kind"]): string {
	if (form.kind === "class" || holdsModels(form))
		return `Write ${name} as a ${kind === "sqlmodel" ? "Relationship" : "relationship()"}, and give one of the two tables a foreign key to the other.`;
	return kind === "sqlmodel"
		? `Give ${name} a column type: Field(sa_type=JSON).`
		: `Give ${name} a column type: mapped_column(JSON).`;
}

function holdsModels(form: TypeForm): boolean {
	if (form.kind === "union") return form.members.some(holdsModels);
	if (form.kind !== "external" || form.args === null) return false;
	return form.args.some((arg) => arg.kind === "unbound" || (arg.kind === "class" && isModel(arg.value)));
}
