import { LineIndex } from "../../text/line-index.ts";
import type { TextRange } from "../../text/range.ts";

/** One `KEY=value` of a .env file. */
export interface DotenvEntry {
	readonly key: string;
	/** Quotes and escapes taken off, `${…}` not yet replaced. Null where the line has no `=`: python-dotenv binds the key to None. */
	readonly value: string | null;
	readonly keyRange: TextRange;
	/** The value as written, without its quotes; empty just behind the `=` where nothing stands there. Null where the line has no `=`. */
	readonly valueRange: TextRange | null;
	readonly quote: "'" | '"' | null;
	/** Written with `export` in front. */
	readonly exported: boolean;
	/** Line of the key, counting from 1. */
	readonly line: number;
}

/** A line that python-dotenv skips with a warning. */
export interface DotenvProblem {
	/** Counting from 1. */
	readonly line: number;
	readonly range: TextRange;
}

export interface DotenvFile {
	/** In the order of the file; where a key stands twice, the last one counts. */
	readonly entries: readonly DotenvEntry[];
	readonly problems: readonly DotenvProblem[];
}

// What Python's `\s` means in a str pattern; JavaScript's own class lacks \x1c-\x1f and \x85 and has U+FEFF.
const space = "\\t\\n\\v\\f\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const inlineSpace = space.replace("\\n", "").replace("\\r", "");

const blank = new RegExp(`[${space}]*`, "y");
const exportPrefix = new RegExp(`(?:export[${inlineSpace}]+)?`, "y");
const quotedKey = /'([^']+)'/y;
const plainKey = new RegExp(`([^=#${space}]+)`, "y");
const gap = new RegExp(`[${inlineSpace}]*`, "y");
const equalSign = new RegExp(`=[${inlineSpace}]*`, "y");
const plainValue = /[^\r\n]*/y;
const comment = new RegExp(`(?:[${inlineSpace}]*#[^\\r\\n]*)?`, "y");
const endOfLine = new RegExp(`[${inlineSpace}]*(?:\\r\\n|\\n|\\r|$)`, "y");
const restOfLine = /[^\r\n]*(?:\r\n|\r|\n)?/y;
const oneSpace = new RegExp(`[${space}]`);

/**
 * Reads a .env file as python-dotenv 1.2 does (`dotenv/parser.py`), with the places where keys and values stand.
 * Never throws: lines that python-dotenv cannot parse become problems, as they become warnings there.
 */
export function parseDotenv(text: string): DotenvFile {
	const lines = new LineIndex(text);
	const entries: DotenvEntry[] = [];
	const problems: DotenvProblem[] = [];
	let position = 0;
	while (position < text.length) {
		const start = matchEnd(blank, text, position) ?? position;
		if (start >= text.length) break;
		const binding = readBinding(text, start);
		if (binding.entry !== null) entries.push({ ...binding.entry, line: lines.positionAt(binding.entry.keyRange.start).line });
		if (binding.failed) {
			const { line } = lines.positionAt(start);
			problems.push({ line, range: { start, end: Math.max(start, lines.lineEnd(line)) } });
		}
		position = binding.end;
	}
	return { entries, problems };
}

/** Values by key as a process would see them: `${NAME}` and `${NAME:-default}` replaced, the last of equal keys kept. */
export function resolveDotenv(
	entries: readonly DotenvEntry[],
	environment: Readonly<Record<string, string | undefined>>,
	precedence: "file" | "environment",
): ReadonlyMap<string, string | null> {
	const values = new Map<string, string | null>();
	const lookUp = (name: string): string | null | undefined => {
		const fromEnvironment = Object.hasOwn(environment, name) ? environment[name] : undefined;
		const fromFile = values.get(name);
		return precedence === "file" ? (values.has(name) ? fromFile : fromEnvironment) : (fromEnvironment ?? fromFile);
	};
	for (const { key, value } of entries) values.set(key, value === null ? null : interpolate(value, lookUp));
	return values;
}

type Binding = { readonly entry: Omit<DotenvEntry, "line"> | null; readonly failed: boolean; readonly end: number };

/** Reads one binding from its first character; on a failure skips the rest of the line from where it failed, as python-dotenv does. */
function readBinding(text: string, start: number): Binding {
	const afterExport = matchEnd(exportPrefix, text, start) ?? start;
	let position = afterExport;
	const fail = (): Binding => ({ entry: null, failed: true, end: matchEnd(restOfLine, text, position) ?? text.length });

	let keyRange: TextRange | null = null;
	if (text[position] !== "#") {
		const quoted = text[position] === "'";
		const keyEnd = matchEnd(quoted ? quotedKey : plainKey, text, position);
		if (keyEnd === null) return fail();
		keyRange = quoted ? { start: position + 1, end: keyEnd - 1 } : { start: position, end: keyEnd };
		position = keyEnd;
	}
	position = matchEnd(gap, text, position) ?? position;

	let value: ValueText | null = null;
	const valueStart = matchEnd(equalSign, text, position);
	if (valueStart !== null) {
		const commentFollows = valueStart - position > 1 && text[valueStart] === "#";
		// `KEY= # comment`: the value ends where the spaces begin, directly behind the `=`.
		value = commentFollows ? emptyValue(position + 1, valueStart) : readValue(text, valueStart);
		position = value?.end ?? valueStart;
		if (value === null) return fail();
	}
	position = matchEnd(comment, text, position) ?? position;
	const end = matchEnd(endOfLine, text, position);
	if (end === null) return fail();
	if (keyRange === null) return { entry: null, failed: false, end };
	const entry = {
		key: text.slice(keyRange.start, keyRange.end),
		value: value?.value ?? null,
		keyRange,
		valueRange: value?.range ?? null,
		quote: value?.quote ?? null,
		exported: afterExport > start,
	};
	return { entry, failed: false, end };
}

interface ValueText {
	readonly value: string;
	readonly range: TextRange;
	readonly quote: "'" | '"' | null;
	/** Just behind it, closing quote included. */
	readonly end: number;
}

function readValue(text: string, start: number): ValueText | null {
	const first = text[start];
	if (first === "'" || first === '"') {
		const end = closingQuoteEnd(text, start, first);
		if (end === null) return null;
		const range = { start: start + 1, end: end - 1 };
		const written = asTextMode(text.slice(range.start, range.end));
		return { value: first === "'" ? unescapeSingle(written) : unescapeDouble(written), range, quote: first, end };
	}
	if (first === undefined || first === "\n" || first === "\r") return emptyValue(start, start);
	const end = matchEnd(plainValue, text, start) ?? start;
	const value = withoutTrailing(text.slice(start, end));
	return { value, range: { start, end: start + value.length }, quote: null, end };
}

/** Just behind the quote that closes the one at `start`; a backslash keeps the character after it. Null where none does. */
function closingQuoteEnd(text: string, start: number, quote: string): number | null {
	for (let i = start + 1; i < text.length; i++) {
		if (text[i] === "\\") i++;
		else if (text[i] === quote) return i + 1;
	}
	return null;
}

/** Takes a comment (a `#` behind a space) and the spaces at the end off a value without quotes. */
function withoutTrailing(value: string): string {
	let end = value.length;
	for (let hash = value.indexOf("#", 1); hash !== -1; hash = value.indexOf("#", hash + 1)) {
		if (!oneSpace.test(value.charAt(hash - 1))) continue;
		end = hash;
		break;
	}
	while (end > 0 && oneSpace.test(value.charAt(end - 1))) end--;
	return value.slice(0, end);
}

function emptyValue(at: number, end: number): ValueText {
	return { value: "", range: { start: at, end: at }, quote: null, end };
}

/** Python opens the file in text mode, where every line break is one `\n`. */
function asTextMode(text: string): string {
	return text.replace(/\r\n?/g, "\n");
}

function unescapeSingle(text: string): string {
	return text.replace(/\\([\\'])/g, "$1");
}

const escapes: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

function unescapeDouble(text: string): string {
	return text.replace(/\\([\\'"abfnrtv])/g, (_, character: string) => escapes[character] ?? character);
}

/** Values are not put together beyond this, in characters: a few lines that name each other twice would fill any memory. */
const longestValue = 1_000_000;

/** Replaces `\$\{([^}:]*)(?::-([^}]*))?\}` in linear time, which the pattern itself does not take for many openings without an end. */
function interpolate(value: string, lookUp: (name: string) => string | null | undefined): string {
	let result = "";
	let done = 0;
	let end = -1;
	let colon = -1;
	for (let start = value.indexOf("${"); start >= 0; start = value.indexOf("${", start)) {
		const from = start + 2;
		if (end < from) end = value.indexOf("}", from);
		if (end < 0 || result.length > longestValue) break;
		if (colon < from) colon = value.indexOf(":", from);
		if (colon < 0) colon = value.length;
		const hasFallback = colon < end;
		start = from;
		if (hasFallback && value[colon + 1] !== "-") continue;
		const found = lookUp(value.slice(from, hasFallback ? colon : end));
		const fallback = hasFallback ? value.slice(colon + 2, end) : "";
		result += value.slice(done, from - 2) + (found === undefined ? fallback : (found ?? ""));
		done = end + 1;
		start = done;
	}
	return result + value.slice(done);
}

/** Where a sticky pattern's match from `position` ends, or null where it does not match there. */
function matchEnd(pattern: RegExp, text: string, position: number): number | null {
	pattern.lastIndex = position;
	return pattern.test(text) ? pattern.lastIndex : null;
}
