import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import type { ClassValue } from "../../imports/values.ts";
import { type NameScope, scopeOfClass, scopeOfFunction, scopeOfModule } from "../../models/name-scope.ts";
import { allFields, isModel } from "../../models/pydantic-model.ts";
import { readTypeForm, type TypeForm } from "../../models/type-form.ts";
import type { Project } from "../../project.ts";
import { fastApiFeatures } from "../features.ts";
import { type Operation, routeModelOf } from "../routes/routes.ts";

/** A model that a route reads from the body or answers with, or that is part of one. */
export interface ServedModel {
	readonly value: ClassValue;
	/** The first route that does. */
	readonly operation: Operation;
}

/** The models of all routes that start-up certainly registers. */
export function servedModels(project: Project): readonly ServedModel[] {
	const found = new Map<ClassValue, Operation>();
	for (const operation of routeModelOf(project).operations) {
		const { call, isAnalysed } = operation;
		if (call.guarded || !call.reached || !isAnalysed) continue;
		for (const [node, scope] of modelNodes(project, operation)) collect(project, readTypeForm(node, scope), operation, found);
	}
	return [...found].map(([value, operation]) => ({ value, operation }));
}

/** Where a route names its models: the response model, and the parameters that can only be its body. */
function* modelNodes(project: Project, operation: Operation): Generator<readonly [ast.Expression, NameScope]> {
	const { call, endpoint, isSignatureKnown } = operation;
	const response = findKeyword(call.node, "response_model")?.value;
	const home = scopeOfModule(project, call.module);
	if (response !== undefined && home !== null) yield [response, home];
	if (endpoint.kind !== "function" || endpoint.node.type === "Lambda" || !isSignatureKnown) return;
	const scope = scopeOfFunction(project, endpoint);
	const { returns } = endpoint.node;
	const isAnswer =
		!call.open && !call.keywords.has("response_model") && fastApiFeatures(project.environment).returnModel === true;
	if (isAnswer && returns !== null) yield [returns, scope];
	for (const { annotation, default: given } of endpoint.node.parameters)
		if (annotation !== null && (given === null || given.type === "Constant")) yield [annotation, scope];
}

/** The models of a type, and those of their fields. What stands in `Annotated` may be a dependency. */
function collect(project: Project, form: TypeForm, operation: Operation, found: Map<ClassValue, Operation>): void {
	switch (form.kind) {
		case "union":
			for (const member of form.members) collect(project, member, operation, found);
			return;
		case "external":
			for (const argument of form.args ?? []) collect(project, argument, operation, found);
			return;
		case "class":
			for (const argument of form.args) collect(project, argument, operation, found);
			if (!found.has(form.value) && isModel(form.value)) {
				found.set(form.value, operation);
				for (const { annotation, owner } of allFields(form.value).values()) {
					const scope = annotation === null ? null : scopeOfClass(project, owner);
					if (annotation !== null && scope !== null) collect(project, readTypeForm(annotation, scope), operation, found);
				}
			}
			return;
		default:
			return;
	}
}
