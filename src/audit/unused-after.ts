import type { Project } from "../project/project.ts";
import type * as ast from "../python/ast.ts";
import { blocksOf } from "../python/rewrite/blocks.ts";
import { boundName, namesUsed } from "../python/rewrite/names.ts";
import { type ImportStatement, importsOf } from "../python/rewrite/remove-imports.ts";
import type { PythonSource } from "../python/rewrite/source.ts";

/**
 * Imported names that a change of a file took the last use from. Imports that were unused before are left alone: they
 * are an issue of their own. So are those that others may rely on: of a package's `__init__.py`, re-exported by
 * `import x as x`, imported from here by another module, or guarded by a `try`.
 */
export function importsNoLongerUsed(project: Project, before: PythonSource, after: PythonSource): readonly ast.Alias[] {
	if (/(^|\/)__init__\.pyi?$/.test(after.path)) return [];
	const usedBefore = namesUsed(before.tree);
	const usedAfter = namesUsed(after.tree);
	const guarded = importsUnderTry(after.tree);
	const unused: ast.Alias[] = [];
	for (const statement of importsOf(after.tree)) {
		if (guarded.has(statement) || (statement.type === "ImportFrom" && (statement.star || statement.module === "__future__")))
			continue;
		for (const alias of statement.names) {
			const name = boundName(statement, alias);
			if (alias.asName !== null && alias.asName.name === alias.name.name) continue;
			if (!usedBefore.firstUse.has(name) || usedAfter.firstUse.has(name) || usedAfter.quoted.has(name)) continue;
			if (!isUsedFromElsewhere(project, after.path, name)) unused.push(alias);
		}
	}
	return unused;
}

/** May another module take this name from the file? Asked of the text, so rather once too often than once too rarely. */
function isUsedFromElsewhere(project: Project, path: string, name: string): boolean {
	const module = project.modulesByPath.get(path);
	const lastPart = module?.name.split(".").at(-1);
	if (!module || !lastPart) return false;
	const word = new RegExp(`(?<![\\p{L}\\p{N}_])${name}(?![\\p{L}\\p{N}_])`, "u");
	for (const other of project.modules.values()) {
		if (other.path === path || !other.text.includes(lastPart) || !word.test(other.text)) continue;
		if (other.text.includes(`${lastPart}.${name}`)) return true;
		if (importsOf(other.tree).some((statement) => importsName(statement, lastPart, name))) return true;
	}
	return false;
}

/** `from ….lastPart import name`, or everything from there. */
function importsName(statement: ImportStatement, lastPart: string, name: string): boolean {
	if (statement.type !== "ImportFrom" || statement.module.split(".").at(-1) !== lastPart) return false;
	return statement.star || statement.names.some((alias) => alias.name.name === name);
}

function importsUnderTry(tree: ast.Module): ReadonlySet<ast.Statement> {
	const guarded = new Set<ast.Statement>();
	for (const block of blocksOf(tree)) {
		if (block.owner?.type === "Try") for (const statement of block.statements) guarded.add(statement);
	}
	return guarded;
}
