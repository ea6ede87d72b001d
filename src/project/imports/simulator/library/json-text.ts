import type { Value } from "../../values.ts";
import { unknown } from "../../values.ts";
import { constant } from "../external.ts";

/** What `json.loads` makes of a text, or why it refuses it: Python's words, with the offset it names. */
export type DecodedJson = { readonly value: Value } | { readonly message: string; readonly offset: number };

class Refused extends Error {
	readonly reason: string;
	readonly offset: number;

	constructor(reason: string, offset: number) {
		super(reason);
		this.reason = reason;
		this.offset = offset;
	}
}

/** A document that is nested deeper than is worth reading: nothing is said of it. */
class TooDeep extends Error {}

const deepest = 200;
/** A longer document is only held to be sound or not. */
const longestRead = 300_000;

/** Reads JSON as Python's decoder does (Lib/json/decoder.py, scanner.py), NaN and Infinity included; `minor` is the Python 3 version. */
export function decodeJson(text: string, minor: number): DecodedJson {
	if (text.startsWith("\ufeff")) return refusedAt(text, "Unexpected UTF-8 BOM (decode using utf-8-sig)", 0);
	if (text.length > longestRead && isJson(text)) return { value: unknown };
	const reader = new JsonReader(text, minor);
	try {
		reader.blanks();
		const value = reader.value(0);
		reader.blanks();
		if (reader.at < text.length) return refusedAt(text, "Extra data", reader.at);
		return { value };
	} catch (error) {
		if (error instanceof TooDeep) return { value: unknown };
		if (error instanceof Refused) return refusedAt(text, error.reason, error.offset);
		throw error;
	}
}

/** What ECMAScript takes for JSON, Python does too; it takes a little more. */
function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

function refusedAt(text: string, reason: string, offset: number): DecodedJson {
	const before = text.slice(0, offset);
	const lastLine = before.slice(before.lastIndexOf("\n") + 1);
	const line = before.split("\n").length;
	return { message: `${reason}: line ${line} column ${characters(lastLine) + 1} (char ${characters(before)})`, offset };
}

/** Python counts characters, JavaScript UTF-16 units. */
function characters(text: string): number {
	return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

class JsonReader {
	at = 0;
	private readonly text: string;
	private readonly minor: number;

	constructor(text: string, minor: number) {
		this.text = text;
		this.minor = minor;
	}

	blanks(): void {
		while (/[ \t\n\r]/.test(this.text[this.at] ?? "")) this.at++;
	}

	value(depth: number): Value {
		if (depth > deepest) throw new TooDeep();
		const start = this.at;
		const first = this.text[start];
		if (first === '"') return constant(this.string());
		if (first === "{") return this.object(depth);
		if (first === "[") return this.array(depth);
		const word = matchAt(/null|true|false|NaN|-?Infinity/y, this.text, start);
		if (word !== null) {
			this.at += word.length;
			return word === "null" ? constant(null) : word === "true" || word === "false" ? constant(word === "true") : unknown;
		}
		const number = matchAt(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y, this.text, start);
		if (number === null) throw new Refused("Expecting value", start);
		this.at += number.length;
		return Number.isSafeInteger(Number(number)) && /^-?\d+$/.test(number) ? constant(Number(number)) : unknown;
	}

	private object(depth: number): Value {
		const entries = new Map<string, Value>();
		this.members("object", "}", () => {
			if (this.text[this.at] !== '"') throw new Refused("Expecting property name enclosed in double quotes", this.at);
			const key = this.string();
			this.blanks();
			if (this.text[this.at] !== ":") throw new Refused("Expecting ':' delimiter", this.at);
			this.at++;
			this.blanks();
			entries.set(key, this.value(depth + 1));
		});
		return { kind: "dict", entries, complete: true };
	}

	private array(depth: number): Value {
		const items: Value[] = [];
		this.members("array", "]", () => items.push(this.value(depth + 1)));
		return { kind: "sequence", type: "list", items, complete: true };
	}

	/** What stands between two brackets, separated by commas. */
	private members(what: "object" | "array", closer: "}" | "]", read: () => void): void {
		this.at++;
		this.blanks();
		if (this.text[this.at] === closer) {
			this.at++;
			return;
		}
		for (;;) {
			read();
			this.blanks();
			const mark = this.text[this.at];
			if (mark === closer) break;
			if (mark !== ",") throw new Refused("Expecting ',' delimiter", this.at);
			const comma = this.at++;
			this.blanks();
			if (this.text[this.at] === closer && this.minor >= 13)
				throw new Refused(`Illegal trailing comma before end of ${what}`, comma);
		}
		this.at++;
	}

	private string(): string {
		const start = this.at++;
		let result = "";
		for (;;) {
			const chunk = matchAt(/[^"\\\x00-\x1f]+/y, this.text, this.at);
			if (chunk !== null) {
				result += chunk;
				this.at += chunk.length;
			}
			const next = this.text[this.at];
			if (next === undefined) throw new Refused("Unterminated string starting at", start);
			if (next === '"') {
				this.at++;
				return result;
			}
			if (next !== "\\") throw new Refused("Invalid control character at", this.at);
			const escaped = this.text[this.at + 1];
			if (escaped === undefined) throw new Refused("Unterminated string starting at", start);
			if (escaped === "u") {
				const digits = matchAt(/[0-9a-fA-F]{4}/y, this.text, this.at + 2);
				if (digits === null) throw new Refused("Invalid \\uXXXX escape", this.at + 1);
				result += String.fromCharCode(Number.parseInt(digits, 16));
				this.at += 6;
				continue;
			}
			const plain = escapes[escaped];
			if (plain === undefined) throw new Refused("Invalid \\escape", this.at);
			result += plain;
			this.at += 2;
		}
	}
}

const escapes: Readonly<Record<string, string>> = {
	'"': '"',
	"\\": "\\",
	"/": "/",
	b: "\b",
	f: "\f",
	n: "\n",
	r: "\r",
	t: "\t",
};

function matchAt(pattern: RegExp, text: string, offset: number): string | null {
	pattern.lastIndex = offset;
	return pattern.exec(text)?.[0] ?? null;
}
