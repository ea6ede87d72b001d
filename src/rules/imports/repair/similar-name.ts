import { editDistance, isSimilarName } from "../../../project/imports/nearest-module.ts";

/** A name that a misspelt one may stand for. */
export interface SimilarName {
	readonly name: string;
	/** Is there no second candidate as near? */
	readonly isOnly: boolean;
}

/** The name that a misspelt one most likely stands for, or null where none is near. */
export function findSimilarName(wanted: string, candidates: Iterable<string>): SimilarName | null {
	let best: { name: string; distance: number } | null = null;
	let isOnly = true;
	for (const name of new Set(candidates)) {
		const distance = distanceOf(wanted, name);
		if (distance === null) continue;
		if (best === null || distance < best.distance) {
			best = { name, distance };
			isOnly = true;
		} else if (distance === best.distance) isOnly = false;
	}
	return best && { name: best.name, isOnly };
}

/** How far a name is from a wanted one; null where they are different words. Lower is nearer. */
function distanceOf(wanted: string, name: string): number | null {
	if (name === wanted) return null;
	const [a, b] = [wordsOf(wanted), wordsOf(name)];
	if (a.join("") === b.join("")) return 0;
	if (isSimilarName(wanted, name) && !differsByMeaning(a, b)) return editDistance(wanted.toLowerCase(), name.toLowerCase());
	if (a.length === b.length && a.every((word, i) => isShortFor(word, b[i] ?? "") || isShortFor(b[i] ?? "", word))) return 4;
	if (a.length > 1 && [...a].sort().join(" ") === [...b].sort().join(" ")) return 4;
	return null;
}

/** `HTTPAuthCredentials` and `http_auth_credentials` are the words http, auth, credentials. */
function wordsOf(name: string): readonly string[] {
	return name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d_]+/g)?.map((word) => word.toLowerCase()) ?? [];
}

/** Names that are alike but for a word that tells them apart on purpose: `user_in` and `user_id`, `get_user` and `set_user`. */
function differsByMeaning(a: readonly string[], b: readonly string[]): boolean {
	if (a.length !== b.length) return false;
	if (a.some((word, i) => opposites.has(word) && opposites.has(b[i] ?? "") && word !== b[i])) return true;
	return a.some((word, i) => {
		const other = b[i] ?? "";
		return word !== other && Math.max(word.length, other.length) <= 3 && word[0] !== other[0] && a.length > 1;
	});
}

const opposites = new Set([
	"min",
	"max",
	"in",
	"out",
	"on",
	"off",
	"read",
	"create",
	"update",
	"delete",
	"get",
	"set",
	"add",
	"sync",
	"async",
]);

/** `auth` is short for `authorization`, `config` for `configuration`. */
function isShortFor(short: string, long: string): boolean {
	return short === long || (short.length >= 3 && long.startsWith(short));
}
