import type { FixProposal } from "../../../../audit/fix.ts";
import { guessModules } from "../../../../project/imports/nearest-module.ts";
import { parentOf } from "../../../../project/imports/resolver.ts";
import type { Module, Project } from "../../../../project/project.ts";
import { removeStatements } from "../../../../python/rewrite/statements.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { attributesRead, hasAttributesRead } from "../../../repair/attributes/attributes-read.ts";
import { tupleOfText } from "../../../repair/calls/loop-remedies.ts";
import { ownModules } from "../../../repair/modules/module-spelling.ts";
import { isImportedElsewhere, isNameUsed } from "../../../repair/names/name-users.ts";
import { absoluteModule, definesName, listOwnHomes } from "../../../repair/names/symbol-homes.ts";
import { askForReleaseWith } from "../../../repair/packages/release-with-name.ts";
import { mends } from "../../../repair/trial/trial.ts";
import { widenGuard } from "../names/widen-guard.ts";
import { takeOutImport } from "../take-out.ts";
import { importBackport } from "./backport.ts";
import { externalRemedies } from "./external-modules.ts";
import { addImportFolder, findImportFolder, startsInsidePackage } from "./import-folder.ts";
import type { ModuleRemedy, UnresolvedImport } from "./module-remedy.ts";
import { copyUnderName, makeFolderPackage } from "./twin-file.ts";

/** Finding them may take trials, and several ask. */
const remediesOf = new WeakMap<UnresolvedImport, readonly ModuleRemedy[]>();

/** The ways to mend it, best first; empty where nothing in sight has what it asks for. */
export function findModuleRemedies(project: Project, failure: UnresolvedImport): readonly ModuleRemedy[] {
	const known = remediesOf.get(failure);
	if (known) return known;
	const found = searchRemedies(project, failure);
	remediesOf.set(failure, found);
	return found;
}

function searchRemedies(project: Project, failure: UnresolvedImport): readonly ModuleRemedy[] {
	const { detail } = failure;
	if (detail.type === "module-not-found" && detail.level === 0 && startsInsidePackage(project, detail.missing)) {
		const proposal = addImportFolder(project, parentOf(project.backend));
		if (proposal !== null && mends(project, proposal, failure)) return [{ type: "change", proposal, step: startAbove(project) }];
	}
	const letters = tupleOfText(failure.module, failure.range, detail.requested.split(".").at(-1) ?? "");
	if (letters !== undefined) return [{ type: "change", proposal: letters, step: null }];
	const hidden = packageOfHiddenFolder(project, failure);
	if (hidden !== null) return [{ type: "change", proposal: hidden, step: null }];
	const isForeign = detail.type === "module-not-found" && !detail.own && detail.meant === null;
	const backport = isForeign ? importBackport(project, failure) : null;
	if (backport !== null) return [{ type: "change", proposal: backport, step: null }];
	const known = isForeign ? externalRemedies(project, failure) : ownRemedies(project, failure);
	if (known.length > 0) return known;
	const release = isForeign ? askForReleaseWith(project, detail.requested, null) : null;
	if (release !== null) return [{ type: "change", proposal: release, step: null }];
	// What a distribution is known to provide is a matter of dependencies.
	const [top = ""] = detail.requested.split(".");
	if (isForeign && project.environment.distributionsFor(top).length > 0) return [];
	return [...(isForeign ? ownRemedies(project, failure) : []), ...otherRemedies(project, failure)].slice(0, 1);
}

/** The module lies in a folder that a file of the same name hides. */
function packageOfHiddenFolder(project: Project, failure: UnresolvedImport): FixProposal | null {
	const { detail } = failure;
	if (detail.type !== "module-not-found" || !detail.parentIsModule) return null;
	const parent = ownModules(project).get(detail.missing.slice(0, detail.missing.lastIndexOf(".")));
	const proposal = parent ? makeFolderPackage(project, detail.missing, parent) : null;
	return proposal !== null && mends(project, proposal, failure) ? proposal : null;
}

function startAbove({ backend, target }: Project): string | null {
	const above = parentOf(backend);
	const module = `${backend.split("/").at(-1)}.${target?.module}`;
	return target && `Or start it in ${above === "" ? "the repository's root" : above}: uvicorn ${module}:${target.attribute}`;
}

function ownRemedies(project: Project, failure: UnresolvedImport): readonly ModuleRemedy[] {
	const { detail, module: importer, statement } = failure;
	const own = ownModules(project);
	const parent = parentWithNames(own, failure);
	if (parent !== null && statement?.type === "Import") {
		return [{ type: "attribute", module: parent, name: detail.requested.slice(parent.length + 1) }];
	}
	const names = detail.names.length > 0 ? detail.names : attributesAsked(failure);
	const hasAll = (name: string) =>
		names.every((each) => hasName(own, importer, name, each) && !isBorrowed(own.get(name), each, detail.requested));
	if (isInsideItself(own, importer, detail)) return [{ type: "module", module: importer.name, isOwn: true, isCertain: true }];
	const definers = names.length === 0 ? [] : [...own.keys()].filter((name) => definesAll(project, importer, name, names));
	const guesses = guessModules(detail.requested, candidatesOf(own, importer), (name) =>
		names.length === 0 ? null : hasAll(name) && (hands(own.get(name), names) || null),
	)
		.filter(({ name, score }) => score >= 60 && (names.length === 0 || hasAll(name) || name === detail.meant))
		.map(({ name }) => name);
	const ordered = [
		...new Set([...(parent === null ? [] : [parent]), ...(detail.meant === null ? [] : [detail.meant]), ...guesses, ...definers]),
	].filter((name) => name !== detail.requested || isPlaced(detail));
	const complete = ordered.filter((name) => names.length === 0 || hasAll(name));
	const best = complete[0] ?? ordered[0];
	const rivals = definers.filter((name) => name !== best);
	if (best !== undefined) {
		const isCertain =
			detail.names.length === 0
				? ordered.length === 1
				: hasAll(best) && (rivals.length === 0 || best === parent || sharesEnding(best, detail.requested));
		const rest = complete.filter((name) => name !== best);
		return [best, ...rest].map((module) => ({ type: "module", module, isOwn: true, isCertain: isCertain && module === best }));
	}
	return splitRemedy(project, failure);
}

/** `from api import orders` in `app/api/__init__.py`: the package itself is meant, by a part of its name. */
function isInsideItself(
	own: ReturnType<typeof ownModules>,
	importer: Module,
	{ requested, names, level }: UnresolvedImport["detail"],
): boolean {
	const isMeant = importer.isPackage && level === 0 && importer.name.endsWith(`.${requested}`);
	return isMeant && names.length > 0 && names.every((name) => own.has(`${importer.name}.${name}`));
}

/** What is left where no other module has what is asked for: files that cannot be imported by their name, folders that Python does not search, and what can be left out. */
function* otherRemedies(project: Project, failure: UnresolvedImport): Generator<ModuleRemedy> {
	yield* dropRemedy(project, failure);
	for (const proposal of otherChanges(project, failure)) {
		if (proposal !== null && mends(project, proposal, failure)) yield { type: "change", proposal, step: null };
	}
}

function* otherChanges(project: Project, failure: UnresolvedImport): Generator<FixProposal | null> {
	const { detail, module, statement } = failure;
	yield widenGuard(failure);
	if (detail.type === "module-not-found") {
		const { missing, own } = detail;
		const parentName = missing.slice(0, Math.max(0, missing.lastIndexOf(".")));
		const parent = ownModules(project).get(parentName);
		if (parentName === "") yield copyUnderName(project, missing, project.backend);
		else if (own && parent?.isPackage) yield copyUnderName(project, missing, parentOf(parent.path));
		const folder = missing.includes(".") ? null : findImportFolder(project, detail.requested);
		if (folder !== null) yield addImportFolder(project, folder);
	}
	if (statement?.type === "ImportFrom" && statement.star) {
		yield {
			title: `Take out the import of everything from ${detail.requested}`,
			explanation: "The module is not there, and what runs while the server starts needs nothing of it.",
			applicability: "review",
			edits: removeStatements(module, [statement]),
		};
	} else if (statement?.type === "ImportFrom") {
		yield takeOutImport(project, module, statement, statement.names, `a module ${detail.requested}`);
	} else if (statement?.type === "Import") {
		const alias = statement.names.find((each) => each.name.start === failure.range.start);
		if (alias) yield takeOutImport(project, module, statement, [alias], `a module ${detail.requested}`);
	}
}

/** The attributes that the file reads of a module it imports as a whole: `configuration.get_settings`. */
function attributesAsked({ module, statement, range }: UnresolvedImport): readonly string[] {
	if (statement?.type !== "Import") return [];
	const alias = statement.names.find((each) => each.name.start === range.start);
	return alias ? attributesRead(module, alias.asName?.name ?? alias.name.name) : [];
}

function candidatesOf(own: ReadonlyMap<string, Module>, importer: Module): readonly string[] {
	return [...own].filter(([name, module]) => name !== importer.name && !isTest(module.path)).map(([name]) => name);
}

/** Has an own module the name, by whatever statement, or a submodule of it that fits how the importer uses the name? */
function hasName(own: ReadonlyMap<string, Module>, importer: Module, module: string, name: string): boolean {
	const found = own.get(module);
	if (found !== undefined && boundNames(found.tree.body).has(name)) return true;
	const submodule = own.get(`${module}.${name}`);
	return submodule !== undefined && hasAttributesRead(importer, name, submodule);
}

/** Does a module have the name only from the module that is missing? */
function isBorrowed(module: Module | undefined, name: string, requested: string): boolean {
	return (
		module?.tree.body.some(
			(statement) =>
				statement.type === "ImportFrom" &&
				absoluteModule(module.name, module.isPackage, statement) === requested &&
				statement.names.some((alias) => alias.name.name === name),
		) ?? false
	);
}

/** With its dots taken away, a relative import may name the very module that it means. */
function isPlaced({ type }: UnresolvedImport["detail"]): boolean {
	return type === "relative-beyond-top";
}

/** Does a module give others the names: as a package, or by defining them itself? A plain file that imports them is another user of them. */
function hands(module: Module | undefined, names: readonly string[]): boolean {
	return module !== undefined && (module.isPackage || names.every((name) => definesName(module.tree, name)));
}

function definesAll(project: Project, importer: Module, module: string, names: readonly string[]): boolean {
	return names.every((name) => listOwnHomes(project, name, importer).includes(module));
}

/** `from app.core.config.settings import debug`, and `app.core.config` is a file that has it. */
function parentWithNames(own: ReadonlyMap<string, Module>, { detail, module }: UnresolvedImport): string | null {
	if (detail.type !== "module-not-found" || !detail.parentIsModule) return null;
	const parent = detail.missing.slice(0, detail.missing.lastIndexOf("."));
	const names = detail.names.length === 0 ? [detail.missing.slice(parent.length + 1)] : detail.names;
	return names.every((name) => hasName(own, module, parent, name)) ? parent : null;
}

/** `app.core.config` for `core.config`, and the other way round: one path under two roots. */
function sharesEnding(module: string, requested: string): boolean {
	return requested !== "" && (module.endsWith(`.${requested}`) || requested.endsWith(`.${module}`));
}

function splitRemedy(project: Project, { detail, module }: UnresolvedImport): readonly ModuleRemedy[] {
	const homes = new Map<string, string>();
	const own = ownModules(project);
	for (const name of detail.names) {
		const candidates = listOwnHomes(project, name, module).filter((home) => home !== detail.requested || isPlaced(detail));
		const [home] = candidates;
		if (candidates.length === 1 && home !== undefined) homes.set(name, home);
		else if (own.has(name) && name !== module.name) homes.set(name, "");
		else return [];
	}
	return homes.size === 0 ? [] : [{ type: "split", homes }];
}

function dropRemedy(project: Project, { detail, module, statement }: UnresolvedImport): readonly ModuleRemedy[] {
	if (statement?.type !== "ImportFrom" || statement.star || detail.names.length === 0) return [];
	const isNeeded = statement.names.some((alias) => {
		const local = alias.asName?.name ?? alias.name.name;
		return isNameUsed(module, local) || isImportedElsewhere(project, module, local);
	});
	return isNeeded ? [] : [{ type: "drop" }];
}

function isTest(path: string): boolean {
	return /(^|\/)(tests?\/|conftest\.py$|test_[^/]*\.py$|[^/]*_test\.py$)/.test(path);
}
