import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { walk } from "../../../python/walk.ts";
import { findLaterDefinition, moveAhead, topStatementAt } from "../../repair/names/forward-reference.ts";
import { listNameSources, type NameSource } from "../../repair/names/name-sources.ts";
import type { Mend } from "./parameter-edits.ts";

/** Where a name can be imported from: as the file imports it for type checkers, or the only module that defines such a class or function. */
function homeOf(name: string, tree: ast.Module, project: Project): { readonly module: string } | null {
	let written: string | null = null;
	walk(tree, (node) => {
		if (node.type !== "ImportFrom" || !node.names.some((alias) => (alias.asName ?? alias.name).name === name)) return;
		if (node.names.some((alias) => alias.asName?.name === name)) return;
		written = `${".".repeat(node.level)}${node.module}`;
	});
	if (written !== null) return { module: written };
	const homes = [...project.trace.runs.values()].filter(({ module, namespace }) => {
		const value = namespace.names.get(name)?.value;
		return (value?.kind === "class" || value?.kind === "function") && value.module === module;
	});
	const [only, ...others] = homes;
	return only !== undefined && others.length === 0 ? { module: only.module.name } : null;
}

/** Where a type that the file never imports comes from. Of an `Enum` and a `UUID` it is the standard library's that a request can bring. */
function likelyType(name: string, module: Module, project: Project): NameSource | undefined {
	const sources = listNameSources(project, module, name, false);
	return sources.find((each) => !each.isOwn && project.environment.isStdlib(each.module)) ?? sources[0];
}

/** Edits that bring a name into being before the route at an offset is registered: its definition moved up, or an import. */
export function bringName(name: string, module: Module, offset: number, project: Project): Mend | null {
	const user = topStatementAt(module.tree, offset);
	const later = findLaterDefinition(module.tree, name, offset);
	if (later !== null && user !== null) {
		const edits = moveAhead(module, later, user);
		return edits === null ? null : { edits };
	}
	const home = homeOf(name, module.tree, project) ?? likelyType(name, module, project);
	return home === undefined || home.module === module.name
		? null
		: { edits: [], needs: [{ path: module.path, module: home.module, name }] };
}
