import type * as ast from "../python/ast.ts";
import { parseModule } from "../python/parse.ts";
import type { SourceFile } from "./project.ts";

const trees = new WeakMap<SourceFile, ast.Module>();

/** The syntax tree of a Python file, parsed when it is first asked for. */
export function treeOf(file: SourceFile): ast.Module {
	let tree = trees.get(file);
	if (tree === undefined) {
		tree = parseModule(file.text);
		trees.set(file, tree);
	}
	return tree;
}
