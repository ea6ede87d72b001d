import { argumentsOf, type ClassAttribute, makerOf } from "../../project/models/class-body.ts";
import { sqlmodelTypeProblem } from "../../project/models/column-type.ts";
import { lookUpName, type NameScope, scopeOfClass } from "../../project/models/name-scope.ts";
import { annotationError, hasSqlalchemy } from "../../project/models/orm-version.ts";
import { type TableClass, tableClasses } from "../../project/models/table-class.ts";
import { readTypeForm, type TypeForm } from "../../project/models/type-form.ts";
import type { Module, Project } from "../../project/project.ts";
import { isClassVariable } from "../../python/annotated.ts";
import type * as ast from "../../python/ast.ts";
import { type ClassFault, defineClassRule, raising } from "../repair/classes/class-fault.ts";
import { waysToBind } from "../repair/names/ways-to-bind.ts";

const example = (imports: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy>=2\n",
	"main.py": `from __future__ import annotations

${imports}
from fastapi import FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
`,
});

export default defineClassRule(
	{
		name: "unresolved-model-annotation",
		category: "DATABASE",
		summary: "The type of a column is a name that is not there when the class is defined",
		story:
			"Quoted annotations and those below from __future__ import annotations are texts, which other code never looks at. SQLAlchemy and SQLModel do, when the class is defined: a name that is imported for type checkers only, or not at all, stops them.",
		references: ["https://docs.sqlalchemy.org/en/20/orm/declarative_tables.html", "https://peps.python.org/pep-0563/"],
		example: {
			before: example("from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from datetime import datetime\n"),
			after: example("from datetime import datetime\n"),
		},
	},
	function* (project) {
		for (const table of tableClasses(project)) {
			let turn = 0;
			for (const attribute of table.attributes.values()) {
				const fault = faultOf(project, table, attribute);
				if (fault === null) continue;
				yield { ...fault, order: fault.order + turn / 1000 };
				turn++;
			}
		}
	},
);

function faultOf(project: Project, table: TableClass, attribute: ClassAttribute): ClassFault | null {
	const { annotation, owner, name, node } = attribute;
	if (annotation === null || isClassVariable(annotation) || name.startsWith("__")) return null;
	const scope = scopeOfClass(project, owner);
	if (scope === null) return null;
	const now: NameScope = { ...scope, before: table.value.module === owner.module ? table.value.node.start : owner.node.start };
	const found = table.kind === "sqlmodel" ? inSqlmodel(project, attribute, now) : inMapped(project, attribute, now);
	// A name that Python itself asks for is missed before there is a class.
	if (found === null || isMissedBefore(project, owner.module, annotation, found.name)) return null;
	const className = table.value.node.name.name;
	const { module } = owner;
	return {
		...raising(table.definition),
		module,
		subject: `${module.name}:${owner.node.name.name}.${name}`,
		range: node,
		problem: `${found.name}, the type of ${className}.${name}, is not defined when the class is`,
		rootCause: `The annotation is a text, which ${table.kind === "sqlmodel" ? "SQLModel" : "SQLAlchemy"} reads when it makes the column. ${found.name} has no meaning in ${module.name} at that time.`,
		error: found.error,
		fixes: waysToBind(project, module, found.name, owner.node),
		manualSteps: [`Import ${found.name} at the head of ${module.path}, outside any TYPE_CHECKING block.`],
	};
}

function isMissedBefore(project: Project, module: Module, { start, end }: ast.Expression, name: string): boolean {
	return project.trace.failures.some(
		({ detail, module: { path }, range }) =>
			detail.type === "name-not-defined" &&
			detail.name === name &&
			path === module.path &&
			start <= range.start &&
			range.end <= end,
	);
}

interface Unresolved {
	readonly name: string;
	readonly error: string | null;
}

function inSqlmodel(project: Project, { annotation, value, name }: ClassAttribute, scope: NameScope): Unresolved | null {
	if (annotation === null || name.startsWith("_")) return null;
	const maker = makerOf(value);
	const call = argumentsOf(value);
	const isPlain = value === null || ["constant", "sequence", "dict"].includes(value.kind);
	if (!isPlain && (maker !== "Field" || call === null || call.keywords.has("sa_type") || call.keywords.has("sa_column")))
		return null;
	const problem = sqlmodelTypeProblem(readTypeForm(annotation, scope), project, name);
	return problem?.problem === "unbound" ? { name: problem.named, error: problem.error } : null;
}

function inMapped(project: Project, { annotation, value, owner }: ClassAttribute, scope: NameScope): Unresolved | null {
	if (annotation === null || !hasSqlalchemy(project, 2, 0)) return null;
	const form = readTypeForm(annotation, scope);
	if (form.kind !== "external" || !form.name.endsWith(".Mapped")) return null;
	const generic = unboundGeneric(project, annotation, owner.module, scope);
	if (generic !== null) return generic;
	if (value !== null && makerOf(value) !== "mapped_column") return null;
	const name = form.args === null ? null : unboundOutside(form.args);
	if (name === null) return null;
	const isText = owner.module.tree.futures.has("annotations") || annotation.type === "Constant";
	const shown = isText
		? shownText(
				annotation.type === "Constant" ? String(annotation.value) : owner.module.text.slice(annotation.start, annotation.end),
			)
		: null;
	const direct = form.args?.[0]?.kind === "unbound" ? `sqlalchemy.orm.base.Mapped[ForwardRef('${name}')]` : null;
	const text = shown ?? direct;
	return {
		name,
		error:
			text === null
				? null
				: `${annotationError(project)}: Could not resolve all types within mapped annotation: "${text}".  Ensure all types are written correctly and are imported within the module in use.`,
	};
}

/** `List` of a textual `Mapped[List[Item]]`: what stands in the inner brackets may be a class to come, the name before them is looked up. */
function unboundGeneric(project: Project, annotation: ast.Expression, module: Module, scope: NameScope): Unresolved | null {
	const isQuoted = annotation.type === "Constant" && typeof annotation.value === "string";
	if (!isQuoted && !module.tree.futures.has("annotations")) return null;
	const text = isQuoted ? String(annotation.value) : module.text.slice(annotation.start, annotation.end);
	const name = /^\s*\w+\s*\[\s*([A-Z]\w*)\s*\[/.exec(text)?.[1];
	if (name === undefined || lookUpName(scope, name) !== "unbound") return null;
	const shown = shownText(text);
	return {
		name,
		error:
			shown === null
				? null
				: `${annotationError(project)}: Could not interpret annotation ${shown}.  Check that it uses names that are correctly imported at the module level. See chained stack trace for more hints.`,
	};
}

/** The annotation as the compiler writes it back, where that is the same. */
function shownText(text: string): string | null {
	return /["'\n]/.test(text) ? null : text;
}

/** The first name that nothing binds, outside of the brackets of generics: what stands there may be a class to come. */
function unboundOutside(forms: readonly TypeForm[]): string | null {
	for (const form of forms) {
		if (form.kind === "unbound") return form.name;
		const inner =
			form.kind === "union" ? unboundOutside(form.members) : form.kind === "annotated" ? unboundOutside([form.type]) : null;
		if (inner !== null) return inner;
	}
	return null;
}
