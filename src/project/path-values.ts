import type { Value } from "./imports/values.ts";

/** The path of a value: a text, or a pathlib path; null where it is neither or not known. */
export function pathText(value: Value | undefined): string | null {
	const inner = value?.kind === "instance" ? value.attributes.get("__fspath__") : value;
	return inner?.kind === "constant" && typeof inner.value === "string" ? inner.value : null;
}

/** Does `open` with this mode only read? */
export function reads(mode: Value | undefined): boolean {
	return mode === undefined || (mode.kind === "constant" && typeof mode.value === "string" && /^r[bt]?$/.test(mode.value));
}

/** Does `open` with this mode make the file, where its folder is there? */
export function makes(mode: Value | undefined): boolean {
	return mode?.kind === "constant" && typeof mode.value === "string" && /^[wax][bt+]*$/.test(mode.value);
}
