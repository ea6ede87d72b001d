import { loadRe2 } from "./re2-package.ts";

/** Is a pattern found in a text? Null where telling would take too long. */
export type PatternTest = (text: string) => boolean | null;

/** Steps that one answer may take: about a second. */
const mostSteps = 2_000_000;

/**
 * A pattern that comes from a file, tested in a time that grows with its length times the text's, however it is made. Patterns
 * are written as for RE2 (https://github.com/google/re2/wiki/Syntax), which is how pydantic's Rust reads them too but for a few
 * classes of characters; null for those that it refuses, references to groups and assertions about what is around among them.
 */
export function compilePattern(source: string): PatternTest | null {
	// JavaScript's own is quicker, and at hand.
	const usual = isHarmless(source) ? compiled(() => new RegExp(source)) : null;
	const repeats = source.match(/[*+{]/g)?.length ?? 0;
	const linear = usual === null ? compiled(() => loadRe2().RE2JS.compile(source)) : null;
	if (usual === null && linear === null) return null;
	return (text) => {
		if (usual !== null && text.length ** (repeats + 1) <= mostSteps) return usual.test(text);
		const pattern = linear ?? compiled(() => loadRe2().RE2JS.compile(source));
		if (pattern === null || text.length * pattern.programSize() > mostSteps) return null;
		return pattern.matcher(text).find();
	};
}

/** May JavaScript's own way go wrong at most in as many ways as the text is long, for each repetition, and mean the same? */
function isHarmless(source: string): boolean {
	if (/\(\?(?!:)|\\[^dws\W_]/.test(source) || /\)[*+{]/.test(source)) return false;
	return (source.match(/[*+{]/g)?.length ?? 0) <= 2 && (source.match(/\?/g)?.length ?? 0) <= 4;
}

function compiled<Pattern>(compile: () => Pattern): Pattern | null {
	try {
		return compile();
	} catch {
		return null;
	}
}
