import type * as ast from "../ast.ts";
import { contains } from "../walk.ts";
import { statementsOf } from "./blocks.ts";

/** The innermost `def` around an offset, or null at module level and in class bodies outside every function. */
export function enclosingFunction(tree: ast.Module, offset: number): ast.FunctionDef | null {
	let found: ast.FunctionDef | null = null;
	for (const statement of statementsOf(tree))
		if (statement.type === "FunctionDef" && statement.body.some((each) => contains(each, offset))) found = statement;
	return found;
}

/** The innermost statement around an offset, or null. */
export function enclosingStatement(tree: ast.Module, offset: number): ast.Statement | null {
	let found: ast.Statement | null = null;
	for (const statement of statementsOf(tree)) if (contains(statement, offset)) found = statement;
	return found;
}

/** Is the expression the whole of its statement, or the whole value of an assignment or a `return`? Then `await` before it needs no parentheses. */
export function fillsStatement(statement: ast.Statement | null, expression: ast.Expression): boolean {
	switch (statement?.type) {
		case "ExpressionStatement":
		case "Assign":
		case "AnnAssign":
		case "Return":
			return statement.value === expression;
		default:
			return false;
	}
}
