import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { blocksOf } from "../../../python/rewrite/blocks.ts";
import { boundName, namesUsed } from "../../../python/rewrite/names.ts";
import { type ImportStatement, importsOf } from "../../../python/rewrite/remove-imports.ts";
import { isTypeCheckingTest } from "../../../python/rewrite/statements.ts";
import { typeParameterDefaults } from "../../../python/type-parameter-defaults.ts";
import { dottedName, walk } from "../../../python/walk.ts";
import { isImportedElsewhere } from "./name-users.ts";
import { absoluteModule } from "./symbol-homes.ts";
import { isForRegistration } from "./table-modules.ts";

export interface UnusedImport {
	readonly statement: ImportStatement;
	readonly alias: ast.Alias;
	/** The name it binds. */
	readonly local: string;
}

/** Imported names that nothing can need: in doubt (dynamic lookups, re-exports, imports for their effect) a name counts as used. */
export function* listUnusedImports(project: Project, module: Module): Generator<UnusedImport> {
	if (isExempt(module) || hasFileMark(module.text)) return;
	const { firstUse, quoted } = namesUsed(module.tree);
	const comments = wordsInComments(module.text);
	const defaults = typeParameterDefaults(module.text)
		.map(({ start, end }) => module.text.slice(start, end))
		.join(" ");
	const conditional = conditionalStatements(module.tree);
	const bound = countBindings(module.tree);
	const isMarkedAt = markFinder(module);
	for (const statement of importsOf(module.tree)) {
		if (conditional.has(statement) || isMarkedAt(statement.start) || isMarkedAt(statement.end)) continue;
		if (statement.type === "ImportFrom" && (statement.star || statement.module === "__future__")) continue;
		for (const alias of statement.names) {
			const local = boundName(statement, alias);
			if (firstUse.has(local) || quoted.has(local) || comments.has(local) || /^_+$/.test(local)) continue;
			if (defaults.includes(local)) continue;
			// `import x as x` says that it is a re-export (https://typing.python.org/en/latest/spec/distributing.html).
			if (alias.asName?.name === alias.name.name || (bound.get(local) ?? 0) > 1) continue;
			if (isMarkedAt(alias.end) || isImportedElsewhere(project, module, local)) continue;
			if (isForRegistration(project, module, statement, alias)) continue;
			yield { statement, alias, local };
		}
	}
}

/** Where an imported module comes from. */
export function originOf(
	project: Project,
	module: Module,
	statement: ImportStatement,
	alias: ast.Alias,
): "standard-library" | "installed" | "own" {
	if (statement.type === "ImportFrom" && statement.level > 0) return "own";
	const dotted =
		statement.type === "ImportFrom" ? (absoluteModule(module.name, module.isPackage, statement) ?? "") : alias.name.name;
	const top = dotted.split(".")[0] ?? dotted;
	for (const name of [...project.modules.keys(), ...project.trace.runs.keys()]) {
		if (name === top || name.startsWith(`${top}.`)) return "own";
	}
	return project.environment.isStdlib(top) ? "standard-library" : "installed";
}

/** Packages re-export, tests use fixtures by parameter names, a file of imports alone is a front for others, and some look names up by text. */
function isExempt(module: Module): boolean {
	if (module.isPackage || module.tree.errors.length > 0) return true;
	if (/(^|\/)(tests?\/|conftest\.py$|test_[^/]*\.py$|[^/]*_test\.py$)/.test(module.path)) return true;
	if (module.tree.body.every(isImportOrText)) return true;
	let isDynamic = false;
	walk(module.tree, (node) => {
		if (node.type === "FunctionDef" && node.name.name === "__getattr__" && module.tree.body.includes(node)) isDynamic = true;
		if (node.type === "Call" && dynamicLookups.has(dottedName(node.callee) ?? "")) isDynamic = true;
		return !isDynamic;
	});
	return isDynamic;
}

const dynamicLookups = new Set(["globals", "locals", "vars", "eval", "exec", "inspect.getmembers"]);

function isImportOrText(statement: ast.Statement): boolean {
	if (statement.type === "Import" || statement.type === "ImportFrom" || statement.type === "Pass") return true;
	if (statement.type === "ExpressionStatement") return statement.value.type === "Constant";
	return statement.type === "Assign" && statement.targets.some((target) => target.type === "Name" && target.id.startsWith("__"));
}

/** Imports inside `try` and `with` (a guard or a test of presence), or in one branch of an `if` that is not about typing. */
function conditionalStatements(tree: ast.Module): ReadonlySet<ast.Statement> {
	const found = new Set<ast.Statement>();
	for (const { owner, statements } of blocksOf(tree)) {
		const isChoice = owner?.type === "If" && !isTypeCheckingTest(owner.test);
		if (owner?.type === "Try" || owner?.type === "With" || isChoice) for (const statement of statements) found.add(statement);
	}
	return found;
}

/** How often each name is bound by an import. */
function countBindings(tree: ast.Module): ReadonlyMap<string, number> {
	const counts = new Map<string, number>();
	for (const statement of importsOf(tree)) {
		for (const alias of statement.names) {
			const local = boundName(statement, alias);
			counts.set(local, (counts.get(local) ?? 0) + 1);
		}
	}
	return counts;
}

/** Nobody writes longer lines by hand, and what a tool wrote is not looked through. */
const longestLine = 10_000;

/** In a comment. */
const marks = /\bnoqa(?!\s*:(?!.*F401))|disable\s*=.*unused-import|F401|\bside[- ]effects?\b|\bregister/i;

/** Does the line of an offset say that its imports are wanted? Each line is read once, however many names it holds. */
function markFinder(module: Module): (offset: number) => boolean {
	const seen = new Map<number, boolean>();
	return (offset) => {
		const { line } = module.lines.positionAt(offset);
		const text = module.lines.lineText(line);
		const isMarked =
			seen.get(line) ?? (text.length > longestLine || (text.includes("#") && marks.test(text.slice(text.indexOf("#") + 1))));
		seen.set(line, isMarked);
		return isMarked;
	};
}

/** `# flake8: noqa` and `# ruff: noqa` switch a whole file off. */
function hasFileMark(text: string): boolean {
	return /^#\s*(flake8|ruff)\s*:\s*noqa\s*($|:.*F401)/im.test(text);
}

/** Names in type comments and doctests. */
function wordsInComments(text: string): ReadonlySet<string> {
	const words = new Set<string>();
	for (const [line] of text.matchAll(/#\s*type:.*|^[ \t]*>>>.*|^[ \t]*\.\.\.\s.*/gm)) {
		for (const [word] of line.matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)) words.add(word);
	}
	return words;
}
