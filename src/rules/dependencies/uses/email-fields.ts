import { versionSatisfies } from "../../../environment/pep440.ts";
import { argumentOf, routeModelOf } from "../../../project/fastapi/routes/routes.ts";
import type { Call, ClassDefinition } from "../../../project/imports/trace.ts";
import type { ClassValue, Value } from "../../../project/imports/values.ts";
import { type NameScope, scopeOfClass, scopeOfFunction, scopeOfModule } from "../../../project/models/name-scope.ts";
import { isModel, ownFields } from "../../../project/models/pydantic-model.ts";
import { readTypeForm, type TypeForm } from "../../../project/models/type-form.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import type { OptionalUse } from "../../repair/packages/optional-use.ts";
import { isExternal } from "./names.ts";

/** The type whose schema imports email-validator. */
export const emailType = /^pydantic\.(?:v1\.)?(?:networks\.)?(?:EmailStr|NameEmail)$/;

/** Places where pydantic builds the schema of `EmailStr`, which imports email-validator (`import_email_validator` of pydantic/networks.py). */
export function listEmailFields(project: Project): OptionalUse[] {
	const pydantic = project.environment.distributions.get("pydantic")?.version;
	const extra = pydantic !== undefined && versionSatisfies(pydantic, "<2.12") === true ? "pydantic[email]" : "'pydantic[email]'";
	const error = `ImportError: email-validator is not installed, run \`pip install ${extra}\``;
	return [
		...project.trace.classes.flatMap((definition) => fieldOf(project, definition)),
		...parametersOf(project),
		...project.trace.calls.flatMap((call) => typeArgumentOf(project, call)),
	].map((place) => ({
		providers: ["email-validator"],
		extras: [],
		floor: null,
		importName: "email_validator",
		...place,
		error,
	}));
}

type Place = Pick<OptionalUse, "what" | "module" | "range" | "stage" | "order">;

/** The first email field of a class that pydantic makes a schema of. */
function fieldOf(project: Project, { value, stage, order, reached, guarded }: ClassDefinition): Place[] {
	if (!reached || guarded || !(isModel(value) || isPydanticDataclass(value))) return [];
	const scope = scopeOfFields(project, value);
	const fields = scope === null ? [] : ownFields(value).flatMap(({ annotation }) => annotation ?? []);
	const field = scope === null ? undefined : fields.find((each) => holdsEmail(readTypeForm(each, scope)));
	if (scope === null || field === undefined) return [];
	// A name that is quoted and bound later, or never: pydantic then builds the class when it is first used.
	const isBuilt = fields.every((each) => !isForward(readTypeForm(each, scope), value));
	const what = `EmailStr in the model ${value.node.name.name}`;
	return [placeAt(what, value.module, field, isBuilt ? stage : "request", isBuilt ? order : null)];
}

/** `@pydantic.dataclasses.dataclass`, with or without arguments; the standard library's looks at no annotation. */
function isPydanticDataclass({ decorators }: ClassValue): boolean {
	return decorators.some((decorator) => {
		const callee = decorator.kind === "instance" ? decorator.of : decorator;
		return callee.kind === "external" && isExternal(callee, /^pydantic\.dataclasses\.dataclass$/);
	});
}

/** A class that a function makes sees the module's names; those of the function are not known any more. */
function scopeOfFields(project: Project, value: ClassValue): NameScope | null {
	const outer = scopeOfModule(project, value.module);
	const whole = scopeOfClass(project, value);
	return whole ?? (outer === null ? null : { ...outer, namespaces: [value.namespace, ...outer.namespaces] });
}

/** Parameters of routes, and what a route says it answers. */
function parametersOf(project: Project): Place[] {
	return routeModelOf(project).operations.flatMap(({ call, endpoint, isSignatureKnown, isAnalysed }) => {
		if (!call.reached || call.guarded || !isAnalysed) return [];
		const scope = scopeOfModule(project, call.module);
		const response = argumentOf(call, -1, "response_model")?.node ?? null;
		if (scope !== null && response !== null && holdsEmail(readTypeForm(response, scope)))
			return [placeAt("EmailStr in a response model", call.module, response, call.stage, call.order)];
		if (endpoint.kind !== "function" || endpoint.node.type !== "FunctionDef" || !isSignatureKnown) return [];
		const { node, module } = endpoint;
		const signature = scopeOfFunction(project, endpoint);
		const parameter = node.parameters.find(
			({ annotation }) => annotation !== null && holdsEmail(readTypeForm(annotation, signature)),
		);
		if (parameter?.annotation == null) return [];
		const what = `EmailStr of the parameter ${parameter.name.name} of the route ${node.name.name}`;
		return [placeAt(what, module, parameter.annotation, call.stage, call.order)];
	});
}

/** `TypeAdapter(EmailStr)`, and `create_model("Name", field=(EmailStr, ...))`. */
function typeArgumentOf(
	project: Project,
	{ callee, args, keywords, node, module, reached, guarded, stage, order }: Call,
): Place[] {
	if (!reached || guarded) return [];
	if (isExternal(callee, /^pydantic\.(?:type_adapter\.)?TypeAdapter$/)) {
		const [type] = node.args;
		const scope = scopeOfModule(project, module);
		const isEmail = isEmailValue(args[0]) || (scope !== null && type !== undefined && holdsEmail(readTypeForm(type, scope)));
		return isEmail ? [placeAt("a TypeAdapter of EmailStr", module, node.callee, stage, order)] : [];
	}
	if (!isExternal(callee, /^pydantic\.(?:main\.)?create_model$/)) return [];
	const isEmail = [...keywords.values()].some((value) =>
		value.kind === "sequence" ? isEmailValue(value.items[0]) : isEmailValue(value),
	);
	return isEmail ? [placeAt("EmailStr in a model of create_model", module, node.callee, stage, order)] : [];
}

function isEmailValue(value: Value | undefined): boolean {
	return value?.kind === "external" && isExternal(value, emailType);
}

function placeAt(what: string, module: Module, node: ast.Node, stage: Place["stage"], order: number | null): Place {
	return { what, module, range: { start: node.start, end: node.end }, stage, order };
}

/** Is the type, or a part of it, an email type? Models in it were built before. */
function holdsEmail(form: TypeForm): boolean {
	switch (form.kind) {
		case "external":
			return isExternal(form.value, emailType) || (form.args ?? []).some(holdsEmail);
		case "union":
			return form.members.some(holdsEmail);
		case "annotated":
			return holdsEmail(form.type);
		case "class":
			return form.args.some(holdsEmail);
		default:
			return false;
	}
}

/** Does it name a class that is not there yet when the model is made? */
function isForward(form: TypeForm, model: ClassValue): boolean {
	switch (form.kind) {
		case "unbound":
			return true;
		case "external":
			return (form.args ?? []).some((each) => isForward(each, model));
		case "union":
			return form.members.some((each) => isForward(each, model));
		case "annotated":
			return isForward(form.type, model);
		case "class": {
			const isLater =
				form.value.module === model.module && form.value.node.start > model.node.start && !isInside(form.value, model);
			return isLater || form.args.some((each) => isForward(each, model));
		}
		default:
			return false;
	}
}

function isInside(inner: ClassValue, outer: ClassValue): boolean {
	return inner.node.start > outer.node.start && inner.node.end <= outer.node.end;
}
