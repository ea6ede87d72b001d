import type { TextRange } from "../text/range.ts";
import type * as ast from "./ast.ts";
import { walk } from "./walk.ts";

/** The expression or statement of a type that fills a range to the letter. */
export function nodeAt<Type extends ast.TypedNode["type"]>(
	tree: ast.Module,
	range: TextRange,
	type: Type,
): Extract<ast.TypedNode, { type: Type }> | undefined {
	return nodesAt(tree, range).find((node): node is Extract<ast.TypedNode, { type: Type }> => node.type === type);
}

/** All that fills a range to the letter, outermost first. */
export function nodesAt(tree: ast.Module, range: TextRange): readonly ast.TypedNode[] {
	const found: ast.TypedNode[] = [];
	walk(tree, (node) => {
		if (node.start === range.start && node.end === range.end) found.push(node);
		return node.start <= range.start && range.end <= node.end;
	});
	return found;
}

/** All that lies in a range, outermost first. */
export function nodesIn(tree: ast.Module, range: TextRange): readonly ast.TypedNode[] {
	const found: ast.TypedNode[] = [];
	walk(tree, (node) => {
		if (node.end <= range.start || node.start >= range.end) return false;
		if (node.start >= range.start && node.end <= range.end) found.push(node);
		return true;
	});
	return found;
}

/** The function or class over which the decorator stands that fills a range to the letter. */
export function decoratedBy(tree: ast.Module, decorator: TextRange): ast.FunctionDef | ast.ClassDef | undefined {
	let found: ast.FunctionDef | ast.ClassDef | undefined;
	walk(tree, (node) => {
		const isDefinition = node.type === "FunctionDef" || node.type === "ClassDef";
		if (isDefinition && node.decorators.some(({ start, end }) => start === decorator.start && end === decorator.end))
			found = node;
		return node.start <= decorator.start && decorator.end <= node.end;
	});
	return found;
}
