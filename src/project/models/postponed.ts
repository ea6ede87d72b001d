import type { Environment } from "../../environment/environment.ts";
import type * as ast from "../../python/ast.ts";
import type { Module } from "../project.ts";

/**
 * Does an annotation outlive a name that it lacks when it is met? Texts do, all below `from __future__ import annotations` (PEP 563), and
 * from Python 3.14 on every one (PEP 649): libraries ask for them in a way that leaves such a name open.
 */
export function isPostponed(annotation: ast.Expression, module: Module, environment: Environment): boolean {
	const isText = annotation.type === "Constant" && annotation.literal === "string";
	return isText || module.tree.futures.has("annotations") || environment.python.minor >= 14;
}
