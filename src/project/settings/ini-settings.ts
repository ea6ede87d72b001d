import { unknown, type Value } from "../imports/values.ts";

/**
 * The section `[settings]` of an INI file, as python-decouple reads it by Python's configparser: keys in any case. A value that goes on in the next
 * line, or that holds a `%`, is not known.
 */
export function readIniSettings(path: string, text: string): ReadonlyMap<string, Value> {
	const result = new Map<string, Value>();
	let isInside = false;
	let last = "";
	let offset = 0;
	for (const line of text.split("\n")) {
		const start = offset;
		offset += line.length + 1;
		const section = /^\[([^\]]+)\]/.exec(line)?.[1];
		if (section !== undefined) isInside = section === "settings";
		if (section !== undefined || !isInside || /^\s*([#;]|$)/.test(line)) continue;
		if (/^\s/.test(line)) {
			for (const key of [last, last.toUpperCase()]) if (result.has(key)) result.set(key, unknown);
			continue;
		}
		const found = /^([^=:\s]+)[ \t]*[=:][ \t]*/.exec(line);
		const key = found?.[1];
		if (found === null || key === undefined) continue;
		const value = line.slice(found[0].length).trimEnd();
		const range = { start: start + found[0].length, end: start + found[0].length + value.length };
		const read: Value = value.includes("%")
			? unknown
			: { kind: "constant", value, origin: { type: "env-file", path, key, range } };
		for (const name of [key, key.toUpperCase()]) result.set(name, read);
		last = key;
	}
	return result;
}
