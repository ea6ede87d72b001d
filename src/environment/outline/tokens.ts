import { skipString } from "./strings.ts";

/** A lexical token of one logical line. `depth` counts the brackets around it; a bracket itself has the depth outside it. */
export interface Token {
	readonly type: "name" | "string" | "number" | "operator";
	readonly text: string;
	readonly start: number;
	readonly end: number;
	readonly depth: number;
}

const pattern =
	/[\s\\]+|#[^\n]*|([\p{L}_][\p{L}\p{N}_\p{M}]*)|((?:\d|\.\d)[\w.]*)|(["'])|(\*\*=|\/\/=|>>=|<<=|\.\.\.|->|:=|[-+*/%@&|^=<>!]=|\*\*|\/\/|>>|<<|.)/suy;

/** Tokens of a stretch of Python text; comments and blanks are left out. */
export function tokenize(text: string, start: number, end: number): readonly Token[] {
	const tokens: Token[] = [];
	let depth = 0;
	pattern.lastIndex = start;
	while (pattern.lastIndex < end) {
		const from = pattern.lastIndex;
		const match = pattern.exec(text);
		if (match === null) break;
		if (match[1] !== undefined) {
			if (isStringPrefix(text, from, match[1])) {
				const close = skipString(text, from + match[1].length, end);
				tokens.push({ type: "string", text: text.slice(from, close), start: from, end: close, depth });
				pattern.lastIndex = close;
			} else tokens.push({ type: "name", text: match[1], start: from, end: pattern.lastIndex, depth });
		} else if (match[2] !== undefined)
			tokens.push({ type: "number", text: match[2], start: from, end: pattern.lastIndex, depth });
		else if (match[3] !== undefined) {
			const close = skipString(text, from, end);
			tokens.push({ type: "string", text: text.slice(from, close), start: from, end: close, depth });
			pattern.lastIndex = close;
		} else if (match[4] !== undefined) {
			const operator = match[4];
			if (operator === ")" || operator === "]" || operator === "}") depth = Math.max(0, depth - 1);
			tokens.push({ type: "operator", text: operator, start: from, end: pattern.lastIndex, depth });
			if (operator === "(" || operator === "[" || operator === "{") depth++;
		}
	}
	return tokens;
}

/** Splits tokens at each `separator` of the given depth; a lambda's own commas and colons do not count. */
export function splitTokens(tokens: readonly Token[], separator: string, depth: number): readonly (readonly Token[])[] {
	const parts: Token[][] = [[]];
	let lambda = false;
	for (const token of tokens) {
		if (token.depth === depth) {
			if (token.text === "lambda" && token.type === "name") lambda = true;
			else if (lambda && token.text === ":") {
				lambda = false;
				parts.at(-1)?.push(token);
				continue;
			}
			if (!lambda && token.type === "operator" && token.text === separator) {
				parts.push([]);
				continue;
			}
		}
		parts.at(-1)?.push(token);
	}
	return parts;
}

/** Index of the first operator `text` at `depth`, lambdas' colons not counted; -1 where there is none. */
export function indexOfOperator(tokens: readonly Token[], text: string, depth: number, from = 0): number {
	let lambdas = 0;
	for (let index = from; index < tokens.length; index++) {
		const token = tokens[index];
		if (token === undefined || token.depth !== depth) continue;
		if (token.type === "name" && token.text === "lambda") lambdas++;
		else if (token.type === "operator" && token.text === ":" && lambdas > 0) lambdas--;
		else if (token.type === "operator" && token.text === text) return index;
	}
	return -1;
}

/** The source between the first and the last of some tokens. */
export function sourceOf(text: string, tokens: readonly Token[]): string {
	const first = tokens[0];
	const last = tokens.at(-1);
	return first === undefined || last === undefined ? "" : text.slice(first.start, last.end);
}

function isStringPrefix(text: string, start: number, name: string): boolean {
	const next = text.charCodeAt(start + name.length);
	return (next === 34 || next === 39) && name.length <= 2 && /^(?:[rubft]|br|rb|fr|rf|tr|rt)$/i.test(name);
}
