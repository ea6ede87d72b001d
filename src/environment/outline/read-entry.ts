import type { ClassMember, ExternalEntry, Signature } from "../environment.ts";
import type { Slot } from "../module-table.ts";
import { BlockReader, type SourceContext } from "./block-reader.ts";
import { definitionLines, type LogicalLine } from "./logical-lines.ts";
import { decoratorName, readClassHeader, readSignature } from "./signature.ts";
import { type Token, tokenize } from "./tokens.ts";

/** Longest source text that is kept of a value. */
const longestText = 200;

/** Names that base classes and metaclasses are resolved with: the absolute dotted name behind a name of the module. */
export type ResolveName = (dotted: string) => string;

/** Makes the full entry of a lazily kept name. `resolve` gives base classes and decorators their absolute names. */
export function readEntry(slot: Slot, text: string, context: SourceContext, resolve: ResolveName): ExternalEntry {
	switch (slot.kind) {
		case "lazy-function":
			return { kind: "function", signature: functionAt(text, slot.at).signature };
		case "lazy-class":
			return readClass(text, slot.at, context, resolve);
		case "lazy-value":
			return { kind: "value", text: shortText(text, slot.start, slot.end) };
		case "either":
		case "maybe":
			return { kind: "unknown" };
		default:
			return slot;
	}
}

interface FunctionSource {
	readonly signature: Signature;
	readonly lines: readonly LogicalLine[];
	/** Index of the first line of the body. */
	readonly body: number;
}

function functionAt(text: string, at: number): FunctionSource {
	const lines = definitionLines(text, at);
	const { decorators, header, body } = readHeader(text, lines);
	return { signature: readSignature(text, header, decorators, yields(text, lines, body)), lines, body };
}

function readHeader(
	text: string,
	lines: readonly LogicalLine[],
): { readonly decorators: readonly string[]; readonly header: readonly Token[]; readonly body: number } {
	const decorators: string[] = [];
	let index = 0;
	for (; index < lines.length; index++) {
		const line = lines[index];
		if (line === undefined || text.charCodeAt(line.start) !== 64) break;
		decorators.push(decoratorName(text, line.start, line.end));
	}
	const line = lines[index];
	return { decorators, header: line === undefined ? [] : tokenize(text, line.start, line.end), body: index + 1 };
}

/** Does a function's own body yield? Functions and classes inside it do not count. */
function yields(text: string, lines: readonly LogicalLine[], body: number): boolean {
	let nested: number | null = null;
	for (const line of lines.slice(body)) {
		if (nested !== null && line.indent > nested) continue;
		nested = null;
		const source = text.slice(line.start, line.end);
		if (/^(?:async\s+def|def|class)\b/.test(source)) nested = line.indent;
		else if (
			/\byield\b/.test(source) &&
			tokenize(text, line.start, line.end).some((token) => token.type === "name" && token.text === "yield")
		)
			return true;
	}
	return false;
}

function readClass(text: string, at: number, context: SourceContext, resolve: ResolveName): ExternalEntry {
	const lines = definitionLines(text, at);
	const { decorators, header, body } = readHeader(text, lines);
	const { bases, metaclass } = readClassHeader(text, header);
	const reader = new BlockReader(text, lines, context, true);
	reader.read(body, lines.length);
	const members: Record<string, ClassMember> = Object.create(null);
	for (const [name, found] of reader.scope.changes) if (found.state !== "unbound") members[name] = readMember(found.slot, text);
	const initializer = reader.scope.changes.get("__init__")?.slot;
	if (initializer?.kind === "lazy-function") addInstanceAttributes(members, text, initializer.at);
	return {
		kind: "class",
		bases: bases.map((base) => (base === "" ? "" : resolve(base))),
		members,
		metaclass: metaclass === null ? null : resolve(metaclass),
		decorators,
	};
}

function readMember(slot: Slot, text: string): ClassMember {
	if (slot.kind === "lazy-function") return { kind: "method", signature: functionAt(text, slot.at).signature };
	if (slot.kind !== "lazy-value") return { kind: "attribute", annotation: null, text: null };
	return {
		kind: "attribute",
		annotation: slot.annotation === null ? null : text.slice(...slot.annotation),
		text: shortText(text, slot.start, slot.end),
	};
}

/** What `__init__` assigns to its first parameter's attributes. */
function addInstanceAttributes(members: Record<string, ClassMember>, text: string, at: number): void {
	const { signature, lines, body } = functionAt(text, at);
	const self = signature.parameters[0]?.name;
	if (self === undefined) return;
	const pattern = new RegExp(`^((?:${self}\\.\\w+\\s*=\\s*)*${self}\\.(\\w+))\\s*(?::([^=]+))?=(?!=)\\s*`);
	for (const line of lines.slice(body)) {
		const source = text.slice(line.start, line.end);
		const match = pattern.exec(source);
		if (match === null) continue;
		const value = { start: line.start + match[0].length, end: line.end };
		const attribute: ClassMember = {
			kind: "attribute",
			annotation: match[3]?.trim() ?? null,
			text: shortText(text, value.start, value.end),
		};
		for (const name of (match[1] ?? "").matchAll(new RegExp(`${self}\\.(\\w+)`, "g")))
			if (name[1] !== undefined) members[name[1]] ??= attribute;
	}
}

function shortText(text: string, start: number, end: number): string | null {
	return end <= start || end - start > longestText ? null : text.slice(start, end);
}
