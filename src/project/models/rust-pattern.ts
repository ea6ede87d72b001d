import type { TypeForm } from "./type-form.ts";

/**
 * What of a pattern Rust's regular expressions refuse, outside of sets of characters; null where nothing certainly is. pydantic 2 compiles the
 * patterns of texts with them unless it is told otherwise (https://docs.pydantic.dev/latest/api/config/#pydantic.config.ConfigDict.regex_engine).
 */
export function refusedPatternPart(pattern: string): string | null {
	if (pattern.includes("(?x") || pattern.length > 5_000) return null;
	const plain = withoutSets(pattern.replace(/\\[^1-9]/g, "_"));
	if (/\(\?<?[=!]/.test(plain)) return "a look-around";
	return /\\[1-9]|\(\?P=/.test(plain) ? "a back-reference" : null;
}

/** A pattern with `_` for each set of characters (`[^]a-z]`). */
function withoutSets(pattern: string): string {
	let plain = "";
	for (let at = 0; at < pattern.length; at++) {
		if (pattern[at] !== "[") plain += pattern[at];
		else {
			const inside = at + 1 + Number(pattern[at + 1] === "^");
			const end = pattern.indexOf("]", inside + Number(pattern[inside] === "]"));
			plain += "_";
			at = end === -1 ? pattern.length : end;
		}
	}
	return plain;
}

/** `str`, or `str | None`: on other types a pattern is refused in other words. */
export function isTextForm(form: TypeForm): boolean {
	if (form.kind === "union") return form.members.every((member) => member.kind === "none" || isTextForm(member));
	if (form.kind === "annotated") return isTextForm(form.type);
	return form.kind === "external" && form.name === "str";
}
