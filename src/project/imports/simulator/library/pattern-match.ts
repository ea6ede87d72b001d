import { compilePattern } from "../../../../text/linear-pattern.ts";
import type { Value } from "../../values.ts";
import { unknown } from "../../values.ts";
import { nothingReturned } from "../value-types.ts";
import type { LibraryCall } from "./library-call.ts";

const module = /^(?:re|re\._compiler|sre_compile)\.(match|fullmatch|search)$/;
const method = /^(?:re|re\._compiler|sre_compile)\.compile\.(match|fullmatch|search)$/;

/**
 * `re.match(pattern, text)` of known texts: None where nothing is found, so that `.group(1)` of it fails. Null for all other calls and where
 * the pattern means in Python what it may not mean here.
 */
export function matchCall({ machine, canonical, args, receiver }: LibraryCall): Value | null {
	const way = receiver === null ? module.exec(canonical)?.[1] : method.exec(canonical)?.[1];
	if (way === undefined || args.open || args.keywords.size > 0 || machine.uncertain > 0) return null;
	const made = receiver?.call ?? null;
	const compiled = made?.args.length === 1 && made.keywords.size === 0 && !made.open ? made.args[0] : undefined;
	const [pattern, text, ...more] = receiver === null ? args.args : [compiled, ...args.args];
	if (pattern === undefined || text === undefined || more.length > 0) return null;
	const [source, subject] = [plainText(pattern), plainText(text)];
	if (source === null || subject === null || subject.includes("\n") || !isShared(source)) return null;
	const anchored = way === "search" ? source : way === "match" ? `^(?:${source})` : `^(?:${source})$`;
	return compilePattern(anchored)?.(subject) === false ? nothingReturned : unknown;
}

/** Texts of ASCII only: Python's classes know more letters and digits than others do. */
function plainText(value: Value): string | null {
	const isPlain = value.kind === "constant" && typeof value.value === "string" && !value.isConverted;
	return isPlain && typeof value.value === "string" && /^[\n\x20-\x7e]{0,2000}$/.test(value.value) ? value.value : null;
}

/** Does the pattern hold nothing but what RE2, JavaScript and Python read alike? */
function isShared(source: string): boolean {
	return !/\(\?(?!:)|\\[^dDwWsSbB\W_]|\[[^\]]*\[|\{,/.test(source);
}
