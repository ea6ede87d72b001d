import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { walk } from "../../../python/walk.ts";

/** Where a name can be imported from: as the file imports it for type checkers, or the only module that defines such a class. */
export function homeOf(name: string, tree: ast.Module, project: Project): { readonly module: string } | null {
	let written: string | null = null;
	walk(tree, (node) => {
		if (node.type !== "ImportFrom" || !node.names.some((alias) => (alias.asName ?? alias.name).name === name)) return;
		if (node.names.some((alias) => alias.asName?.name === name)) return;
		written = `${".".repeat(node.level)}${node.module}`;
	});
	if (written !== null) return { module: written };
	const homes = [...project.trace.runs.values()].filter(({ module, namespace }) => {
		const value = namespace.names.get(name)?.value;
		return value?.kind === "class" && value.module === module;
	});
	const [only, ...others] = homes;
	return only !== undefined && others.length === 0 ? { module: only.module.name } : null;
}
