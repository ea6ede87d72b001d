import type * as ast from "../../../python/ast.ts";
import { walk } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";

/** Does the body hand on to another generator with `yield from`, which no async generator may? */
export function yieldsFrom(node: ast.FunctionDef): boolean {
	let found = false;
	walk(node, (each) => {
		if (each.type === "Yield" && each.from) found = true;
		return !found;
	});
	return found;
}

/** The parameter `app` for a function without parameters, or for a method that takes its object alone; `self` for a method without it. */
export function parameterEdits(path: string, text: string, node: ast.FunctionDef, isMethod: boolean): readonly TextEdit[] | null {
	const [self] = node.parameters;
	if (isMethod && self !== undefined && node.parameters.length === 1 && /^(_?app|application|_)$/.test(self.name.name))
		return [{ path, range: { start: self.start, end: self.start }, newText: "self, " }];
	if (node.parameters.length > (isMethod ? 1 : 0) || node.typeParameters.length > 0) return null;
	const at = isMethod && self !== undefined ? self.end : text.indexOf("(", node.name.end) + 1;
	return [{ path, range: { start: at, end: at }, newText: isMethod ? ", app" : "app" }];
}

/** `async` in front of a `def`. */
export function asyncEdit(path: string, text: string, node: ast.FunctionDef): TextEdit {
	const start = text.lastIndexOf("def", node.name.start);
	return { path, range: { start, end: start }, newText: "async " };
}

/**
 * A yield after the last line of a body that stands on lines of its own and never returns: inside the `with` that ends it, so that what is
 * open stays open; in place of the one `return` that each run comes to, with the state that it gives.
 */
export function yieldEdit(path: string, text: string, node: ast.FunctionDef): TextEdit | null {
	const block = lastBlock(node.body);
	const last = block.at(-1);
	if (last === undefined || lineStart(text, last.start) <= node.name.start) return null;
	const leaving = leavingStatements(node);
	const [only, ...others] = leaving;
	if (others.length > 0 || only?.type === "Raise") return null;
	if (only !== undefined) {
		if (!block.includes(only)) return null;
		// Starlette takes a mapping as the state, and nothing else.
		const isState = only.value?.type === "Dict";
		const end = isState ? only.start + "return".length : only.end;
		return { path, range: { start: only.start, end }, newText: "yield" };
	}
	const indent = /^[ \t]*/.exec(text.slice(lineStart(text, block[0]?.start ?? last.start)))?.[0] ?? "";
	const newline = text.indexOf("\n", last.end);
	const end = newline < 0 ? text.length : newline;
	return { path, range: { start: end, end }, newText: `\n${indent}yield` };
}

function leavingStatements(node: ast.FunctionDef): readonly (ast.Return | ast.Raise)[] {
	const found: (ast.Return | ast.Raise)[] = [];
	walk(node.body, (each) => {
		if (each.type === "Return" || each.type === "Raise") found.push(each);
		return each.type !== "FunctionDef" && each.type !== "ClassDef" && each.type !== "Lambda";
	});
	return found;
}

/** The block that a body ends in, past each `with` at its end. */
function lastBlock(body: readonly ast.Statement[]): readonly ast.Statement[] {
	const last = body.at(-1);
	return last?.type === "With" ? lastBlock(last.body) : body;
}

/** `@asynccontextmanager` above a function that has no decorator. */
export function decoratorEdit(path: string, text: string, node: ast.FunctionDef): TextEdit {
	const line = lineStart(text, node.name.start);
	const indent = /^[ \t]*/.exec(text.slice(line))?.[0] ?? "";
	return { path, range: { start: line, end: line }, newText: `${indent}@asynccontextmanager\n` };
}

function lineStart(text: string, offset: number): number {
	return text.lastIndexOf("\n", offset - 1) + 1;
}
