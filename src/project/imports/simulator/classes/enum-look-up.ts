import type * as ast from "../../../../python/ast.ts";
import type { ClassValue, InstanceValue, Value } from "../../values.ts";
import { constant } from "../external.ts";
import type { CallArguments, Frame, Machine } from "../machine.ts";
import { failOperation } from "../refused-operations.ts";
import { findInClass } from "./class-members.ts";
import { isValueEnum } from "./enumerations.ts";

/** The values of an enumeration whose members are all plain constants, by name; null for any other class. */
function constantMembers(owner: ClassValue): ReadonlyMap<string, Value> | null {
	if (!isValueEnum(owner) || owner.namespace.dynamic || owner.decorators.length > 0) return null;
	if (
		findInClass(owner, "_missing_") !== null ||
		findInClass(owner, "__new__") !== null ||
		findInClass(owner, "_generate_next_value_") !== null
	)
		return null;
	const members = new Map<string, Value>();
	for (const [name, { value, maybe }] of owner.namespace.names) {
		if (name.startsWith("_") || value.kind === "function") continue;
		if (maybe || value.kind !== "constant" || value.value === undefined) return null;
		members.set(name, value);
	}
	return members.size === 0 ? null : members;
}

/** The values of an enumeration whose members are all texts, in order; null for any other class. */
export function textsOfMembers(owner: ClassValue): readonly string[] | null {
	const values = [...(constantMembers(owner)?.values() ?? [])];
	const texts = values.flatMap((value) => (value.kind === "constant" && typeof value.value === "string" ? [value.value] : []));
	return texts.length > 0 && texts.length === values.length ? texts : null;
}

/** The member that has a value, the first of them where two names stand for one; null where none has, or where that is not known. */
export function memberOfValue(owner: ClassValue, given: Value): InstanceValue | null {
	if (given.kind !== "constant" || given.value === undefined || given.isConverted === true) return null;
	for (const [name, value] of constantMembers(owner) ?? [])
		if (value.kind === "constant" && value.value === given.value) return memberNamed(owner, name, value);
	return null;
}

/** `Status("open")`: a ValueError where no member has the value; null where that is left to others. */
export function enumMember(machine: Machine, frame: Frame, owner: ClassValue, args: CallArguments, node: ast.Call): Value | null {
	const [only, ...more] = args.args;
	if (only?.kind !== "constant" || typeof only.value !== "string" || more.length > 0 || args.open || args.keywords.size > 0)
		return null;
	const members = constantMembers(owner);
	if (members === null) return null;
	const member = memberOfValue(owner, only);
	if (member !== null) return member;
	const keys = [...members.values()].flatMap((value) =>
		value.kind === "constant" && typeof value.value === "string" ? [value.value] : [],
	);
	failOperation(machine, frame, node, "ValueError", `'${only.value}' is not a valid ${owner.node.name.name}`, {
		key: { wanted: only.value, keys, origin: only.origin, enumeration: { owner: owner.node, path: owner.module.path } },
	});
	return null;
}

/** `Status["OPEN"]`: a KeyError where no member has the name. */
export function failOnMemberName(machine: Machine, frame: Frame, owner: ClassValue, index: Value, node: ast.Subscript): void {
	if (index.kind !== "constant" || typeof index.value !== "string") return;
	const members = constantMembers(owner);
	if (members === null || members.has(index.value)) return;
	failOperation(machine, frame, node, "KeyError", `'${index.value}'`, {
		key: { wanted: index.value, keys: [...members.keys()], origin: index.origin },
	});
}

/** A member of an enumeration, with its name and value. */
export function memberNamed(owner: ClassValue, name: string, value: Value): InstanceValue {
	const attributes = new Map<string, Value>([
		["value", value],
		["name", constant(name)],
	]);
	return { kind: "instance", of: owner, attributes, call: null };
}

/** `Level.INFO` of a `class Level(str, Enum)`: it is equal to its text, and `str` writes it otherwise, which logging compares. */
export function isTextMember(value: Value): value is InstanceValue {
	if (value.kind !== "instance" || value.of.kind !== "class" || !isValueEnum(value.of)) return false;
	const isText = value.of.bases.some((base) => base.kind === "external" && base.canonical === "builtins.str");
	return isText && findInClass(value.of, "__str__") === null;
}

/** A member as `repr` writes it: `<Level.INFO: 'INFO'>`; null where its name or value is not known. */
export function shownMember({ of, attributes }: InstanceValue): string | null {
	const [name, value] = [attributes.get("name"), attributes.get("value")];
	if (of.kind !== "class" || name?.kind !== "constant" || value?.kind !== "constant") return null;
	return typeof value.value === "string" ? `<${of.node.name.name}.${String(name.value)}: '${value.value}'>` : null;
}

/** The members of an enumeration in order, as a loop over it gives them: a second name for a value is none of them. Null where they are not all known. */
export function membersInOrder(owner: ClassValue): readonly Value[] | null {
	const members = constantMembers(owner);
	if (members === null || isFlag(owner) || findInClass(owner, "_ignore_") !== null) return null;
	const seen = new Set<unknown>();
	return [...members].flatMap(([name, value]) => {
		if (value.kind !== "constant" || seen.has(value.value)) return [];
		seen.add(value.value);
		return [memberNamed(owner, name, value)];
	});
}

function isFlag({ bases }: ClassValue): boolean {
	return bases.some((base) => (base.kind === "class" ? isFlag(base) : base.kind === "external" && /Flag$/.test(base.canonical)));
}
