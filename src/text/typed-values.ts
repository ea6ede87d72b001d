import { mask } from "./secret-names.ts";

/** A text of `NAME=value` lines with the values of these names masked, whatever they are. */
export function maskValuesOf(names: readonly string[], text: string): string {
	if (names.length === 0) return text;
	const wanted = new Set(names);
	return text.replace(/^((?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*)(\S.*)/gm, (whole: string, start: string, name: string) =>
		wanted.has(name) ? start + mask : whole,
	);
}
