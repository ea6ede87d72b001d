import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { type ImportStatement, importsOf, removeImportedNames } from "../../../python/rewrite/remove-imports.ts";
import { listUnusedImports } from "../../repair/names/unused-names.ts";

/**
 * Where nothing uses what is imported of a package, in any module, the import goes, as `unused-import` has it too: a package
 * that is declared for an import which goes away would stay declared for nobody. Null where something uses it.
 */
export function removeUnusedImports(project: Project, isOfPackage: (dotted: string) => boolean): FixProposal | null {
	const unused = new Map<Module, ast.Alias[]>();
	for (const module of project.modules.values()) {
		const named = importsOf(module.tree).flatMap((statement) => namesOf(statement, isOfPackage));
		if (named.length === 0) continue;
		const free = new Set([...listUnusedImports(project, module)].map(({ alias }) => alias));
		if (!named.every((alias) => free.has(alias))) return null;
		unused.set(module, named);
	}
	if (unused.size === 0) return null;
	const names = [...unused.values()].flat();
	const isPlain = names.some((alias) => isOfPackage(alias.name.name));
	return {
		title: `Remove the unused import of ${names.map(({ name }) => name.name).join(", ")}`,
		explanation: `Nothing uses it, so no package has to be declared for it.${isPlain ? " Make sure that it is not imported for what its module does when it is imported." : ""}`,
		applicability: isPlain ? "review" : "safe",
		edits: [...unused].flatMap(([module, aliases]) => removeImportedNames(module, aliases)),
	};
}

function namesOf(statement: ImportStatement, isOfPackage: (dotted: string) => boolean): readonly ast.Alias[] {
	if (statement.type === "Import") return statement.names.filter(({ name }) => isOfPackage(name.name));
	return statement.level === 0 && isOfPackage(statement.module) ? statement.names : [];
}
