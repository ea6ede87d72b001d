import { explain, satisfies, validRange } from "@renovatebot/pep440";

/** Does a version lie in a PEP 440 specifier set? Null where either cannot be read. Pre-releases count, as for pip's check of what is installed. */
export function versionSatisfies(version: string, specifier: string): boolean | null {
	const key = `${version} ${specifier}`;
	let answer = satisfied.get(key);
	if (answer === undefined) {
		const set = tidySpecifier(specifier);
		answer = explain(version) === null || !isSpecifierSet(set) ? null : satisfies(version, set, { prereleases: true });
		satisfied.set(key, answer);
	}
	return answer;
}

// Many rules ask the same, the metadata of many packages repeat the same few bounds, and the grammar's expression is slow.
const satisfied = new Map<string, boolean | null>();
const specifierSets = new Map<string, boolean>();

export function isSpecifierSet(text: string): boolean {
	let answer = specifierSets.get(text);
	if (answer === undefined) {
		answer = validRange(tidySpecifier(text));
		specifierSets.set(text, answer);
	}
	return answer;
}

/** Is there a version that all specifier sets allow? True where one of them cannot be read, since then nothing is certain. */
export function canAllBeSatisfied(specifiers: readonly string[]): boolean {
	const sets = specifiers.map(tidySpecifier);
	if (!sets.every((set) => validRange(set))) return true;
	const parts = sets.flatMap((set) => (set === "" ? [] : set.split(",")));
	// A set of version ranges has a solution exactly if a bound, or the place just above one, or the very lowest version is one.
	const candidates = new Set(["0.dev0", "0"]);
	for (const part of parts) {
		const version = part.replace(/^[~=!<>\s]+/, "").replace(/\.\*$/, "");
		const parsed = explain(version);
		if (parsed === null) return true;
		const release = `${parsed.epoch === 0 ? "" : `${parsed.epoch}!`}${parsed.release.join(".")}`;
		for (const candidate of [version, release, `${release}.0.0.1`, `${release}.9999`]) candidates.add(candidate);
	}
	return [...candidates].some((version) => sets.every((set) => satisfies(version, set, { prereleases: true })));
}

/** The only version that a specifier set allows (`==1.0`), or null. */
export function pinnedVersion(specifier: string): string | null {
	return /^\s*===?\s*([\w.!+]+)\s*$/.exec(specifier)?.[1] ?? null;
}

/** packaging allows empty clauses (`>=1.0,`) and round brackets (`(>=1.0)`). */
function tidySpecifier(specifier: string): string {
	return specifier
		.replace(/^\s*\(|\)\s*$/g, "")
		.split(",")
		.map((clause) => clause.trim())
		.filter((clause) => clause !== "")
		.join(",");
}

/**
 * A poetry version constraint as a PEP 440 specifier set
 * (https://python-poetry.org/docs/dependency-specification/). Unions (`||`) and what cannot be read give `""`.
 */
export function specifierOfPoetry(constraint: string): string {
	const text = constraint.trim();
	if (text === "" || text === "*" || text.includes("|")) return "";
	const clauses = text
		.replace(/([\^~=!<>])\s+/g, "$1")
		.split(/\s*,\s*|\s+/)
		.map(poetryClause);
	return clauses.some((clause) => clause === null || !validRange(clause)) ? "" : clauses.join(",");
}

function poetryClause(clause: string): string | null {
	if (/^(?:[<>!=]=|[<>]|~=)/.test(clause)) return clause;
	const caret = /^\^v?(\d+(?:\.\d+)*)(.*)$/.exec(clause);
	if (caret !== null) return `>=${caret[1]}${caret[2]},<${caretCeiling(caret[1] ?? "")}`;
	const tilde = /^~v?(\d+(?:\.\d+)*)(.*)$/.exec(clause);
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
