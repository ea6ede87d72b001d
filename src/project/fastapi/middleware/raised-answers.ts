import type * as ast from "../../../python/ast.ts";
import { walk } from "../../../python/walk.ts";
import type { FunctionValue } from "../../imports/values.ts";
import { scopeOfFunction } from "../../models/name-scope.ts";
import { valueOfName } from "../../models/type-form.ts";
import type { Project } from "../../project.ts";

/** `raise HTTPException(401, "…")`, with the call that makes the exception. */
export interface RaisedAnswer {
	readonly statement: ast.Raise;
	readonly call: ast.Call;
}

/**
 * What a middleware of `(request, call_next)` raises and nothing turns into an answer: FastAPI's handlers stand inside of all middleware, and
 * outside there is only the one that answers with 500 (https://starlette.dev/exceptions/#errors-and-handled-exceptions).
 */
export function raisedAnswers(project: Project, owner: FunctionValue, node: ast.FunctionDef): readonly RaisedAnswer[] {
	if (!owner.module.text.includes("HTTPException")) return [];
	const scope = scopeOfFunction(project, owner);
	const found: RaisedAnswer[] = [];
	walk(node.body, (each) => {
		// What stands around it may catch it.
		if ((each.type === "Try" && each.handlers.length > 0) || each.type === "With") return false;
		if (each.type === "FunctionDef" || each.type === "Lambda" || each.type === "ClassDef") return false;
		if (each.type !== "Raise" || each.exception?.type !== "Call") return true;
		const raised = valueOfName(each.exception.callee, scope);
		if (raised?.kind === "external" && /^(?:fastapi|starlette)\.exceptions\.HTTPException$/.test(raised.canonical))
			found.push({ statement: each, call: each.exception });
		return false;
	});
	return found.length > 0 && isCaughtOutside(project) ? [] : found;
}

/** Does one of the project's own middleware catch what those inside of it raise? */
function isCaughtOutside(project: Project): boolean {
	return project.trace.functions.some(({ value: { node, module } }) => {
		if (node.type === "Lambda" || node.parameters.length < 2 || !/\bexcept\b/.test(module.text.slice(node.start, node.end)))
			return false;
		const next = node.parameters.at(-1)?.name.name;
		let found = false;
		walk(node.body, (each) => {
			if (each.type !== "Try" || each.handlers.length === 0) return !found;
			walk(each.body, (inner) => {
				if (inner.type !== "Await" || inner.value.type !== "Call") return;
				const { callee } = inner.value;
				if (callee.type === "Name" ? callee.id === next : callee.type === "Attribute" && callee.attribute.name === "app")
					found = true;
			});
			return !found;
		});
		return found;
	});
}
