import type * as ast from "./ast.ts";

/** Visits what belongs to a function itself, functions inside it left out, each node with those around it, innermost first. */
export function visitOwn(owner: ast.FunctionDef, visit: (node: ast.TypedNode, around: readonly ast.TypedNode[]) => void): void {
	const around: ast.TypedNode[] = [];
	const descend = (node: unknown): void => {
		if (Array.isArray(node)) {
			for (const item of node) descend(item);
			return;
		}
		if (typeof node !== "object" || node === null || node instanceof Set) return;
		const typed = node as ast.TypedNode;
		const isNode = typeof typed.type === "string";
		if (isNode && (typed.type === "FunctionDef" || typed.type === "Lambda")) return;
		if (isNode) {
			visit(typed, around);
			around.unshift(typed);
		}
		for (const value of Object.values(node)) descend(value);
		if (isNode) around.shift();
	};
	descend(owner.body);
}
