import type * as ast from "./ast.ts";
import { refused } from "./syntax-fault.ts";

/** Starred expressions and `:=` where no grammar rule takes them, and a comma that an import cannot end with; the lenient parser reads them all. */
export function findStarFaults(text: string, node: ast.TypedNode): readonly ast.SyntaxFault[] {
	switch (node.type) {
		case "ExpressionStatement":
			return [...ofStar(node.value), ...ofWalrus(node.value, node.start)];
		case "Assign":
			return [...ofStar(node.value), ...ofWalrus(node.value, wordBehind(text, node.targets.at(-1)?.end ?? node.start))];
		case "Return":
			return ofStar(node.value);
		case "ImportFrom":
		case "Import":
			return ofTrailingComma(text, node);
		default:
			return [];
	}
}

function ofStar(value: ast.Expression | null): readonly ast.SyntaxFault[] {
	return value?.type === "Starred" ? [refused(value, "can't use starred expression here")] : [];
}

/** PEP 572: unparenthesized it stands neither alone nor right of a `=`. */
function ofWalrus(value: ast.Expression, from: number): readonly ast.SyntaxFault[] {
	return value.type === "NamedExpr" && value.start === from ? [refused(value, "invalid syntax")] : [];
}

/** Where the value begins behind a target and its `=`. */
function wordBehind(text: string, offset: number): number {
	return offset + (/^[\s)\]]*=\s*/.exec(text.slice(offset, offset + 200))?.[0].length ?? 0);
}

function ofTrailingComma(text: string, node: ast.Import | ast.ImportFrom): readonly ast.SyntaxFault[] {
	const last = node.names.at(-1);
	if (last === undefined) return [];
	const comma = /^[ \t]*,/.exec(text.slice(last.end, last.end + 80));
	const isOpen = node.type === "ImportFrom" && text.slice(node.moduleRange.end, last.start).includes("(");
	if (comma === null || isOpen) return [];
	const message = node.type === "Import" ? "invalid syntax" : "trailing comma not allowed without surrounding parentheses";
	return [refused({ start: last.end, end: last.end + comma[0].length }, message)];
}
