import type * as ast from "../../../python/ast.ts";
import { boundNames } from "../../../python/scopes.ts";
import type { Module } from "../../project.ts";
import { absoluteName } from "../resolver.ts";

/** What the top level of a file says of its names; kept with the tree, which all simulations of the file share. */
interface TopLevel {
	readonly bound: ReadonlySet<string>;
	/** Names that its from-imports bind. */
	readonly imported: ReadonlySet<string>;
	readonly fromImports: readonly { readonly level: number; readonly module: string; readonly names: readonly string[] }[];
}

const known = new WeakMap<ast.Module, TopLevel>();

function topLevelOf(tree: ast.Module): TopLevel {
	let found = known.get(tree);
	if (found === undefined) {
		const fromImports = tree.body
			.filter((statement) => statement.type === "ImportFrom")
			.map(({ level, module, names }) => ({ level, module, names: names.map(({ asName, name }) => asName?.name ?? name.name) }));
		const imported = new Set(fromImports.flatMap(({ names }) => names));
		found = { bound: boundNames(tree.body), imported, fromImports };
		known.set(tree, found);
	}
	return found;
}

/** Names that the top level of a module binds. */
export function bindsOf({ tree }: Module): ReadonlySet<string> {
	return topLevelOf(tree).bound;
}

/** Names that the from-imports of a module bind at its top level. */
export function importedNames({ tree }: Module): ReadonlySet<string> {
	return topLevelOf(tree).imported;
}

/** Does a module import one of these names from another, which cannot give them where that one is missing? */
export function borrowsAny({ name, isPackage, tree }: Module, names: readonly string[], requested: string): boolean {
	const packageName = isPackage ? name : name.slice(0, Math.max(0, name.lastIndexOf(".")));
	return topLevelOf(tree).fromImports.some(
		(each) =>
			each.names.some((bound) => names.includes(bound)) &&
			(each.level === 0 ? each.module : absoluteName(packageName, each.level, each.module)) === requested,
	);
}
