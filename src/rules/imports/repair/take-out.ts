import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { referencesTo } from "../../../python/references.ts";
import { statementsOf } from "../../../python/rewrite/blocks.ts";
import { boundName } from "../../../python/rewrite/names.ts";
import { type ImportStatement, importsOf } from "../../../python/rewrite/remove-imports.ts";
import { contains, walk } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";
import { ownModules } from "../../repair/modules/module-spelling.ts";
import { isImportedElsewhere } from "../../repair/names/name-users.ts";
import { absoluteModule } from "../../repair/names/symbol-homes.ts";
import { localImport } from "./cycles/defer-import.ts";
import { Excision } from "./excision.ts";

/** What a change takes out, for the words about it. */
interface TakenOut {
	readonly edits: readonly TextEdit[];
	/** The lines that go, the import itself aside. */
	readonly removed: readonly string[];
	/** Functions that import it when they run. */
	readonly waiting: readonly string[];
}

/** Files that one change may touch: a name that many others import is not taken out. */
const mostFiles = 6;

/** What protects a server is never taken out: leaving it open is worse than not starting it. */
const protective = /auth|secur|permission|csrf|guard|verif|valid|requir|token|limit|depends|tls|https/i;

/**
 * Takes imported names that nothing has out of a file, with the code that needs them while the server starts. Functions that
 * start-up does not call import them for themselves, and fail when they run. Null where more than single statements,
 * keyword arguments, list items or decorators would have to go, or where something that protects the server would.
 */
export function takeOutImport(
	project: Project,
	source: Module,
	statement: ImportStatement,
	aliases: readonly ast.Alias[],
	missing: string,
): FixProposal | null {
	const taken = takeOut(project, source, statement, aliases, new Set());
	if (taken === null) return null;
	const what = aliases.map((alias) => boundName(statement, alias)).join(", ");
	return {
		title: `Take out ${what} and what needs it`,
		explanation: [`Nothing in sight has ${missing}.`, ...wordsFor(taken)].join(" "),
		applicability: "review",
		edits: taken.edits,
	};
}

/** Takes the uses of a name that nothing defines out of the code that start-up runs. */
export function takeOutName(project: Project, source: Module, name: string, uses: readonly ast.Name[]): FixProposal | null {
	const excision = new Excision(project, source);
	if (!uses.every((use) => excision.takeUse(use)) || excision.isEmpty) return null;
	if (excision.removed.some((line) => protective.test(line))) return null;
	if ([...excision.names].some((each) => isImportedElsewhere(project, source, each))) return null;
	return {
		title: `Take out what needs ${name}`,
		explanation: [`Nothing in sight has ${name}.`, ...wordsFor({ removed: excision.removed, edits: [], waiting: [] })].join(" "),
		applicability: "review",
		edits: excision.edits(),
	};
}

function wordsFor({ removed, waiting }: TakenOut): readonly string[] {
	const words: string[] = [];
	if (removed.length > 0) words.push(`With it goes: ${removed.slice(0, 4).join(" · ")}${removed.length > 4 ? " · …" : ""}.`);
	if (waiting.length > 0)
		words.push(
			`${waiting.slice(0, 4).join(", ")} ${waiting.length === 1 ? "imports" : "import"} it when called, and will fail then.`,
		);
	return words;
}

function takeOut(
	project: Project,
	source: Module,
	statement: ImportStatement,
	aliases: readonly ast.Alias[],
	seen: Set<string>,
): TakenOut | null {
	if (seen.size >= mostFiles || seen.has(source.path)) return null;
	seen.add(source.path);
	const scope = enclosingFunction(source.tree, statement);
	const excision = new Excision(project, source);
	const waiting = new Map<ast.FunctionDef, ast.Alias[]>();
	for (const alias of aliases) {
		const local = boundName(statement, alias);
		if (statement.type === "Import" && alias.asName === null && alias.name.name.includes(".")) return null;
		if (scope === null) excision.takeFromAll(local);
		for (const use of scope === null ? referencesTo(source.tree, local) : usesWithin(scope, local)) {
			const host = scope ?? innermostFunction(source.tree, use.start);
			if (host !== null && scope === null && !runsAtStartUp(project, source, host)) {
				const known = waiting.get(host) ?? [];
				if (!known.includes(alias)) waiting.set(host, [...known, alias]);
			} else if (!excision.takeUse(use)) return null;
		}
	}
	excision.takeImport(statement, aliases);
	const edits = [...excision.edits()];
	for (const [host, needed] of waiting) edits.push(localImport(source, host, importLine(source, statement, needed)));
	const removed = [...excision.removed];
	if (removed.some((line) => protective.test(line))) return null;
	const functions = [...waiting.keys()].map((host) => host.name.name);
	// What was made of it and others rely on is no detail any more.
	if ([...excision.names].some((name) => isImportedElsewhere(project, source, name))) return null;
	for (const alias of aliases) {
		for (const importer of importersOf(project, source, boundName(statement, alias))) {
			const inner = takeOut(project, importer.module, importer.statement, [importer.alias], seen);
			if (inner === null) return null;
			edits.push(...inner.edits);
			removed.push(...inner.removed);
			functions.push(...inner.waiting);
		}
	}
	return { edits, removed, waiting: functions };
}

function importLine(source: Module, statement: ImportStatement, aliases: readonly ast.Alias[]): string {
	const items = aliases.map((alias) => source.text.slice(alias.start, alias.end)).join(", ");
	if (statement.type === "Import") return `import ${items}`;
	return `from ${source.text.slice(statement.moduleRange.start, statement.moduleRange.end)} import ${items}`;
}

/** The function whose own body an import stands in; null for one of the module. */
function enclosingFunction(tree: ast.Module, statement: ast.Statement): ast.FunctionDef | null {
	return innermostFunction(tree, statement.start);
}

function innermostFunction(tree: ast.Module, offset: number): ast.FunctionDef | null {
	let found: ast.FunctionDef | null = null;
	for (const each of statementsOf(tree)) {
		if (each.type === "FunctionDef" && each.body.some((inner) => startsBefore(inner, offset) && offset < inner.end)) found = each;
	}
	return found;
}

function startsBefore(statement: ast.Statement, offset: number): boolean {
	if (statement.type !== "FunctionDef" && statement.type !== "ClassDef") return statement.start <= offset;
	return Math.min(statement.start, ...statement.decorators.map((decorator) => decorator.start)) <= offset;
}

function usesWithin(scope: ast.FunctionDef, name: string): readonly ast.Name[] {
	const found: ast.Name[] = [];
	for (const statement of scope.body)
		walk(statement, (node) => {
			if (node.type === "Name" && node.id === name) found.push(node);
		});
	return found;
}

/** Did the simulated start-up make a call inside this function? */
function runsAtStartUp(project: Project, source: Module, host: ast.FunctionDef): boolean {
	return (
		project.trace.calls.some((call) => call.module.path === source.path && contains(host, call.node.start) && call.reached) ||
		project.trace.failures.some((failure) => failure.module.path === source.path && contains(host, failure.range.start))
	);
}

interface Importer {
	readonly module: Module;
	readonly statement: ast.ImportFrom;
	readonly alias: ast.Alias;
}

/** Import statements of other files that take a name from a module. */
function* importersOf(project: Project, source: Module, name: string): Generator<Importer> {
	for (const [dotted, module] of ownModules(project)) {
		if (module.path === source.path || !module.text.includes(name)) continue;
		for (const statement of importsOf(module.tree)) {
			if (statement.type !== "ImportFrom" || absoluteModule(dotted, module.isPackage, statement) !== source.name) continue;
			const alias = statement.names.find((each) => each.name.name === name);
			if (alias) yield { module, statement, alias };
		}
	}
}
