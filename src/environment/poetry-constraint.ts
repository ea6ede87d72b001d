import { isSpecifierSet } from "./pep440.ts";

/**
 * A poetry version constraint as a PEP 440 specifier set
 * (https://python-poetry.org/docs/dependency-specification/). Unions (`||`) and what cannot be read give `""`.
 */
export function specifierOfPoetry(constraint: string): string {
	const text = constraint.trim();
	if (text === "" || text === "*" || text.includes("|")) return "";
	const clauses = text
		.replace(/([\^~=!<>])\s+/g, "$1")
		.split(/(?:(?<!\s)\s+)?,\s*|(?<!\s)\s+/)
		.map(poetryClause);
	return clauses.some((clause) => clause === null || !isSpecifierSet(clause)) ? "" : clauses.join(",");
}

function poetryClause(clause: string): string | null {
	if (/^(?:[<>!=]=|[<>]|~=)/.test(clause)) return clause;
	const caret = /^\^v?(\d+(?:\.\d+)*)(.*)/s.exec(clause);
	if (caret !== null) return `>=${caret[1]}${caret[2]},<${caretCeiling(caret[1] ?? "")}`;
	const tilde = /^~v?(\d+(?:\.\d+)*)(.*)/s.exec(clause);
	if (tilde !== null) return `>=${tilde[1]}${tilde[2]},<${tildeCeiling(tilde[1] ?? "")}`;
	const exact = /^=?v?(\d[\w.+!-]*(?:\.\*)?)$/.exec(clause);
	return exact === null ? null : `==${exact[1]}`;
}

/** `^1.2.3` ends before the next change of the left-most number that is not zero. */
function caretCeiling(release: string): string {
	const numbers = release.split(".").map(Number);
	const leading = numbers.findIndex((number) => number !== 0);
	const changed = leading === -1 ? numbers.length - 1 : leading;
	return numbers.map((number, i) => (i < changed ? number : i === changed ? number + 1 : 0)).join(".");
}

/** `~1.2.3` ends before 1.3, `~1` before 2. */
function tildeCeiling(release: string): string {
	const numbers = release.split(".").map(Number);
	const changed = Math.min(1, numbers.length - 1);
	return numbers
		.slice(0, changed + 1)
		.map((number, i) => (i === changed ? number + 1 : number))
		.join(".");
}
