import type { SyntaxFault } from "./ast.ts";
import { refused } from "./syntax-fault.ts";

/** One entry of a parameter list as the parser made it. */
interface Entry {
	readonly type: string;
	readonly text: string;
	readonly start: number;
	readonly end: number;
}

/** What is wrong with `*`, `/` and `**` in a parameter list (PEP 570, PEP 3102), in the words of Python 3.11. */
export function findSeparatorFaults(entries: readonly Entry[]): readonly SyntaxFault[] {
	let slash = false;
	let star: Entry | null = null;
	for (const [index, entry] of entries.entries()) {
		const isBareStar = entry.type === "keyword_separator";
		if (entry.type === "positional_separator") {
			if (slash) return [refused(entry, "/ may appear only once")];
			if (star !== null) return [refused(entry, "/ must be ahead of *")];
			if (index === 0) return [refused(entry, "at least one argument must precede /")];
			slash = true;
		} else if (isBareStar || /^\*(?!\*)/.test(entry.text)) {
			if (star !== null) return [refused(entry, "* argument may appear only once")];
			const next = entries[index + 1];
			if (isBareStar && (next === undefined || next.text.startsWith("**")))
				return [refused(entry, "named arguments must follow bare *")];
			star = entry;
		} else if (entry.text.startsWith("**")) {
			const next = entries[index + 1];
			return next === undefined ? [] : [refused(next, "arguments cannot follow var-keyword argument")];
		}
	}
	return [];
}
