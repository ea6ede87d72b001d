import type { TextRange } from "../text/range.ts";

/** The head of what can have type parameters, up to their bracket. */
const head = /\b(?:class|def|type)[ \t]+[^\W\d]\w*[ \t]*\[/g;
const longestList = 2000;

/**
 * The defaults of type parameters, from their `=` on: `= int` of `class Box[T = int]` (PEP 696, Python 3.13), which the grammar at hand
 * does not know.
 */
export function typeParameterDefaults(text: string): readonly TextRange[] {
	const found: TextRange[] = [];
	for (const { index, 0: opening } of text.matchAll(head)) found.push(...defaultsIn(text, index + opening.length));
	return found;
}

function defaultsIn(text: string, start: number): readonly TextRange[] {
	const found: TextRange[] = [];
	let depth = 1;
	let from: number | null = null;
	for (let at = start; at < Math.min(text.length, start + longestList); at++) {
		const character = text[at] ?? "";
		if (character === '"' || character === "'") at = Math.max(at, text.indexOf(character, at + 1));
		else if ("[({".includes(character)) depth++;
		else if ("])}".includes(character)) depth--;
		else if (character === "=" && depth === 1 && from === null) from = at;
		if (from !== null && (depth === 0 || (character === "," && depth === 1))) {
			found.push({ start: from, end: at });
			from = null;
		}
		if (depth === 0) return found;
	}
	// A bracket that is never closed is somebody else's to tell.
	return [];
}
