import { createHash } from "node:crypto";
import { parse } from "smol-toml";

const projectKeys = ["requires-python", "dependencies", "optional-dependencies"];
/** Those of the tool's own table that count, `null` where they are missing, as they did before there was a table of the project. */
const oldKeys = ["dependencies", "source", "extras", "dev-dependencies"];

/**
 * The hashes by which poetry tells whether its lock file was made of this pyproject.toml: with and, as up to 2.2, without the dependency
 * groups (`poetry/packages/locker.py`, `_get_content_hash`). None where the file cannot be read, or holds a value that is written otherwise.
 */
export function poetryContentHashes(pyproject: string): readonly string[] {
	try {
		const document: unknown = parse(pyproject);
		return [true, false].map((withGroups) => hashOf(relevantContent(document, withGroups)));
	} catch {
		return [];
	}
}

function relevantContent(document: unknown, withGroups: boolean): Record<string, unknown> {
	const own = picked(valueAt(document, "project"), projectKeys);
	const groups = withGroups ? valueAt(document, "dependency-groups") : undefined;
	const hasGroups = isTable(groups) && Object.keys(groups).length > 0;
	const isOld = Object.keys(own).length === 0 && !hasGroups;
	const table = valueAt(valueAt(document, "tool"), "poetry");
	const poetry: Record<string, unknown> = picked(table, [...oldKeys, "group"]);
	if (!isOld)
		return {
			...(Object.keys(own).length > 0 ? { project: own } : {}),
			...(hasGroups ? { "dependency-groups": groups } : {}),
			tool: { poetry },
		};
	for (const key of oldKeys) poetry[key] ??= null;
	return poetry;
}

function picked(table: unknown, keys: readonly string[]): Record<string, unknown> {
	return Object.fromEntries(keys.map((key) => [key, valueAt(table, key)]).filter(([, value]) => value !== undefined));
}

function valueAt(table: unknown, key: string): unknown {
	return isTable(table) && Object.hasOwn(table, key) ? table[key] : undefined;
}

function isTable(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function hashOf(content: unknown): string {
	return createHash("sha256").update(asPythonWrites(content)).digest("hex");
}

/** As `json.dumps(value, sort_keys=True)` does it; throws on dates and on numbers with a fraction. */
function asPythonWrites(value: unknown): string {
	if (typeof value === "string")
		return JSON.stringify(value).replace(
			/[\u007f-\uffff]/g,
			(letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
		);
	if (value === null || typeof value === "boolean" || Number.isSafeInteger(value)) return String(value);
	if (Array.isArray(value)) return `[${value.map(asPythonWrites).join(", ")}]`;
	if (!isTable(value)) throw new TypeError("no value of JSON");
	const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
	return `{${entries.map(([key, each]) => `${asPythonWrites(key)}: ${asPythonWrites(each)}`).join(", ")}}`;
}
