import type { FixProposal } from "../../../../audit/fix.ts";
import { builtinNames } from "../../../../project/imports/simulator/builtins.ts";
import type { Value } from "../../../../project/imports/values.ts";
import { scopeOfModule } from "../../../../project/models/name-scope.ts";
import { valueOfName } from "../../../../project/models/type-form.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { findKeyword } from "../../../../python/rewrite/arguments.ts";
import { boundName } from "../../../../python/rewrite/names.ts";
import { type ImportStatement, importsOf } from "../../../../python/rewrite/remove-imports.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { contains, walk } from "../../../../python/walk.ts";
import { defineBeforeCall, findLaterDefinition, topStatementAt } from "../../../repair/names/forward-reference.ts";
import { listNameSources, type NameSource } from "../../../repair/names/name-sources.ts";
import { findRelatedName, findSimilarName, isSameKind } from "../../../repair/names/similar-name.ts";
import { definesName } from "../../../repair/names/symbol-homes.ts";
import { findTypingImport } from "../../../repair/names/typing-import.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";
import { mends } from "../../../repair/trial/trial.ts";
import { callApplicationAgain, ownRouter, registersRoute } from "../attributes/own-router.ts";
import { callItAgain, unusedImportOfKind } from "../modules/renamed-sibling.ts";
import { takeOutName } from "../take-out.ts";
import { bindAgain } from "./binding-remedies.ts";
import { passToComprehension, passToLambda } from "./class-scope.ts";
import { defineDependencyAgain, isOtherDependency } from "./lost-dependency.ts";
import { addToAll } from "./star-exports.ts";
import { defineTypeVariable } from "./type-variable.ts";

/** One way to give a name that nothing defines a meaning. */
export type NameRemedy =
	| { readonly type: "import"; readonly source: NameSource }
	| { readonly type: "unguard"; readonly statement: ImportStatement; readonly alias: ast.Alias }
	/** `isSpelling`: the name of another language or of Python 2 (`true`, `unicode`). */
	| { readonly type: "rename"; readonly to: string; readonly isCertain: boolean; readonly isSpelling: boolean }
	| { readonly type: "define-earlier"; readonly definition: ast.Statement; readonly user: ast.Statement }
	| { readonly type: "quote" }
	/** Another change, which the simulator has been seen to mend it. */
	| { readonly type: "change"; readonly proposal: FixProposal };

type UndefinedName = FailureOf<"name-not-defined">;

/** Looks for the one change that is meant; null where it is not that. */
type Way = (project: Project, failure: UndefinedName) => NameRemedy | null;

/** Ways that leave no question what is meant: the first that is one counts alone. */
const certainWays: readonly Way[] = [
	respelling,
	routerOfModule,
	tried((project, { module, detail }) => [callApplicationAgain(project, module, detail.name)]),
	tried((project, { module, detail, range }) => [switchOn(project, module, detail.name, range.start)]),
	tried((project, { module, detail }) => [addToAll(project, module, detail.name)]),
	tried((project, { module, detail, range }) => [defineTypeVariable(project, module, detail.name, range.start)]),
	// What the module defines by just that name, further down, is what is meant.
	tried((_, { module, detail, range }) => defineBeforeCall(module, detail.name, range.start)),
];

/** Where no import and no other spelling gives it a meaning. */
const lastWays: readonly Way[] = [
	tried((project, { module, detail }) => bindAgain(project, module, detail.name)),
	tried((_, { module, detail, range }) => [passToComprehension(module, detail.name, range.start)]),
	tried((_, { module, detail, range }) => [passToLambda(module, detail.name, range.start)]),
	tried((_, { module, range }) => [uncallLifespan(module, range.start)]),
	tried((project, failure) => [takeOutName(project, failure.module, failure.detail.name, usesThatFail(project, failure))]),
	(_, { module, range }) => (isExceptionClass(module.tree, range.start) ? renamed("Exception", false) : null),
];

/** The ways to mend the use of an undefined name, best first. */
export function findNameRemedies(project: Project, failure: UndefinedName): readonly NameRemedy[] {
	const certain = firstOf(certainWays, project, failure);
	if (certain.length > 0) return certain;
	const { detail, module, range } = failure;
	const sources = sourcesOf(project, failure);
	const isImported = sources.some(({ isCertain }) => isCertain);
	const dependency = isImported ? null : defineDependencyAgain(project, module, detail.name, module);
	if (dependency !== null && mends(project, dependency, failure)) return [{ type: "change", proposal: dependency }];
	const again = isImported ? null : callItAgain(project, { source: module.name, name: detail.name });
	if (again !== null && mends(project, again, failure)) return [{ type: "change", proposal: again }];
	const unused = isImported ? null : unusedImportOfKind(project, module, detail.name);
	const found: NameRemedy[] = [...later(failure), ...unguarded(failure)];
	if (!isNameOfClassAround(module.tree, detail.name, range.start)) {
		if (unused !== null) found.push(renamed(unused, false));
		for (const source of sources) found.push({ type: "import", source });
		const other = otherName(project, failure, sources.length === 0);
		if (other !== null) found.push(other);
	}
	return found.length > 0 ? found : firstOf(lastWays, project, failure);
}

function firstOf(ways: readonly Way[], project: Project, failure: UndefinedName): readonly NameRemedy[] {
	for (const way of ways) {
		const remedy = way(project, failure);
		if (remedy !== null) return [remedy];
	}
	return [];
}

/** The first change that the simulator sees mend the failure. */
function tried(find: (project: Project, failure: UndefinedName) => Iterable<FixProposal | null>): Way {
	return (project, failure) => {
		for (const proposal of find(project, failure))
			if (proposal !== null && mends(project, proposal, failure)) return { type: "change", proposal };
		return null;
	};
}

function renamed(to: string, isCertain: boolean): NameRemedy {
	return { type: "rename", to, isCertain, isSpelling: false };
}

function respelling(_: Project, { detail }: UndefinedName): NameRemedy | null {
	const to = respellings.get(detail.name);
	return to === undefined ? null : { type: "rename", to, isCertain: true, isSpelling: true };
}

/** Routes are registered on the router of their own module, whatever others have theirs called. */
function routerOfModule(project: Project, { module, detail, range }: UndefinedName): NameRemedy | null {
	const router = registersRoute(module, range.start) ? ownRouter(project, module) : null;
	return router === null || router === detail.name ? null : renamed(router, true);
}

function unguarded({ module, detail }: UndefinedName): readonly NameRemedy[] {
	const guarded = findTypingImport(module.tree, detail.name);
	return guarded?.alias.asName === null ? [{ type: "unguard", ...guarded }] : [];
}

/** Where the name can be imported from. */
function sourcesOf(project: Project, { detail, module, chain }: UndefinedName): readonly NameSource[] {
	if (isTakenAway(module.tree, detail.name)) return [];
	// A module that is being imported already cannot give what it has not bound yet.
	return listNameSources(project, module, detail.name, detail.place === "base").filter(
		(source) => !source.isOwn || !chain.includes(source.module),
	);
}

/** A name that is there, and called nearly so. */
function otherName(project: Project, { detail: { name }, module, range }: UndefinedName, isAlone: boolean): NameRemedy | null {
	const isCaught = isExceptionClass(module.tree, range.start);
	const inSight = [...namesInSight(module, range.start), ...builtinNames(project.environment.python.minor)];
	const nearest = findSimilarName(name, isCaught ? inSight.filter((each) => /(Error|Exception|Warning)$/.test(each)) : inSight);
	// A constant is no misspelt function, unless only its letters are of the other case.
	const isOfItsKind = nearest !== null && (isSameKind(nearest.name, name) || nearest.name.toLowerCase() === name.toLowerCase());
	if (isOfItsKind) return renamed(nearest.name, nearest.isOnly && isAlone);
	// `engine` where the file has an `async_engine` of its own: the one was renamed, its uses were not.
	const own = [...ownNamesOf(module.tree)].filter((each) => !isOtherDependency(each, name));
	const related = isCaught ? null : findRelatedName(name, own);
	return related === null ? null : renamed(related, false);
}

/** `FastAPI(lifespan=lifespan(app))`: the server calls it, with the application that is not there yet. */
function uncallLifespan(module: Module, offset: number): FixProposal | null {
	const around = callsAround(module.tree, offset);
	const called = around.findLast((each) => around.some((outer) => findKeyword(outer, "lifespan")?.value === each));
	if (called === undefined) return null;
	const { callee, end } = called;
	return {
		title: `Pass ${module.text.slice(callee.start, callee.end)} without calling it`,
		explanation: "The server calls it when it starts, and hands it the application.",
		applicability: "safe",
		edits: [replaceText(module, callee.end, end, "")],
	};
}

/** `@dataclass(frozen)` → `@dataclass(frozen=True)`: what is called has a switch of that name. */
function switchOn(project: Project, module: Module, name: string, offset: number): FixProposal | null {
	const end = offset + name.length;
	const call = callsAround(module.tree, offset).find(({ args }) =>
		args.some((each) => each.start === offset && each.end === end),
	);
	const scope = scopeOfModule(project, module);
	const callee = call === undefined || scope === null ? null : valueOfName(call.callee, scope);
	if (callee === null || !hasSwitch(callee, name)) return null;
	return {
		title: `Switch ${name} on by its name`,
		explanation: `${name} is an argument of what is called here, which takes True or False.`,
		applicability: "safe",
		edits: [replaceText(module, end, end, "=True")],
	};
}

/** The calls that a place stands in, outermost first. */
function callsAround(tree: ast.Module, offset: number): readonly ast.Call[] {
	const calls: ast.Call[] = [];
	walk(tree, (node) => {
		if (node.type === "Call" && contains(node, offset)) calls.push(node);
		return node.type === "Module" || contains(node, offset);
	});
	return calls;
}

function hasSwitch(callee: Value, name: string): boolean {
	if (callee.kind === "function")
		return callee.node.parameters.some(
			(each) => each.name.name === name && each.default?.type === "Constant" && typeof each.default.value === "boolean",
		);
	if (callee.kind !== "external" || callee.entry?.kind !== "function") return false;
	return callee.entry.signature.parameters.some(
		(each) => each.name === name && (each.defaultText === "False" || each.defaultText === "True"),
	);
}

function usesThatFail(project: Project, { module, detail }: UndefinedName): readonly ast.Name[] {
	const places = new Set<number>();
	for (const other of project.trace.failures) {
		const isSame = other.detail.type === "name-not-defined" && other.detail.name === detail.name;
		if (isSame && other.module.path === module.path) places.add(other.range.start);
	}
	const uses: ast.Name[] = [];
	walk(module.tree, (node) => {
		if (node.type === "Name" && node.id === detail.name && places.has(node.start)) uses.push(node);
	});
	return uses;
}

/** Spellings of other languages, and of Python 2 (https://docs.python.org/3/whatsnew/3.0.html). */
const respellings: ReadonlyMap<string, string> = new Map([
	["true", "True"],
	["false", "False"],
	["null", "None"],
	["none", "None"],
	["nil", "None"],
	["unicode", "str"],
	["basestring", "str"],
	["xrange", "range"],
	["raw_input", "input"],
	["long", "int"],
	["unichr", "chr"],
]);

/** Does the module bind the name by itself on some path, or delete it, as `except … as name` does at its end? Then an import is not what is missing. */
function isTakenAway(tree: ast.Module, name: string): boolean {
	let found =
		definesName(withoutFallbacks(tree), name) && findTypingImport(tree, name) === null && !isImportedSomewhere(tree, name);
	walk(tree, (node) => {
		if (node.type === "Delete") found ||= node.targets.some((target) => target.type === "Name" && target.id === name);
		if (node.type === "Try") found ||= node.handlers.some((handler) => handler.name?.name === name);
		return !found;
	});
	return found;
}

/** What a handler of a failed import binds in its place is the fallback of an import, which is what is missing. */
function withoutFallbacks(tree: ast.Module): ast.Module {
	return {
		...tree,
		body: tree.body.map((statement) => (statement.type === "Try" ? { ...statement, handlers: [] } : statement)),
	};
}

function isImportedSomewhere(tree: ast.Module, name: string): boolean {
	return importsOf(tree).some((statement) => statement.names.some((alias) => boundName(statement, alias) === name));
}

/** The name is defined further down: define it earlier, or look it up later. */
function* later({ detail, module, range }: UndefinedName): Generator<NameRemedy> {
	const user = topStatementAt(module.tree, range.start);
	const definition = findLaterDefinition(module.tree, detail.name, range.start);
	// A class that its own methods name: it is there once its body has run.
	if (detail.place === "annotation" && user?.type === "ClassDef" && user.name.name === detail.name) yield { type: "quote" };
	if (user === null || definition === null || detail.place === "called-code") return;
	if (detail.place === "annotation" && user.type === "ClassDef") yield { type: "quote" };
	yield { type: "define-earlier", definition, user };
}

/** What the module binds itself, and does not import. */
function ownNamesOf(tree: ast.Module): ReadonlySet<string> {
	return boundNames(tree.body.filter((each) => each.type !== "Import" && each.type !== "ImportFrom"));
}

/** Does the place name what a handler catches? */
function isExceptionClass(tree: ast.Module, offset: number): boolean {
	let found = false;
	walk(tree, (node) => {
		if (node.type === "Try") found ||= node.handlers.some(({ exception }) => exception !== null && contains(exception, offset));
		return !found && (node.type === "Module" || contains(node, offset));
	});
	return found;
}

/** Does a class body around the place bind the name? Functions and comprehensions in it do not see that, and mean nothing else. */
function isNameOfClassAround(tree: ast.Module, name: string, offset: number): boolean {
	let found = false;
	walk(tree, (node) => {
		if (node.type === "ClassDef" && contains(node, offset))
			found ||= node.body.some((each) => !contains(each, offset) && each.end < offset && boundNames([each]).has(name));
		return node.type === "Module" || contains(node, offset);
	});
	return found;
}

/** Names bound in the module and in the functions around a place. */
function namesInSight(module: Module, offset: number): ReadonlySet<string> {
	const names = new Set(boundNames(module.tree.body));
	walk(module.tree, (node) => {
		if (node.type === "FunctionDef" && contains(node, offset)) {
			for (const parameter of node.parameters) names.add(parameter.name.name);
			for (const name of boundNames(node.body)) names.add(name);
		}
	});
	return names;
}
