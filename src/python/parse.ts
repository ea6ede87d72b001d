import type * as ast from "./ast.ts";
import { type ConcreteFault, type ConcreteNode, parseConcrete } from "./concrete.ts";
import { spend, stepsPerCharacter } from "./effort.ts";
import { decodeNumber, decodeString } from "./literals.ts";
import { findSeparatorFaults } from "./parameter-rules.ts";

/** Parses one Python file. Never throws: what is no Python is listed in `errors`, and the body holds the rest. */
export function parseModule(text: string): ast.Module {
	spend(stepsPerCharacter * text.length);
	const concrete = parseConcrete(text);
	const reader = new Reader(text);
	const body = reader.statements(concrete.root.children);
	const futures = new Set(reader.futures);
	const errors = [...concrete.faults.map(faultOf), ...reader.faults].sort((a, b) => a.start - b.start);
	return { type: "Module", start: 0, end: text.length, body, errors, futures };
}

function faultOf(fault: ConcreteFault): ast.SyntaxFault {
	const message = fault.missing !== null && /^\W+$/.test(fault.missing) ? `expected '${fault.missing}'` : "invalid syntax";
	return { start: fault.start, end: fault.end, message, exception: "SyntaxError" };
}

/** Of one `if`: each `elif` is an `if` within the one before, and CPython gives up at a few thousand of them. */
const mostBranches = 1000;

/** Turns tree-sitter's concrete nodes into the abstract syntax. Its faults are those the lenient grammar lets through. */
class Reader {
	readonly faults: ast.SyntaxFault[] = [];
	readonly futures: string[] = [];

	constructor(private readonly text: string) {}

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
				into.push(this.ifStatement(node, allByField(node, "alternative").slice(0, mostBranches), start));
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

	private printChevron(node: ConcreteNode): ast.Sequence {
		const { start, end } = node;
		const items = code(node).map((child): ast.Expression => {
			if (child.type !== "chevron") return this.expression(child);
			const left: ast.Name = { type: "Name", start, end: start + "print".length, id: "print" };
			return { type: "BinOp", start, end: child.end, operator: ">>", left, right: this.expression(code(child)[0] ?? child) };
		});
		return { type: "Sequence", kind: "tuple", start, end, items };
	}

	private expressionStatement(node: ConcreteNode): ast.Statement {
		const { start, end } = node;
		const children = code(node);
		const only = children[0];
		if (only === undefined) return { type: "Pass", start, end };
		if (children.length > 1) {
			const items = children.map((child) => this.expression(child));
			return { type: "ExpressionStatement", start, end, value: { type: "Sequence", kind: "tuple", start, end, items } };
		}
		if (only.type === "assignment") return this.assignment(only, start, end);
		if (only.type === "augmented_assignment") {
			const target = byField(only, "left") ?? only;
			const value = byField(only, "right") ?? only;
			const operator = this.text.slice(target.end, value.start).replace(/[^-+*/%@&|^<>=]/g, "");
			return { type: "AugAssign", start, end, target: this.expression(target), operator, value: this.expression(value) };
		}
		return { type: "ExpressionStatement", start, end, value: this.expression(only) };
	}

	private assignment(node: ConcreteNode, start: number, end: number): ast.Statement {
		const annotation = byField(node, "type");
		const left = byField(node, "left") ?? node;
		let right = byField(node, "right");
		if (annotation !== undefined) {
			return {
				type: "AnnAssign",
				start,
				end,
				target: this.expression(left),
				annotation: this.expression(annotation),
				value: this.optionalExpression(right),
			};
		}
		const targets = [this.expression(left)];
		while (right?.type === "assignment") {
			targets.push(this.expression(byField(right, "left") ?? right));
			right = byField(right, "right");
		}
		return { type: "Assign", start, end, targets, value: this.expression(right ?? node) };
	}

	private aliases(node: ConcreteNode): ast.Alias[] {
		return allByField(node, "name").map((child) => {
			if (child.type !== "aliased_import")
				return { start: child.start, end: child.end, name: this.identifier(child), asName: null };
			const alias = byField(child, "alias");
			return {
				start: child.start,
				end: child.end,
				name: this.identifier(byField(child, "name") ?? child),
				asName: alias === undefined ? null : this.identifier(alias),
			};
		});
	}

	private importFrom(node: ConcreteNode): ast.ImportFrom {
		const source = byField(node, "module_name") ?? node;
		let level = 0;
		let module = "";
		if (source.type === "relative_import") {
			for (const part of source.children) {
				if (part.type === "import_prefix") level = this.slice(part).replace(/[^.]/g, "").length;
				else if (part.type === "dotted_name") module = this.dotted(part);
			}
		} else {
			module = this.dotted(source);
		}
		return {
			type: "ImportFrom",
			start: node.start,
			end: node.end,
			level,
			module,
			moduleRange: { start: source.start, end: source.end },
			names: this.aliases(node),
			star: node.children.some((child) => child.type === "wildcard_import"),
		};
	}

	private futureImport(node: ConcreteNode): ast.ImportFrom {
		const names = this.aliases(node);
		this.futures.push(...names.map((alias) => alias.name.name));
		const at = this.text.indexOf("__future__", node.start);
		return {
			type: "ImportFrom",
			start: node.start,
			end: node.end,
			level: 0,
			module: "__future__",
			moduleRange: { start: at, end: at + "__future__".length },
			names,
			star: false,
		};
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

	private parameters(list: ConcreteNode): ast.Parameter[] {
		const result: ast.Parameter[] = [];
		let kind: "positional" | "keyword-only" = "positional";
		this.faults.push(...findSeparatorFaults(code(list).map((node) => ({ ...node, text: this.slice(node) }))));
		for (const node of code(list)) {
			if (node.type === "keyword_separator") {
				kind = "keyword-only";
			} else if (node.type === "positional_separator") {
				for (const [index, earlier] of result.entries()) {
					if (earlier.kind === "positional") result[index] = { ...earlier, kind: "positional-only" };
				}
			} else {
				const parameter = this.parameter(node, kind);
				if (parameter.kind === "var-positional") kind = "keyword-only";
				result.push(parameter);
			}
		}
		return result;
	}

	private parameter(node: ConcreteNode, kind: "positional" | "keyword-only"): ast.Parameter {
		const { start, end } = node;
		const annotation = this.optionalExpression(byField(node, "type"));
		const fallback = this.optionalExpression(byField(node, "value"));
		const bare = node.type === "typed_parameter" ? node.children.find((child) => child.field !== "type") : node;
		const name = byField(node, "name") ?? bare ?? node;
		if (name.type === "list_splat_pattern" || name.type === "dictionary_splat_pattern") {
			const splat = name.type === "list_splat_pattern" ? "var-positional" : "var-keyword";
			return { start, end, name: this.identifier(name.children[0] ?? name), kind: splat, annotation, default: null };
		}
		return { start, end, name: this.identifier(name), kind, annotation, default: fallback };
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
		const alias = byField(node, "alias");
		const types = caught.filter((child) => child !== alias).map((child) => this.expression(child));
		const single = types[0];
		const exception: ast.Expression =
			types.length === 1 && single !== undefined
				? single
				: { type: "Sequence", kind: "tuple", start: first.start, end: caught.at(-1)?.end ?? first.end, items: types };
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

	private optionalExpression(node: ConcreteNode | undefined): ast.Expression | null {
		return node === undefined ? null : this.expression(node);
	}

	/** Converts anything that stands where an expression, target or type may stand. */
	/** The name that `type Pair[T] = tuple[T, T]` binds (PEP 695). */
	private aliasName(node: ConcreteNode): ast.Expression {
		const inner = code(node)[0];
		if ((node.type === "type" || node.type === "generic_type") && inner !== undefined) return this.aliasName(inner);
		return this.expression(node);
	}

	private expression(node: ConcreteNode): ast.Expression {
		const { start, end } = node;
		switch (node.type) {
			case "identifier":
				return { type: "Name", start, end, id: this.slice(node) };
			case "string":
			case "concatenated_string":
				return this.string(node);
			case "integer":
			case "float":
				return { type: "Constant", literal: "number", start, end, value: decodeNumber(this.slice(node)), content: null };
			case "true":
			case "false":
				return { type: "Constant", literal: "boolean", start, end, value: node.type === "true", content: null };
			case "none":
				return { type: "Constant", literal: "none", start, end, value: null, content: null };
			case "ellipsis":
				return { type: "Constant", literal: "ellipsis", start, end, value: null, content: null };
			case "attribute":
			case "member_type":
				return this.attribute(node);
			case "dotted_name":
				return this.dottedExpression(node);
			case "call":
				return this.call(node);
			case "subscript":
			case "generic_type":
				return this.subscript(node);
			case "binary_operator": {
				const left = byField(node, "left") ?? node;
				const right = byField(node, "right") ?? node;
				return {
					type: "BinOp",
					start,
					end,
					operator: this.operatorBetween(left, right),
					left: this.expression(left),
					right: this.expression(right),
				};
			}
			case "union_type": {
				const [left, right] = code(node);
				if (left === undefined || right === undefined) return { type: "InvalidExpression", start, end };
				return { type: "BinOp", start, end, operator: "|", left: this.expression(left), right: this.expression(right) };
			}
			case "boolean_operator": {
				const left = byField(node, "left") ?? node;
				const right = byField(node, "right") ?? node;
				const operator = this.operatorBetween(left, right) === "or" ? "or" : "and";
				return { type: "BoolOp", start, end, operator, left: this.expression(left), right: this.expression(right) };
			}
			case "not_operator":
				return { type: "UnaryOp", start, end, operator: "not", operand: this.expression(byField(node, "argument") ?? node) };
			case "unary_operator": {
				const sign = this.text[start];
				const operator = sign === "-" || sign === "~" ? sign : "+";
				return { type: "UnaryOp", start, end, operator, operand: this.expression(byField(node, "argument") ?? node) };
			}
			case "comparison_operator":
				return this.comparison(node);
			case "conditional_expression": {
				const [body, test, orelse] = code(node);
				if (body === undefined || test === undefined || orelse === undefined) return { type: "InvalidExpression", start, end };
				return {
					type: "IfExp",
					start,
					end,
					test: this.expression(test),
					body: this.expression(body),
					orelse: this.expression(orelse),
				};
			}
			case "lambda": {
				const parameters = byField(node, "parameters");
				return {
					type: "Lambda",
					start,
					end,
					parameters: parameters === undefined ? [] : this.parameters(parameters),
					body: this.expression(byField(node, "body") ?? node),
				};
			}
			case "named_expression":
				return {
					type: "NamedExpr",
					start,
					end,
					target: this.identifier(byField(node, "name") ?? node),
					value: this.expression(byField(node, "value") ?? node),
				};
			case "await":
				return { type: "Await", start, end, value: this.expression(code(node)[0] ?? node) };
			case "yield":
				return {
					type: "Yield",
					start,
					end,
					from: /^yield\s+from\b/.test(this.slice(node)),
					value: code(node).length > 1 ? this.tuple(node) : this.optionalExpression(code(node)[0]),
				};
			case "list_splat":
			case "list_splat_pattern":
			case "splat_type":
			case "splat_pattern":
			case "dictionary_splat":
			case "dictionary_splat_pattern":
				return { type: "Starred", start, end, value: this.expression(code(node)[0] ?? { ...node, type: "ERROR" }) };
			case "tuple":
			case "tuple_pattern":
			case "expression_list":
			case "pattern_list":
				return this.tuple(node);
			case "list":
			case "list_pattern":
				return { type: "Sequence", kind: "list", start, end, items: code(node).map((child) => this.expression(child)) };
			case "set":
				return { type: "Sequence", kind: "set", start, end, items: code(node).map((child) => this.expression(child)) };
			case "dictionary":
				return this.dictionary(node);
			case "list_comprehension":
			case "set_comprehension":
			case "dictionary_comprehension":
			case "generator_expression":
				return this.comprehension(node);
			case "slice":
				return { type: "Slice", start, end, parts: code(node).map((child) => this.expression(child)) };
			case "parenthesized_expression":
			case "parenthesized_list_splat":
			case "type":
			case "as_pattern_target":
			case "constrained_type":
			case "as_pattern":
			case "case_pattern": {
				const inner = code(node)[0];
				return inner === undefined ? { type: "InvalidExpression", start, end } : this.expression(inner);
			}
			default:
				return { type: "InvalidExpression", start, end };
		}
	}

	private tuple(node: ConcreteNode): ast.Expression {
		const parts = code(node);
		const [first] = parts;
		// tree-sitter takes the parentheses of `(a) = 1` for a tuple's.
		const isBracketed = node.type === "tuple_pattern" && parts.length === 1 && first !== undefined;
		if (isBracketed && !this.text.slice(first.end, node.end).includes(",")) return this.expression(first);
		const items = parts.map((child) => this.expression(child));
		return { type: "Sequence", kind: "tuple", start: node.start, end: node.end, items };
	}

	private flattened(nodes: readonly ConcreteNode[]): ast.Expression[] {
		return nodes.flatMap((node) =>
			node.type === "expression_list" || node.type === "tuple" ? this.flattened(code(node)) : [this.expression(node)],
		);
	}

	private attribute(node: ConcreteNode): ast.Expression {
		const [first, second] = code(node);
		const owner = byField(node, "object") ?? first;
		const name = byField(node, "attribute") ?? second;
		if (owner === undefined || name === undefined) return { type: "InvalidExpression", start: node.start, end: node.end };
		return {
			type: "Attribute",
			start: node.start,
			end: node.end,
			value: this.expression(owner),
			attribute: this.identifier(name),
		};
	}

	/** `a.b.c` of a pattern, as nested attributes. */
	private dottedExpression(node: ConcreteNode): ast.Expression {
		let offset = node.start;
		let result: ast.Expression | null = null;
		for (const part of this.slice(node).split(".")) {
			const name = part.trim();
			const start = offset + part.indexOf(name);
			const identifier = { start, end: start + name.length, name };
			result =
				result === null
					? { type: "Name", start, end: identifier.end, id: name }
					: { type: "Attribute", start: node.start, end: identifier.end, value: result, attribute: identifier };
			offset += part.length + 1;
		}
		return result ?? { type: "InvalidExpression", start: node.start, end: node.end };
	}

	private call(node: ConcreteNode): ast.Call {
		const callee = byField(node, "function") ?? node;
		const list = byField(node, "arguments") ?? node;
		const { args, keywords } =
			list.type === "generator_expression" ? { args: [this.expression(list)], keywords: [] } : this.arguments(list);
		return {
			type: "Call",
			start: node.start,
			end: node.end,
			callee: callee === node ? { type: "InvalidExpression", start: node.start, end: node.end } : this.expression(callee),
			args,
			keywords,
			argumentsRange: { start: list.start, end: list.end },
		};
	}

	private arguments(list: ConcreteNode): { args: ast.Expression[]; keywords: ast.Keyword[] } {
		const args: ast.Expression[] = [];
		const keywords: ast.Keyword[] = [];
		for (const node of code(list)) {
			const { start, end } = node;
			if (node.type === "keyword_argument") {
				const name = byField(node, "name");
				const value = byField(node, "value");
				if (name !== undefined && value !== undefined) {
					keywords.push({ start, end, name: this.identifier(name), value: this.expression(value) });
				}
			} else if (node.type === "dictionary_splat") {
				const value = code(node)[0];
				if (value !== undefined) keywords.push({ start, end, name: null, value: this.expression(value) });
			} else if (node.type !== "ERROR") {
				args.push(this.expression(node));
			}
		}
		return { args, keywords };
	}

	private subscript(node: ConcreteNode): ast.Expression {
		const { start, end } = node;
		const children = code(node);
		const value = byField(node, "value") ?? children[0];
		if (value === undefined) return { type: "InvalidExpression", start, end };
		let parts = allByField(node, "subscript");
		if (parts.length === 0) {
			const list = children.find((child) => child.type === "type_parameter");
			parts = list === undefined ? children.filter((child) => child !== value) : [...code(list)];
		}
		const items = parts.map((part) => this.expression(part));
		const only = items[0];
		const trailingComma = /,\s*\]$/.test(this.text.slice(parts.at(-1)?.end ?? start, end));
		const index: ast.Expression =
			items.length === 1 && only !== undefined && !trailingComma
				? only
				: { type: "Sequence", kind: "tuple", start: parts[0]?.start ?? start, end: parts.at(-1)?.end ?? end, items };
		return { type: "Subscript", start, end, value: this.expression(value), index };
	}

	private comparison(node: ConcreteNode): ast.Expression {
		const parts = code(node);
		const operators: string[] = [];
		for (let i = 1; i < parts.length; i++) {
			const left = parts[i - 1];
			const right = parts[i];
			if (left !== undefined && right !== undefined) operators.push(this.operatorBetween(left, right));
		}
		if (operators.includes("<>")) this.fault(node, "invalid syntax");
		return { type: "Compare", start: node.start, end: node.end, operators, operands: parts.map((part) => this.expression(part)) };
	}

	private dictionary(node: ConcreteNode): ast.Dict {
		const entries: ast.DictEntry[] = [];
		for (const child of code(node)) {
			if (child.type === "pair") {
				const key = byField(child, "key");
				const value = byField(child, "value");
				if (key !== undefined && value !== undefined) entries.push({ key: this.expression(key), value: this.expression(value) });
			} else if (child.type === "dictionary_splat") {
				const value = code(child)[0];
				if (value !== undefined) entries.push({ key: null, value: this.expression(value) });
			}
		}
		return { type: "Dict", start: node.start, end: node.end, entries };
	}

	private comprehension(node: ConcreteNode): ast.Comprehension {
		const body = byField(node, "body") ?? node;
		const pair = body.type === "pair" ? body : null;
		const clauses: { isAsync: boolean; target: ast.Expression; iterable: ast.Expression; conditions: ast.Expression[] }[] = [];
		for (const child of node.children) {
			if (child.type === "for_in_clause") {
				const rights = allByField(child, "right");
				if (rights.length > 1) {
					this.fault(
						node,
						node.type === "generator_expression" ? "Generator expression must be parenthesized" : "invalid syntax",
					);
				}
				clauses.push({
					isAsync: this.startsWith(child, "async"),
					target: this.expression(byField(child, "left") ?? child),
					iterable: this.expression(rights[0] ?? child),
					conditions: [],
				});
			} else if (child.type === "if_clause") {
				const condition = code(child)[0];
				if (condition !== undefined) clauses.at(-1)?.conditions.push(this.expression(condition));
			}
		}
		const key = pair === null ? undefined : byField(pair, "key");
		return {
			type: "Comprehension",
			kind: comprehensionKinds[node.type] ?? "generator",
			start: node.start,
			end: node.end,
			element: this.expression(pair === null ? body : (byField(pair, "value") ?? body)),
			key: key === undefined ? null : this.expression(key),
			clauses,
		};
	}

	private string(node: ConcreteNode): ast.Expression {
		const { start, end } = node;
		const tokens = node.type === "string" ? [node] : node.children.filter((child) => child.type === "string");
		const parts: (string | ast.FormattedValue)[] = [];
		let isBytes = false;
		let isFormatted = false;
		let isText = false;
		for (const token of tokens) {
			const opening = token.children.find((child) => child.type === "string_start");
			const prefix = opening === undefined ? "" : this.slice(opening).toLowerCase();
			if (prefix.includes("b")) isBytes = true;
			else isText = true;
			if (/[ft]/.test(prefix.replace(/['"]/g, ""))) isFormatted = true;
			this.stringParts(token, prefix, parts);
		}
		if (isBytes && isText) this.fault(node, "cannot mix bytes and nonbytes literals");
		if (isBytes) return { type: "Constant", literal: "bytes", start, end, value: null, content: null };
		if (isFormatted) return { type: "JoinedString", start, end, parts };
		const only = tokens.length === 1 ? tokens[0] : undefined;
		return {
			type: "Constant",
			literal: "string",
			start,
			end,
			value: parts.join(""),
			content: only === undefined ? null : contentRange(only),
		};
	}

	private stringParts(token: ConcreteNode, prefix: string, parts: (string | ast.FormattedValue)[]): void {
		const isRaw = prefix.includes("r");
		const inner = contentRange(token);
		let from = inner.start;
		const literal = (to: number): void => {
			if (to > from) {
				const text = decodeString(this.text.slice(from, to), isRaw);
				parts.push(prefix.includes("f") ? text.replace(/\{\{/g, "{").replace(/\}\}/g, "}") : text);
			}
		};
		for (const child of token.children) {
			if (child.type !== "interpolation") continue;
			literal(child.start);
			from = child.end;
			const value = byField(child, "expression") ?? code(child)[0];
			const conversion = byField(child, "type_conversion");
			if (value === undefined) continue;
			parts.push({
				start: child.start,
				end: child.end,
				value: this.expression(value),
				conversion: conversion === undefined ? null : this.slice(conversion).slice(1),
				hasFormat: byField(child, "format_specifier") !== undefined,
			});
		}
		literal(inner.end);
	}

	private fault(node: ConcreteNode, message: string): void {
		this.faults.push({ start: node.start, end: node.end, message, exception: "SyntaxError" });
	}

	private identifier(node: ConcreteNode): ast.Identifier {
		return { start: node.start, end: node.end, name: node.type === "dotted_name" ? this.dotted(node) : this.slice(node) };
	}

	private dotted(node: ConcreteNode): string {
		return this.slice(node).replace(/\\\r?\n|\s/g, "");
	}

	private operatorBetween(left: ConcreteNode, right: ConcreteNode): string {
		return this.text
			.slice(left.end, right.start)
			.replace(/#.*|\\\r?\n|[()]/g, " ")
			.trim()
			.replace(/\s+/g, " ");
	}

	private startsWith(node: ConcreteNode, keyword: string): boolean {
		return this.text.startsWith(keyword, node.start);
	}

	private slice(node: ConcreteNode): string {
		return this.text.slice(node.start, node.end);
	}
}

const comprehensionKinds: Readonly<Record<string, ast.Comprehension["kind"]>> = {
	list_comprehension: "list",
	set_comprehension: "set",
	dictionary_comprehension: "dict",
	generator_expression: "generator",
};

function isStatementType(type: string): boolean {
	return type.endsWith("_statement") || type.endsWith("_definition");
}

/** The children that are code: comments and line continuations can stand anywhere. */
function code(node: ConcreteNode): readonly ConcreteNode[] {
	const { children } = node;
	for (const child of children) {
		if (child.type === "comment" || child.type === "line_continuation" || child.type === "ERROR") {
			return children.filter((each) => each.type !== "comment" && each.type !== "line_continuation" && each.type !== "ERROR");
		}
	}
	return children;
}

function byField(node: ConcreteNode, field: string): ConcreteNode | undefined {
	for (const child of node.children) if (child.field === field && child.type !== "comment") return child;
	return undefined;
}

function allByField(node: ConcreteNode, field: string): readonly ConcreteNode[] {
	return node.children.filter((child) => child.field === field && child.type !== "comment");
}

function firstOfType(node: ConcreteNode, type: string): ConcreteNode | undefined {
	if (node.type === type) return node;
	for (const child of node.children) {
		const found = firstOfType(child, type);
		if (found !== undefined) return found;
	}
	return undefined;
}

/** The text between a string token's quotes. */
function contentRange(token: ConcreteNode): { start: number; end: number } {
	const opening = token.children.find((child) => child.type === "string_start");
	const closing = token.children.find((child) => child.type === "string_end");
	return { start: opening?.end ?? token.start, end: closing?.start ?? token.end };
}
