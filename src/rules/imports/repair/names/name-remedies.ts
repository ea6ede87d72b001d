import type { FixProposal } from "../../../../audit/fix.ts";
import { parentOf } from "../../../../project/imports/resolver.ts";
import type { NameNotInModule } from "../../../../project/imports/trace.ts";
import type { Namespace } from "../../../../project/imports/values.ts";
import type { Module, Project } from "../../../../project/project.ts";
import { removeImportedNames } from "../../../../python/rewrite/remove-imports.ts";
import { ownModules } from "../../../repair/modules/module-spelling.ts";
import { listNameSources } from "../../../repair/names/name-sources.ts";
import { isImportedElsewhere, isNameUsed } from "../../../repair/names/name-users.ts";
import { findContainedName, findRelatedName, findSimilarName, isSameKind } from "../../../repair/names/similar-name.ts";
import { definesName, listHomesInUse, listOwnHomes, type SymbolHome } from "../../../repair/names/symbol-homes.ts";
import { askForReleaseWith } from "../../../repair/packages/release-with-name.ts";
import { type FailureOf, failuresOf, importedNameAt } from "../../../repair/trial/import-failures.ts";
import { mends } from "../../../repair/trial/trial.ts";
import { inOlderEnum } from "../attributes/older-enum.ts";
import { inOlderName } from "../attributes/older-names.ts";
import { inOlderSqlalchemy } from "../attributes/older-sqlalchemy.ts";
import { importFromMovedPackage } from "../modules/moved-package.ts";
import { callItAgain } from "../modules/renamed-sibling.ts";
import { mergeTwinFile } from "../modules/twin-file.ts";
import { takeOutImport } from "../take-out.ts";
import { bindAgain } from "./binding-remedies.ts";
import { findClassByUse } from "./class-by-use.ts";
import { readFromClass } from "./class-members.ts";
import { listExternalHomes } from "./external-homes.ts";
import { defineDependencyAgain, isOtherDependency } from "./lost-dependency.ts";
import { makeObjectAgain } from "./lost-object.ts";
import { inOlderPydantic } from "./older-pydantic.ts";
import { renameImport } from "./rename-import.ts";
import { widenGuard } from "./widen-guard.ts";

/** One way to mend the import of a name that its module does not have. */
export type Remedy =
	| ({ readonly type: "move" } & SymbolHome)
	| { readonly type: "rename"; readonly to: string; readonly isCertain: boolean }
	/** The name is nowhere, and nothing uses it. */
	| { readonly type: "drop" }
	/** Another change, which the simulator has been seen to mend it. */
	| { readonly type: "change"; readonly proposal: FixProposal };

/** The ways to mend a failing from-import of one name, best first. */
export function findRemedies(project: Project, failure: FailureOf<"name-not-in-module">): readonly Remedy[] {
	const { detail, module } = failure;
	const found = importedNameAt(failure);
	if (found === null) return [];
	const known = searchRemedies(project, failure, found);
	const release = detail.external ? askForReleaseWith(project, detail.source, detail.name) : null;
	// What makes the code fit what is installed works here and everywhere; to leave the import out is the last resort.
	const ways: readonly Remedy[] = release === null ? known : [...known, { type: "change", proposal: release }];
	if (ways.length > 0) return ways;
	const local = found.alias.asName?.name ?? detail.name;
	if (!isNameUsed(module, local) && !isImportedElsewhere(project, module, local)) return [{ type: "drop" }];
	const out = takeOutImport(project, module, found.statement, [found.alias], `${detail.name} of ${detail.source}`);
	return out !== null && mends(project, out, failure) ? [{ type: "change", proposal: out }] : [];
}

type ImportedName = NonNullable<ReturnType<typeof importedNameAt>>;

function searchRemedies(project: Project, failure: FailureOf<"name-not-in-module">, found: ImportedName): readonly Remedy[] {
	const { detail } = failure;
	const elsewhere = importFromMovedPackage(project, failure);
	if (elsewhere !== null) return [{ type: "change", proposal: elsewhere }];
	const older = inOlderSqlalchemy(project, failure);
	if (older !== null && mends(project, older, failure)) return [{ type: "change", proposal: older }];
	const sameThing = inOlderName(failure);
	if (sameThing !== null && mends(project, sameThing, failure)) return [{ type: "change", proposal: sameThing }];
	const enumeration = inOlderEnum(failure);
	if (enumeration !== null && mends(project, enumeration, failure)) return [{ type: "change", proposal: enumeration }];
	const validator = inOlderPydantic(failure);
	if (validator !== null && mends(project, validator, failure)) return [{ type: "change", proposal: validator }];
	const asked = detail.external ? undefined : ownModules(project).get(detail.source);
	const merged = asked === undefined ? null : mergeTwinFile(project, asked, detail.name);
	if (merged !== null && mends(project, merged, failure)) return [{ type: "change", proposal: merged }];
	const made = detail.external ? null : makeObjectAgain(project, failure, found.alias.asName?.name ?? detail.name);
	if (made !== null && mends(project, made, failure)) return [{ type: "change", proposal: made }];
	const used = usedInstead(project, failure, found);
	if (used !== null) return [{ type: "rename", to: used, isCertain: true }];
	const moves = detail.external ? externalMoves(project, failure) : ownMoves(project, failure);
	const rename = renameRemedy(project, failure);
	const certain = moves.filter((move) => move.isCertain);
	const doubtful = moves.filter((move) => !move.isCertain);
	const spelling: Remedy[] = rename ? [rename] : [];
	if (certain.length > 0) return [...certain, ...spelling, ...doubtful];
	if (rename?.type === "rename" && rename.isCertain) return [rename, ...doubtful];
	const dependency = asked === undefined ? null : defineDependencyAgain(project, asked, detail.name, failure.module);
	if (dependency !== null && mends(project, dependency, failure)) return [{ type: "change", proposal: dependency }, ...doubtful];
	const again = detail.external ? null : callItAgain(project, detail);
	if (again !== null && mends(project, again, failure)) return [{ type: "change", proposal: again }, ...spelling, ...doubtful];
	const changes = changesThatMend(project, failure);
	if (changes.length > 0) return [...changes, ...spelling, ...doubtful];
	// `user` for `User` is a module or a variable: a class of just that name elsewhere is likelier meant.
	const isOtherCase = rename?.type === "rename" && rename.to.toLowerCase() === detail.name.toLowerCase();
	const ways = [...knownAs(project, failure), ...(isOtherCase ? [...doubtful, ...spelling] : [...spelling, ...doubtful])];
	// Of what an installed package has, another name may be quite another thing: it is tried first.
	const fits = (remedy: Remedy) =>
		remedy.type !== "rename" || !detail.external || mends(project, renamed(failure, found, remedy.to), failure);
	return ways.filter(fits);
}

function renamed({ module }: FailureOf<"name-not-in-module">, { statement, alias }: ImportedName, to: string): FixProposal {
	return { title: "", explanation: "", applicability: "review", edits: renameImport(module, statement, alias, to, false) };
}

/** `from pwdlib import PasswordHasher` in a file that never uses it, and uses a PasswordHash that nothing binds: that is what it was to import. */
function usedInstead(
	project: Project,
	{ detail, module }: FailureOf<"name-not-in-module">,
	{ alias }: ImportedName,
): string | null {
	if (alias.asName !== null || isNameUsed(module, detail.name) || isImportedElsewhere(project, module, detail.name)) return null;
	const names = new Set(detail.external ? externalNames(project, detail.source) : ownNames(project, detail.source));
	const unbound = [...failuresOf(project, "name-not-defined")].flatMap((other) =>
		other.module === module && names.has(other.detail.name) && isSameKind(other.detail.name, detail.name)
			? [other.detail.name]
			: [],
	);
	const [only, ...others] = new Set(unbound);
	return only !== undefined && others.length === 0 ? only : null;
}

/** Will a name of the module be there once the import that was to bring it is spelt as it should be? */
export function isMeantByImport(project: Project, module: Module, name: string): boolean {
	for (const failure of failuresOf(project, "name-not-in-module")) {
		const found = failure.module === module ? importedNameAt(failure) : null;
		if (found !== null && usedInstead(project, failure, found) === name) return true;
	}
	return false;
}

/** `import Relation as Relationship`, and the project imports Relationship from elsewhere: that is what the file means. */
function knownAs(project: Project, failure: FailureOf<"name-not-in-module">): readonly Remedy[] {
	const { module } = failure;
	const found = importedNameAt(failure);
	const local = found?.alias.asName?.name;
	if (found === null || local === undefined || local === found.alias.name.name) return [];
	const homes = listHomesInUse(project, local);
	const [home] = homes;
	if (home === undefined || homes.length > 1 || home.isOwn) return [];
	const proposal: FixProposal = {
		title: `Import ${local} from ${home.module}`,
		explanation: `The file calls it ${local}, which the project imports from ${home.module} elsewhere.`,
		applicability: "review",
		edits: removeImportedNames(module, [found.alias]),
		needs: [{ path: module.path, module: home.module, name: local }],
	};
	return mends(project, proposal, failure) ? [{ type: "change", proposal }] : [];
}

/** Changes of the guard around the import, of the module asked, or of how the name is read. */
function changesThatMend(project: Project, failure: FailureOf<"name-not-in-module">): readonly Remedy[] {
	const { detail } = failure;
	const source = detail.external ? undefined : ownModules(project).get(detail.source);
	const proposals = [
		widenGuard(failure),
		...(source ? bindAgain(project, source, detail.name) : []),
		...(source ? [readFromClass(project, failure)] : []),
	];
	for (const proposal of proposals)
		if (proposal !== null && mends(project, proposal, failure)) return [{ type: "change", proposal }];
	return [];
}

type Move = Extract<Remedy, { readonly type: "move" }>;

function externalMoves(project: Project, failure: FailureOf<"name-not-in-module">): readonly Move[] {
	const { detail, module } = failure;
	const inUse = listHomesInUse(project, detail.name).filter((home) => home.module !== detail.source);
	const known = listExternalHomes(project, detail.source, detail.name, module);
	const found = distinct([
		...known.filter((home) => home.isCertain),
		...inUse.map((home) => ({ ...home, isCertain: inUse.length === 1 })),
		...known,
		...ownHomes(project, module, detail.name, detail.source, false),
	]);
	return found.length > 0 ? found : distinct(unrelatedHomes(project, module, detail));
}

/** `from typing import FastAPI`: the name is one that everybody imports from quite another package. */
function unrelatedHomes(project: Project, module: Module, { source, name }: NameNotInModule): readonly SymbolHome[] {
	return listNameSources(project, module, name, false).filter(
		(home) => home.module !== "" && home.module !== source && !home.isOwn,
	);
}

function ownMoves(project: Project, failure: FailureOf<"name-not-in-module">): readonly Move[] {
	const { detail, module } = failure;
	const inUse = listHomesInUse(project, detail.name).filter((home) => home.module !== detail.source);
	const own = ownHomes(project, module, detail.name, detail.source, true);
	return distinct([...own, ...inUse.map((home) => ({ ...home, isCertain: own.length === 0 && inUse.length === 1 }))]);
}

/** Own modules that define the name, nearest to the module asked first. */
function ownHomes(
	project: Project,
	importer: Module,
	name: string,
	source: string,
	canBeCertain: boolean,
): readonly SymbolHome[] {
	const homes = listOwnHomes(project, name, importer).filter((home) => home !== source && isReachable(project, home));
	const ranked = homes
		.map((module) => ({ module, rank: distanceFrom(source, module) }))
		.sort((a, b) => a.rank - b.rank || (a.module < b.module ? -1 : 1));
	const [first, second] = ranked;
	const isClear = first !== undefined && (second === undefined || (first.rank < 10 && second.rank >= 10));
	return ranked.map(({ module }) => ({ module, isOwn: true, isCertain: canBeCertain && isClear && module === first?.module }));
}

/** Below the package asked is nearest; beside it comes next. */
function distanceFrom(source: string, module: string): number {
	if (module.startsWith(`${source}.`)) return module.split(".").length - source.split(".").length;
	const [a, b] = [source.split("."), module.split(".")];
	let common = 0;
	while (common < a.length && a[common] === b[common]) common++;
	return 10 + a.length + b.length - 2 * common;
}

/** Only what lies in the same top-level package or folder as something that start-up imports can be imported by it. */
function isReachable(project: Project, home: string): boolean {
	const module = ownModules(project).get(home);
	return module === undefined || !/(^|\/)(tests?|migrations|alembic|scripts)$/.test(parentOf(module.path));
}

function distinct(homes: readonly SymbolHome[]): readonly Move[] {
	const seen = new Set<string>();
	return homes.flatMap((home) => {
		if (seen.has(home.module)) return [];
		seen.add(home.module);
		return [{ type: "move" as const, ...home }];
	});
}

/** What one of two libraries for the same thing calls what the other calls otherwise (python-jose, PyJWT). */
const synonyms: ReadonlyMap<string, string> = new Map([
	["jose.InvalidTokenError", "JWTError"],
	["jose.PyJWTError", "JWTError"],
	["jose.DecodeError", "JWTError"],
	["jose.exceptions.InvalidTokenError", "JWTError"],
	["jose.exceptions.PyJWTError", "JWTError"],
	["jwt.JWTError", "PyJWTError"],
	["jwt.exceptions.JWTError", "PyJWTError"],
	["jwt.JWTClaimsError", "InvalidTokenError"],
]);

/** A name of the same module that is spelt alike. */
function renameRemedy(project: Project, failure: FailureOf<"name-not-in-module">): Remedy | null {
	const { detail } = failure;
	const names = detail.external ? externalNames(project, detail.source) : ownNames(project, detail.source);
	const synonym = synonyms.get(`${detail.source}.${detail.name}`);
	if (synonym !== undefined && names.includes(synonym)) return { type: "rename", to: synonym, isCertain: true };
	// `Router as APIRouter`, and the module has an APIRouter.
	const local = importedNameAt(failure)?.alias.asName?.name;
	if (local !== undefined && names.includes(local)) return { type: "rename", to: local, isCertain: true };
	const nearest = findSimilarName(detail.name, names);
	const asked = importedNameAt(failure)?.statement.names.map((alias) => alias.name.name) ?? [];
	const candidates = names.filter((name) => !asked.includes(name) && !isOtherDependency(name, detail.name));
	const own = candidates.filter((name) => isDefinedBy(project, detail.source, name));
	// `api_router` of a module with a `router` of its own is no misspelt APIRouter, however near that is.
	const isOfItsKind = nearest !== null && (detail.external || isSameKind(nearest.name, detail.name));
	const similar = isOfItsKind || findRelatedName(detail.name, own) === null ? nearest : null;
	if (similar && !(detail.external && isOtherKind(project, detail, similar.name)))
		return { type: "rename", to: similar.name, isCertain: similar.isOnly };
	if (detail.external) {
		const kept = findContainedName(detail.name, candidates);
		return kept === null ? null : { type: "rename", to: kept, isCertain: false };
	}
	const related = findRelatedName(detail.name, own);
	const to = findClassByUse(project, failure) ?? related;
	return to === null ? null : { type: "rename", to, isCertain: false };
}

/** A function in place of a class, `declarative_base` for `DeclarativeBase`, is used in another way. */
function isOtherKind(project: Project, { source, name }: { source: string; name: string }, other: string): boolean {
	const found = project.environment.findModule(source);
	const lookup = found.found === "present" ? found.module.lookup(other) : null;
	const isClass = lookup?.found === "present" && lookup.entry.kind === "class";
	return !isClass && /^[A-Z][a-z]/.test(name) && /^[a-z]/.test(other);
}

/** What a module only imports is not what its importers know it for. */
function isDefinedBy(project: Project, source: string, name: string): boolean {
	const module = ownModules(project).get(source);
	return module !== undefined && definesName(module.tree, name);
}

function externalNames(project: Project, source: string): readonly string[] {
	const found = project.environment.findModule(source);
	return found.found === "present" ? found.module.names().filter((name) => !name.startsWith("_")) : [];
}

/** What an own module has at its end, and the submodules of a package. */
function ownNames(project: Project, source: string): readonly string[] {
	const namespace: Namespace | undefined = project.trace.runs.get(source)?.namespace;
	const names = [...(namespace?.names.keys() ?? [])].filter((name) => !name.startsWith("__"));
	for (const dotted of ownModules(project).keys()) {
		const rest = dotted.startsWith(`${source}.`) ? dotted.slice(source.length + 1) : "";
		if (rest !== "" && !rest.includes(".")) names.push(rest);
	}
	return names;
}
