import type * as ast from "../ast.ts";
import type { ConcreteNode } from "../concrete.ts";
import { allByField, byField, code, firstOfType } from "./children.ts";
import { SimpleStatementReader } from "./simple-statement-reader.ts";

/** Of one `if`: each `elif` is an `if` within the one before, and CPython gives up at a few thousand of them. */
const mostBranches = 1000;

/** Turns tree-sitter's concrete nodes into the abstract syntax, statement by statement. */
export class StatementReader extends SimpleStatementReader {
	/** Offsets of branches that are left out. */
	readonly cuts: number[] = [];

	statements(nodes: readonly ConcreteNode[]): ast.Statement[] {
		const result: ast.Statement[] = [];
		for (const node of nodes) this.statement(node, result);
		return result;
	}

	private block(node: ConcreteNode | undefined): ast.Statement[] {
		return node === undefined ? [] : this.statements(node.children);
	}

	private statement(node: ConcreteNode, into: ast.Statement[]): void {
		const { start, end } = node;
		switch (node.type) {
			case "expression_statement":
				into.push(this.expressionStatement(node));
				return;
			case "import_statement":
				into.push({ type: "Import", start, end, names: this.aliases(node) });
				return;
			case "import_from_statement":
				into.push(this.importFrom(node));
				return;
			case "future_import_statement":
				into.push(this.futureImport(node));
				return;
			case "function_definition":
				into.push(this.functionDef(node, [], start));
				return;
			case "class_definition":
				into.push(this.classDef(node, [], start));
				return;
			case "decorated_definition":
				this.decorated(node, into);
				return;
			case "return_statement":
				into.push({ type: "Return", start, end, value: this.optionalExpression(code(node)[0]) });
				return;
			case "if_statement":
				into.push(this.ifChain(node, start));
				return;
			case "for_statement":
				into.push({
					type: "For",
					start,
					end,
					isAsync: this.startsWith(node, "async"),
					target: this.expression(byField(node, "left") ?? node),
					iterable: this.expression(byField(node, "right") ?? node),
					body: this.block(byField(node, "body")),
					orelse: this.elseBlock(node),
				});
				return;
			case "while_statement":
				into.push({
					type: "While",
					start,
					end,
					test: this.expression(byField(node, "condition") ?? node),
					body: this.block(byField(node, "body")),
					orelse: this.elseBlock(node),
				});
				return;
			case "try_statement":
				into.push(this.tryStatement(node));
				return;
			case "with_statement":
				into.push(this.withStatement(node));
				return;
			case "match_statement":
				into.push(this.matchStatement(node));
				return;
			case "raise_statement": {
				const cause = byField(node, "cause");
				const exception = code(node).find((child) => child !== cause);
				// `raise ValueError, "text"` is Python 2.
				if (exception?.type === "expression_list") this.fault(exception, "invalid syntax");
				into.push({
					type: "Raise",
					start,
					end,
					exception: this.optionalExpression(exception),
					cause: this.optionalExpression(cause),
				});
				return;
			}
			case "assert_statement": {
				const [test, message] = code(node);
				into.push({ type: "Assert", start, end, test: this.expression(test ?? node), message: this.optionalExpression(message) });
				return;
			}
			case "delete_statement":
				into.push({ type: "Delete", start, end, targets: this.flattened(code(node)) });
				return;
			case "global_statement":
				into.push({ type: "Global", start, end, names: code(node).map((child) => this.identifier(child)) });
				return;
			case "nonlocal_statement":
				into.push({ type: "Nonlocal", start, end, names: code(node).map((child) => this.identifier(child)) });
				return;
			case "pass_statement":
				into.push({ type: "Pass", start, end });
				return;
			case "break_statement":
				into.push({ type: "Break", start, end });
				return;
			case "continue_statement":
				into.push({ type: "Continue", start, end });
				return;
			case "type_alias_statement":
				into.push({
					type: "TypeAlias",
					start,
					end,
					name: this.aliasName(byField(node, "left") ?? node),
					value: this.expression(byField(node, "right") ?? node),
				});
				return;
			case "print_statement":
				// `print >> out, "text"` is a tuple, as old as Python 2 and valid in Python 3.
				if (/^print\s*>>/.test(this.slice(node))) {
					into.push({ type: "ExpressionStatement", start, end, value: this.printChevron(node) });
					return;
				}
				this.fault(node, "Missing parentheses in call to 'print'. Did you mean print(...)?");
				return;
			case "exec_statement":
				this.fault(node, "Missing parentheses in call to 'exec'. Did you mean exec(...)?");
				return;
			case "comment":
				return;
			case "ERROR":
				for (const child of node.children) if (isStatementType(child.type)) this.statement(child, into);
				return;
			default:
				// A bare expression can stand where the grammar recovered from an error.
				into.push({ type: "ExpressionStatement", start, end, value: this.expression(node) });
		}
	}

	private decorated(node: ConcreteNode, into: ast.Statement[]): void {
		const decorators = node.children
			.filter((child) => child.type === "decorator")
			.map((child) => this.expression(code(child)[0] ?? child));
		const definition = byField(node, "definition");
		if (definition?.type === "function_definition") into.push(this.functionDef(definition, decorators, node.start));
		else if (definition?.type === "class_definition") into.push(this.classDef(definition, decorators, node.start));
	}

	private functionDef(node: ConcreteNode, decorators: readonly ast.Expression[], start: number): ast.FunctionDef {
		const parameters = byField(node, "parameters");
		return {
			type: "FunctionDef",
			start,
			end: node.end,
			isAsync: this.startsWith(node, "async"),
			name: this.identifier(byField(node, "name") ?? node),
			parameters: parameters === undefined ? [] : this.parameters(parameters),
			returns: this.optionalExpression(byField(node, "return_type")),
			decorators,
			typeParameters: this.typeParameters(node),
			body: this.block(byField(node, "body")),
		};
	}

	private classDef(node: ConcreteNode, decorators: readonly ast.Expression[], start: number): ast.ClassDef {
		const superclasses = byField(node, "superclasses");
		const { args, keywords } = superclasses === undefined ? { args: [], keywords: [] } : this.arguments(superclasses);
		return {
			type: "ClassDef",
			start,
			end: node.end,
			name: this.identifier(byField(node, "name") ?? node),
			bases: args,
			keywords,
			decorators,
			typeParameters: this.typeParameters(node),
			body: this.block(byField(node, "body")),
		};
	}

	private typeParameters(node: ConcreteNode): ast.Identifier[] {
		const list = byField(node, "type_parameters");
		if (list === undefined) return [];
		const names: ast.Identifier[] = [];
		for (const child of list.children) {
			const name = firstOfType(child, "identifier");
			if (name !== undefined) names.push(this.identifier(name));
		}
		return names;
	}

	private ifChain(node: ConcreteNode, start: number): ast.If {
		const alternatives = allByField(node, "alternative");
		const firstCut = alternatives[mostBranches];
		if (firstCut !== undefined) this.cuts.push(firstCut.start);
		return this.ifStatement(node, alternatives.slice(0, mostBranches), start);
	}

	private ifStatement(node: ConcreteNode, alternatives: readonly ConcreteNode[], start: number): ast.If {
		const [next, ...others] = alternatives;
		let orelse: ast.Statement[] = [];
		if (next?.type === "elif_clause") orelse = [this.ifStatement(next, others, next.start)];
		else if (next !== undefined) orelse = this.block(byField(next, "body"));
		return {
			type: "If",
			start,
			end: alternatives.at(-1)?.end ?? node.end,
			test: this.expression(byField(node, "condition") ?? node),
			body: this.block(byField(node, "consequence")),
			orelse,
		};
	}

	private elseBlock(node: ConcreteNode): ast.Statement[] {
		const clause = byField(node, "alternative") ?? node.children.find((child) => child.type === "else_clause");
		return clause === undefined ? [] : this.block(byField(clause, "body"));
	}

	private tryStatement(node: ConcreteNode): ast.Try {
		const handlers: ast.ExceptHandler[] = [];
		let finalbody: ast.Statement[] = [];
		for (const child of node.children) {
			if (child.type === "except_clause" || child.type === "except_group_clause") handlers.push(this.handler(child));
			else if (child.type === "finally_clause") finalbody = this.block(child.children.find((part) => part.type === "block"));
		}
		const { start, end } = node;
		return {
			type: "Try",
			start,
			end,
			body: this.block(byField(node, "body")),
			handlers,
			orelse: this.elseBlock(node),
			finalbody,
		};
	}

	private handler(node: ConcreteNode): ast.ExceptHandler {
		const body = this.block(node.children.find((child) => child.type === "block"));
		const caught = code(node).filter((child) => child.type !== "block");
		const { start, end } = node;
		const first = caught[0];
		if (first === undefined) return { start, end, exception: null, name: null, body };
		if (first.type === "as_pattern") {
			const target = byField(first, "alias");
			const bound = target?.type === "as_pattern_target" ? target.children[0] : target;
			if (bound !== undefined && bound.type !== "identifier") this.fault(bound, "invalid syntax");
			return {
				start,
				end,
				exception: this.expression(code(first)[0] ?? first),
				name: target === undefined ? null : this.identifier(target),
				body,
			};
		}
		// `except A, B as error`: the grammar takes the name to the last type alone.
		const last = caught.at(-1);
		const alias = byField(node, "alias") ?? (last?.type === "as_pattern" ? byField(last, "alias") : undefined);
		const types = caught.filter((child) => child !== alias).map((child) => this.expression(child));
		const single = types[0];
		const exception: ast.Expression =
			types.length === 1 && single !== undefined
				? single
				: { type: "Sequence", kind: "tuple", start: first.start, end: types.at(-1)?.end ?? first.end, items: types };
		return { start, end, exception, name: alias === undefined ? null : this.identifier(alias), body };
	}

	private withStatement(node: ConcreteNode): ast.With {
		const items: ast.WithItem[] = [];
		const clause = node.children.find((child) => child.type === "with_clause");
		for (const item of clause === undefined ? [] : code(clause)) {
			const value = byField(item, "value") ?? item;
			if (value.type === "as_pattern") {
				const alias = byField(value, "alias");
				items.push({
					start: item.start,
					end: item.end,
					context: this.expression(code(value)[0] ?? value),
					target: alias === undefined ? null : this.expression(alias),
				});
			} else if (value.type === "tuple" && code(value).some((part) => part.type === "as_pattern")) {
				// `with (a as b, c as d):` can be read as a tuple of as-patterns.
				for (const part of code(value)) {
					const alias = byField(part, "alias");
					items.push({
						start: part.start,
						end: part.end,
						context: this.expression(part.type === "as_pattern" ? (code(part)[0] ?? part) : part),
						target: alias === undefined ? null : this.expression(alias),
					});
				}
			} else {
				items.push({ start: item.start, end: item.end, context: this.expression(value), target: null });
			}
		}
		const { start, end } = node;
		return { type: "With", start, end, isAsync: this.startsWith(node, "async"), items, body: this.block(byField(node, "body")) };
	}

	private matchStatement(node: ConcreteNode): ast.Match {
		const subjects = allByField(node, "subject").map((child) => this.expression(child));
		const first = subjects[0];
		const { start, end } = node;
		const subject: ast.Expression =
			subjects.length === 1 && first !== undefined ? first : { type: "Sequence", kind: "tuple", start, end, items: subjects };
		const clauses = (byField(node, "body")?.children ?? []).filter((child) => child.type === "case_clause");
		return { type: "Match", start, end, subject, cases: clauses.map((clause) => this.matchCase(clause)) };
	}

	private matchCase(node: ConcreteNode): ast.MatchCase {
		const captures: ast.Identifier[] = [];
		const reads: ast.Expression[] = [];
		const patterns = node.children.filter((child) => child.type === "case_pattern");
		for (const pattern of patterns) this.pattern(pattern, captures, reads);
		const guard = byField(node, "guard");
		const only = patterns.length === 1 ? patterns[0] : undefined;
		const text = only === undefined ? "" : this.slice(only);
		return {
			start: node.start,
			end: node.end,
			captures,
			reads,
			guard: guard === undefined ? null : this.expression(code(guard)[0] ?? guard),
			irrefutable: guard === undefined && /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text) && !["None", "True", "False"].includes(text),
			body: this.block(byField(node, "consequence")),
		};
	}

	private pattern(node: ConcreteNode, captures: ast.Identifier[], reads: ast.Expression[]): void {
		if (node.type === "class_pattern") {
			const [callee, ...rest] = code(node);
			if (callee !== undefined) reads.push(this.expression(callee));
			for (const child of rest) this.pattern(child, captures, reads);
		} else if (node.type === "keyword_pattern") {
			for (const child of code(node).slice(1)) this.pattern(child, captures, reads);
		} else if (node.type === "dotted_name") {
			const name = this.slice(node);
			if (name.includes(".")) reads.push(this.expression(node));
			else if (name !== "_") captures.push(this.identifier(node));
		} else if (node.type === "as_pattern") {
			for (const child of code(node)) this.pattern(child, captures, reads);
		} else if (node.type === "identifier") {
			captures.push(this.identifier(node));
		} else {
			for (const child of code(node)) this.pattern(child, captures, reads);
		}
	}
}

function isStatementType(type: string): boolean {
	return type.endsWith("_statement") || type.endsWith("_definition");
}
