import type { ClassMember, ExternalEntry, Signature } from "../environment.ts";
import type { Slot } from "../module-table.ts";
import { BlockReader } from "./block-reader.ts";
import { definitionLines, headerLines, type LogicalLine } from "./logical-lines.ts";
import { decoratorName, readClassHeader, readSignature } from "./signature.ts";
import type { SourceContext } from "./simple-statement-reader.ts";
import { type Token, tokenize } from "./tokens.ts";

/** Longest source text that is kept of a value. */
const longestText = 200;

/** Names that base classes and metaclasses are resolved with: the absolute dotted name behind a name of the module. */
export type ResolveName = (dotted: string) => string;

/** Makes the full entry of a lazily kept name. `resolve` gives base classes and decorators their absolute names. */
export function readEntry(slot: Slot, text: string, context: SourceContext, resolve: ResolveName): ExternalEntry {
	switch (slot.kind) {
		case "lazy-function":
			return { kind: "function", signature: signatureAt(text, slot.at) };
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

/** The signature of the function that begins at an offset; whether it is a generator is found out when asked. */
function signatureAt(text: string, at: number): Signature {
	const { decorators, header } = readHeader(text, headerLines(text, at));
	let isGenerator: boolean | null = null;
	return {
		...readSignature(text, header, decorators),
		get isGenerator() {
			isGenerator ??= yields(text, bodyLines(text, at));
			return isGenerator;
		},
	};
}

/** The lines of a definition below its header. */
function bodyLines(text: string, at: number): readonly LogicalLine[] {
	const lines = definitionLines(text, at);
	return lines.slice(lines.findIndex((line) => text.charCodeAt(line.start) !== 64) + 1);
}

/** Decorators and the tokens of the `def` or `class` line. */
function readHeader(
	text: string,
	lines: readonly LogicalLine[],
): { readonly decorators: readonly string[]; readonly header: readonly Token[] } {
	const line = lines.at(-1);
	const decorators = lines.slice(0, -1).map(({ start, end }) => decoratorName(text, start, end));
	return { decorators, header: line === undefined ? [] : tokenize(text, line.start, line.end) };
}

/** Does a function's own body yield? Functions and classes inside it do not count. */
function yields(text: string, body: readonly LogicalLine[]): boolean {
	let nested: number | null = null;
	for (const line of body) {
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
	const { decorators, header } = readHeader(text, headerLines(text, at));
	const { bases, metaclass } = readClassHeader(text, header);
	let members: Readonly<Record<string, ClassMember>> | null = null;
	return {
		kind: "class",
		bases: bases.map((base) => (base === "" ? "" : resolve(base))),
		// Most classes are only asked for by name: their bodies are read when somebody looks inside.
		get members() {
			members ??= readMembers(text, bodyLines(text, at), context);
			return members;
		},
		metaclass: metaclass === null ? null : resolve(metaclass),
		decorators,
	};
}

function readMembers(text: string, lines: readonly LogicalLine[], context: SourceContext): Readonly<Record<string, ClassMember>> {
	const reader = new BlockReader(text, lines, context, true);
	reader.read(0, lines.length);
	const members: Record<string, ClassMember> = Object.create(null);
	for (const [name, found] of reader.scope.changes) if (found.state !== "unbound") members[name] = readMember(found.slot, text);
	const initializer = reader.scope.changes.get("__init__")?.slot;
	if (initializer?.kind === "lazy-function") addInstanceAttributes(members, text, initializer.at);
	return members;
}

function readMember(slot: Slot, text: string): ClassMember {
	if (slot.kind === "lazy-function") return readMethod(text, slot.at);
	if (slot.kind !== "lazy-value") return { kind: "attribute", annotation: null, text: null };
	return {
		kind: "attribute",
		annotation: slot.annotation === null ? null : text.slice(...slot.annotation),
		text: shortText(text, slot.start, slot.end),
	};
}

/** Most methods of a class are only asked for by name: their signatures are read when somebody wants to call them. */
function readMethod(text: string, at: number): ClassMember {
	let signature: Signature | null = null;
	return {
		kind: "method",
		get signature() {
			signature ??= signatureAt(text, at);
			return signature;
		},
	};
}

/** What `__init__` assigns to its first parameter's attributes. */
function addInstanceAttributes(members: Record<string, ClassMember>, text: string, at: number): void {
	const self = signatureAt(text, at).parameters[0]?.name;
	if (self === undefined) return;
	const pattern = new RegExp(`^((?:${self}\\.\\w+\\s*=\\s*)*${self}\\.(\\w+))\\s*(?::([^=]+))?=(?!=)\\s*`);
	for (const line of bodyLines(text, at)) {
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
