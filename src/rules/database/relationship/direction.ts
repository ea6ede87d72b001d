import type { FixProposal } from "../../../audit/fix.ts";
import type { Value } from "../../../project/imports/values.ts";
import { type Column, columnsOf } from "../../../project/models/columns.ts";
import { backgroundLink } from "../../../project/models/orm-version.ts";
import { linksBetween, type Relationship, relationshipsOf } from "../../../project/models/relationships.ts";
import type { Project } from "../../../project/project.ts";
import { addArgument, findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { nameOf, type RelationshipFault } from "./relationship-fault.ts";

/** A tree whose two relationships lead the same way, because none says which side is the one. */
export function sameDirection(project: Project, relationship: Relationship): RelationshipFault | null {
	const { table, target, backPopulates } = relationship;
	if (target !== table || backPopulates === null || isDirected(relationship)) return null;
	const other = relationshipsOf(project).find((each) => each.table === table && each.attribute.name === backPopulates.name);
	if (
		other === undefined ||
		other === relationship ||
		isDirected(other) ||
		other.backPopulates?.name !== relationship.attribute.name
	)
		return null;
	const links = linksBetween(table, table);
	const columns = columnsOf(table);
	// Of an alias such as intpk it is not seen that it makes the key; a column called id is one.
	const key = columns?.find(({ isKey }) => isKey === true) ?? columns?.find(({ isKey, name }) => isKey === null && name === "id");
	// Both see the fault; it is told once, at the side that has to say so.
	if (links?.length !== 1 || key === undefined || !isScalar(relationship) || isScalar(other)) return null;
	const [first, second] = order(table.attributes, other, relationship);
	return {
		relationship,
		problem: `${nameOf(other)} and ${nameOf(relationship)} lead the same way`,
		rootCause: "In a tree both sides are the same table: the side that leads to one row says so by remote_side.",
		error: `sqlalchemy.exc.ArgumentError: ${first} and back-reference ${second} are both of the same direction <RelationshipDirection.ONETOMANY: 1>.  Did you mean to set remote_side on the many-to-one side ?`,
		fixes: remoteSide(relationship, key),
		manualSteps: [`Give ${nameOf(relationship)} remote_side, with the column that it leads to: ${key.attribute.name}.`],
	};
}

/** Mappers are configured in the order of their attributes; the later one of a pair finds the earlier. */
function order(attributes: ReadonlyMap<string, unknown>, a: Relationship, b: Relationship): readonly [string, string] {
	const names = [...attributes.keys()];
	return names.indexOf(a.attribute.name) < names.indexOf(b.attribute.name) ? [nameOf(a), nameOf(b)] : [nameOf(b), nameOf(a)];
}

function isDirected({ option, hasJoin }: Relationship): boolean {
	return hasJoin || option("remote_side") !== null;
}

/** Does it lead to one row, by its annotation or by `uselist=False`? */
function isScalar({ attribute, option }: Relationship): boolean {
	const list = option("uselist");
	if (list?.kind === "constant") return list.value === false;
	const { annotation, owner } = attribute;
	if (annotation === null) return false;
	return !/\b(list|List|set|Set|Sequence|Collection|dict|Dict|Dynamic\w*|WriteOnly\w*)\b/.test(
		owner.module.text.slice(annotation.start, annotation.end),
	);
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
	if (edit === null) return [];
	return [
		{
			title: `Say that ${attribute.name} leads to ${key.attribute.name}`,
			explanation: `remote_side makes ${attribute.name} the side that leads to one row.`,
			applicability: "safe",
			edits: [edit],
		},
	];
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
