import type * as ast from "../../python/ast.ts";
import { walk } from "../../python/walk.ts";
import type { Origin, Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "./class-body.ts";
import { type Column, columnsOf, hasTableConstraints } from "./columns.ts";
import { scopeOfClass } from "./name-scope.ts";
import { baseHolder, type TableClass, tableClasses } from "./table-class.ts";
import { readTypeForm, type TypeForm } from "./type-form.ts";

/** A relationship of a table class, as it is written. */
export interface Relationship {
	readonly table: TableClass;
	readonly attribute: ClassAttribute;
	/** The class it leads to: found, or its name as a text; null where it cannot be seen. */
	readonly target: TableClass | { readonly name: string; readonly origin: Origin | null } | null;
	readonly backPopulates: { readonly name: string; readonly origin: Origin | null } | null;
	/** The name under which the other class gets the way back; null where it gets none. */
	readonly backref: string | null;
	/** True where the join is given, so that it need not be found by foreign keys. */
	readonly hasJoin: boolean;
	/** What the relationship is told by keyword, in `sa_relationship_kwargs` too; null for what it is not told. */
	readonly option: (name: string) => Value | null;
	/** For SQLModel an annotation that is one text and more than a name, `list['Task']`: SQLAlchemy takes it for the name of a class. */
	readonly misread: string | null;
}

const known = new WeakMap<Project, readonly Relationship[]>();

/** All relationships of the table classes, those whose arguments can be seen. */
export function relationshipsOf(project: Project): readonly Relationship[] {
	const cached = known.get(project);
	if (cached !== undefined) return cached;
	const result = tableClasses(project).flatMap((table) =>
		[...table.attributes.values()].flatMap((attribute) => readRelationship(project, table, attribute) ?? []),
	);
	known.set(project, result);
	return result;
}

function readRelationship(project: Project, table: TableClass, attribute: ClassAttribute): Relationship | null {
	const maker = makerOf(attribute.value);
	if (maker !== (table.kind === "sqlmodel" ? "Relationship" : "relationship")) return null;
	const call = argumentsOf(attribute.value);
	if (call === null) return null;
	const inner = call.keywords.get("sa_relationship_kwargs");
	if (call.keywords.has("sa_relationship") || (inner !== undefined && (inner.kind !== "dict" || !inner.complete))) return null;
	const option = (name: string): Value | undefined =>
		call.keywords.get(name) ?? (inner?.kind === "dict" ? inner.entries.get(name) : undefined);
	const back = textOf(option("back_populates"));
	const backref = option("backref");
	const misread = table.kind === "sqlmodel" ? misreadText(attribute) : null;
	return {
		table,
		attribute,
		option: (name) => option(name) ?? null,
		target:
			misread === null
				? targetOf(project, table, attribute, option("argument") ?? (table.kind === "declarative" ? call.args[0] : undefined))
				: null,
		backPopulates: back,
		backref: textOf(backref)?.name ?? textOf(argumentsOf(backref)?.args[0])?.name ?? null,
		hasJoin:
			["primaryjoin", "secondary", "foreign_keys", "link_model", "secondaryjoin"].some((name) => isSet(option(name))) ||
			call.args.length > 1,
		misread,
	};
}

function isSet(value: Value | undefined): boolean {
	return value !== undefined && !(value.kind === "constant" && value.value === null);
}

function textOf(value: Value | undefined): { readonly name: string; readonly origin: Origin | null } | null {
	return value?.kind === "constant" && typeof value.value === "string" ? { name: value.value, origin: value.origin } : null;
}

/** An annotation that SQLModel passes on as it stands: a quoted one, or any below `from __future__ import annotations`. */
function misreadText({ annotation, owner }: ClassAttribute): string | null {
	if (annotation === null) return null;
	const isQuoted = annotation.type === "Constant" && typeof annotation.value === "string";
	if (!isQuoted && !owner.module.tree.futures.has("annotations")) return null;
	const text = isQuoted ? String(annotation.value).trim() : owner.module.text.slice(annotation.start, annotation.end);
	return /^\w+$/.test(text) || /^["']\w+["']$/.test(text) ? null : text;
}

function targetOf(
	project: Project,
	table: TableClass,
	attribute: ClassAttribute,
	given: Value | undefined,
): Relationship["target"] {
	if (given !== undefined) {
		if (given.kind === "class") return tableClasses(project).find(({ value }) => value === given) ?? null;
		const text = textOf(given);
		return text === null ? null : named(project, table, text.name, text.origin);
	}
	const scope = attribute.annotation === null ? null : scopeOfClass(project, attribute.owner);
	if (scope === null || attribute.annotation === null) return null;
	const form = readTypeForm(attribute.annotation, scope);
	const isMapped = form.kind === "external" && /\.(Mapped|DynamicMapped|WriteOnlyMapped)$/.test(form.name);
	const type = isMapped && form.kind === "external" ? form.args?.[0] : table.kind === "sqlmodel" ? form : undefined;
	const found = type === undefined ? null : itemOf(type);
	if (found?.kind === "class") return tableClasses(project).find(({ value }) => value === found.value) ?? null;
	if (found?.kind === "unbound") return named(project, table, found.name, null);
	// SQLModel does not look a quoted name up: one that the class body binds, as `user: Optional["user"]` does, is a name of a class all the same.
	const quoted = found === null && table.kind === "sqlmodel" ? quotedName(attribute.annotation) : null;
	return quoted === null ? null : named(project, table, quoted, null);
}

/** The one quoted name within an annotation. */
function quotedName(annotation: ast.Expression): string | null {
	const texts: string[] = [];
	walk(annotation, (node) => {
		if (node.type === "Constant" && typeof node.value === "string") texts.push(node.value);
	});
	const [only, ...others] = texts;
	return only !== undefined && others.length === 0 && /^\w+$/.test(only) ? only : null;
}

/** `Hero` of `Optional[Hero]` and `list["Hero"]`. */
function itemOf(form: TypeForm): TypeForm | null {
	if (form.kind === "class" || form.kind === "unbound") return form;
	if (form.kind === "union") {
		const members = form.members.filter((member) => member.kind !== "none");
		return members.length === 1 && members[0] !== undefined ? itemOf(members[0]) : null;
	}
	const [only] = form.kind === "external" ? (form.args ?? []) : [];
	return only === undefined ? null : itemOf(only);
}

/** The mapped class of a name in the same registry; where there are several, or the text is no plain name, it cannot be told. */
function named(project: Project, table: TableClass, text: string, origin: Origin | null): Relationship["target"] {
	const name = text.split(".").at(-1) ?? text;
	if (!/^[\w.]+$/.test(text)) return null;
	const found = tableClasses(project).filter(
		(each) => each.value.node.name.name === name && registryOf(each) === registryOf(table) && isReached(project, each),
	);
	if (found.length > 1) return null;
	return found[0] ?? { name: text, origin };
}

export function isReached(project: Project, { value }: TableClass): boolean {
	return project.trace.runs.get(value.module.name)?.reached === true;
}

/** What classes have in common that find each other by name: a declarative base, or SQLModel. */
export function registryOf({ value, kind }: TableClass): unknown {
	if (kind === "sqlmodel") return "sqlmodel";
	const holder = baseHolder(value);
	return (holder?.kind === "instance" ? holder.call?.keywords.get("class_registry") : undefined) ?? holder ?? undefined;
}

/** The columns by which two tables are tied together, in either direction; null where that cannot be seen. */
export function linksBetween(
	a: TableClass,
	b: TableClass,
): readonly { readonly table: TableClass; readonly column: Column }[] | null {
	if (a.tableName === null || b.tableName === null || a.schema !== null || b.schema !== null) return null;
	if (a.parent !== null || b.parent !== null || hasTableConstraints(a) || hasTableConstraints(b)) return null;
	const own = columnsOf(a);
	const other = a === b ? [] : columnsOf(b);
	if (own === null || other === null) return null;
	const pointing = (columns: readonly Column[], table: TableClass, to: TableClass) =>
		columns
			.filter(({ references }) => references.some(({ target }) => target.split(".").at(-2) === to.tableName))
			.map((column) => ({ table, column }));
	return [...pointing(own, a, b), ...pointing(other, b, a)];
}
