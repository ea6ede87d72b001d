import type { Environment } from "../../../environment/environment.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { dottedName, isGenerator } from "../../../python/walk.ts";
import type { Call } from "../../imports/trace.ts";
import type { Value } from "../../imports/values.ts";
import { type NameScope, scopeOfFunction, scopeOfModule } from "../../models/name-scope.ts";
import { isPostponed } from "../../models/postponed.ts";
import { isPydanticModel, isVersionOne, pydanticSchemaOf } from "../../models/pydantic-schema.ts";
import { readTypeForm } from "../../models/type-form.ts";
import { unboundIn } from "../../models/unbound-names.ts";
import type { Project } from "../../project.ts";
import type { FastApiFeatures } from "../features.ts";
import type { Operation } from "../routes/routes.ts";
import { invalidFieldError, refusedTypeError } from "./field-error.ts";
import { quotedInBrackets } from "./quoted-in-brackets.ts";
import type { Analysis } from "./read-parameter.ts";
import { isResponseClass, isResponseType } from "./special-types.ts";
import { scopeAtRegistration, unresolvedError } from "./unresolved-type.ts";

/** Why FastAPI refuses what a route says about its response. */
export interface ResponseFault {
	readonly type: "no-schema" | "unresolved" | "body-forbidden" | "no-number" | "no-response-class";
	readonly operation: Operation;
	/** The call that says it: the one that registers the route, or the one that makes its router or application. */
	readonly call: Call;
	/** Where the model, the status or the class is written. */
	readonly node: ast.Expression;
	/** How the model is given; null for a response class. */
	readonly source: "response_model" | "returns" | "responses" | null;
	/** What has no schema, or the status code, for people. */
	readonly named: string;
	readonly error: string | null;
}

interface Model {
	readonly node: ast.Expression;
	readonly source: "response_model" | "returns" | "responses";
}

/** Follows FastAPI's reading of a route's response, as far as it is certain (`APIRoute.__init__` of fastapi/routing.py). */
export function* responseFaults(analysis: Analysis, operation: Operation): Generator<ResponseFault> {
	const { project, features } = analysis;
	const scope = scopeOf(analysis, operation);
	if (scope === null || operation.methods?.[0] === "WEBSOCKET") return;
	const object = modelObject(operation, features);
	if (object !== null) yield object;
	const models = [...additionalModels(operation)];
	const main = mainModel(analysis, operation, scope);
	if (main !== null) models.push(main);
	const { call } = operation;
	for (const model of models) {
		if (model.source === "response_model" && isText(model.node)) continue;
		const answer = pydanticSchemaOf(model.node, scope, project);
		if (answer.schema !== "no") continue;
		const error = answer.error ?? invalidFieldError(model.node, scope, features);
		yield { type: "no-schema", operation, call, node: model.node, source: model.source, named: answer.named, error };
	}
	const status = operation.call.keywords.get("status_code");
	const code = statusOf(status);
	if (main !== null && code !== null && isBodyForbidden(code, features.annotated === true)) {
		const error = `AssertionError: Status code ${code} must not have a response body`;
		yield { type: "body-forbidden", operation, call, node: main.node, source: main.source, named: String(code), error };
	} else {
		const unresolved = main === null ? null : unresolvedModel(analysis, operation, main, scope);
		if (unresolved !== null) yield unresolved;
	}
	const text = textStatus(operation, status);
	if (text !== null) yield text;
	yield* responseClassFaults(project, operation);
}

/** `response_class=dict` of a route, or `default_response_class=dict` of its router or application. */
function* responseClassFaults({ environment }: Project, operation: Operation): Generator<ResponseFault> {
	const isOwn = operation.call.keywords.has("response_class");
	const call = isOwn ? operation.call : operation.router.call;
	const keyword = isOwn ? "response_class" : "default_response_class";
	const given = call.keywords.get(keyword);
	const node = findKeyword(call.node, keyword)?.value;
	if (given === undefined || node === undefined || isResponseClass(given, environment) !== false) return;
	if (given.kind === "constant" && given.value === null) return;
	yield { type: "no-response-class", operation, call, node, source: null, named: "", error: classError(given, environment) };
}

/** The name in quotes that a model is, or that stands inside its brackets. */
function quotedIn(node: ast.Expression): string | null {
	if (node.type !== "Subscript") return quotedWhole(node);
	if (/(^|\.)(Literal|Annotated)$/.test(dottedName(node.value) ?? "")) return null;
	const items = node.index.type === "Sequence" ? node.index.items : [node.index];
	return items.map(quotedIn).find((each) => each !== null) ?? null;
}

function quotedWhole(node: ast.Expression): string | null {
	return node.type === "Constant" && node.literal === "string" && typeof node.value === "string" ? node.value : null;
}

function isText(node: ast.Expression): boolean {
	return node.type === "Constant" && node.literal === "string";
}

/**
 * A model that is given by a name in quotes, or whose name only type checkers know. FastAPI never learns where such a name would be looked
 * up, so that `response_model="Item"` stays a text even where the class is there.
 */
function unresolvedModel(
	{ project, features }: Analysis,
	operation: Operation,
	{ node, source }: Model,
	scope: NameScope,
): ResponseFault | null {
	const { call } = operation;
	const isAwaited = source === "returns" && isPostponed(node, call.module, project.environment);
	const read = source === "returns" ? scopeAtRegistration(operation, scope) : scope;
	const inner = source === "returns" ? quotedInBrackets(node, scope)?.value : undefined;
	const quoted = source === "response_model" ? quotedIn(node) : typeof inner === "string" ? inner : null;
	if (quoted !== null && quoted !== quotedWhole(node) && isVersionOne(project.environment)) return null;
	const named = quoted ?? (isAwaited ? unboundIn(readTypeForm(node, read), read) : null);
	if (named === null || named === "") return null;
	const isRefused = quoted !== null && isVersionOne(project.environment);
	const error = isRefused ? refusedTypeError(quoted, features) : unresolvedError(project, named);
	return error === undefined ? null : { type: "unresolved", operation, call, node, source, named, error };
}

/** `response_model=Item()`: an object where its class is meant. */
function modelObject(operation: Operation, features: FastApiFeatures): ResponseFault | null {
	const given = operation.call.keywords.get("response_model");
	const node = keywordNode(operation, "response_model");
	if (given?.kind !== "instance" || given.of.kind !== "class" || node === null) return null;
	if (isPydanticModel(given.of) !== false && features.refusesModelObjects !== true) return null;
	const named = `an object of ${given.of.node.name.name}`;
	return {
		type: "no-schema",
		operation,
		call: operation.call,
		node,
		source: "response_model",
		named,
		error: refusedTypeError("…", features),
	};
}

/** `status_code="201 Created"`: FastAPI asks for the number when it answers. */
function textStatus(operation: Operation, status: Value | undefined): ResponseFault | null {
	const node = keywordNode(operation, "status_code");
	if (status?.kind !== "constant" || typeof status.value !== "string" || node === null) return null;
	if (/^\s*[+-]?\d+(_\d+)*\s*$/.test(status.value)) return null;
	const error = `ValueError: invalid literal for int() with base 10: '${status.value}'`;
	return { type: "no-number", operation, call: operation.call, node, source: null, named: status.value, error };
}

function scopeOf({ project }: Analysis, { call, endpoint }: Operation): NameScope | null {
	return endpoint.kind === "function" && endpoint.module === call.module
		? scopeOfFunction(project, endpoint)
		: scopeOfModule(project, call.module);
}

/** The model that the main response is made of; null where there is none, or where we cannot tell. */
function mainModel({ project, features }: Analysis, operation: Operation, scope: NameScope): Model | null {
	const { call, endpoint } = operation;
	const given = call.keywords.get("response_model");
	if (given !== undefined) {
		const node = keywordNode(operation, "response_model");
		return node === null || (given.kind === "constant" && given.value === null) ? null : { node, source: "response_model" };
	}
	if (call.open || features.returnModel !== true || endpoint.kind !== "function" || endpoint.node.type === "Lambda") return null;
	const { returns } = endpoint.node;
	if (returns === null || !operation.isSignatureKnown) return null;
	const form = readTypeForm(returns, scope);
	// Older versions take the text "None" for a model, the way postponed annotations hand it over.
	if (
		form.kind === "none" &&
		features.quotedNone === false &&
		(isText(returns) || endpoint.module.tree.futures.has("annotations"))
	)
		return { node: returns, source: "returns" };
	if (form.kind === "unbound") return { node: returns, source: "returns" };
	if (form.kind === "none" || isResponseType(form, project.environment) !== false) return null;
	const isStream = form.kind === "external" && /^typing\.(Async)?(Generator|Iterator|Iterable)$/.test(form.name);
	return isStream && features.streams !== false && isGenerator(endpoint.node) ? null : { node: returns, source: "returns" };
}

/** Models of `responses={404: {"model": Problem}}`, where it is written as a display. */
function* additionalModels(operation: Operation): Generator<Model> {
	const node = keywordNode(operation, "responses");
	if (node?.type !== "Dict") return;
	for (const { value } of node.entries) {
		if (value.type !== "Dict") continue;
		for (const entry of value.entries)
			if (entry.key?.type === "Constant" && entry.key.value === "model") yield { node: entry.value, source: "responses" };
	}
}

function keywordNode({ call }: Operation, name: string): ast.Expression | null {
	return call.node.keywords.find((keyword) => keyword.name?.name === name)?.value ?? null;
}

/** The number behind `204`, `status.HTTP_204_NO_CONTENT` or `HTTPStatus.NO_CONTENT`. */
export function statusOf(value: Value | undefined): number | null {
	if (value?.kind === "constant") return typeof value.value === "number" ? value.value : null;
	if (value?.kind !== "external") return null;
	const named = /^(?:fastapi|starlette)\.status\.HTTP_(\d{3})_\w+$/.exec(value.name)?.[1];
	if (named !== undefined) return Number(named);
	return bodiless[/^http\.HTTPStatus\.(\w+)$/.exec(value.name)?.[1] ?? ""] ?? null;
}

const bodiless: Readonly<Record<string, number>> = { NO_CONTENT: 204, RESET_CONTENT: 205, NOT_MODIFIED: 304 };

/** https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1; FastAPI counts 205 since it reads `Annotated`. */
function isBodyForbidden(code: number, counts205: boolean): boolean {
	return code < 200 || code === 204 || code === 304 || (code === 205 && counts205);
}

function classError(value: Value, environment: Environment): string | null {
	if (value.kind === "class" && isPydanticModel(value) === true && !isVersionOne(environment))
		return "AttributeError: media_type";
	if (value.kind === "external" && value.name.startsWith("builtins."))
		return `AttributeError: type object '${value.name.slice("builtins.".length)}' has no attribute 'media_type'`;
	return value.kind === "class" ? `AttributeError: type object '${value.node.name.name}' has no attribute 'media_type'` : null;
}
