import { isMadeBy } from "../../../database/sqlalchemy-values.ts";
import { baseMaker, holderOf, isDeclarativeBase, isDeclarativeRoot } from "../../../models/declarative-base.ts";
import type { ClassValue, InstanceValue, Value } from "../../values.ts";
import { externalSymbol, symbolEntry } from "../external.ts";
import type { Machine } from "../machine.ts";

/** SQLAlchemy's class of it. */
export const metadataClass = "sqlalchemy.sql.schema.MetaData";
/** Under which a MetaData that a declarative base brings by itself keeps that base. */
const baseAttribute = "__base__";

/** Methods of a MetaData that a declarative base, which has one, has not itself. */
export const onlyOfMetadata: ReadonlySet<string> = new Set(["create_all", "drop_all", "reflect", "sorted_tables"]);

const made = new WeakMap<Value, InstanceValue>();

/** The MetaData that a declarative base, a class below one or a registry has without setting any: the same object each time. Null for all else. */
export function metadataOfBase(machine: Machine, owner: ClassValue | InstanceValue): Value | null {
	const root = rootOf(owner);
	if (root === null) return null;
	const given = root.kind === "instance" ? root.call?.keywords.get("metadata") : undefined;
	if (given !== undefined) return given;
	if (root.kind === "instance" && (root.call === null || root.call.open || root.call.args.length > 0)) return null;
	const known = made.get(root);
	if (known !== undefined) return known;
	const metadata: InstanceValue = {
		kind: "instance",
		of: externalSymbol(machine, metadataClass, symbolEntry(machine, metadataClass)),
		attributes: new Map([[baseAttribute, root]]),
		call: null,
	};
	made.set(root, metadata);
	return metadata;
}

/** The declarative base or registry that brought a MetaData by itself; null for one that was made by a call. */
export function baseOfMetadata(metadata: Value): Value | null {
	return metadata.kind === "instance" ? (metadata.attributes.get(baseAttribute) ?? null) : null;
}

function rootOf(owner: Value, depth = 0): ClassValue | InstanceValue | null {
	if (owner.kind === "instance") return isDeclarativeRoot(owner) || isMadeBy(owner, "registry") ? holderOf(owner) : null;
	if (owner.kind !== "class" || depth > 12) return null;
	if (isDeclarativeBase(owner)) {
		const maker = baseMaker(owner);
		return maker === null ? owner : holderOf(maker);
	}
	for (const base of owner.bases) {
		const root = rootOf(base, depth + 1);
		if (root !== null) return root;
	}
	return null;
}
