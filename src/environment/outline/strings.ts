const backslash = 92;
const newline = 10;
/** Formatted strings inside each other's replacement fields beyond this are read as plain ones. */
const deepestNesting = 20;

/**
 * Offset just behind the string literal whose opening quote stands at `quote`. An unterminated one-line string ends at
 * its line's end, an unterminated triple-quoted one at `limit`: the reader is told by `isTerminated`.
 */
export function skipString(text: string, quote: number, limit: number, nesting = 0): number {
	const mark = text.charCodeAt(quote);
	const triple = text.charCodeAt(quote + 1) === mark && text.charCodeAt(quote + 2) === mark;
	if (nesting < deepestNesting && hasFormatPrefix(text, quote)) return skipFormatted(text, quote, mark, triple, limit, nesting);
	if (triple) {
		const close = text.slice(quote, quote + 3);
		for (let at = quote + 3; ; ) {
			const end = text.indexOf(close, at);
			if (end < 0 || end >= limit) return limit;
			if (!isEscaped(text, end, quote + 3)) return end + 3;
			at = end + 1;
		}
	}
	for (let at = quote + 1; at < limit; at++) {
		const code = text.charCodeAt(at);
		if (code === backslash) at++;
		else if (code === mark) return at + 1;
		else if (code === newline) return at;
	}
	return limit;
}

/** The decoded-enough content of a plain one-token literal such as `"name"`; null for f-strings, bytes and escapes. */
export function plainString(text: string, start: number, end: number): string | null {
	const literal = text.slice(start, end);
	const match = /^[uUrR]?("""|'''|"|')([^\\]*)\1$/s.exec(literal);
	return match?.[2] ?? null;
}

function isEscaped(text: string, at: number, from: number): boolean {
	let count = 0;
	while (at - count > from && text.charCodeAt(at - count - 1) === backslash) count++;
	return count % 2 === 1;
}

/** Is the quote preceded by a prefix with an f (or a t, PEP 750) that is not the end of a longer name? */
function hasFormatPrefix(text: string, quote: number): boolean {
	const near = text.slice(Math.max(0, quote - 3), quote);
	return /(?:^|[^A-Za-z0-9_])(?:[fFtT][rR]?|[rR][fFtT])$/.test(quote < 3 ? ` ${near}` : near);
}

/** Replacement fields may hold strings with the same quotes (PEP 701). */
function skipFormatted(text: string, quote: number, mark: number, triple: boolean, limit: number, nesting: number): number {
	let depth = 0;
	for (let at = quote + (triple ? 3 : 1); at < limit; at++) {
		const code = text.charCodeAt(at);
		if (code === backslash) at++;
		else if (code === newline && !triple && depth === 0) return at;
		else if (code === 123) {
			if (depth === 0 && text.charCodeAt(at + 1) === 123) at++;
			else depth++;
		} else if (code === 125) depth = Math.max(0, depth - 1);
		else if (code === mark && depth === 0) {
			if (!triple) return at + 1;
			if (text.charCodeAt(at + 1) === mark && text.charCodeAt(at + 2) === mark) return at + 3;
		} else if ((code === 34 || code === 39) && depth > 0) {
			const end = skipString(text, at, limit, nesting + 1);
			const lineBreak = text.indexOf("\n", at);
			// A quote that its line does not close is a fill character of a format specification, not a string.
			if (lineBreak < 0 || end <= lineBreak) at = end - 1;
			else if (code === mark) return at + 1;
		}
	}
	return limit;
}
