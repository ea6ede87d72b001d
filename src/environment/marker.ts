import { normalizeName, type PythonVersion } from "./environment.ts";
import { versionSatisfies } from "./pep440.ts";

/** What a marker is evaluated against. */
export interface MarkerFacts {
	readonly python: PythonVersion;
	/** `sys.platform`. */
	readonly platform: string;
	/** Extras that were asked for. */
	readonly extras: readonly string[];
}

/**
 * Is a PEP 508 marker true for CPython of this version on Linux? Null where it cannot be read, or where it hangs on
 * something we do not know (the patch release, the processor, the kernel).
 */
export function evaluateMarker(marker: string, python: PythonVersion, extras: readonly string[] = []): boolean | null {
	return answerFor(marker, { python, platform: "linux", extras });
}

/** Does a marker hold? What it asks of a variable we do not know counts as true: better one requirement too many. */
export function markerHolds(marker: string, facts: MarkerFacts): boolean {
	return answerFor(marker, facts) !== false;
}

function answerFor(marker: string, facts: MarkerFacts): boolean | null {
	const { python, platform, extras } = facts;
	const key = `${python.major}.${python.minor} ${platform}[${extras.join()}]${marker}`;
	let answer = evaluated.get(key);
	if (answer === undefined) {
		answer = evaluate(marker, facts);
		evaluated.set(key, answer);
	}
	return answer;
}

/** The metadata of many packages carry the same markers, and several rules ask for them. */
const evaluated = new Map<string, boolean | null>();

function evaluate(marker: string, facts: MarkerFacts): boolean | null {
	const tokens = tokenize(marker);
	if (tokens === null) return null;
	const expression = parseOr(new TokenReader(tokens));
	return expression === null ? null : expression(facts);
}

/** Does a requirement with this marker (null: none) count here? What is not known counts as a no for neither side: null. */
export function markerApplies(marker: string | null, python: PythonVersion, extras: readonly string[] = []): boolean | null {
	return marker === null ? true : evaluateMarker(marker, python, extras);
}

type Token = { readonly type: "name" | "string" | "operator" | "open" | "close" | "and" | "or"; readonly text: string };
type Expression = (facts: MarkerFacts) => boolean | null;

/** Nobody writes a longer marker; each of its clauses takes a little of the stack. */
const longestMarker = 10_000;

function tokenize(marker: string): Token[] | null {
	if (marker.length > longestMarker) return null;
	const pattern = /\s*(?:(\()|(\))|'([^']*)'|"([^"]*)"|(===|==|~=|!=|<=|>=|<|>|not\s+in\b|in\b)|(and|or)\b|([A-Za-z_][\w.]*))/y;
	const tokens: Token[] = [];
	const text = marker.trim();
	while (pattern.lastIndex < text.length) {
		const match = pattern.exec(text);
		if (match === null) return null;
		const [, open, close, single, double, operator, connective, name] = match;
		if (open !== undefined) tokens.push({ type: "open", text: open });
		else if (close !== undefined) tokens.push({ type: "close", text: close });
		else if (operator !== undefined) tokens.push({ type: "operator", text: operator.replace(/\s+/, " ") });
		else if (connective !== undefined) tokens.push({ type: connective === "and" ? "and" : "or", text: connective });
		else if (name !== undefined) tokens.push({ type: "name", text: name });
		else tokens.push({ type: "string", text: single ?? double ?? "" });
	}
	return tokens;
}

class TokenReader {
	private position = 0;
	constructor(private readonly tokens: readonly Token[]) {}

	get atEnd(): boolean {
		return this.position >= this.tokens.length;
	}

	take(...types: readonly Token["type"][]): Token | null {
		const token = this.tokens[this.position];
		if (token === undefined || !types.includes(token.type)) return null;
		this.position++;
		return token;
	}
}

function parseOr(reader: TokenReader, nested = 0): Expression | null {
	// Nobody writes a marker this deep; a bound keeps hostile files from exhausting the stack.
	if (nested > 50) return null;
	let left = parseAnd(reader, nested);
	while (left !== null && reader.take("or") !== null) {
		const first: Expression = left;
		const second = parseAnd(reader, nested);
		if (second === null) return null;
		left = (facts) => either(first(facts), second(facts));
	}
	return nested === 0 && !reader.atEnd ? null : left;
}

function parseAnd(reader: TokenReader, nested: number): Expression | null {
	let left = parseTerm(reader, nested);
	while (left !== null && reader.take("and") !== null) {
		const first: Expression = left;
		const second = parseTerm(reader, nested);
		if (second === null) return null;
		left = (facts) => both(first(facts), second(facts));
	}
	return left;
}

function parseTerm(reader: TokenReader, nested: number): Expression | null {
	if (reader.take("open") !== null) {
		const inner = parseOr(reader, nested + 1);
		return reader.take("close") === null ? null : inner;
	}
	const left = reader.take("name", "string");
	const operator = reader.take("operator");
	const right = reader.take("name", "string");
	if (left === null || operator === null || right === null) return null;
	return (facts) => compare(left, operator.text, right, facts);
}

function either(a: boolean | null, b: boolean | null): boolean | null {
	if (a === true || b === true) return true;
	return a === null || b === null ? null : false;
}

function both(a: boolean | null, b: boolean | null): boolean | null {
	if (a === false || b === false) return false;
	return a === null || b === null ? null : true;
}

/** Compares under each value a variable may have here; where the answers differ, nobody knows. */
function compare(left: Token, operator: string, right: Token, facts: MarkerFacts): boolean | null {
	const lefts = valuesOf(left, facts);
	const rights = valuesOf(right, facts);
	if (lefts === null || rights === null) return null;
	const isExtra = left.text === "extra" || right.text === "extra";
	if (isExtra && /^[!=]=/.test(operator)) {
		const names = new Set(lefts.map(normalizeName));
		return rights.some((name) => names.has(normalizeName(name))) === operator.startsWith("=");
	}
	const answers = new Set(lefts.flatMap((a) => rights.map((b) => compareValues(a, operator, b))));
	if (isExtra) return answers.has(true);
	return answers.size === 1 ? ([...answers][0] ?? null) : null;
}

function compareValues(left: string, operator: string, right: string): boolean | null {
	if (operator === "in") return right.includes(left);
	if (operator === "not in") return !right.includes(left);
	const byVersion = versionSatisfies(left, `${operator}${right}`);
	if (byVersion !== null) return byVersion;
	if (operator === "==" || operator === "===") return left === right;
	if (operator === "!=") return left !== right;
	// PEP 508 falls back to comparing strings, which nobody means: better no answer.
	return null;
}

/** `platform.system()` by `sys.platform`. */
const systems: Readonly<Record<string, string>> = { win32: "Windows", darwin: "Darwin" };

function valuesOf(token: Token, { python, platform, extras }: MarkerFacts): readonly string[] | null {
	if (token.type === "string") return [token.text];
	const version = `${python.major}.${python.minor}`;
	switch (token.text) {
		case "python_version":
			return [version];
		case "python_full_version":
		case "implementation_version":
			return [`${version}.0`, `${version}.5`, `${version}.12`, `${version}.99`];
		case "os_name":
		case "os.name":
			return [platform === "win32" ? "nt" : "posix"];
		case "sys_platform":
		case "sys.platform":
			return [platform];
		case "platform_system":
			return [systems[platform] ?? "Linux"];
		case "platform_machine":
		case "platform.machine":
			return platform === "linux" ? ["x86_64", "aarch64"] : ["x86_64", "arm64", "AMD64", "ARM64"];
		case "platform_python_implementation":
		case "platform.python_implementation":
		case "python_implementation":
			return ["CPython"];
		case "implementation_name":
			return ["cpython"];
		case "extra":
			return extras.length === 0 ? [""] : extras;
		default:
			return null;
	}
}
