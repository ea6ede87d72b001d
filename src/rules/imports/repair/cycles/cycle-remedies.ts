import type { FixProposal } from "../../../../audit/fix.ts";
import type { Failure } from "../../../../project/imports/trace.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { boundName } from "../../../../python/rewrite/names.ts";
import { type ImportStatement, removeImportedNames } from "../../../../python/rewrite/remove-imports.ts";
import { insertAfter, removeStatements } from "../../../../python/rewrite/statements.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { walk } from "../../../../python/walk.ts";
import { ownModules, spellModule } from "../../../repair/modules/module-spelling.ts";
import { isImportedElsewhere, isNameUsed } from "../../../repair/names/name-users.ts";
import { absoluteModule, definesName, hasSymbol } from "../../../repair/names/symbol-homes.ts";
import { importedNameAt } from "../../../repair/trial/import-failures.ts";
import { mends } from "../../../repair/trial/trial.ts";
import { deferImport } from "./defer-import.ts";
import { defineBase } from "./define-base.ts";
import { completeModelsLater } from "./late-models.ts";
import { moveImport } from "./move-import.ts";

/** How many changes are tried on a copy of the project before the search is given up. */
const mostTrials = 12;

/** Changes that break a cycle where it fails, the smallest first, each tried on a copy of the project. `cycle` repeats its first module at its end. */
export function findCycleRemedies(
	project: Project,
	failure: Failure,
	cycle: readonly string[],
	name: string,
): readonly FixProposal[] {
	const found: FixProposal[] = [];
	let trials = 0;
	for (const proposal of candidates(project, failure, cycle, name)) {
		if (found.length === 3 || trials++ === mostTrials) break;
		if (mends(project, proposal, failure, true)) found.push(proposal);
	}
	return found;
}

function* candidates(project: Project, failure: Failure, cycle: readonly string[], name: string): Generator<FixProposal> {
	const own = ownModules(project);
	const source = own.get(cycle[0] ?? "");
	if (source === undefined) return;
	const failing = importedNameAt(failure);
	if (failing) yield* fromItsHome(project, failure.module, failing.statement, source);
	if (source.path === failure.module.path) yield* withoutSelfImport(failure);
	else yield* withoutUnusedImport(project, failure);
	const links = cycle.slice(0, -1).map((importer, i) => ({ importer, imported: cycle[i + 1] ?? "" }));
	// The link that fails is the last one.
	for (const { importer, imported } of links.reverse()) {
		const module = own.get(importer);
		const target = own.get(imported);
		for (const statement of module ? importsOfModule(module, importer, imported) : []) {
			if (module && target) yield* fromItsHome(project, module, statement, target);
			if (module) yield* deferred(module, statement, imported);
		}
	}
	const later = failing && completeModelsLater(project, failure.module, failing.statement, failing.alias, source);
	if (later) yield later;
	if (homeOf(source, name) === failure.module.name) yield* defineBase(failure.module, source, name);
	const [first] = links.reverse();
	if (first)
		for (const statement of importsOfModule(source, first.importer, first.imported))
			yield* afterDefinition(source, statement, name);
}

/** A name that the module asked only passes on: ask the module that it has it from. */
function* fromItsHome(project: Project, importer: Module, statement: ImportStatement, source: Module): Generator<FixProposal> {
	if (statement.type !== "ImportFrom") return;
	for (const alias of statement.names) {
		const name = alias.name.name;
		const home = homeOf(source, name);
		if (home === null || home === importer.name || !hasHome(project, home, name)) continue;
		const spelling = spellModule(importer, home, statement.level > 0);
		yield {
			title: `Import ${name} from ${spelling}`,
			explanation: `${home} is where ${name} is defined; ${source.name} only passes it on, and has not got that far when it is asked.`,
			applicability: "safe",
			...moveImport(importer, statement, alias, spelling),
		};
	}
}

/** The module that a module imports a name from, or null where it defines it. */
function homeOf(source: Module, name: string): string | null {
	for (const statement of source.tree.body) {
		if (statement.type !== "ImportFrom") continue;
		if (statement.names.some((alias) => alias.asName === null && alias.name.name === name))
			return absoluteModule(source.name, source.isPackage, statement);
	}
	return null;
}

function hasHome(project: Project, home: string, name: string): boolean {
	const own = ownModules(project).get(home);
	return own === undefined ? hasSymbol(project.environment, home, name) : definesName(own.tree, name);
}

/** A module that imports from itself has the name anyway, once it has run that far. */
function* withoutSelfImport(failure: Failure): Generator<FixProposal> {
	const found = importedNameAt(failure);
	if (found === null) return;
	yield {
		title: `Remove the import of ${found.alias.name.name} from its own module`,
		explanation: "The file imports the name from itself; it is defined further down.",
		applicability: "safe",
		edits: removeImportedNames(failure.module, [found.alias]),
	};
}

/** A name that nobody uses: its module is being imported already, so that without the statement everything runs that ran with it. */
function* withoutUnusedImport(project: Project, failure: Failure): Generator<FixProposal> {
	const found = importedNameAt(failure);
	if (found === null) return;
	const { module } = failure;
	const isUnused = (alias: ast.Alias) => {
		const local = boundName(found.statement, alias);
		return !isNameUsed(module, local) && !isImportedElsewhere(project, module, local);
	};
	if (!isUnused(found.alias)) return;
	const proposal = (aliases: readonly ast.Alias[]): FixProposal => {
		const names = aliases.map((alias) => boundName(found.statement, alias)).join(" and ");
		return {
			title: `Remove the import of ${names}, which nothing uses`,
			explanation: `Nothing uses ${names} here, and asking for it leads round the cycle.`,
			applicability: "safe",
			edits: removeImportedNames(module, aliases),
		};
	};
	yield proposal([found.alias]);
	// What stands beside it in the statement would be asked for next.
	const unused = found.statement.names.filter(isUnused);
	if (unused.length > 1) yield proposal(unused);
}

/** Import statements of a module's own block that import another own module, or something of it. */
function importsOfModule(module: Module, name: string, imported: string): readonly ImportStatement[] {
	return module.tree.body.filter((statement): statement is ImportStatement => {
		if (statement.type === "Import") return statement.names.some((alias) => leadsTo(alias.name.name, imported));
		if (statement.type !== "ImportFrom") return false;
		const asked = absoluteModule(name, module.isPackage, statement);
		if (asked === null) return false;
		return leadsTo(asked, imported) || statement.names.some((alias) => `${asked}.${alias.name.name}` === imported);
	});
}

/** Importing `a.b.c` runs `a` and `a.b` first. */
function leadsTo(asked: string, imported: string): boolean {
	return asked === imported || asked.startsWith(`${imported}.`);
}

function* deferred(module: Module, statement: ImportStatement, imported: string): Generator<FixProposal> {
	const change = deferImport(module, statement);
	if (change === null) return;
	const { functions, edits, needs } = change;
	const names = statement.names.map((alias) => boundName(statement, alias)).join(", ");
	yield functions.length === 0
		? {
				title: `Import ${names} for type checkers only`,
				explanation: `Only annotations use ${names}: under TYPE_CHECKING the import does not run, and the cycle through ${imported} is broken.`,
				applicability: "safe",
				edits,
				needs,
			}
		: {
				title: `Import ${names} in ${functions.slice(0, 3).join(", ")}${functions.length > 3 ? ", …" : ""}`,
				explanation: `Only functions use ${names}: imported when they run, it does not need ${imported} while that is still being imported.`,
				applicability: "safe",
				edits,
				needs,
			};
}

/** Moves the import that leads round the cycle behind the definition that is asked for too early. */
function* afterDefinition(source: Module, statement: ImportStatement, name: string): Generator<FixProposal> {
	const definition = source.tree.body.findLast((each) => boundNames([each]).has(name));
	if (definition === undefined || definition.start < statement.start) return;
	const locals = statement.names.map((alias) => boundName(statement, alias));
	if (statement.type === "ImportFrom" && statement.star) return;
	// Statements that use it at once, such as including a router, move along.
	const users = source.tree.body.filter(
		(each) => each.start > statement.start && each.start < definition.start && locals.some((local) => readsAtOnce(each, local)),
	);
	if (users.some((each) => each.type !== "ExpressionStatement") || readsAtOnce(definition, ...locals)) return;
	const code = [statement, ...users].map((each) => source.text.slice(each.start, each.end)).join("\n");
	const [imported = "", ...rest] = code.split("\n");
	yield {
		title: `Import ${locals.join(", ")} after ${name} is defined`,
		explanation: `Whoever is imported by this statement asks for ${name}, which is there once its definition has run.`,
		applicability: "review",
		edits: [
			...removeStatements(source, [statement, ...users]),
			insertAfter(
				source,
				definition,
				`\n\n${[imported.includes("(") ? imported : `${imported}  # noqa: E402`, ...rest].join("\n")}`,
			),
		],
	};
}

/** Does running a statement read one of the names, function bodies aside? */
function readsAtOnce(statement: ast.Statement, ...names: readonly string[]): boolean {
	let found = false;
	const read = (node: object) =>
		walk(node, (each) => {
			if (each.type === "Name" && names.includes(each.id)) found = true;
			if (each.type !== "FunctionDef") return each.type !== "Lambda";
			for (const part of [
				...each.decorators,
				...each.parameters.flatMap((parameter) => [parameter.annotation, parameter.default]),
				each.returns,
			])
				if (part) read(part);
			return false;
		});
	read(statement);
	return found;
}
