import type { Value } from "../values.ts";
import { unknown } from "../values.ts";
import { constant } from "./external.ts";

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

const deepest = 200;

/** Reads JSON as Python's decoder does (Lib/json/decoder.py, scanner.py), NaN and Infinity included; `minor` is the Python 3 version. */
export function decodeJson(text: string, minor: number): DecodedJson {
	if (text.startsWith("\ufeff")) return refusedAt(text, "Unexpected UTF-8 BOM (decode using utf-8-sig)", 0);
	const reader = new JsonReader(text, minor);
	try {
		reader.blanks();
		const value = reader.value(0);
		reader.blanks();
		if (reader.at < text.length) return refusedAt(text, "Extra data", reader.at);
		return { value };
	} catch (error) {
		if (error instanceof Refused) return refusedAt(text, error.reason, error.offset);
		throw error;
	}
}

function refusedAt(text: string, reason: string, offset: number): DecodedJson {
	// Python counts characters, JavaScript UTF-16 units.
	const before = [...text.slice(0, offset)];
	const line = before.filter((each) => each === "\n").length + 1;
	const column = before.length - before.lastIndexOf("\n");
	return { message: `${reason}: line ${line} column ${column} (char ${before.length})`, offset };
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
		if (depth > deepest) return unknown;
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
		this.at++;
		this.blanks();
		if (this.text[this.at] === "}") {
			this.at++;
			return { kind: "dict", entries, complete: true };
		}
		for (;;) {
			if (this.text[this.at] !== '"') throw new Refused("Expecting property name enclosed in double quotes", this.at);
			const key = this.string();
			this.blanks();
			if (this.text[this.at] !== ":") throw new Refused("Expecting ':' delimiter", this.at);
			this.at++;
			this.blanks();
			entries.set(key, this.value(depth + 1));
			this.blanks();
			const mark = this.text[this.at];
			if (mark === "}") break;
			if (mark !== ",") throw new Refused("Expecting ',' delimiter", this.at);
			const comma = this.at++;
			this.blanks();
			if (this.text[this.at] === "}" && this.minor >= 13) throw new Refused("Illegal trailing comma before end of object", comma);
		}
		this.at++;
		return { kind: "dict", entries, complete: true };
	}

	private array(depth: number): Value {
		const items: Value[] = [];
		this.at++;
		this.blanks();
		if (this.text[this.at] === "]") {
			this.at++;
			return { kind: "sequence", type: "list", items, complete: true };
		}
		for (;;) {
			items.push(this.value(depth + 1));
			this.blanks();
			const mark = this.text[this.at];
			if (mark === "]") break;
			if (mark !== ",") throw new Refused("Expecting ',' delimiter", this.at);
			const comma = this.at++;
			this.blanks();
			if (this.text[this.at] === "]" && this.minor >= 13) throw new Refused("Illegal trailing comma before end of array", comma);
		}
		this.at++;
		return { kind: "sequence", type: "list", items, complete: true };
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
