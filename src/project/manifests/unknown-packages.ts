import { chanceToBring } from "../../environment/brought-along.ts";
import type { SourceTree } from "../project.ts";
import { possibleClosure } from "./declared.ts";
import type { Manifest } from "./manifest.ts";
import { hasIndexOfItsOwn } from "./package-indexes.ts";

/** What is asked about the packages of a project. */
type Subject = {
	readonly files: SourceTree;
	readonly manifests: readonly Manifest[];
	readonly environment: Parameters<typeof possibleClosure>[1];
};

/** In more than one case of a hundred nobody bets that a package is missing. */
const highestChance = 0.01;

/**
 * May a package of which nothing but the name is known bring one of these (PEP 503 names), of which a module comes? Where a lock file
 * holds one. Not where there are none, nor where all come from the public index, are about other things by their names, and such packages
 * seldom bring it. Code that imports the module itself (`isImported`) tells that it came somehow: seldom used packages then may have brought it.
 */
export function mayComeUnseen(
	wanted: readonly string[],
	module: string,
	{ files, manifests, environment }: Subject,
	isImported: boolean,
): boolean {
	const { opaque } = possibleClosure(manifests, environment);
	if (opaque.length === 0) return false;
	// A lock holds what they bring, whoever they are.
	if (wanted.some((name) => manifests.some(({ lock }) => lock?.names.has(name) === true))) return true;
	// What other releases require tells of one that nobody knows, and it is not read here.
	const isForeign = (name: string): boolean =>
		(isImported ? environment.isOftenUsed(name) : environment.isPublished(name)) &&
		environment.expected(name, "") === null &&
		environment.releasesOf(name).length === 0;
	if (!opaque.every(isForeign) || opaque.some((name) => hasAddress(name, manifests)) || hasIndexOfItsOwn(files, manifests))
		return true;
	let chance = 0;
	for (const name of opaque)
		for (const other of wanted) chance += isAlike(name, other) || isAlike(name, module) ? 1 : chanceToBring(name, other);
	return chance > highestChance;
}

/** Is it asked for from a repository or a folder? */
function hasAddress(name: string, manifests: readonly Manifest[]): boolean {
	return manifests.some(({ requirements }) => requirements.some(({ normalized, url }) => normalized === name && url !== null));
}

/** Is one name a part of the other, or have they a word in common that says what they are about? */
function isAlike(one: string, other: string): boolean {
	const [given, wanted] = [compact(one), compact(other)];
	if (given.length > 3 && wanted.length > 2 && (given.includes(wanted) || wanted.includes(given))) return true;
	const words = new Set(wordsOf(one));
	return wordsOf(other).some((word) => words.has(word));
}

function wordsOf(name: string): string[] {
	return name
		.toLowerCase()
		.split(/[^a-z0-9]+/)
		.filter((word) => word.length > 2 && !commonWords.has(word));
}

const commonWords: ReadonlySet<string> = new Set(["fastapi", "python", "async", "aio", "api", "client", "core", "lib", "sdk"]);

/**
 * What is declared, is not installed and is unknown to us, and by its name may bring a top-level module: `py-ip2region` an `ip2region`.
 * Where only what it requires is known, it must be called as the module is. Null where there is none.
 */
export function unknownPackageFor(module: string, { manifests, environment }: Omit<Subject, "files">): string | null {
	const wanted = compact(module);
	const mayBring = (name: string): boolean => {
		const given = compact(name);
		return given.length > 3 && wanted.length > 2 && (given.includes(wanted) || wanted.includes(given));
	};
	const { opaque, provided } = possibleClosure(manifests, environment);
	const isInstalled = (name: string): boolean => environment.distributions.has(name);
	return (
		opaque.find((name) => !isInstalled(name) && mayBring(name)) ??
		[...provided.keys()].find((name) => !isInstalled(name) && compact(name) === compact(module)) ??
		null
	);
}

function compact(name: string): string {
	return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}
