import type * as ast from "../ast.ts";
import type { ConcreteNode } from "../concrete.ts";
import { decodeNumber, decodeString } from "../literals.ts";
import { findSeparatorFaults } from "../parameter-rules.ts";
import { allByField, byField, code, contentRange } from "./children.ts";
import { NodeReader } from "./node-reader.ts";

/** Reads expressions, targets, types and parameters. */
export class ExpressionReader extends NodeReader {
	/** Converts anything that stands where an expression, target or type may stand. */
	protected expression(node: ConcreteNode): ast.Expression {
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

	protected optionalExpression(node: ConcreteNode | undefined): ast.Expression | null {
		return node === undefined ? null : this.expression(node);
	}

	protected tuple(node: ConcreteNode): ast.Expression {
		const parts = code(node);
		const [first] = parts;
		// tree-sitter takes the parentheses of `(a) = 1` for a tuple's.
		const isBracketed = node.type === "tuple_pattern" && parts.length === 1 && first !== undefined;
		if (isBracketed && !this.text.slice(first.end, node.end).includes(",")) return this.expression(first);
		const items = parts.map((child) => this.expression(child));
		return { type: "Sequence", kind: "tuple", start: node.start, end: node.end, items };
	}

	protected flattened(nodes: readonly ConcreteNode[]): ast.Expression[] {
		return nodes.flatMap((node) =>
			node.type === "expression_list" || node.type === "tuple" ? this.flattened(code(node)) : [this.expression(node)],
		);
	}

	protected attribute(node: ConcreteNode): ast.Expression {
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
	protected dottedExpression(node: ConcreteNode): ast.Expression {
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

	protected call(node: ConcreteNode): ast.Call {
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

	protected arguments(list: ConcreteNode): { args: ast.Expression[]; keywords: ast.Keyword[] } {
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

	protected subscript(node: ConcreteNode): ast.Expression {
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

	protected comparison(node: ConcreteNode): ast.Expression {
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

	protected dictionary(node: ConcreteNode): ast.Dict {
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

	protected comprehension(node: ConcreteNode): ast.Comprehension {
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

	protected string(node: ConcreteNode): ast.Expression {
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

	protected stringParts(token: ConcreteNode, prefix: string, parts: (string | ast.FormattedValue)[]): void {
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

	protected parameters(list: ConcreteNode): ast.Parameter[] {
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

	protected parameter(node: ConcreteNode, kind: "positional" | "keyword-only"): ast.Parameter {
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
}

const comprehensionKinds: Readonly<Record<string, ast.Comprehension["kind"]>> = {
	list_comprehension: "list",
	set_comprehension: "set",
	dictionary_comprehension: "dict",
	generator_expression: "generator",
};
