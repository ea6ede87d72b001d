/** What a compose file is made of: texts, lists and mappings. */
export type YamlValue = string | readonly YamlValue[] | YamlMapping;

export interface YamlMapping {
	readonly entries: ReadonlyMap<string, YamlValue>;
	/** Offset at which each entry begins, and that at which it ends. */
	readonly places: ReadonlyMap<string, { readonly start: number; readonly end: number }>;
}

interface Line {
	readonly indent: number;
	readonly text: string;
	readonly start: number;
	readonly end: number;
}

/** Is the value a mapping? */
export function isMapping(value: YamlValue | undefined): value is YamlMapping {
	return typeof value === "object" && "entries" in value && "places" in value;
}

/**
 * Reads the YAML that people write compose files in: block and flow lists and mappings, quotes, block texts, anchors and merge keys.
 * Whatever else there is becomes a text, which nobody will understand, rather than an error.
 */
export function readYamlSubset(text: string): YamlValue {
	const lines: Line[] = [];
	let start = 0;
	for (const raw of text.split("\n")) {
		const end = start + raw.length;
		const content = withoutComment(raw.replace(/\r$/, ""));
		if (content.trim() !== "" && !/^(---|\.\.\.|%)/.test(content))
			lines.push({ indent: content.search(/\S/), text: content.trim(), start, end });
		start = end + 1;
	}
	return new BlockReader(lines).readAll();
}

class BlockReader {
	private at = 0;
	private readonly anchors = new Map<string, YamlValue>();

	constructor(private readonly lines: Line[]) {}

	readAll(): YamlValue {
		const [first] = this.lines;
		return first === undefined ? "" : this.block(first.indent);
	}

	private block(indent: number): YamlValue {
		const line = this.lines[this.at];
		return line !== undefined && isItem(line.text) ? this.list(indent) : this.mapping(indent);
	}

	private list(indent: number): YamlValue {
		const items: YamlValue[] = [];
		for (let line = this.lines[this.at]; line?.indent === indent && isItem(line.text); line = this.lines[this.at]) {
			const inner = line.text.slice(1).trimStart();
			if (keyOf(inner) === null) {
				this.at++;
				items.push(this.value(inner, indent));
				continue;
			}
			// `- key: value` begins a mapping that stands where its first key does.
			const deeper = indent + line.text.length - inner.length;
			this.lines[this.at] = { ...line, indent: deeper, text: inner };
			items.push(this.mapping(deeper));
		}
		return items;
	}

	private mapping(indent: number): YamlValue {
		const entries = new Map<string, YamlValue>();
		const places = new Map<string, { start: number; end: number }>();
		for (let line = this.lines[this.at]; line?.indent === indent; line = this.lines[this.at]) {
			const found = keyOf(line.text);
			this.at++;
			if (found === null) continue;
			const value = this.value(found.rest, indent);
			if (found.key === "<<") {
				for (const merged of isMapping(value) ? [value] : Array.isArray(value) ? value.filter(isMapping) : [])
					for (const [key, inherited] of merged.entries) if (!entries.has(key)) entries.set(key, inherited);
				continue;
			}
			entries.set(found.key, value);
			places.set(found.key, { start: line.start, end: this.lines[this.at - 1]?.end ?? line.end });
		}
		this.skipDeeper(indent);
		return { entries, places };
	}

	/** What stands behind a key or a dash, on the same line or below it. */
	private value(written: string, indent: number): YamlValue {
		const [, anchor, rest = ""] = /^(?:&(\S+)\s*)?(.*)$/s.exec(written) ?? [];
		const value = this.plainValue(rest.replace(/^!\S+\s*/, ""), indent);
		if (anchor !== undefined) this.anchors.set(anchor, value);
		return value;
	}

	private plainValue(rest: string, indent: number): YamlValue {
		if (rest.startsWith("*")) return this.anchors.get(rest.slice(1)) ?? "";
		const next = this.lines[this.at];
		const isBelow = next !== undefined && (next.indent > indent || (next.indent === indent && isItem(next.text)));
		if (rest === "") return isBelow ? this.block(next.indent) : "";
		if (/^[|>][-+\d]*$/.test(rest)) return this.deeperText(indent);
		if (/^[[{]/.test(rest)) {
			let flow = rest;
			while (!isClosed(flow) && (this.lines[this.at]?.indent ?? -1) >= indent) flow += ` ${this.lines[this.at++]?.text ?? ""}`;
			return readFlow(flow);
		}
		const more = isBelow && !isItem(next.text) && next.indent > indent ? ` ${this.deeperText(indent)}` : "";
		return unquoted(rest + more);
	}

	private deeperText(indent: number): string {
		const words: string[] = [];
		for (let line = this.lines[this.at]; line !== undefined && line.indent > indent; line = this.lines[++this.at])
			words.push(line.text);
		return words.join(" ");
	}

	private skipDeeper(indent: number): void {
		for (let line = this.lines[this.at]; line !== undefined && line.indent > indent; line = this.lines[this.at]) this.at++;
	}
}

function isItem(text: string): boolean {
	return text === "-" || text.startsWith("- ");
}

function keyOf(text: string): { readonly key: string; readonly rest: string } | null {
	const match = /^("[^"]*"|'[^']*'|[^\s"'[\]{},#&*!|>][^:#[\]{}]*?|<<)\s*:(?:\s+(.*))?$/s.exec(text);
	return match === null ? null : { key: unquoted(match[1] ?? ""), rest: match[2] ?? "" };
}

function isClosed(flow: string): boolean {
	const plain = flow.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, "");
	return (plain.match(/[[{]/g) ?? []).length <= (plain.match(/[\]}]/g) ?? []).length;
}

function readFlow(flow: string): YamlValue {
	const inner = flow.trim().replace(/^[[{]|[\]}]$/g, "");
	const parts = [...inner.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:\s*(?:"[^"]*"|[^,]*))?|'[^']*'(?:\s*:\s*[^,]*)?|[^,\s][^,]*/g)].map(
		([part]) => part.trim(),
	);
	if (flow.trim().startsWith("[")) return parts.map(unquoted);
	const pairs = parts.flatMap((part) => keyOf(part) ?? []);
	return { entries: new Map(pairs.map(({ key, rest }) => [key, unquoted(rest)])), places: new Map() };
}

function unquoted(text: string): string {
	const double = /^"((?:[^"\\]|\\.)*)"$/s.exec(text);
	if (double !== null) return (double[1] ?? "").replace(/\\(.)/g, "$1");
	const single = /^'((?:[^']|'')*)'$/s.exec(text);
	return single === null ? text : (single[1] ?? "").replace(/''/g, "'");
}

/** A `#` begins a comment at the line's start and behind a space, outside quotes. */
function withoutComment(line: string): string {
	let quote = "";
	for (let at = 0; at < line.length; at++) {
		const character = line[at] ?? "";
		if (quote !== "") {
			if (character === quote) quote = "";
		} else if ((character === '"' || character === "'") && /[\s[{,:=-]|^$/.test(line[at - 1] ?? "")) quote = character;
		else if (character === "#" && /^$|\s/.test(line[at - 1] ?? "")) return line.slice(0, at);
	}
	return line;
}
