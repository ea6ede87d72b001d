import type { DictValue, Value } from "../values.ts";
import { unknown } from "../values.ts";
import { isValueEnum } from "./classes/enumerations.ts";
import { constant } from "./external.ts";

type Key = DictValue extends { readonly entries: Map<infer K, Value> } ? K : never;

/**
 * Under which a dict keeps what belongs to a value: constants under themselves; members of an Enum of the project, classes and
 * functions under names of our own; undefined where that is not known.
 */
export function dictKey(value: Value): Key | undefined {
	switch (value.kind) {
		case "constant":
			return typeof value.value === "bigint" ? undefined : value.value;
		case "class":
			return value.keywords.has("metaclass") ? undefined : ownName(value.module.name, value.node.name.name, value.node.start);
		case "function":
			return ownName(value.module.name, "function", value.node.start);
		case "external":
			return value.entry?.kind === "class" || /^builtins\.\w+$/.test(value.canonical) ? ownName(value.canonical) : undefined;
		case "instance":
			return memberKey(value);
		default:
			return undefined;
	}
}

function memberKey({ of, attributes }: Value & { kind: "instance" }): Key | undefined {
	if (of.kind !== "class" || !isValueEnum(of)) return undefined;
	const name = attributes.get("name");
	const text = attributes.get("value");
	if (name?.kind !== "constant") return undefined;
	// A member that is a text as well is found under that text.
	const isText = of.bases.some((base) => base.kind === "external" && /^(builtins\.str|enum\.StrEnum)$/.test(base.canonical));
	if (isText) return text?.kind === "constant" && typeof text.value === "string" ? text.value : undefined;
	return ownName(of.module.name, of.node.name.name, String(name.value));
}

/** No text of a program begins like this. */
function ownName(...parts: readonly (string | number)[]): string {
	return `\0${parts.join(".")}`;
}

/** Does a key stand for something that is no constant? */
export function isOwnName(key: Key): boolean {
	return typeof key === "string" && key.startsWith("\0");
}

/** What the keys stand for, by dict: those that are no constants, and constants that are written somewhere. */
const standing = new WeakMap<DictValue, Map<Key, Value>>();

/** Puts an entry into a dict; a key that is not known leaves it open. */
export function setEntry(dict: DictValue, written: Value, value: Value): void {
	const key = dictKey(written);
	if (key === undefined) {
		dict.complete = false;
		return;
	}
	dict.entries.set(key, value);
	if (!isOwnName(key) && written.kind === "constant" && written.origin === null) return;
	const known = standing.get(dict) ?? new Map<Key, Value>();
	standing.set(dict, known.set(key, written));
}

/** What a key of a dict stands for. */
export function keyValue(dict: DictValue, key: Key): Value {
	return standing.get(dict)?.get(key) ?? (isOwnName(key) ? unknown : constant(key));
}

/** The keys of a dict, in order. */
export function keysOf(dict: DictValue): readonly Value[] {
	return [...dict.entries.keys()].map((key) => keyValue(dict, key));
}
