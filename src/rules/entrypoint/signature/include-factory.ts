import type { FixProposal } from "../../../audit/fix.ts";
import type { IncludeFault } from "../../../project/fastapi/routes/include-faults.ts";
import type { FunctionValue } from "../../../project/imports/values.ts";
import { scopeOfModule } from "../../../project/models/name-scope.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName, walk } from "../../../python/walk.ts";
import { argumentsFor } from "../exception/pass-argument.ts";
import { loopAround } from "./include-collection.ts";

/** `include_router(build_router)`: the function makes the router, and is called for it. */
export function callTheFactory({ node, value, include }: IncludeFault, project: Project): FixProposal | undefined {
	if (value.kind !== "function") return undefined;
	const { module } = include.call;
	const named = whereItIsNamed(node, value, include.call.module, project);
	const given = named === null ? null : argumentsFor(project, module, value, named);
	if (named === null || given === null) return undefined;
	return {
		title: `Call ${module.text.slice(named.start, named.end)}`,
		explanation: `The function makes the router and gives it back${given === "" ? "" : `; ${given} is what it asks for`}.`,
		applicability: given === "" ? "safe" : "review",
		edits: [replaceText(module, named.end, named.end, `(${given})`)],
	};
}

/** The place in the call, or the one in the list that a loop goes through: its variable stands for the other routers as well. */
function whereItIsNamed(
	node: ast.Expression,
	value: FunctionValue,
	module: FunctionValue["module"],
	project: Project,
): ast.Expression | null {
	const loop = node.type === "Name" ? loopAround(module, node) : null;
	if (loop === null) return node;
	const scope = scopeOfModule(project, module);
	if (scope === null || loop.iterable.type !== "Sequence") return null;
	return loop.iterable.items.find((item) => valueOfName(item, scope) === value) ?? null;
}

/** Does a function say that it gives a router, or make one and return something? */
export function makesRouter(node: ast.FunctionDef | ast.Lambda): boolean {
	if (node.type === "Lambda" || node.isAsync) return false;
	const isRouter = (named: ast.Expression | null): boolean => named !== null && /Router$/.test(dottedName(named) ?? "");
	let makes = isRouter(node.returns);
	let returns = false;
	walk(node.body, (each) => {
		if (each.type === "Call" && isRouter(each.callee)) makes = true;
		if (each.type === "Return" && each.value !== null) returns = true;
	});
	return makes && returns;
}
