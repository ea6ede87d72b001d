import type * as ast from "../../python/ast.ts";
import { boundNames } from "../../python/scopes.ts";
import type { SourceTree, Target } from "../project.ts";
import { treeOf } from "../source-tree.ts";
import { findApplications } from "../target.ts";

/** What is meant by a word that uvicorn does not take for `module:attribute`, and what it prints. */
interface MeantTarget {
	readonly target: Omit<Target, "evidence">;
	readonly refusal: string;
}

/** Reads `main`, `app.main`, `main.app`, `app/main.py` and `src/main:app`; null where the repository has no such module. */
export function meantByWord(tree: SourceTree, word: string): MeantTarget | null {
	const [path = "", attribute] = word.split(":");
	const refusal =
		attribute === undefined
			? `Error loading ASGI app. Import string "${word}" must be in format "<module>:<attribute>".`
			: `Error loading ASGI app. Could not import module "${path}".`;
	const module = path.replace(/^\.\//, "").replace(/\.py$/, "").replace(/\//g, ".");
	const file = moduleIn(tree, module);
	if (file !== null) {
		const own = attribute ?? applicationIn(file);
		return own === null ? null : { target: { module, attribute: own, factory: false }, refusal };
	}
	const dot = module.lastIndexOf(".");
	const outer = dot < 0 || attribute !== undefined ? null : moduleIn(tree, module.slice(0, dot));
	const name = module.slice(dot + 1);
	return outer === null || !boundNames(outer.body).has(name)
		? null
		: { target: { module: module.slice(0, dot), attribute: name, factory: false }, refusal };
}

/** The module in whichever folder it lies. */
function moduleIn(tree: SourceTree, module: string): ast.Module | null {
	const base = `/${module.replace(/\./g, "/")}`;
	for (const [path, file] of tree)
		if (`/${path}`.endsWith(`${base}.py`) || `/${path}`.endsWith(`${base}/__init__.py`)) return treeOf(file);
	return null;
}

function applicationIn(module: ast.Module): string | null {
	if (boundNames(module.body).has("app")) return "app";
	return findApplications(module).find(({ factory }) => !factory)?.attribute ?? null;
}
