import type { FixProposal } from "../../../audit/fix.ts";
import type { Value } from "../../../project/imports/values.ts";
import { argumentsOf } from "../../../project/models/class-body.ts";
import { type Column, columnsOf } from "../../../project/models/columns.ts";
import { backgroundLink } from "../../../project/models/orm-version.ts";
import { linksBetween, type Relationship, relationshipsOf } from "../../../project/models/relationships.ts";
import type { Project } from "../../../project/project.ts";
import { addArgument, findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextEdit } from "../../../text/range.ts";
import { nameOf, type RelationshipFault } from "./relationship-fault.ts";

/** A tree whose two relationships lead the same way, because none says which side is the one. */
export function sameDirection(project: Project, relationship: Relationship): RelationshipFault | null {
	const { table, target, attribute } = relationship;
	if (target !== table || isDirected(relationship)) return null;
	const links = linksBetween(table, table);
	const columns = columnsOf(table);
	// Of an alias such as intpk it is not seen that it makes the key; a column called id is one.
	const key = columns?.find(({ isKey }) => isKey === true) ?? columns?.find(({ isKey, name }) => isKey === null && name === "id");
	if (links?.length !== 1 || key === undefined) return null;
	if (relationship.backref !== null) return sameAsBackref(relationship, key);
	const other = relationshipsOf(project).find(
		(each) => each.table === table && each.attribute.name === relationship.backPopulates?.name,
	);
	if (other === undefined || other === relationship || isDirected(other) || other.backPopulates?.name !== attribute.name)
		return null;
	// Both see the fault; it is told once, at the side that has to say so.
	if (theOne(relationship, other, columns ?? []) !== relationship) return null;
	const [first, second] = inMapperOrder(table.attributes, other, relationship);
	return {
		relationship,
		problem: `${nameOf(other)} and ${nameOf(relationship)} lead the same way`,
		rootCause,
		error: directionError(first, second),
		fixes: remoteSide(relationship, key),
		manualSteps: [`Give ${nameOf(relationship)} remote_side, with the column that it leads to: ${key.attribute.name}.`],
	};
}

const rootCause = "In a tree both sides are the same table: the side that leads to one row says so by remote_side.";

function directionError(first: string, second: string): string {
	return `sqlalchemy.exc.ArgumentError: ${first} and back-reference ${second} are both of the same direction <RelationshipDirection.ONETOMANY: 1>.  Did you mean to set remote_side on the many-to-one side ?`;
}

/** `relationship("Node", backref="parent")`: what a backref makes leads the same way too, unless one of the two says otherwise. */
function sameAsBackref(relationship: Relationship, key: Column): RelationshipFault | null {
	const { table, backref, option } = relationship;
	const made = argumentsOf(option("backref") ?? undefined);
	if (made !== null && (made.args.length > 1 || made.keywords.size > 0)) return null;
	if (option("viewonly") !== null || backref === null || table.attributes.has(backref)) return null;
	const back = `${table.value.node.name.name}.${backref}`;
	return {
		relationship,
		problem: `${nameOf(relationship)} and its backref ${back} lead the same way`,
		rootCause,
		error: directionError(nameOf(relationship), back),
		fixes: isNamedAsMany(relationship) ? remoteSideOfBackref(relationship, key) : remoteSide(relationship, key),
		manualSteps: [`Give the side that leads to one row remote_side, with the column that it leads to: ${key.attribute.name}.`],
	};
}

/** Which of the two leads to one row: as the annotations say, else as the foreign key is called (`parent_id` of parent). */
export function theOne(a: Relationship, b: Relationship, columns: readonly Column[]): Relationship | null {
	const [first, second] = [isScalar(a), isScalar(b)];
	if (first !== null && second !== null) return first === second ? null : first ? a : b;
	if (first === true || second === false) return a;
	if (second === true || first === false) return b;
	const named = [a, b].filter(({ attribute }) => columns.some(({ name }) => name === `${attribute.name}_id`));
	return named.length === 1 ? (named[0] ?? null) : null;
}

/** Mappers are configured in the order of their attributes; the later one of a pair finds the earlier. */
export function inMapperOrder(
	attributes: ReadonlyMap<string, unknown>,
	a: Relationship,
	b: Relationship,
): readonly [string, string] {
	const names = [...attributes.keys()];
	return names.indexOf(a.attribute.name) < names.indexOf(b.attribute.name) ? [nameOf(a), nameOf(b)] : [nameOf(b), nameOf(a)];
}

function isDirected({ option, hasJoin }: Relationship): boolean {
	return hasJoin || option("remote_side") !== null;
}

/** Does it lead to one row, by its annotation or by `uselist=False`? Null where neither says. */
function isScalar({ attribute, option }: Relationship): boolean | null {
	const list = option("uselist");
	if (list?.kind === "constant") return list.value === false;
	const { annotation, owner } = attribute;
	if (annotation === null) return null;
	return !/\b(list|List|set|Set|Sequence|Collection|dict|Dict|Dynamic\w*|WriteOnly\w*)\b/.test(
		owner.module.text.slice(annotation.start, annotation.end),
	);
}

/** Without an annotation a name in the plural is taken for the side of the many. */
function isNamedAsMany(relationship: Relationship): boolean {
	const isOne = isScalar(relationship);
	return isOne === null ? /(s|children)$/.test(relationship.attribute.name) : !isOne;
}

function remoteSide({ attribute, table }: Relationship, key: Column): readonly FixProposal[] {
	const { valueNode, owner } = attribute;
	if (valueNode?.type !== "Call") return [];
	const path = `${table.value.node.name.name}.${key.attribute.name}`;
	const kwargs = findKeyword(valueNode, "sa_relationship_kwargs")?.value;
	const edit =
		table.kind === "declarative"
			? addArgument(owner.module, valueNode, `remote_side="${path}"`)
			: kwargs === undefined
				? addArgument(owner.module, valueNode, `sa_relationship_kwargs={"remote_side": "${path}"}`)
				: kwargs.type === "Dict"
					? replaceText(
							owner.module,
							kwargs.start + 1,
							kwargs.start + 1,
							`"remote_side": "${path}"${kwargs.entries.length > 0 ? ", " : ""}`,
						)
					: null;
	return edit === null ? [] : [leadsTo(attribute.name, key, [edit])];
}

/** `backref=backref("parent", remote_side="Node.id")` in the place of the name alone. */
function remoteSideOfBackref({ attribute, table, backref }: Relationship, key: Column): readonly FixProposal[] {
	const { valueNode, owner } = attribute;
	if (valueNode?.type !== "Call" || table.kind !== "declarative" || backref === null) return [];
	const given = findKeyword(valueNode, "backref")?.value;
	const argument = `remote_side="${table.value.node.name.name}.${key.attribute.name}"`;
	if (given?.type === "Call") return [leadsTo(backref, key, [addArgument(owner.module, given, argument)])];
	if (given?.type !== "Constant") return [];
	const written = owner.module.text.slice(given.start, given.end);
	return [
		{
			...leadsTo(backref, key, [replaceText(owner.module, given.start, given.end, `backref(${written}, ${argument})`)]),
			needs: [{ path: owner.module.path, module: "sqlalchemy.orm", name: "backref" }],
		},
	];
}

function leadsTo(name: string, key: Column, edits: readonly TextEdit[]): FixProposal {
	return {
		title: `Say that ${name} leads to ${key.attribute.name}`,
		explanation: `remote_side makes ${name} the side that leads to one row.`,
		applicability: "safe",
		edits,
	};
}

/** `delete-orphan` on the side that leads to one row. */
export function orphansOfOne(project: Project, relationship: Relationship): RelationshipFault | null {
	const { table, target, attribute, hasJoin, option } = relationship;
	const cascade = option("cascade");
	const single = option("single_parent");
	if (cascade?.kind !== "constant" || typeof cascade.value !== "string" || single !== null) return null;
	const parts = cascade.value.split(/(?:(?<!\s)\s+)?,\s*/);
	if (!parts.includes("delete-orphan") || hasJoin || target === null || !("definition" in target) || target === table)
		return null;
	const links = linksBetween(table, target);
	const [link] = links ?? [];
	if (links?.length !== 1 || link?.table !== table) return null;
	const { name } = target.value.node.name;
	const className = table.value.node.name.name;
	return {
		relationship,
		problem: `${nameOf(relationship)} leads to one ${name} of many ${className}, and says delete-orphan`,
		rootCause: `delete-orphan deletes what nothing refers to any more; a ${name} may be that of many ${className} objects. It belongs to the other side, or not here.`,
		error: `sqlalchemy.exc.ArgumentError: For many-to-one relationship ${nameOf(relationship)}, delete-orphan cascade is normally configured only on the "one" side of a one-to-many relationship, and not on the "many" side of a many-to-one or many-to-many relationship.  To force this relationship to allow a particular "${name}" object to be referenced by only a single "${className}" object at a time via the ${nameOf(relationship)} relationship, which would allow delete-orphan cascade to take place in this direction, set the single_parent=True flag.${backgroundLink(project, "bbf0")}`,
		fixes: [...withoutOrphans(cascade), ...singleParent(relationship, attribute.valueNode)],
	};
}

function withoutOrphans(cascade: Value & { kind: "constant" }): readonly FixProposal[] {
	const { origin, value } = cascade;
	if (origin?.type !== "source") return [];
	// Deleting the one because one of the many goes is hardly ever meant: the default remains.
	const rest = String(value)
		.split(/(?:(?<!\s)\s+)?,\s*/)
		.filter((part) => !["delete-orphan", "all", "delete"].includes(part));
	const text = [...new Set(["save-update", "merge", ...rest])].join(", ");
	return [
		{
			title: "Leave delete-orphan to the other side",
			explanation: `"${text}" is what a relationship has that leads to one row: nothing is deleted from this side.`,
			applicability: "review",
			edits: [{ path: origin.path, range: origin.range, newText: text }],
		},
	];
}

function singleParent({ table, attribute }: Relationship, call: Relationship["attribute"]["valueNode"]): readonly FixProposal[] {
	if (call?.type !== "Call" || table.kind !== "declarative") return [];
	return [
		{
			title: "Allow it with single_parent=True",
			explanation: `Then no two objects may have the same ${attribute.name}.`,
			applicability: "review",
			edits: [addArgument(attribute.owner.module, call, "single_parent=True")],
		},
	];
}
