import type { FixProposal } from "../../../../audit/fix.ts";
import type { ExternalEntry } from "../../../../environment/environment.ts";
import { isEnumeration } from "../../../../project/imports/simulator/classes/enum-look-up.ts";
import { namesOfPrinted } from "../../../../project/imports/simulator/classes/library-classes.ts";
import type { ClassValue } from "../../../../project/imports/values.ts";
import { lineageOf } from "../../../../project/models/lineage.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { dottedName, walk } from "../../../../python/walk.ts";
import { attributeAt } from "../../../repair/attributes/attribute-at.ts";
import { keepTheOwner } from "../../../repair/calls/assigned-nothing.ts";
import { forgottenReturns } from "../../../repair/calls/forgotten-return.ts";
import { ownModules } from "../../../repair/modules/module-spelling.ts";
import { renameWhatHides } from "../../../repair/names/hidden-import.ts";
import { findRelatedName, findSimilarName, isSameKind } from "../../../repair/names/similar-name.ts";
import { type SettingsAttribute, settingsAttribute } from "../../../repair/settings/settings-attribute.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";
import { mends } from "../../../repair/trial/trial.ts";
import { callItAgain, isMentioned, unmentioned } from "../modules/renamed-sibling.ts";
import { reExport } from "../names/re-export.ts";
import { bindForLoop } from "./loop-attribute.ts";
import { movedAttribute } from "./moved-attribute.ts";
import { inOlderTimeout } from "./older-timeout.ts";
import { ownRouter } from "./own-router.ts";
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

/** The ways to mend it, best first. */
export function findAttributeRemedies(project: Project, failure: FailureOf<"attribute-missing">): readonly AttributeRemedy[] {
	const { owner, name, via } = failure.detail;
	const submodule = `${owner}.${name}`;
	if (via === "module" && ownModules(project).has(submodule)) return [{ type: "import-submodule", submodule, isOwn: true }];
	if (via === "module" && project.environment.findModule(submodule).found === "present") {
		return [{ type: "import-submodule", submodule, isOwn: false }];
	}
	if (isApplication(owner) && membersOf(project, "fastapi.APIRouter").includes(name)) return [{ type: "through-router" }];
	const secret = via === "instance" ? readTheSecret(failure) : undefined;
	if (secret !== undefined) return [{ type: "change", proposal: secret }];
	const called = via === "instance" ? (callTheFactory(project, failure) ?? ofScalarResult(failure)) : undefined;
	if (called !== undefined) return [{ type: "change", proposal: called }];
	const kept = owner === "NoneType" ? ofNothing(project, failure) : undefined;
	if (kept !== undefined && mends(project, kept, failure)) return [{ type: "change", proposal: kept }];
	const single = via === "instance" ? withoutStrayComma(project, failure) : undefined;
	if (single !== undefined && mends(project, single, failure)) return [{ type: "change", proposal: single }];
	const older = via === "module" ? inOlderTimeout(failure) : null;
	if (older !== null && mends(project, older, failure)) return [{ type: "change", proposal: older }];
	const made = makeTheObject(project, failure);
	if (made !== undefined && mends(project, made, failure)) return [{ type: "change", proposal: made }];
	for (const proposal of forgottenReturns(project, failure))
		if (mends(project, proposal, failure)) return [{ type: "change", proposal }];
	if (via === "instance" && (isRepeated(failure) || isItself(owner, name))) return [{ type: "drop-attribute" }];
	const hidden = via === "instance" ? renameWhatHides(project, failure) : undefined;
	if (hidden !== undefined) return [{ type: "change", proposal: hidden }];
	const router = via === "module" ? onlyRouter(project, failure) : null;
	const looped = router === null ? null : bindForLoop(project, failure, router);
	// What a loop reads of several modules is right for the others.
	if (looped !== null && mends(project, looped, failure)) return [{ type: "change", proposal: looped }];
	if (router !== null) return [{ type: "rename", to: router, isCertain: true }];
	const names = namesOf(project, failure);
	const object = via === "module" ? objectWith(project, owner, name) : null;
	// `items.routes` of a module with a `router`, which has `routes` too: what is called nearly so is likelier meant.
	if (object !== null && findSimilarName(name, names)?.name !== object) return [{ type: "through-object", object }];
	const exported = reExport(project, failure);
	if (exported !== null) return [{ type: "change", proposal: exported }];
	const again = via === "module" ? callItAgain(project, { source: owner, name }) : null;
	if (again !== null && mends(project, again, failure)) return [{ type: "change", proposal: again }];
	const nearest = findSimilarName(name, names);
	// `api_router` of a module with a `router` is no misspelt APIRouter, however near that is.
	const isOfItsKind = nearest !== null && isSameKind(nearest.name, name);
	const related = !isOfItsKind && via !== "star-import" ? findRelatedName(name, names) : null;
	const similar = related === null ? nearest : null;
	const rename: AttributeRemedy[] = similar
		? [{ type: "rename", to: similar.name, isCertain: similar.isOnly }]
		: related === null
			? []
			: [{ type: "rename", to: related, isCertain: false }];
	const other = similar?.name ?? related;
	const bound = via === "module" ? bindForLoop(project, failure, other) : null;
	if (bound !== null && mends(project, bound, failure)) return [{ type: "change", proposal: bound }];
	const synonym = synonyms[`${owner}.${name}`];
	if (synonym !== undefined) return [{ type: "rename", to: synonym, isCertain: true }];
	const setting = via === "instance" ? settingsAttribute(project, owner, name) : null;
	if (setting !== null && similar?.isOnly !== true) return ofSettings(setting, rename);
	const earlier = via === "instance" ? setEarlier(project, failure) : null;
	if (earlier !== null) return [{ type: "change", proposal: earlier }];
	const moved = movedAttribute(project, failure);
	if (moved !== null) return [{ type: "change", proposal: moved }];
	if (via === "instance" && rename.length === 0) {
		// `User.name` of a class with a `username` and nothing else that is called so.
		const joined = names.filter((each) => each.endsWith(name) || each.startsWith(name));
		if (joined.length === 1 && joined[0] !== undefined) return [{ type: "rename", to: joined[0], isCertain: false }];
		const sibling = unusedMember(project, failure);
		return sibling === null ? addedMember(project, failure) : [{ type: "rename", to: sibling, isCertain: false }];
	}
	if (via === "module" && rename.length === 0) {
		const source = ownModules(project).get(owner);
		const sibling = source && unmentioned(project, source, source.tree.body, name);
		if (sibling) return [{ type: "rename", to: sibling.name.name, isCertain: false }];
	}
	if (via !== "star-import") return rename;
	const entry = findAllEntry(ownModules(project).get(owner), name);
	if (entry === null) return [];
	if (isJoined(ownModules(project).get(owner), entry)) return [{ type: "part-entries" }];
	const isListed = similar !== null && findAllEntry(ownModules(project).get(owner), similar.name) !== null;
	return [...(isListed ? [] : rename), { type: "drop-entry" }];
}

/** `include_router(users.router)` of a module that makes one router, under another name. */
function onlyRouter(project: Project, failure: FailureOf<"attribute-missing">): string | null {
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
function makeTheObject(project: Project, failure: FailureOf<"attribute-missing">): FixProposal | undefined {
	const read = attributeAt(failure)?.value;
	const { owner, name, via } = failure.detail;
	if (via !== "instance" || !failure.error.includes("type object '") || read?.type !== "Name") return undefined;
	const cls = project.trace.classes.find(({ value }) => value.node.name.name === owner)?.value;
	const init = cls?.namespace.names.get("__init__")?.value;
	if (init?.kind !== "function" || init.node.type === "Lambda") return undefined;
	const [, ...given] = init.node.parameters;
	const sets = new RegExp(`\\bself\\.${name}\\s*(:[^=\\n]+)?=[^=]`);
	if (given.some((each) => each.default === null && !each.kind.startsWith("var-"))) return undefined;
	if (!sets.test(init.module.text.slice(init.node.start, init.node.end))) return undefined;
	return {
		title: `Make an object of ${owner}`,
		explanation: `${name} is set by the __init__ of ${owner}, so that its objects have it and the class has not.`,
		applicability: "review",
		edits: [replaceText(failure.module, read.end, read.end, "()")],
	};
}

/** What is read from None, where that is what a method of the application gave. */
function ofNothing(project: Project, failure: FailureOf<"attribute-missing">): FixProposal | undefined {
	const read = attributeAt(failure)?.value;
	return read?.type === "Name" ? keepTheOwner(project, read.id) : undefined;
}

/** The field that took the name's place, what is called nearly so, and a field of the name. */
function ofSettings({ renamed, added }: SettingsAttribute, nearest: readonly AttributeRemedy[]): readonly AttributeRemedy[] {
	return [
		...(renamed === null ? nearest : [{ type: "rename" as const, to: renamed, isCertain: false }]),
		...(added === null ? [] : [{ type: "change" as const, proposal: added }]),
	];
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
	const found = project.trace.classes.filter(({ value }) => value.node.name.name === owner && isEnumeration(value));
	const [only] = found;
	if (only === undefined || found.length > 1 || !/^[A-Z]/.test(name)) return [];
	for (const statement of only.value.node.body.toReversed()) {
		if (statement.type !== "Assign") continue;
		if (/^(enum\.)?auto\(\)$/.test(only.value.module.text.slice(statement.value.start, statement.value.end)))
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

/** The only object that an own module makes of a class that has the attribute. */
function objectWith(project: Project, owner: string, name: string): string | null {
	const namespace = project.trace.runs.get(owner)?.namespace;
	const found = [...(namespace?.names ?? [])].filter(([, { value }]) => {
		if (value.kind !== "instance") return false;
		if (value.of.kind === "class") return hasMember(value.of, name);
		return membersOf(project, value.of.canonical).includes(name);
	});
	return found.length === 1 ? (found[0]?.[0] ?? null) : null;
}

function hasMember(owner: ClassValue, name: string): boolean {
	return ownMembers(owner.node).includes(name) || owner.bases.some((base) => base.kind === "class" && hasMember(base, name));
}

function isApplication(owner: string): boolean {
	return /^(fastapi|starlette)\.applications\.(FastAPI|Starlette)$|^FastAPI$/.test(owner);
}

/** What the owner has instead: names of a module, members of a class. */
function namesOf(project: Project, { detail, module }: FailureOf<"attribute-missing">): readonly string[] {
	const { owner } = detail;
	const run = project.trace.runs.get(owner);
	if (run) {
		const submodules = [...ownModules(project).keys()]
			.filter((name) => name.startsWith(`${owner}.`))
			.map((name) => name.slice(owner.length + 1));
		return [...run.namespace.names.keys(), ...submodules].filter((name) => !name.startsWith("__") && !name.includes("."));
	}
	const external = project.environment.findModule(owner);
	if (external.found === "present") return external.module.names().filter((name) => !name.startsWith("_"));
	const own = findClass(project, module, owner);
	if (own) return [...new Set(lineageOf(own).own.flatMap(({ node }) => ownMembers(node)))];
	const members = membersOf(project, owner).filter((name) => !name.startsWith("_"));
	return members.length > 0 ? members : namesOfPrinted(owner, project.environment.python.minor);
}

function findClass(project: Project, near: Module, name: string): ClassValue | null {
	const classes = project.trace.classes.filter(({ value }) => value.node.name.name === name);
	const best = classes.find(({ value }) => value.module === near) ?? (classes.length === 1 ? classes[0] : undefined);
	return best?.value ?? null;
}

/** What a class binds or annotates in its body, and what its methods set on `self`. */
function ownMembers(node: ast.ClassDef): readonly string[] {
	const names = new Set(boundNames(node.body));
	for (const statement of node.body)
		if (statement.type === "AnnAssign" && statement.target.type === "Name") names.add(statement.target.id);
	walk(node, (each) => {
		if (each.type === "Attribute" && each.value.type === "Name" && each.value.id === "self") names.add(each.attribute.name);
	});
	return [...names].filter((name) => !name.startsWith("_"));
}

/** Members of an external class that its own body defines. */
function membersOf(project: Project, dotted: string): readonly string[] {
	const canonical = project.environment.canonical(dotted);
	const at = canonical.lastIndexOf(".");
	const found = project.environment.findModule(canonical.slice(0, Math.max(0, at)));
	const lookup = found.found === "present" ? found.module.lookup(canonical.slice(at + 1)) : null;
	const entry: ExternalEntry | null = lookup?.found === "present" ? lookup.entry : null;
	if (entry?.kind !== "class") return [];
	const inherited = entry.bases.flatMap((base) =>
		base.includes(".") && base !== dotted ? membersOf(project, base) : baseMembers(project, canonical, base),
	);
	return [...Object.keys(entry.members), ...inherited];
}

/** A base class as its module names it. */
function baseMembers(project: Project, canonical: string, base: string): readonly string[] {
	const module = canonical.slice(0, canonical.lastIndexOf("."));
	const qualified = `${module}.${base}`;
	return qualified === canonical || project.environment.canonical(qualified) === canonical ? [] : membersOf(project, qualified);
}

/** The string of an own module's `__all__` that names something. */
export function findAllEntry(module: Module | undefined, name: string): ast.Constant | null {
	for (const statement of module?.tree.body ?? []) {
		if (statement.type !== "Assign" && statement.type !== "AugAssign") continue;
		const targets = statement.type === "Assign" ? statement.targets : [statement.target];
		if (!targets.some((target) => target.type === "Name" && target.id === "__all__")) continue;
		let found: ast.Constant | null = null;
		walk(statement.value, (node) => {
			if (node.type === "Constant" && node.value === name) found = node;
		});
		if (found) return found;
	}
	return null;
}

/** Two strings side by side are one string: `"a" "b"` is `"ab"`. */
function isJoined(module: Module | undefined, entry: ast.Constant): boolean {
	return entry.content === null && /["']\s*["']/.test(module?.text.slice(entry.start, entry.end) ?? "");
}
