import type * as ast from "../../../python/ast.ts";
import { isGenerator } from "../../../python/walk.ts";
import type { NameScope } from "../../models/name-scope.ts";
import { valueOfName } from "../../models/type-form.ts";
import type { ExpressionValues } from "../expression-value.ts";

/**
 * Is the default of a parameter certainly none of FastAPI's markers, although its value is not known: a member of a known class
 * (`timezone.utc`), a generator (`get_db()`), a coroutine, or what an object of SQLAlchemy gives (`SessionLocal()`)?
 */
export function isPlainDefault(values: ExpressionValues, node: ast.Expression | null, scope: NameScope): boolean {
	if (node?.type === "Attribute") {
		const owner = values.valueOf(node.value, scope);
		return owner.kind === "external" && owner.entry?.kind === "class" && !owner.canonical.startsWith("fastapi.");
	}
	if (node?.type !== "Call") return false;
	const callee = valueOfName(node.callee, scope);
	if (callee?.kind === "function") return callee.node.type === "FunctionDef" && (isGenerator(callee.node) || callee.node.isAsync);
	return callee?.kind === "instance" && callee.of.kind === "external" && /^(?:sqlalchemy|sqlmodel)\./.test(callee.of.canonical);
}
