/**
 * Versions and version specifiers (https://packaging.python.org/en/latest/specifications/version-specifiers/). All of them go
 * through here: nothing else imports the library that knows their grammar. Its answers are remembered, since many rules ask
 * the same, the metadata of many packages repeat the same few bounds, and the grammar's expression is slow.
 */
import { compare, explain, satisfies, validRange } from "@renovatebot/pep440";
import { remembered } from "./remembered.ts";

/** A version in its parts. */
export interface ParsedVersion {
	readonly epoch: number;
	/** `1.4.2` → `[1, 4, 2]` */
	readonly release: readonly number[];
	/** An alpha, beta, release candidate or development release. */
	readonly isPrerelease: boolean;
}

/** A version such as `2.0.35`, `1!1.0` or `2.0b1`; null for what is none. */
export const parseVersion: (text: string) => ParsedVersion | null = remembered((text) => {
	const parts = explain(text);
	return parts === null ? null : { epoch: parts.epoch, release: parts.release, isPrerelease: parts.is_prerelease };
});

/** Orders versions, oldest first; what is no version stands before all that are. */
export function compareVersions(a: string, b: string): number {
	const [known, other] = [parseVersion(a) !== null, parseVersion(b) !== null];
	return known && other ? compare(a, b) : Number(known) - Number(other);
}

/** Nobody writes more; what does is not looked at, as if it asked for nothing. */
const mostClauses = 500;

/** packaging allows empty clauses (`>=1.0,`) and round brackets (`(>=1.0)`). */
const tidySpecifier = remembered((specifier) => {
	const clauses = specifier.replace(/^\s*\(|\)\s*$/g, "").split(",");
	const distinct = new Set(clauses.map((clause) => clause.trim()).filter((clause) => clause !== ""));
	return distinct.size > mostClauses ? "" : [...distinct].join(",");
});

/** Is this a specifier set such as `>=1.0,<2`? The empty one is. */
export const isSpecifierSet: (text: string) => boolean = remembered((text) => validRange(tidySpecifier(text)));

/** Does a version lie in a specifier set? Null where either cannot be read. Pre-releases count, as for pip's check of what is installed. */
export function versionSatisfies(version: string, specifier: string): boolean | null {
	return answerOf(version, specifier, true);
}

/** As {@link versionSatisfies} for what an installation picks: a pre-release only where the set itself names one. */
export function versionIsPicked(version: string, specifier: string): boolean | null {
	return answerOf(version, specifier, false);
}

const answersOfAll = new Map<string, Map<string, boolean | null>>();
const answersOfPicks = new Map<string, Map<string, boolean | null>>();

function answerOf(version: string, specifier: string, prereleases: boolean): boolean | null {
	const all = prereleases ? answersOfAll : answersOfPicks;
	let answers = all.get(specifier);
	if (answers === undefined) {
		answers = new Map();
		all.set(specifier, answers);
	}
	let answer = answers.get(version);
	if (answer === undefined) {
		const options = prereleases ? { prereleases } : {};
		const isReadable = parseVersion(version) !== null && isSpecifierSet(specifier);
		answer = isReadable ? satisfies(version, tidySpecifier(specifier), options) : null;
		answers.set(version, answer);
	}
	return answer;
}

/** Is there a version that all specifier sets allow? True where one of them cannot be read, since then nothing is certain. */
export function canAllBeSatisfied(specifiers: readonly string[]): boolean {
	if (!specifiers.every(isSpecifierSet)) return true;
	// A set of version ranges has a solution exactly if a bound, or the place just above one, or the very lowest version is one.
	const candidates = new Set(["0.dev0", "0"]);
	for (const clause of specifiers.flatMap((set) => tidySpecifier(set).split(",")).filter((each) => each !== "")) {
		const version = clause.replace(/^[~=!<>\s]+/, "").replace(/\.\*$/, "");
		const parsed = parseVersion(version);
		if (parsed === null) return true;
		const release = `${parsed.epoch === 0 ? "" : `${parsed.epoch}!`}${parsed.release.join(".")}`;
		for (const candidate of [version, release, `${release}.0.0.1`, `${release}.9999`]) candidates.add(candidate);
	}
	return [...candidates].some((version) => specifiers.every((set) => versionSatisfies(version, set) === true));
}

/** The only version that a specifier set allows (`==1.0`), or null. */
export function pinnedVersion(specifier: string): string | null {
	return /^\s*===?\s*([\w.!+]+)\s*$/.exec(specifier)?.[1] ?? null;
}
