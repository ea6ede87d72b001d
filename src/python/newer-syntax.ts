import type * as ast from "./ast.ts";
import { nextToken } from "./next-token.ts";
import { refused } from "./syntax-fault.ts";
import { typeParameterDefaults } from "./type-parameter-defaults.ts";

/** Whether a node is syntax that came with a later Python 3 than `minor`, in the words of the older compiler. */
export function findNewerSyntax(text: string, node: ast.TypedNode, minor: number): readonly ast.SyntaxFault[] {
	switch (node.type) {
		case "NamedExpr":
			return minor < 8 ? [refused(node, "invalid syntax")] : [];
		case "Match":
			return minor < 10 ? [refused(node, "invalid syntax")] : [];
		case "With": {
			// Its grammar reads parentheses as those of an expression, in which `as` has no place (Python 3.9's new parser takes them).
			const named = node.items.find(({ target }) => target !== null);
			return minor < 9 && named !== undefined && isParenthesisedWith(text, node) ? [refused(named, "invalid syntax")] : [];
		}
		case "TypeAlias": {
			// `type(x).y = z` looks like one to the parser, and is an old assignment.
			const isStatement = /^type\s+[^\s([.=]/.test(text.slice(node.start, node.start + 40));
			if (minor < 12 && isStatement) return [refused(node, "invalid syntax")];
			return isStatement ? refusedDefaults(text, node.start, node.value.start, minor) : [];
		}
		case "FunctionDef":
			if (minor < 12 && node.typeParameters.length > 0) return [refused(node, minor >= 11 ? "expected '('" : "invalid syntax")];
			if (node.typeParameters.length > 0) return refusedDefaults(text, node.start, node.body[0]?.start ?? node.end, minor);
			return minor < 8 && node.parameters.some((parameter) => parameter.kind === "positional-only")
				? [refused(node, "invalid syntax")]
				: [];
		case "ClassDef":
			if (node.typeParameters.length === 0) return [];
			if (minor < 12) return [refused(node, "invalid syntax")];
			return refusedDefaults(text, node.start, node.body[0]?.start ?? node.end, minor);
		default:
			return [];
	}
}

/** Defaults of type parameters (PEP 696) before Python 3.13, in the head of a statement that ends where its body begins. */
function refusedDefaults(text: string, statement: number, body: number, minor: number): readonly ast.SyntaxFault[] {
	if (minor >= 13) return [];
	const [first] = typeParameterDefaults(text.slice(statement, body));
	if (first === undefined) return [];
	return [refused({ start: statement + first.start, end: statement + first.end }, "invalid syntax")];
}

/** A `try` that catches nothing, `except*` (PEP 654, 3.11) and `except A, B:` (PEP 758, 3.14). */
export function findHandlerFaults(text: string, node: ast.Try, minor: number): readonly ast.SyntaxFault[] {
	const faults: ast.SyntaxFault[] = [];
	if (node.handlers.length === 0 && node.finalbody.length === 0) {
		const message = minor >= 10 ? "expected 'except' or 'finally' block" : "invalid syntax";
		return [{ ...refused({ start: node.end, end: node.end }, message), near: nextToken(text, node.end) }];
	}
	const groups = node.handlers.filter((handler) => /^except\s*\*/.test(text.slice(handler.start, handler.start + 40)));
	const [group] = groups;
	if (minor >= 11 && group !== undefined && groups.length < node.handlers.length)
		faults.push(refused(group, "cannot have both 'except' and 'except*' on the same 'try'"));
	for (const [i, handler] of node.handlers.entries()) {
		const head = text.slice(handler.start, handler.body[0]?.start ?? handler.end);
		if (minor < 11 && /^except\s*\*/.test(head)) faults.push(refused(handler, "invalid syntax"));
		if (handler.exception === null && !/^except\s*\S*[^:\s]/.test(head) && i < node.handlers.length - 1) {
			faults.push(refused(handler, "default 'except:' must be last"));
		}
		const tuple = handler.exception;
		if (tuple?.type !== "Sequence" || tuple.kind !== "tuple" || text[tuple.start] === "(") continue;
		if (minor < 14)
			faults.push(refused(tuple, minor >= 10 ? "multiple exception types must be parenthesized" : "invalid syntax"));
		else if (handler.name !== null) faults.push(refused(tuple, "multiple exception types must be parenthesized when using 'as'"));
	}
	return faults;
}

/** Are the items of a `with`, one of them named by `as`, in parentheses of the statement's own? */
export function isParenthesisedWith(text: string, node: ast.With): boolean {
	const [first] = node.items;
	const last = node.items.at(-1);
	if (first === undefined || last === undefined || node.items.every(({ target }) => target === null)) return false;
	return (
		/^(?:async\s+)?with\s*\(\s*$/.test(text.slice(node.start, first.start)) && /^\s*(?:,\s*)?\)\s*:/.test(text.slice(last.end))
	);
}
