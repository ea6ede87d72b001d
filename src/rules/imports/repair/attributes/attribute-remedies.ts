import type { FixProposal } from "../../../../audit/fix.ts";
import { isValueEnum } from "../../../../project/imports/simulator/classes/enumerations.ts";
import { onlyOfMetadata } from "../../../../project/imports/simulator/library/base-metadata.ts";
import type { Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { storedAttributes } from "../../../../python/stored-attributes.ts";
import { dottedName, walk } from "../../../../python/walk.ts";
import { attributeAt } from "../../../repair/attributes/attribute-at.ts";
import { keepTheArgument, keepTheOwner } from "../../../repair/calls/assigned-nothing.ts";
import { forgottenReturns } from "../../../repair/calls/forgotten-return.ts";
import { ownModules } from "../../../repair/modules/module-spelling.ts";
import { renameWhatHides } from "../../../repair/names/hidden-import.ts";
import { findRelatedName, findSimilarName, isSameKind, type SimilarName } from "../../../repair/names/similar-name.ts";
import { settingsAttribute } from "../../../repair/settings/settings-attribute.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";
import { mends } from "../../../repair/trial/trial.ts";
import { callItAgain, isMentioned, unmentioned } from "../modules/renamed-sibling.ts";
import { reExport } from "../names/re-export.ts";
import { findAllEntry, isJoined } from "./all-entries.ts";
import { bindInClass } from "./class-body-name.ts";
import { withoutDecoding } from "./decoded-text.ts";
import { asEvent } from "./event-decorator.ts";
import { bindForLoop } from "./loop-attribute.ts";
import { movedAttribute } from "./moved-attribute.ts";
import { isAutomatic } from "./older-enum.ts";
import { inOlderAttribute } from "./older-names.ts";
import { inOlderTimeout } from "./older-timeout.ts";
import { ownRouter } from "./own-router.ts";
import { findClass, membersOf, namesOf, objectWith } from "./owner-names.ts";
import { ofPathParents } from "./path-parents.ts";
import { ofScalarResult } from "./scalar-result.ts";
import { readTheSecret } from "./secret-attribute.ts";
import { setEarlier } from "./set-earlier.ts";
import { withoutStrayComma } from "./stray-comma.ts";
import { callTheFactory } from "./uncalled-factory.ts";

/** One way to mend the reading of an attribute that is not there. */
export type AttributeRemedy =
	| { readonly type: "rename"; readonly to: string; readonly isCertain: boolean }
	/** A submodule that is there and was never imported. */
	| { readonly type: "import-submodule"; readonly submodule: string; readonly isOwn: boolean }
	/** An object of the module has it: `settings.debug` where `settings` is the module that makes an object `settings`. */
	| { readonly type: "through-object"; readonly object: string }
	/** The application's router still has what the application itself lost. */
	| { readonly type: "through-router" }
	/** What stands before it is what is meant: `users.router.router`. */
	| { readonly type: "drop-attribute" }
	/** An enumeration of the project gets the member, with a value like its others have; null stands for `auto()`. */
	| { readonly type: "add-member"; readonly owner: ast.ClassDef; readonly path: string; readonly value: string | null }
	/** An entry of `__all__` that joins two names, since a comma is missing between them. */
	| { readonly type: "part-entries" }
	/** Another change, which the simulator has been seen to mend it. */
	| { readonly type: "change"; readonly proposal: FixProposal }
	| { readonly type: "drop-entry" };

/** An attribute that is not there, and what the owner has instead. */
interface Missing {
	readonly project: Project;
	readonly failure: FailureOf<"attribute-missing">;
	readonly owner: string;
	readonly name: string;
	/** All names of the owner. */
	readonly names: readonly string[];
	/** The one that is called nearly so. */
	readonly similar: SimilarName | null;
	/** That one, or the one that shares a word with it, as the name that is meant. */
	readonly rename: readonly AttributeRemedy[];
}

/** Looks for one way to mend it; none where it is not that. */
type Way = (missing: Missing) => readonly AttributeRemedy[];

/** The ways to mend it, best first: the first that is one counts. */
const ways: readonly Way[] = [
	on("module", importedSubmodule),
	on(
		"instance",
		tried(({ failure }) => asEvent(failure)),
	),
	throughRouter,
	on(
		"instance",
		untried(({ failure }) => readTheSecret(failure) ?? withoutDecoding(failure)),
	),
	on(
		"instance",
		untried(({ project, failure }) => callTheFactory(project, failure) ?? ofScalarResult(failure) ?? ofPathParents(failure)),
	),
	tried(ofNothing),
	on(
		"instance",
		tried(({ project, failure }) => withoutStrayComma(project, failure)),
	),
	on(
		"module",
		tried(({ failure }) => inOlderTimeout(failure) ?? inOlderAttribute(failure)),
	),
	on("instance", tried(makeTheObject)),
	returned,
	on("instance", dropped),
	on(
		"instance",
		untried(({ project, failure }) => renameWhatHides(project, failure)),
	),
	on("module", theOnlyRouter),
	on("module", throughObject),
	untried(({ project, failure }) => reExport(project, failure)),
	on(
		"module",
		tried(({ project, owner, name }) => callItAgain(project, { source: owner, name })),
	),
	on(
		"module",
		tried(({ project, failure, rename: [other] }) => bindForLoop(project, failure, other?.type === "rename" ? other.to : null)),
	),
	tried(({ project, failure }) => bindInClass(project, failure)),
	synonym,
	on("instance", ofSettings),
	on(
		"instance",
		untried(({ project, failure }) => setEarlier(project, failure)),
	),
	untried(({ project, failure }) => movedAttribute(project, failure)),
	on("instance", otherMember),
	on("module", otherDefinition),
	on("star-import", inAll),
	({ failure, rename }) => (failure.detail.via === "star-import" ? [] : rename),
];

/** The ways to mend it, best first. */
export function findAttributeRemedies(project: Project, failure: FailureOf<"attribute-missing">): readonly AttributeRemedy[] {
	const { owner, name, via } = failure.detail;
	const names = namesOf(project, failure);
	const alike = names.filter((each) => isSameKind(each, name));
	// `logging.WARNINGS` is WARNING, and not the module `warnings` that logging imports.
	const nearest = findSimilarName(name, alike) ?? findSimilarName(name, names);
	// `api_router` of a module with a `router` is no misspelt APIRouter, however near that is.
	const isOfItsKind = nearest !== null && isSameKind(nearest.name, name);
	const related = !isOfItsKind && via !== "star-import" ? findRelatedName(name, names) : null;
	const similar = related === null ? nearest : null;
	const to = similar?.name ?? related;
	const rename: AttributeRemedy[] = to === null ? [] : [{ type: "rename", to, isCertain: similar?.isOnly === true }];
	const missing: Missing = { project, failure, owner, name, names, similar, rename };
	for (const way of ways) {
		const remedies = way(missing);
		if (remedies.length > 0) return remedies;
	}
	return [];
}

/** A way that only what is read in that manner can be mended by. */
function on(via: FailureOf<"attribute-missing">["detail"]["via"], way: Way): Way {
	return (missing) => (missing.failure.detail.via === via ? way(missing) : []);
}

type FindChange = (missing: Missing) => FixProposal | null | undefined;

/** A change that fits by what is seen in the code. */
function untried(find: FindChange): Way {
	return (missing) => {
		const proposal = find(missing);
		return proposal ? [{ type: "change", proposal }] : [];
	};
}

/** A change that counts where the simulator sees it mend the failure. */
function tried(find: FindChange): Way {
	return untried((missing) => {
		const proposal = find(missing);
		return proposal && mends(missing.project, proposal, missing.failure) ? proposal : null;
	});
}

function importedSubmodule({ project, owner, name }: Missing): readonly AttributeRemedy[] {
	const submodule = `${owner}.${name}`;
	const isOwn = ownModules(project).has(submodule);
	const isThere = isOwn || project.environment.findModule(submodule).found === "present";
	return isThere ? [{ type: "import-submodule", submodule, isOwn }] : [];
}

function throughRouter({ project, owner, name }: Missing): readonly AttributeRemedy[] {
	return isApplication(owner) && membersOf(project, "fastapi.APIRouter").includes(name) ? [{ type: "through-router" }] : [];
}

/** A function that forgets to return what it makes. */
function returned({ project, failure }: Missing): readonly AttributeRemedy[] {
	for (const proposal of forgottenReturns(project, failure))
		if (mends(project, proposal, failure)) return [{ type: "change", proposal }];
	return [];
}

function dropped({ failure, owner, name }: Missing): readonly AttributeRemedy[] {
	return isRepeated(failure) || isItself(owner, name) ? [{ type: "drop-attribute" }] : [];
}

/** `include_router(users.router)` of a module that makes one router, under another name. */
function theOnlyRouter({ project, failure }: Missing): readonly AttributeRemedy[] {
	const router = includedRouter(project, failure);
	if (router === null) return [];
	// What a loop reads of several modules is right for the others.
	const looped = bindForLoop(project, failure, router);
	const isMended = looped !== null && mends(project, looped, failure);
	return [isMended ? { type: "change", proposal: looped } : { type: "rename", to: router, isCertain: true }];
}

/** `items.routes` of a module with a `router`, which has `routes` too; but what is called nearly so is likelier meant. */
function throughObject({ project, owner, name, names }: Missing): readonly AttributeRemedy[] {
	const object = objectWith(project, owner, name);
	return object !== null && findSimilarName(name, names)?.name !== object ? [{ type: "through-object", object }] : [];
}

function synonym({ owner, name }: Missing): readonly AttributeRemedy[] {
	const isOfMetadata = onlyOfMetadata.has(name) && !owner.includes(".");
	const to = isOfMetadata ? `metadata.${name}` : synonyms[`${owner}.${name}`];
	return to === undefined ? [] : [{ type: "rename", to, isCertain: true }];
}

/** The field that took the name's place, what is called nearly so, and a field of the name. */
function ofSettings({ project, owner, name, similar, rename }: Missing): readonly AttributeRemedy[] {
	const setting = similar?.isOnly === true ? null : settingsAttribute(project, owner, name);
	if (setting === null) return [];
	const { renamed, added } = setting;
	return [
		...(renamed === null ? rename : [{ type: "rename" as const, to: renamed, isCertain: false }]),
		...(added === null ? [] : [{ type: "change" as const, proposal: added }]),
	];
}

/** A member that nothing else is called like: `User.name` of a class with a `username`, the only one that nothing mentions, or a new one. */
function otherMember({ project, failure, name, names, rename }: Missing): readonly AttributeRemedy[] {
	if (rename.length > 0) return [];
	const joined = names.filter((each) => each.endsWith(name) || each.startsWith(name));
	const [only = unusedMember(project, failure)] = joined.length === 1 ? joined : [];
	return only === null ? addedMember(project, failure) : [{ type: "rename", to: only, isCertain: false }];
}

/** What the module defines and nothing mentions. */
function otherDefinition({ project, owner, name, rename }: Missing): readonly AttributeRemedy[] {
	const source = ownModules(project).get(owner);
	const sibling = source === undefined || rename.length > 0 ? null : unmentioned(project, source, source.tree.body, name);
	return sibling === null ? [] : [{ type: "rename", to: sibling.name.name, isCertain: false }];
}

/** An entry of `__all__` that the module does not have. */
function inAll({ project, owner, name, similar, rename }: Missing): readonly AttributeRemedy[] {
	const module = ownModules(project).get(owner);
	const entry = findAllEntry(module, name);
	if (module === undefined || entry === null) return [];
	if (isJoined(module, entry)) return [{ type: "part-entries" }];
	const isListed = similar !== null && findAllEntry(module, similar.name) !== null;
	return [...(isListed ? [] : rename), { type: "drop-entry" }];
}

/** The one router of a module, where an `include_router` asks for it by another name. */
function includedRouter(project: Project, failure: FailureOf<"attribute-missing">): string | null {
	const read = attributeAt(failure);
	let isIncluded = false;
	walk(failure.module.tree, (node) => {
		if (node.type !== "Call" || node.callee.type !== "Attribute" || node.callee.attribute.name !== "include_router") return;
		if (node.args[0] === read || node.keywords.some(({ name, value }) => name?.name === "router" && value === read))
			isIncluded = true;
	});
	const owner = ownModules(project).get(failure.detail.owner);
	return read !== null && isIncluded && owner !== undefined ? ownRouter(project, owner) : null;
}

/** `Controller.router` of a class whose `__init__` sets it: an object has it, and can be made without arguments. */
function makeTheObject({ project, failure, owner, name }: Missing): FixProposal | undefined {
	const read = attributeAt(failure)?.value;
	if (!failure.error.includes("type object '") || read?.type !== "Name") return undefined;
	const cls = project.trace.classes.find(({ value }) => value.node.name.name === owner)?.value;
	const init = cls?.namespace.names.get("__init__")?.value;
	if (init?.kind !== "function" || init.node.type === "Lambda") return undefined;
	const [, ...given] = init.node.parameters;
	if (given.some((each) => each.default === null && !each.kind.startsWith("var-"))) return undefined;
	if (!storedAttributes(init.node).names.has(name)) return undefined;
	return {
		title: `Make an object of ${owner}`,
		explanation: `${name} is set by the __init__ of ${owner}, so that its objects have it and the class has not.`,
		applicability: "review",
		edits: [replaceText(failure.module, read.end, read.end, "()")],
	};
}

/** What is read from None, where that is what a method of the application gave, or a function that it was handed to. */
function ofNothing({ project, failure, owner }: Missing): FixProposal | undefined {
	const read = owner === "NoneType" ? attributeAt(failure)?.value : undefined;
	if (read?.type !== "Name") return undefined;
	return keepTheOwner(project, read.id) ?? keepTheArgument(project, failure.module, read.id);
}

/** The only member of the class that nothing mentions: `put` where `add` is asked for was renamed in the class alone. */
function unusedMember(project: Project, { detail, module }: FailureOf<"attribute-missing">): string | null {
	const node = findClass(project, module, detail.owner)?.node ?? null;
	const source = project.trace.classes.find(({ value }) => value.node === node)?.value.module;
	if (node === null || source === undefined) return null;
	const method = unmentioned(project, source, node.body, detail.name);
	if (method !== null) return method.name.name;
	const members = node.body.flatMap((each) => {
		const [target] = each.type === "Assign" ? each.targets : [];
		const isUnused =
			target?.type === "Name" && isSameKind(target.id, detail.name) && !isMentioned(project, source, each, target.id);
		return isUnused && !target.id.startsWith("_") ? [target.id] : [];
	});
	return members.length === 1 ? (members[0] ?? null) : null;
}

/** What other languages, and Python 2, call it. */
const synonyms: Readonly<Record<string, string>> = {
	"starlette.templating.Jinja2Templates.filters": "env.filters",
	"starlette.templating.Jinja2Templates.globals": "env.globals",
	"starlette.templating.Jinja2Templates.tests": "env.tests",
	"list.push": "append",
	"list.add": "append",
	"set.append": "add",
	"set.push": "add",
	"deque.push": "append",
	"str.trim": "strip",
	"str.toUpperCase": "upper",
	"str.toLowerCase": "lower",
};

/** An enumeration lacks a member that is asked for: `LOCAL = "LOCAL"` shows what the value of another would be. */
function addedMember(project: Project, failure: FailureOf<"attribute-missing">): readonly AttributeRemedy[] {
	const { owner, name } = failure.detail;
	const found = project.trace.classes.filter(({ value }) => value.node.name.name === owner && isValueEnum(value));
	const [only] = found;
	if (only === undefined || found.length > 1 || !/^[A-Z]/.test(name)) return [];
	for (const statement of only.value.node.body.toReversed()) {
		if (statement.type !== "Assign") continue;
		if (isAutomatic(statement.value))
			return [{ type: "add-member", owner: only.value.node, path: only.value.module.path, value: null }];
		if (statement.value.type !== "Constant") continue;
		const [target] = statement.targets;
		const { value } = statement.value;
		if (target?.type !== "Name" || typeof value !== "string") continue;
		const written = value === target.id ? name : name.toLowerCase();
		return [{ type: "add-member", owner: only.value.node, path: only.value.module.path, value: written }];
	}
	return [];
}

/** `router.router`, `users.router.router`: the name stands there twice. */
function isRepeated(failure: FailureOf<"attribute-missing">): boolean {
	const node = attributeAt(failure);
	const owner = node && dottedName(node.value);
	return node !== null && owner !== null && owner.split(".").at(-1) === node.attribute.name;
}

/** `users.router` where `users` is the router already. */
function isItself(owner: string, name: string): boolean {
	const isRouter = /(^|\.)APIRouter$/.test(owner) && /^(api_)?router$/.test(name);
	return isRouter || (isApplication(owner) && /^(app|application)$/.test(name));
}

function isApplication(owner: string): boolean {
	return /^(fastapi|starlette)\.applications\.(FastAPI|Starlette)$|^FastAPI$/.test(owner);
}
