import { versionSatisfies } from "../../../environment/pep440.ts";
import { isApplication } from "../../../project/fastapi/application.ts";
import { noMapping } from "../../../project/fastapi/lifespan-state.ts";
import { isMethodOfApplication } from "../../../project/fastapi/middleware/middleware.ts";
import type { FunctionValue, Value } from "../../../project/imports/values.ts";
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
	const refused = refusedState(project, module, node, yielded);
	if (refused === null) return null;
	// Where a router is included, FastAPI joins what both lifespans hand out, and leaves out what is empty.
	const isJoined = project.trace.calls.some((call) => call.reached && isMethodOfApplication(call, "include_router"));
	const version = project.environment.distributions.get("fastapi")?.version ?? "";
	const error =
		isJoined && versionSatisfies(version, ">=0.115") === true
			? refused.isEmpty
				? null
				: `TypeError: '${refused.type}' object is not a mapping`
			: refused.error;
	if (error === null) return null;
	return {
		shape: "yielded",
		error,
		stage: "startup",
		edits: [replaceText(module, turn?.start ?? 0, yielded.end, asState(project, module, yielded))],
		needs: null,
	};
}

/** Why `dict.update` refuses what is handed out; `error` is null where it takes pairs, which joining does not. */
interface RefusedState {
	readonly type: string;
	readonly error: string | null;
	readonly isEmpty: boolean;
}

function refusedState(project: Project, module: Module, node: ast.FunctionDef, yielded: ast.Expression): RefusedState | null {
	const notIterable = (type: string): RefusedState => ({
		type,
		error: `TypeError: '${type}' object is not iterable`,
		isEmpty: false,
	});
	const value = project.trace.yielded.get(node);
	if (isApplication(value)) return notIterable("FastAPI");
	if (value?.kind === "constant") return refusedConstant(value.value);
	if (value?.kind === "sequence") return refusedItems(value.type, value.items, value.complete);
	const lacking = value === undefined ? null : noMapping(project, value);
	if (lacking !== null)
		return lacking.isIterable ? { type: lacking.type, error: null, isEmpty: false } : notIterable(lacking.type);
	const made =
		yielded.type === "Name" && boundNames(node.body).has(yielded.id) ? localClass(project, module, node, yielded.id) : null;
	return made === null ? null : notIterable(made);
}

function refusedConstant(value: unknown): RefusedState | null {
	if (typeof value === "boolean" || typeof value === "number" || typeof value === "bigint") {
		const type = typeof value === "boolean" ? "bool" : "int";
		if (typeof value === "number" && !Number.isInteger(value)) return null;
		return { type, error: `TypeError: '${type}' object is not iterable`, isEmpty: !value };
	}
	if (typeof value !== "string" || value === "") return null;
	const error = "ValueError: dictionary update sequence element #0 has length 1; 2 is required";
	return { type: "str", error, isEmpty: false };
}

/** A list is taken where its items are pairs. */
function refusedItems(type: string, items: readonly Value[], isComplete: boolean): RefusedState | null {
	const [first] = items;
	if (type === "view" || first === undefined || !isComplete) return null;
	const isSingle = first.kind === "instance" && first.of.kind === "external" && first.of.entry?.kind !== "class";
	const isPair = first.kind === "sequence" || first.kind === "unknown" || isSingle;
	const message = "TypeError: cannot convert dictionary update sequence element #0 to a sequence";
	return { type, error: isPair || first.kind === "constant" ? null : message, isEmpty: false };
}

/** `yield {"client": client}` where requests ask their state for what is handed out; else nothing is. */
function asState(project: Project, module: Module, yielded: ast.Expression): string {
	const name = yielded.type === "Name" ? yielded.id : null;
	const isRead = name !== null && [...project.modules.values()].some(({ text }) => text.includes(`.state.${name}`));
	return isRead ? `yield {"${name}": ${module.text.slice(yielded.start, yielded.end)}}` : "yield";
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
