import type { ClassValue } from "../../../project/imports/values.ts";
import { type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import { isMappedAsDataclass, makesBase, mappingDecorator } from "../../../project/models/declarative-base.ts";
import { inheritedValue, lineageOf } from "../../../project/models/lineage.ts";
import { scopeOfClass } from "../../../project/models/name-scope.ts";
import { annotationError, backgroundLink, hasSqlalchemy } from "../../../project/models/orm-version.ts";
import { type TableClass, tableKind } from "../../../project/models/table-class.ts";
import { readTypeForm, type TypeForm } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import { isClassVariable } from "../../../python/annotated.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName, walk } from "../../../python/walk.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/** Annotations of a mapped class that SQLAlchemy 2 takes for columns, and that are not `Mapped[...]`. */
export function* unmappedAnnotations(project: Project, table: TableClass): Generator<ClassFault> {
	if (table.kind !== "declarative" || !hasSqlalchemy(project, 2, 0) || isExempt(table)) return;
	let turn = 0;
	for (const attribute of table.attributes.values()) {
		if (!isTakenForColumn(table, attribute) || !isCertainlyUnmapped(project, attribute)) continue;
		yield { ...faultOf(project, table, attribute), order: table.definition.order + turn / 1000 };
		turn++;
	}
}

/** `__allow_unmapped__` lets all annotations pass; a dataclass has annotations of its own. */
function isExempt({ value }: TableClass): boolean {
	const { ancestors, own } = lineageOf(value);
	if (inheritedValue(value, "__allow_unmapped__") !== undefined || !own.every(isPlain) || isMappedAsDataclass(value)) return true;
	return ancestors.some((each) => each.kind === "external" && each.canonical.endsWith(".MappedAsDataclass"));
}

function isPlain(each: ClassValue): boolean {
	return each.decorators.every((decorator) => makesBase(decorator) || decorator === mappingDecorator(each));
}

/** Follows `_collect_annotation` of sqlalchemy/orm/decl_base.py. */
function isTakenForColumn({ value: cls }: TableClass, { name, annotation, value, owner }: ClassAttribute): boolean {
	if (annotation === null || name.startsWith("_") || isClassVariable(annotation)) return false;
	const maker = makerOf(value);
	if (maker === "mapped_column" || maker === "relationship" || maker === "column_property") return true;
	// A column of a mixin or an abstract class is copied, and made anew of its annotation.
	if (maker === "Column") return owner !== cls && tableKind(owner) === null;
	if (owner !== cls || tableKind(owner) === null) return false;
	return value === null || (value.kind === "constant" && value.value === null);
}

/** `"Category"`, `"Category | None"`: a relationship to a class whose name stands in quotes. */
const quotedClass = /^(?:(?:Optional|List|list|Set|set)\[)?[A-Z]\w*\]?(?: \| None)?$/;

function isCertainlyUnmapped(project: Project, { annotation, owner, value }: ClassAttribute): boolean {
	if (annotation?.type === "Constant" && typeof annotation.value === "string" && makerOf(value) === "relationship")
		return quotedClass.test(annotation.value);
	const scope = scopeOfClass(project, owner);
	return annotation !== null && scope !== null && isPlainType(readTypeForm(annotation, scope));
}

function isPlainType(form: TypeForm): boolean {
	switch (form.kind) {
		case "class":
			return lineageOf(form.value).isComplete;
		case "external":
			return (
				!/^sqlalchemy|^sqlmodel|\bMapped\b/.test(form.name) &&
				/^(\w+$|typing\.|datetime\.|decimal\.|uuid\.|collections\.|pathlib\.|enum\.)/.test(form.name)
			);
		case "union":
		case "literal":
		case "none":
			return true;
		default:
			return false;
	}
}

function faultOf(project: Project, table: TableClass, { name, annotation, owner, node }: ClassAttribute): ClassFault {
	const { module } = owner;
	const className = table.value.node.name.name;
	const written = annotation === null ? "" : module.text.slice(annotation.start, annotation.end);
	const mapped = annotation === null ? null : mappedPart(annotation);
	const mended = mapped === null ? `Mapped[${written}]` : module.text.slice(mapped.start, mapped.end);
	return {
		...raising(table.definition),
		subject: `${module.name}:${owner.node.name.name}.${name}`,
		module,
		range: node,
		problem: `${className}.${name} is annotated without Mapped`,
		rootCause: "SQLAlchemy 2 reads the annotations of a mapped class, and expects Mapped[...] around the type of each column.",
		error: `${annotationError(project)}: Type annotation for "${className}.${name}" can't be correctly interpreted for Annotated Declarative Table form.  ORM annotations should normally make use of the \`\`Mapped[]\`\` generic type, or other ORM-compatible generic type, as a container for the actual type, which indicates the intent that the attribute is mapped. Class variables that are not intended to be mapped by the ORM should use ClassVar[].  To allow Annotated Declarative to disregard legacy annotations which don't use Mapped[] to pass, set "__allow_unmapped__ = True" on the class or a superclass this class.${backgroundLink(project, "zlpr")}`,
		fixes:
			annotation === null
				? []
				: [
						{
							title: `Annotate ${name} with ${mended}`,
							explanation: "Mapped says that the attribute is a column or a relationship of this type.",
							applicability: "safe",
							edits: [replaceText(module, annotation.start, annotation.end, mended)],
							needs: [{ path: module.path, module: "sqlalchemy.orm", name: "Mapped" }],
						},
					],
	};
}

/** The `Mapped[int]` of `Mapped[int] | int`. */
function mappedPart(annotation: ast.Expression): ast.Subscript | null {
	const found: ast.Subscript[] = [];
	walk(annotation, (node) => {
		if (node.type === "Subscript" && dottedName(node.value)?.split(".").at(-1) === "Mapped") found.push(node);
	});
	return found[0] ?? null;
}
