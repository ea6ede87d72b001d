import { compilePattern } from "../../text/linear-pattern.ts";

/** Nobody writes more; a file that has more is not followed. */
const mostPatterns = 1_000;

/**
 * Which paths of a build context a `.dockerignore` keeps out of an image: the last pattern that matches a path or a folder above it
 * counts, and `!` brings back (https://docs.docker.com/build/concepts/context/#dockerignore-files).
 */
export function readIgnorePatterns(text: string): (path: string) => boolean {
	const patterns = text.split(/\r?\n/).flatMap((line) => {
		const trimmed = line.trim();
		if (trimmed === "" || trimmed.startsWith("#")) return [];
		const isException = trimmed.startsWith("!");
		const pattern = (isException ? trimmed.slice(1).trim() : trimmed).replace(/^(\.?\/)+/, "").replace(/(?<!\/)\/+$/, "");
		return pattern === "" ? [] : [{ isException, test: globTest(pattern) }];
	});
	if (patterns.length > mostPatterns) return () => false;
	return (path) => {
		let ignored = false;
		for (const { isException, test } of patterns)
			if (isException === ignored && prefixesOf(path).some(test)) ignored = !isException;
		return ignored;
	};
}

/** A pattern of Go's `filepath.Match`, with `**` for any number of folders, as a test of a whole path. */
export function globTest(pattern: string): (path: string) => boolean {
	let source = "";
	for (let at = 0; at < pattern.length; at++) {
		const character = pattern[at] ?? "";
		if (pattern.startsWith("**/", at)) {
			source += "(?:.*/)?";
			at += 2;
		} else if (pattern.startsWith("**", at)) {
			source += ".*";
			at++;
		} else if (character === "*") source += "[^/]*";
		else if (character === "?") source += "[^/]";
		else source += character.replace(/[\\^$.|+()[\]{}]/, "\\$&");
	}
	const test = compilePattern(`^${source}$`);
	return (path) => test?.(path) === true;
}

/** `a`, `a/b` and `a/b/c` for `a/b/c`. */
function prefixesOf(path: string): string[] {
	const parts = path.split("/");
	return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
