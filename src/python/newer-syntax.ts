import type * as ast from "./ast.ts";
import { refused } from "./syntax-fault.ts";
import { walk } from "./walk.ts";

/** Syntax that came with a later Python 3 than `minor`, and what later ones dropped, each with the words of the older compiler. */
export function findNewerSyntax(text: string, tree: ast.Module, minor: number): readonly ast.SyntaxFault[] {
	const faults: ast.SyntaxFault[] = [];
	walk(tree, (node) => {
		switch (node.type) {
			case "NamedExpr":
				if (minor < 8) faults.push(refused(node, "invalid syntax"));
				break;
			case "Match":
				if (minor < 10) faults.push(refused(node, "invalid syntax"));
				break;
			case "TypeAlias":
				// `type(x).y = z` looks like one to the parser, and is an old assignment.
				if (minor < 12 && /^type\s+[^\s([.=]/.test(text.slice(node.start, node.start + 40)))
					faults.push(refused(node, "invalid syntax"));
				break;
			case "FunctionDef":
				if (minor < 12 && node.typeParameters.length > 0)
					faults.push(refused(node, minor >= 11 ? "expected '('" : "invalid syntax"));
				if (minor < 8 && node.parameters.some((parameter) => parameter.kind === "positional-only"))
					faults.push(refused(node, "invalid syntax"));
				break;
			case "ClassDef":
				if (minor < 12 && node.typeParameters.length > 0)
					faults.push(refused(node, minor >= 12 ? "expected ':'" : "invalid syntax"));
				break;
			case "Try":
				faults.push(...handlerFaults(text, node, minor));
				break;
		}
		return true;
	});
	return faults;
}

/** `except*` (PEP 654, 3.11) and `except A, B:` (PEP 758, 3.14). */
function handlerFaults(text: string, node: ast.Try, minor: number): readonly ast.SyntaxFault[] {
	const faults: ast.SyntaxFault[] = [];
	for (const [i, handler] of node.handlers.entries()) {
		const head = text.slice(handler.start, handler.body[0]?.start ?? handler.end);
		if (minor < 11 && /^except\s*\*/.test(head)) faults.push(refused(handler, "invalid syntax"));
		if (handler.exception === null && !/^except\s*\S*[^:\s]/.test(head) && i < node.handlers.length - 1) {
			faults.push(refused(handler, "default 'except:' must be last"));
		}
		const tuple = handler.exception;
		if (minor < 14 && tuple?.type === "Sequence" && tuple.kind === "tuple" && text[tuple.start] !== "(") {
			faults.push(refused(tuple, minor >= 10 ? "multiple exception types must be parenthesized" : "invalid syntax"));
		}
	}
	return faults;
}
