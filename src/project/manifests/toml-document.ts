import { parse, TomlError } from "smol-toml";
import type { TextRange } from "../../text/range.ts";

/** A TOML value with its place in the text, quotes and brackets included. */
export type TomlNode =
	| { readonly kind: "string"; readonly value: string; readonly range: TextRange; readonly inner: TextRange }
	| { readonly kind: "array"; readonly items: readonly TomlNode[]; readonly range: TextRange }
	| { readonly kind: "table"; readonly entries: readonly TomlEntry[]; readonly range: TextRange }
	/** A number, boolean or date, as written. */
	| { readonly kind: "scalar"; readonly text: string; readonly range: TextRange };

export interface TomlEntry {
	/** Parts of a dotted key, unquoted. */
	readonly key: readonly string[];
	readonly keyRange: TextRange;
	readonly value: TomlNode;
	/** From the key to the end of the value. */
	readonly range: TextRange;
}

export interface TomlSection {
	/** `["tool", "poetry", "dependencies"]`; empty for what stands before the first header. */
	readonly path: readonly string[];
	readonly entries: readonly TomlEntry[];
	/** Just behind the header line's `]`, or 0. */
	readonly headerEnd: number;
}

export interface TomlDocument {
	readonly sections: readonly TomlSection[];
	/** What the TOML standard refuses about the text; the sections then hold what could be located all the same. */
	readonly fault: { readonly line: number; readonly message: string } | null;
}

/** Reads a TOML text together with the places where its values stand. Never throws. */
export function parseTomlDocument(text: string): TomlDocument {
	return { sections: new Locator(text).sections(), fault: findFault(text) };
}

/** The value at a path, whether it is written under a header, with dotted keys or as inline tables. */
export function findTomlNode(document: TomlDocument, path: readonly string[]): TomlNode | null {
	return findTomlEntry(document, path)?.value ?? null;
}

export function findTomlEntry(document: TomlDocument, path: readonly string[]): TomlEntry | null {
	for (const section of document.sections) {
		if (!startsWith(path, section.path)) continue;
		const found = findInEntries(section.entries, path.slice(section.path.length));
		if (found !== null) return found;
	}
	return null;
}

/** The entries of the table at a path, gathered from headers, dotted keys and inline tables. Keys are relative to it. */
export function listTomlEntries(document: TomlDocument, path: readonly string[]): TomlEntry[] {
	return document.sections.flatMap((section) => {
		if (startsWith(section.path, path)) {
			const deeper = section.path.slice(path.length);
			return section.entries.map((entry) => ({ ...entry, key: [...deeper, ...entry.key] }));
		}
		return startsWith(path, section.path) ? entriesBelow(section.entries, path.slice(section.path.length)) : [];
	});
}

function entriesBelow(entries: readonly TomlEntry[], path: readonly string[]): TomlEntry[] {
	return entries.flatMap((entry) => {
		if (path.length < entry.key.length) {
			return startsWith(entry.key, path) ? [{ ...entry, key: entry.key.slice(path.length) }] : [];
		}
		if (!startsWith(path, entry.key) || entry.value.kind !== "table") return [];
		return entriesBelow(entry.value.entries, path.slice(entry.key.length));
	});
}

function findInEntries(entries: readonly TomlEntry[], path: readonly string[]): TomlEntry | null {
	for (const entry of entries) {
		if (!startsWith(path, entry.key)) continue;
		if (path.length === entry.key.length) return entry;
		const found = entry.value.kind === "table" ? findInEntries(entry.value.entries, path.slice(entry.key.length)) : null;
		if (found !== null) return found;
	}
	return null;
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
	return start.length <= path.length && start.every((part, i) => path[i] === part);
}

function findFault(text: string): TomlDocument["fault"] {
	try {
		parse(text);
		return null;
	} catch (error) {
		if (!(error instanceof TomlError)) return { line: 1, message: "cannot be read as TOML" };
		const message = error.message.replace(/^Invalid TOML document: /, "").split("\n")[0] ?? "";
		return { line: error.line, message };
	}
}

/** Deeper nesting than this is no manifest; the bound keeps hostile files from exhausting the stack. */
const deepest = 60;

/** Walks a TOML text once. At what it does not understand it goes on with the next line. */
class Locator {
	private position = 0;
	constructor(private readonly text: string) {}

	sections(): TomlSection[] {
		let entries: TomlEntry[] = [];
		const sections: TomlSection[] = [{ path: [], entries, headerEnd: 0 }];
		while (this.skipBlank()) {
			if (this.text[this.position] === "[") {
				const path = this.header();
				entries = [];
				if (path !== null) sections.push({ path, entries, headerEnd: this.position });
			} else {
				const entry = this.entry(0);
				if (entry !== null) entries.push(entry);
				else this.skipLine();
			}
		}
		return sections;
	}

	/** Skips spaces, line breaks and comments; false at the end of the text. */
	private skipBlank(): boolean {
		for (; this.position < this.text.length; this.position++) {
			const character = this.text[this.position];
			if (character === "#") this.position = this.lineEnd() - 1;
			else if (character !== " " && character !== "\t" && character !== "\n" && character !== "\r") return true;
		}
		return false;
	}

	private skipSpaces(): void {
		while (this.text[this.position] === " " || this.text[this.position] === "\t") this.position++;
	}

	private skipLine(): void {
		this.position = this.lineEnd() + 1;
	}

	private lineEnd(): number {
		const end = this.text.indexOf("\n", this.position);
		return end === -1 ? this.text.length : end;
	}

	private header(): string[] | null {
		this.position += this.text.startsWith("[[", this.position) ? 2 : 1;
		const path = this.key();
		if (path === null || this.text[this.position] !== "]") {
			this.skipLine();
			return null;
		}
		this.position += this.text.startsWith("]]", this.position) ? 2 : 1;
		return path;
	}

	private entry(depth: number): TomlEntry | null {
		const start = this.position;
		const key = this.key();
		const keyEnd = this.text.slice(start, this.position).trimEnd().length + start;
		if (key === null || this.text[this.position] !== "=") return null;
		this.position++;
		this.skipSpaces();
		const value = this.value(depth);
		if (value === null) return null;
		return { key, keyRange: { start, end: keyEnd }, value, range: { start, end: value.range.end } };
	}

	/** A dotted key; ends at the `=` or `]` behind it. */
	private key(): string[] | null {
		const parts: string[] = [];
		for (;;) {
			this.skipSpaces();
			const quote = this.text[this.position];
			if (quote === '"' || quote === "'") {
				const part = this.string();
				if (part === null) return null;
				parts.push(part.value);
			} else {
				const bare = /[A-Za-z0-9_-]+/y;
				bare.lastIndex = this.position;
				const match = bare.exec(this.text);
				if (match === null) return null;
				parts.push(match[0]);
				this.position = bare.lastIndex;
			}
			this.skipSpaces();
			if (this.text[this.position] !== ".") return parts;
			this.position++;
		}
	}

	private value(depth: number): TomlNode | null {
		if (depth > deepest) return null;
		switch (this.text[this.position]) {
			case '"':
			case "'":
				return this.string();
			case "[":
				return this.array(depth);
			case "{":
				return this.table(depth);
			default: {
				const start = this.position;
				const scalar = /[^\s,\]}#]+(?: \d[^\s,\]}#]*)?/y;
				scalar.lastIndex = start;
				const match = scalar.exec(this.text);
				if (match === null) return null;
				this.position = scalar.lastIndex;
				return { kind: "scalar", text: match[0], range: { start, end: this.position } };
			}
		}
	}

	private string(): Extract<TomlNode, { kind: "string" }> | null {
		const start = this.position;
		const quote = this.text[start] ?? "";
		const long = this.text.startsWith(quote.repeat(3), start);
		const mark = long ? quote.repeat(3) : quote;
		for (let i = start + mark.length; i < this.text.length; i++) {
			const character = this.text[i];
			if (character === "\\" && quote === '"') i++;
			else if (character === "\n" && !long) return null;
			else if (this.text.startsWith(mark, i)) {
				let end = i + mark.length;
				// Up to two quotes may stand directly before the three that close.
				while (long && this.text[end] === quote) end++;
				this.position = end;
				const range = { start, end };
				const inner = { start: start + mark.length, end: end - mark.length };
				return { kind: "string", value: decodeString(this.text.slice(start, end)), range, inner };
			}
		}
		return null;
	}

	private array(depth: number): TomlNode {
		const start = this.position++;
		const items: TomlNode[] = [];
		while (this.skipBlank() && this.text[this.position] !== "]") {
			const item = this.text[this.position] === "," ? null : this.value(depth + 1);
			if (item !== null) items.push(item);
			else if (this.text[this.position] === ",") this.position++;
			else break;
		}
		if (this.text[this.position] === "]") this.position++;
		return { kind: "array", items, range: { start, end: this.position } };
	}

	private table(depth: number): TomlNode {
		const start = this.position++;
		const entries: TomlEntry[] = [];
		while (this.skipBlank() && this.text[this.position] !== "}") {
			const entry = this.text[this.position] === "," ? null : this.entry(depth + 1);
			if (entry !== null) entries.push(entry);
			else if (this.text[this.position] === ",") this.position++;
			else break;
		}
		if (this.text[this.position] === "}") this.position++;
		return { kind: "table", entries, range: { start, end: this.position } };
	}
}

/** Unquotes and unescapes by the TOML reader itself; a string it refuses is kept as written. */
function decodeString(written: string): string {
	try {
		const { value } = parse(`value = ${written}`);
		return typeof value === "string" ? value : written;
	} catch {
		return written.replace(/^("""|'''|"|')([\s\S]*)\1$/, "$2");
	}
}
