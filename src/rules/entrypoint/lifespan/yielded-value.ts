import { versionSatisfies } from "../../../environment/pep440.ts";
import { isApplication } from "../../../project/fastapi/application.ts";
import { isMethodOfApplication } from "../../../project/fastapi/middleware.ts";
import type { FunctionValue } from "../../../project/imports/values.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { boundNames } from "../../../python/scopes.ts";
import type { LifespanFault } from "./lifespan-fault.ts";

/** `yield app`: what is handed out becomes the state of the requests, and must be a mapping (starlette/routing.py). */
export function yieldedFault(project: Project, { module }: FunctionValue, node: ast.FunctionDef): LifespanFault | null {
	const turn = withinBlocks(node.body).find((each) => each.type === "ExpressionStatement" && each.value.type === "Yield");
	const yielded =
		turn?.type === "ExpressionStatement" && turn.value.type === "Yield" && !turn.value.from ? turn.value.value : null;
	if (yielded === null) return null;
	const plain = noMappingError(project, module, node, yielded);
	if (plain === null) return null;
	// Where a router is included, FastAPI joins what both lifespans hand out.
	const isJoined = project.trace.calls.some((call) => call.reached && isMethodOfApplication(call, "include_router"));
	const version = project.environment.distributions.get("fastapi")?.version ?? "";
	const type = /'(\w+)' object/.exec(plain)?.[1] ?? "str";
	const error =
		isJoined && versionSatisfies(version, ">=0.115") === true ? `TypeError: '${type}' object is not a mapping` : plain;
	return {
		shape: "yielded",
		error,
		stage: "startup",
		edits: [replaceText(module, turn?.start ?? 0, yielded.end, "yield")],
		needs: null,
	};
}

function noMappingError(project: Project, module: Module, node: ast.FunctionDef, yielded: ast.Expression): string | null {
	if (yielded.type === "Constant") {
		const { value } = yielded;
		if (typeof value === "boolean") return "TypeError: 'bool' object is not iterable";
		if (typeof value === "number") return "TypeError: 'int' object is not iterable";
		const isText = typeof value === "string" && value !== "" && yielded.literal !== "bytes";
		return isText ? "ValueError: dictionary update sequence element #0 has length 1; 2 is required" : null;
	}
	if (yielded.type !== "Name") return null;
	const [application] = node.parameters;
	if (application?.name.name === yielded.id) return "TypeError: 'FastAPI' object is not iterable";
	const isLocal = boundNames(node.body).has(yielded.id);
	const made = isLocal ? localClass(project, module, node, yielded.id) : null;
	if (made !== null) return `TypeError: '${made}' object is not iterable`;
	const bound = isLocal ? undefined : project.trace.runs.get(module.name)?.namespace.names.get(yielded.id);
	return isApplication(bound?.value) ? "TypeError: 'FastAPI' object is not iterable" : null;
}

/** The statements of a body, with those that `with` and `try` hold. */
function withinBlocks(body: readonly ast.Statement[]): readonly ast.Statement[] {
	return body.flatMap((each) => (each.type === "With" || each.type === "Try" ? [each, ...withinBlocks(each.body)] : [each]));
}

/** The own class, without bases that could make it a mapping, of the object that a lifespan keeps under a name: as it is annotated or made. */
function localClass(project: Project, module: Module, node: ast.FunctionDef, name: string): string | null {
	const bindings = withinBlocks(node.body).flatMap((each) => {
		if (each.type === "AnnAssign" && each.target.type === "Name" && each.target.id === name) return [each.annotation];
		const [target] = each.type === "Assign" ? each.targets : [];
		const isHere = each.type === "Assign" && target?.type === "Name" && target.id === name;
		return isHere ? [each.value.type === "Call" ? each.value.callee : null] : [];
	});
	const [only, ...others] = bindings;
	if (only?.type !== "Name" || others.length > 0) return null;
	const value = project.trace.runs.get(module.name)?.namespace.names.get(only.id)?.value;
	if (value?.kind !== "class" || value.bases.length > 0 || value.keywords.size > 0 || value.decorators.length > 0) return null;
	return value.namespace.names.has("keys") || value.namespace.names.has("__iter__") ? null : value.node.name.name;
}
