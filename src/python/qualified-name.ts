import type * as ast from "./ast.ts";
import { blocksOf } from "./scopes.ts";

/** `__qualname__` of a function that a module defines: `Repository.find`, `make.<locals>.inner` (PEP 3155). */
export function qualifiedName(tree: ast.Module, definition: ast.FunctionDef): string {
	return find(tree.body, definition, "") ?? definition.name.name;
}

function find(body: readonly ast.Statement[], definition: ast.FunctionDef, prefix: string): string | null {
	for (const statement of body) {
		if (statement.start > definition.start || statement.end < definition.end) continue;
		if (statement === definition) return prefix + definition.name.name;
		const inner = (name: string) => find("body" in statement ? statement.body : [], definition, `${prefix}${name}.`);
		if (statement.type === "ClassDef") return inner(statement.name.name);
		if (statement.type === "FunctionDef") return inner(`${statement.name.name}.<locals>`);
		for (const block of blocksOf(statement)) {
			const found = find(block, definition, prefix);
			if (found !== null) return found;
		}
	}
	return null;
}
