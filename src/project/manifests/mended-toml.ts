import { parse } from "smol-toml";
import { LineIndex } from "../../text/line-index.ts";

/** A sign that a broken TOML file lacks. */
export interface LackingSign {
	readonly at: number;
	readonly sign: "," | '"' | "'" | "]";
}

/**
 * The one sign whose lack makes a TOML file unreadable: a comma or a quote of an item, or the bracket that ends a list, at the line that
 * the reader names or just before it. Null where no such sign mends the whole file.
 */
export function findLackingSign(text: string, line: number): LackingSign | null {
	const lines = new LineIndex(text);
	for (const each of [line - 1, line, line - 2, line + 1].filter((number) => number >= 1 && number <= lines.lineCount)) {
		for (const found of candidatesOn(lines.lineText(each), lines.lineStart(each)))
			if (isReadable(text.slice(0, found.at) + (found.sign === "]" ? "\n]" : found.sign) + text.slice(found.at))) return found;
	}
	return null;
}

function* candidatesOn(written: string, start: number): Generator<LackingSign> {
	const code = written.trimEnd();
	const end = start + code.length;
	const beforeComma = code.endsWith(",") ? end - 1 : end;
	for (const quote of ['"', "'"] as const) {
		if (code.split(quote).length % 2 === 1) continue;
		yield { at: beforeComma, sign: quote };
		const item = code.length - code.trimStart().length;
		yield { at: start + item, sign: quote };
	}
	if (/["'}]$/.test(code)) yield { at: end, sign: "," };
	if (/["'},]$/.test(code)) yield { at: end, sign: "]" };
}

function isReadable(text: string): boolean {
	try {
		parse(text);
		return true;
	} catch {
		return false;
	}
}
