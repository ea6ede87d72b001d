import type { Node, Range } from "yaml";
import { loadYamlPackage } from "../../text/yaml-package.ts";

/** What a compose file is made of, as far as we read it: texts, lists and mappings. */
export type YamlValue = string | readonly YamlValue[] | YamlMapping;

export interface YamlMapping {
	readonly entries: ReadonlyMap<string, YamlValue>;
	/** Offset at which each entry of its own begins, and that at which it ends. */
	readonly places: ReadonlyMap<string, { readonly start: number; readonly end: number }>;
}

/** Is the value a mapping? */
export function isMapping(value: YamlValue | undefined): value is YamlMapping {
	return typeof value === "object" && "entries" in value && "places" in value;
}

/** Reads YAML with its anchors and merge keys. What is broken is left out rather than an error: compose itself would name it. */
export function readYaml(text: string): YamlValue {
	const { isAlias, isMap, isScalar, isSeq, parseDocument } = loadYamlPackage();
	const document = parseDocument(text, { logLevel: "silent", prettyErrors: false, strict: false, uniqueKeys: false });
	/** Each node is read once, however many aliases name it; one that names itself is empty. */
	const known = new Map<unknown, YamlValue>();

	const read = (node: unknown, depth: number): YamlValue => {
		const before = known.get(node);
		if (before !== undefined) return before;
		known.set(node, "");
		const value = readAnew(node, depth);
		known.set(node, value);
		return value;
	};

	const readAnew = (node: unknown, depth: number): YamlValue => {
		if (depth > deepest) return "";
		if (isAlias(node)) return read(node.resolve(document), depth + 1);
		if (isSeq(node)) return node.items.map((item) => read(item, depth + 1));
		if (isMap(node)) return readMapping(node.items, depth);
		return isScalar(node) ? textOf(node) : "";
	};

	const readMapping = (pairs: readonly { readonly key: unknown; readonly value: unknown }[], depth: number): YamlMapping => {
		const entries = new Map<string, YamlValue>();
		const inherited = new Map<string, YamlValue>();
		const places = new Map<string, { start: number; end: number }>();
		for (const { key, value } of pairs) {
			if (!isScalar(key)) continue;
			const name = textOf(key);
			const content = read(value, depth + 1);
			if (name === "<<") {
				for (const merged of Array.isArray(content) ? content : [content])
					if (isMapping(merged)) for (const [each, one] of merged.entries) if (!inherited.has(each)) inherited.set(each, one);
				continue;
			}
			entries.set(name, content);
			places.set(name, { start: key.range?.[0] ?? 0, end: rangeOf(value)?.[1] ?? key.range?.[1] ?? 0 });
		}
		for (const [name, content] of inherited) if (!entries.has(name)) entries.set(name, content);
		return { entries, places };
	};

	return read(document.contents, 0);
}

/** Deeper than any compose file. */
const deepest = 100;

/** Numbers and truth values as they are written: a port is a text to us. */
function textOf({ value, source }: { readonly value: unknown; readonly source?: string }): string {
	return typeof value === "string" ? value : (source ?? "");
}

function rangeOf(node: unknown): Range | null {
	return (node as Node | null)?.range ?? null;
}
