import type { DictValue, Value } from "../values.ts";
import { isEnumeration } from "./enum-look-up.ts";

type Key = DictValue extends { readonly entries: Map<infer K, Value> } ? K : never;

/** Under which a dict keeps what belongs to a value: constants under themselves, members of an Enum of the project too; undefined where that is not known. */
export function dictKey(value: Value): Key | undefined {
	if (value.kind === "constant") return typeof value.value === "bigint" ? undefined : value.value;
	if (value.kind !== "instance" || value.of.kind !== "class" || !isEnumeration(value.of)) return undefined;
	const { of, attributes } = value;
	const name = attributes.get("name");
	const text = attributes.get("value");
	if (name?.kind !== "constant") return undefined;
	// A member that is a text as well is found under that text.
	const isText = of.bases.some((base) => base.kind === "external" && /^(builtins\.str|enum\.StrEnum)$/.test(base.canonical));
	if (isText) return text?.kind === "constant" && typeof text.value === "string" ? text.value : undefined;
	return `\0${of.module.name}.${of.node.name.name}.${String(name.value)}`;
}
