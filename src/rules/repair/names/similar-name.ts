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
		if (best === null || distance < best.distance || (distance === best.distance && isNearerKind(wanted, name, best.name))) {
			best = { name, distance };
			isOnly = true;
		} else if (distance === best.distance) isOnly = false;
	}
	return best && { name: best.name, isOnly: isOnly && kindOf(best.name) === kindOf(wanted) };
}

/** Of two names as near, one of the same kind is meant; and no class where a value is asked for. */
function isNearerKind(wanted: string, name: string, other: string): boolean {
	const rank = (each: string) => (kindOf(each) === kindOf(wanted) ? 0 : kindOf(each) === "class" ? 2 : 1);
	return rank(name) < rank(other);
}

/** The only name of the same kind that shares a word with the wanted one: `orders_router` and `router`, `get_session` and `get_db`; or null. */
export function findRelatedName(wanted: string, candidates: Iterable<string>): string | null {
	const words = wordsOf(wanted);
	const contained = findContainedName(wanted, candidates);
	if (contained !== null) return contained;
	const alike = [...new Set(candidates)].filter((name) => name !== wanted && kindOf(name) === kindOf(wanted));
	const sharing = alike.filter((name) => wordsOf(name).some((word) => words.includes(word)));
	return sharing.length === 1 ? (sharing[0] ?? null) : null;
}

/** The only name of the same kind that is the wanted one with words more or fewer: `AsyncHTTPClient` and `AsyncClient`; or null. */
export function findContainedName(wanted: string, candidates: Iterable<string>): string | null {
	const words = wordsOf(wanted);
	const alike = [...new Set(candidates)].filter((name) => name !== wanted && kindOf(name) === kindOf(wanted));
	const contained = alike.filter(
		(name) => isPartOf(wordsOf(name), words) || (words.length > 2 && isPartOf(words, wordsOf(name))),
	);
	// The one that keeps most of the words is meant: AsyncHTTPClient is AsyncClient rather than Client.
	const most = Math.max(0, ...contained.map((name) => wordsOf(name).length));
	const closest = contained.filter((name) => wordsOf(name).length === most);
	if (closest.length === 1) return closest[0] ?? null;
	if (contained.length > 0) return null;
	const lengthened = alike.filter((name) => isLengthened(words, wordsOf(name)));
	if (lengthened.length === 1) return lengthened[0] ?? null;
	return null;
}

/** The same words, some of them written out or with something before them: `load_env` and `load_dotenv`. */
function isLengthened(words: readonly string[], others: readonly string[]): boolean {
	const fits = (word: string, other: string) =>
		word === other ||
		(Math.min(word.length, other.length) >= 3 && (other.endsWith(word) || other.startsWith(word) || word.endsWith(other)));
	return words.length > 1 && words.length === others.length && words.every((word, i) => fits(word, others[i] ?? ""));
}

/** Are both constants, classes, or neither, by the way in which they are written? */
export function isSameKind(one: string, other: string): boolean {
	return kindOf(one) === kindOf(other);
}

/** A constant, a class, or a function or variable, by its spelling (PEP 8). */
function kindOf(name: string): "constant" | "class" | "other" {
	if (name.length > 1 && name === name.toUpperCase()) return "constant";
	return /^_*[A-Z]/.test(name) ? "class" : "other";
}

function isPartOf(part: readonly string[], whole: readonly string[]): boolean {
	return part.length > 0 && part.every((word) => whole.includes(word));
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
