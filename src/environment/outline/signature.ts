import type { Parameter, Signature } from "../environment.ts";
import { indexOfOperator, sourceOf, splitTokens, type Token, tokenize } from "./tokens.ts";

/** The header of a `def`, read from its tokens (from `async` or `def` on). */
export function readSignature(
	text: string,
	header: readonly Token[],
	decorators: readonly string[],
): Omit<Signature, "isGenerator"> {
	const open = indexOfOperator(header, "(", 0);
	const close = indexOfOperator(header, ")", 0, open + 1);
	const arrow = indexOfOperator(header, "->", 0, close + 1);
	const colon = indexOfOperator(header, ":", 0, close + 1);
	return {
		parameters: readParameters(text, header.slice(open + 1, close)),
		isAsync: header[0]?.text === "async",
		decorators,
		returns: arrow < 0 ? null : sourceOf(text, header.slice(arrow + 1, colon < 0 ? header.length : colon)),
	};
}

function readParameters(text: string, tokens: readonly Token[]): readonly Parameter[] {
	const parameters: Parameter[] = [];
	let keywordOnly = false;
	for (const part of splitTokens(tokens, ",", 1)) {
		const first = part[0];
		if (first === undefined) continue;
		if (first.text === "/") {
			for (const [index, parameter] of parameters.entries()) parameters[index] = { ...parameter, kind: "positional-only" };
			continue;
		}
		if (first.text === "*" && part.length === 1) {
			keywordOnly = true;
			continue;
		}
		const stars = first.text === "*" || first.text === "**" ? first.text : "";
		const name = stars === "" ? first : part[1];
		if (name === undefined || name.type !== "name") continue;
		const equals = indexOfOperator(part, "=", 1);
		const colon = part[stars === "" ? 1 : 2]?.text === ":" ? (stars === "" ? 1 : 2) : -1;
		parameters.push({
			name: name.text,
			kind: stars === "*" ? "var-positional" : stars === "**" ? "var-keyword" : keywordOnly ? "keyword-only" : "positional",
			hasDefault: equals >= 0,
			annotation: colon < 0 ? null : sourceOf(text, part.slice(colon + 1, equals < 0 ? part.length : equals)),
			defaultText: equals < 0 ? null : sourceOf(text, part.slice(equals + 1)),
		});
		if (stars === "*") keywordOnly = true;
	}
	return parameters;
}

/** What stands between the parentheses of a `class` header. */
export interface ClassHeader {
	/** Base expressions as written, subscripts removed; `""` for one that is no dotted name. */
	readonly bases: readonly string[];
	/** The `metaclass=` expression, or null. */
	readonly metaclass: string | null;
}

/** The bases and metaclass of a `class` header. */
export function readClassHeader(text: string, header: readonly Token[]): ClassHeader {
	const colon = indexOfOperator(header, ":", 0);
	const open = indexOfOperator(header, "(", 0);
	if (open < 0 || (colon >= 0 && open > colon)) return { bases: [], metaclass: null };
	const close = indexOfOperator(header, ")", 0, open + 1);
	const bases: string[] = [];
	let metaclass: string | null = null;
	for (const part of splitTokens(header.slice(open + 1, close), ",", 1)) {
		const equals = indexOfOperator(part, "=", 1);
		if (part.length === 0) continue;
		if (equals >= 0) {
			if (part[0]?.text === "metaclass") metaclass = sourceOf(text, part.slice(equals + 1));
		} else bases.push(dottedName(part) ?? "");
	}
	return { bases, metaclass };
}

/** `a.b.c` of tokens that begin with a dotted name and end there or with one subscript; null otherwise. */
export function dottedName(tokens: readonly Token[]): string | null {
	let name = "";
	let index = 0;
	for (; index < tokens.length; index++) {
		const token = tokens[index];
		if (token === undefined) break;
		const wanted = index % 2 === 0 ? token.type === "name" : token.text === ".";
		if (!wanted) break;
		name += token.text;
	}
	const next = tokens[index];
	if (name === "" || name.endsWith(".")) return null;
	if (next === undefined) return name;
	const last = tokens.at(-1);
	return next.text === "[" && last?.text === "]" && indexOfOperator(tokens, "]", next.depth, index) === tokens.length - 1
		? name
		: null;
}

/** The decorator's dotted name, its arguments left out. */
export function decoratorName(text: string, start: number, end: number): string {
	const tokens = tokenize(text, start, end).slice(1);
	const paren = indexOfOperator(tokens, "(", 0);
	const name = paren < 0 ? tokens : tokens.slice(0, paren);
	return sourceOf(text, name).replace(/\s+/g, "");
}
