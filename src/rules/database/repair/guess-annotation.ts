import type { Value } from "../../../project/imports/values.ts";

/** The plain type of a value, as an annotation; null where it tells nothing. */
export function guessAnnotation(value: Value | null): string | null {
	switch (value?.kind) {
		case "constant":
			return ofConstant(value.value);
		case "sequence":
			return `${value.type}${itemsOf(value.items)}`;
		case "dict":
			return "dict";
		case "instance":
			return value.of.kind === "class" ? value.of.node.name.name : null;
		default:
			return null;
	}
}

function ofConstant(value: string | number | bigint | boolean | null | undefined): string | null {
	if (value === null) return "Any";
	if (typeof value === "string") return "str";
	if (typeof value === "boolean") return "bool";
	if (typeof value === "bigint") return "int";
	if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
	return null;
}

/** `[str]` for a list of texts; nothing where the items differ, or are none. */
function itemsOf(items: readonly Value[]): string {
	const types = new Set(items.map((item) => (item.kind === "constant" ? ofConstant(item.value) : null)));
	const [only] = types;
	return types.size === 1 && only != null && only !== "Any" ? `[${only}]` : "";
}
