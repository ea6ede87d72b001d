import type * as ast from "../../python/ast.ts";
import { dottedName } from "../../python/walk.ts";
import type { ClassValue, Value } from "../imports/values.ts";
import { lineageOf } from "./lineage.ts";

/** Does the statement name tables by code, as `@declared_attr.directive def __tablename__(cls)` does? */
export function isTableNaming(statement: ast.Statement): boolean {
	return statement.type === "FunctionDef" && statement.name.name === "__tablename__" && statement.decorators.some(isDeclaredAttr);
}

function isDeclaredAttr(decorator: ast.Expression): boolean {
	return /(^|\.)declared_attr(\.directive)?$/.test(dottedName(decorator) ?? "");
}

/** The name that a `__tablename__` under `declared_attr` gives a class, where it is made of the class's name alone; null where it is not certain. */
export function computedTableName(naming: Value, value: ClassValue): string | null {
	if (naming.kind !== "function" && naming.kind !== "unknown" && naming.kind !== "instance") return null;
	for (const owner of lineageOf(value).own) {
		const method = owner.node.body.findLast(isTableNaming);
		if (method?.type !== "FunctionDef") continue;
		const [statement, ...others] = method.body.filter(
			(each) => each.type !== "ExpressionStatement" || each.value.type !== "Constant",
		);
		const parameter = method.parameters[0]?.name.name;
		if (statement?.type !== "Return" || statement.value === null || others.length > 0 || parameter === undefined) return null;
		return textOf(statement.value, parameter, value.node.name.name);
	}
	return null;
}

/** What the expression gives for a class of that name. */
function textOf(node: ast.Expression, parameter: string, name: string): string | null {
	switch (node.type) {
		case "Constant":
			return typeof node.value === "string" ? node.value : null;
		case "Attribute":
			return dottedName(node) === `${parameter}.__name__` ? name : null;
		case "JoinedString": {
			const parts = node.parts.map((part) => {
				if (typeof part === "string") return part;
				return part.conversion !== null || part.hasFormat ? null : textOf(part.value, parameter, name);
			});
			return parts.every((part) => part !== null) ? parts.join("") : null;
		}
		case "BinOp": {
			const [left, right] = [textOf(node.left, parameter, name), textOf(node.right, parameter, name)];
			return node.operator === "+" && left !== null && right !== null ? left + right : null;
		}
		case "Call": {
			if (node.callee.type !== "Attribute" || node.args.length + node.keywords.length > 0) return null;
			const text = textOf(node.callee.value, parameter, name);
			const method = node.callee.attribute.name;
			if (text === null) return null;
			return method === "lower" ? text.toLowerCase() : method === "upper" ? text.toUpperCase() : null;
		}
		default:
			return null;
	}
}
