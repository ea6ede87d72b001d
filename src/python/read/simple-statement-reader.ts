import type * as ast from "../ast.ts";
import type { ConcreteNode } from "../concrete.ts";
import { allByField, byField, code } from "./children.ts";
import { ExpressionReader } from "./expression-reader.ts";

/** Reads statements that hold no others: assignments and imports. */
export class SimpleStatementReader extends ExpressionReader {
	/** The names of `from __future__ import …`. */
	readonly futures: string[] = [];

	protected printChevron(node: ConcreteNode): ast.Sequence {
		const { start, end } = node;
		const items = code(node).map((child): ast.Expression => {
			if (child.type !== "chevron") return this.expression(child);
			const left: ast.Name = { type: "Name", start, end: start + "print".length, id: "print" };
			return { type: "BinOp", start, end: child.end, operator: ">>", left, right: this.expression(code(child)[0] ?? child) };
		});
		return { type: "Sequence", kind: "tuple", start, end, items };
	}

	protected expressionStatement(node: ConcreteNode): ast.Statement {
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

	protected assignment(node: ConcreteNode, start: number, end: number): ast.Statement {
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

	protected aliases(node: ConcreteNode): ast.Alias[] {
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

	protected importFrom(node: ConcreteNode): ast.ImportFrom {
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

	protected futureImport(node: ConcreteNode): ast.ImportFrom {
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

	/** The name that `type Pair[T] = tuple[T, T]` binds (PEP 695). */
	protected aliasName(node: ConcreteNode): ast.Expression {
		const inner = code(node)[0];
		if ((node.type === "type" || node.type === "generic_type") && inner !== undefined) return this.aliasName(inner);
		return this.expression(node);
	}
}
