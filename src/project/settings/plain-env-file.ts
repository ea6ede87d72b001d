import type { Value } from "../imports/values.ts";

/**
 * What python-decouple (`RepositoryEnv`) and starlette's `Config` read from a `.env` file: each line is cut at its first `=`, and a pair of quotes
 * around the value goes. Comments behind values, `export` and `${…}` stay part of what they stand in, unlike in python-dotenv.
 */
export function readPlainEnvFile(path: string, text: string): ReadonlyMap<string, Value> {
	const result = new Map<string, Value>();
	let offset = 0;
	for (const line of text.split(/(?<=\n)|(?<=\r)(?!\n)/)) {
		const start = offset;
		offset += line.length;
		const equals = line.indexOf("=");
		const key = line.slice(0, equals).trim();
		if (equals < 0 || key.startsWith("#")) continue;
		const written = line.slice(equals + 1).trim();
		const quotes = written.length >= 2 && /^(["']).*\1$/.test(written) ? 1 : 0;
		const from = start + equals + 1 + line.slice(equals + 1).indexOf(written) + quotes;
		const value = written.slice(quotes, written.length - quotes);
		const range = { start: from, end: from + value.length };
		result.set(key, { kind: "constant", value, origin: { type: "env-file", path, key, range } });
	}
	return result;
}
