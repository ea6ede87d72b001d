import type * as ast from "../../../python/ast.ts";
import { unknown, type Value } from "../../imports/values.ts";
import type { NameScope } from "../../models/name-scope.ts";
import { isVersionOne, pydanticSchemaOf, type SchemaAnswer } from "../../models/pydantic-schema.ts";
import { readTypeForm, type TypeForm } from "../../models/type-form.ts";
import { unboundIn } from "../../models/unbound-names.ts";
import type { Project } from "../../project.ts";
import type { ExpressionValues } from "../expression-value.ts";
import type { FastApiFeatures } from "../features.ts";
import type { Operation } from "../routes/routes.ts";
import type { CallSignature } from "./call-signature.ts";
import { invalidFieldError, refusedTypeError } from "./field-error.ts";
import { dependencyOf, hasOwnDefault, isDependency, type Marker, markerFunction, markerOf } from "./marker.ts";
import { memberAnnotation } from "./member-annotation.ts";
import { objectAnnotation } from "./object-annotation.ts";
import { isPlainDefault } from "./plain-default.ts";
import { quotedInBrackets } from "./quoted-in-brackets.ts";
import { refusedPattern } from "./refused-pattern.ts";
import { isComplexType, isQueryType } from "./scalar-types.ts";
import { isSpecialType } from "./special-types.ts";
import { unionDependency } from "./union-dependency.ts";
import { scopeAtRegistration, unresolvedError } from "./unresolved-type.ts";

/** Why FastAPI refuses a parameter when it registers the route (`analyze_param` of fastapi/dependencies/utils.py). */
export interface ParameterFault {
	readonly type: ParameterFaultType;
	readonly signature: CallSignature;
	readonly parameter: ast.Parameter;
	readonly error: string | null;
	/** The marker in the annotation, and the one given as default. */
	readonly annotated: Marker | null;
	readonly fallback: Marker | null;
	/** For `no-schema`: what has none, for `refused-pattern` what in it is refused, for people. */
	readonly named: string | null;
}

export type ParameterFaultType =
	| "default-in-annotated"
	| "two-dependencies"
	| "marker-beside-dependency"
	| "two-markers"
	| "path-default"
	| "path-marker-default"
	| "wrong-marker-for-path"
	| "path-not-scalar"
	| "query-not-scalar"
	| "marker-on-special-type"
	| "dependency-on-special-type"
	| "dependency-on-union"
	| "field-as-marker"
	| "annotated-not-read"
	| "unresolved"
	| "refused-pattern"
	| "no-json-schema"
	| "no-schema";

/** What FastAPI makes of one parameter: a dependency to look into, a fault, or nothing of either. */
export interface AnalysedParameter {
	readonly fault: ParameterFault | null;
	readonly dependency: Marker | null;
	/** The type behind `Annotated`. */
	readonly form: TypeForm;
	readonly annotation: ast.Expression | null;
}

/** What is needed to analyse signatures. */
export interface Analysis {
	readonly project: Project;
	readonly values: ExpressionValues;
	readonly features: FastApiFeatures;
}

/** Follows FastAPI's own analysis of one parameter, as far as it is certain. */
export function analyseParameter(
	analysis: Analysis,
	signature: CallSignature,
	parameter: ast.Parameter,
	pathParameters: ReadonlySet<string>,
	/** The route whose endpoint has the parameter; null for a dependency's. */
	operation: Operation | null,
): AnalysedParameter {
	const { project, values, features } = analysis;
	const { scope } = signature;
	const written = parameter.annotation;
	const whole: TypeForm = written === null ? { kind: "unknown" } : flatten(readTypeForm(written, scope));
	const form = whole.kind === "annotated" ? whole.type : whole;
	const metadata = whole.kind === "annotated" && features.annotated !== false ? whole.metadata : [];
	const found = metadata.map((each) => markerOf(values.valueOf(each.node, each.scope)));
	const annotated = found.filter((each) => each !== null && each.name !== "FieldInfo").at(-1) ?? null;
	const isOpaque = metadata.some((each, index) => found[index] === null && mayBeMarker(values, each.node, each.scope));
	const given = parameter.default === null ? null : values.valueOf(parameter.default, scope);
	const fallback = given === null ? null : markerOf(given);
	const isPath = pathParameters.has(parameter.name.name);
	const name = parameter.name.name;
	const fault = (type: ParameterFaultType, error: string | null, named: string | null = null): AnalysedParameter => ({
		fault: { type, signature, parameter, error, annotated, fallback, named },
		dependency: null,
		form,
		annotation: written,
	});
	const nothing = { fault: null, dependency: null, form, annotation: written };
	if (parameter.kind === "var-positional" || parameter.kind === "var-keyword") return nothing;
	if (features.annotated === null || isOpaque) return nothing;
	if (!features.annotated && whole.kind === "annotated" && fallback === null) {
		const ignored = whole.metadata.some((each) => {
			const marker = markerOf(values.valueOf(each.node, each.scope));
			return marker !== null && isDependency(marker);
		});
		const answer = ignored && parameter.annotation !== null ? schemaOf(analysis, whole, parameter.annotation, scope) : null;
		if (answer?.schema === "no") return fault("annotated-not-read", null, answer.named);
	}
	if (features.annotated) {
		const refused = markerFault(annotated, fallback, parameter, isPath);
		if (refused !== null) return fault(refused.type, refused.error);
	}
	const isUnsure =
		(given?.kind === "unknown" && !isPlainDefault(values, parameter.default, scope)) ||
		(given?.kind === "instance" && fallback === null && given.of.kind === "external" && /^fastapi\./.test(given.of.canonical));
	const registration = operation === null ? scope : scopeAtRegistration(operation, scope);
	const later = written === null ? null : unboundIn(readTypeForm(written, registration), registration);
	const neverBound = unboundIn(whole, scope);
	const unresolved = neverBound ?? later;
	const isUnread = unresolved !== null && isReadWhole(signature, parameter, unresolved, project);
	if (unresolved !== null && fallback === null && (annotated === null || isUnread) && parameter.annotation !== null) {
		const isText = parameter.annotation.type === "Constant" || signature.function.module.tree.futures.has("annotations");
		const error = isText ? unresolvedError(project, unresolved) : undefined;
		// What is bound by the time the documentation is made does no harm to newer versions.
		const isHarmless = error === undefined || (error === null && neverBound === null);
		return isHarmless ? nothing : fault("unresolved", error, unresolved);
	}
	const dependency = [fallback, annotated].find((each) => each !== null && isDependency(each)) ?? null;
	const isBare = dependency === null && annotated === null && fallback === null && !isUnsure;
	const object = isBare && form.kind === "unknown" ? objectAnnotation(project, valueOfType(values, whole, written, scope)) : null;
	if (object !== null) return fault("no-schema", null, object.named);
	const member = dependency === null && !isUnsure ? memberAnnotation(written, scope) : null;
	if (member !== null) return fault("no-schema", null, member.named);
	const special = isSpecialType(form, project.environment);
	if (special !== false) {
		if (special === null && form.kind !== "class" && form.kind !== "external") return { ...nothing, dependency };
		if (special === true && features.annotated) {
			const marker = annotated ?? fallback;
			const shown = invalidTypeName(form);
			if (dependency !== null && features.dependsOnSpecial === false)
				return fault("dependency-on-special-type", shown && `AssertionError: Cannot specify \`Depends\` for type ${shown}`);
			if (dependency === null && marker !== null)
				return fault("marker-on-special-type", shown && `AssertionError: Cannot specify FastAPI annotation for type ${shown}`);
		}
		const error = dependency === null ? null : constructorError(form, dependency, features);
		if (error !== null) return fault("dependency-on-special-type", error);
		if (special === true) return { ...nothing, dependency };
	}
	const union = dependency !== null && dependencyOf(dependency) === null ? unionDependency(written, scope) : null;
	if (union !== null) return fault("dependency-on-union", union.error);
	if (dependency !== null) return { ...nothing, dependency };
	const quoted = written === null || isUnsure ? undefined : quotedInBrackets(written, scope)?.value;
	const quotedError =
		typeof quoted === "string" && !isVersionOne(project.environment) ? unresolvedError(project, quoted) : undefined;
	if (typeof quoted === "string" && quotedError !== undefined) return fault("unresolved", quotedError, quoted);
	const marker = annotated ?? fallback;
	if (marker === null && isUnsure) return nothing;
	if (isPath && marker !== null && marker.name !== "Path" && features.annotated) {
		return fault("wrong-marker-for-path", `AssertionError: Cannot use \`${marker.name}\` for path param '${name}'`);
	}
	const uncalled = markerFunction(form);
	if (uncalled !== null && features.refusesFunctions) return fault("no-schema", null, `the function ${uncalled}`);
	if (parameter.annotation !== null) {
		const answer = schemaOf(analysis, whole, parameter.annotation, scope);
		if (answer.schema === "no") {
			const error = answer.error ?? invalidFieldError(parameter.annotation, scope, features);
			return fault("no-schema", error, answer.named);
		}
		const pattern = marker === null || isVersionOne(project.environment) ? null : refusedPattern(marker, parameter, form);
		if (pattern !== null) return fault("refused-pattern", pattern.error, pattern.part);
		if (isPath && isComplexType(form) === true)
			return fault("path-not-scalar", "AssertionError: Path params must be of one of the supported types");
		if (!isPath && marker?.name === "Query" && isQueryType(form, features) === false)
			return fault("query-not-scalar", unsupportedQueryError(name, features));
	}
	if (marker === null && isCallable(form)) return fault("no-json-schema", callableError(project), "a function");
	if (features.annotated && marker?.name === "FieldInfo")
		return fault("field-as-marker", `AssertionError: non-body parameters must be in path, query, header or cookie: ${name}`);
	return nothing;
}

/**
 * Is a textual `Annotated[...]`, its marker included, lost with the one name? Python evaluates the text as a whole. From 3.14 on it may
 * keep the parts that it can.
 */
function isReadWhole(
	{ function: { module } }: CallSignature,
	{ annotation }: ast.Parameter,
	name: string,
	project: Project,
): boolean {
	if (annotation === null || project.environment.python.minor >= 14) return false;
	return new RegExp(`\\b${name}\\b`).test(module.text.slice(annotation.start, annotation.end));
}

/** `Depends()` on BackgroundTasks or a response asks for the parameters of its constructor, of which pydantic does not know one. */
function constructorError(form: TypeForm, dependency: Marker, features: FastApiFeatures): string | null {
	if (form.kind !== "external") return null;
	const { canonical } = form.value;
	const isTasks = canonical.endsWith(".BackgroundTasks");
	if (!isTasks && !/^starlette\.responses\.(JSON|HTML|PlainText)?Response$/.test(canonical)) return null;
	const given = dependencyOf(dependency)?.value;
	if (given !== undefined && !(given.kind === "external" && given.canonical === canonical)) return null;
	const task = "starlette.background.BackgroundTask";
	const [modern, older] = isTasks
		? [`collections.abc.Sequence[${task}] | None`, `typing.Optional[typing.Sequence[${task}]]`]
		: [`${task} | None`, `typing.Optional[${task}]`];
	return refusedTypeError(features.annotated ? modern : older, features);
}

/** What stands where the type belongs, in `Annotated` too. */
function valueOfType(values: ExpressionValues, whole: TypeForm, written: ast.Expression | null, scope: NameScope): Value {
	if (whole.kind === "annotated") return values.valueOf(whole.node, whole.metadata[0]?.scope ?? scope);
	return written === null ? unknown : values.valueOf(written, scope);
}

function isCallable(form: TypeForm): boolean {
	if (form.kind === "union") return form.members.some(isCallable);
	return form.kind === "external" && form.name === "typing.Callable";
}

/** The documentation cannot describe a function; the route itself takes none from a request either. */
function callableError({ environment }: Project): string | null {
	return isVersionOne(environment)
		? null
		: "pydantic.errors.PydanticInvalidForJsonSchema: Cannot generate a JsonSchema for core_schema.CallableSchema";
}

function unsupportedQueryError(name: string, features: FastApiFeatures): string {
	if (features.annotated === false) return `AssertionError: Param: ${name} can only be a request body, using Body()`;
	return features.namesQueryParameter
		? `AssertionError: Query parameter '${name}' must be one of the supported types`
		: "AssertionError";
}

function schemaOf({ project }: Analysis, form: TypeForm, annotation: ast.Expression, scope: NameScope): SchemaAnswer {
	return form.kind === "unknown" ? { schema: "unknown" } : pydanticSchemaOf(annotation, scope, project);
}

function invalidTypeName(form: TypeForm): string | null {
	if (form.kind === "class") return `<class '${form.value.module.name}.${form.value.node.name.name}'>`;
	return form.kind === "external" ? `<class '${form.value.canonical}'>` : null;
}

/** The assertions about markers that contradict one another, in FastAPI's order. */
function markerFault(
	annotated: Marker | null,
	fallback: Marker | null,
	parameter: ast.Parameter,
	isPath: boolean,
): { readonly type: ParameterFaultType; readonly error: string } | null {
	const name = parameter.name.name;
	if ([annotated, fallback].some((marker) => marker?.name === "Path" && hasOwnDefault(marker) === true))
		return { type: "path-marker-default", error: "AssertionError: Path parameters cannot have a default value" };
	if (annotated !== null && !isDependency(annotated)) {
		if (hasOwnDefault(annotated) === true)
			return {
				type: "default-in-annotated",
				error: `AssertionError: \`${annotated.name}\` default value cannot be set in \`Annotated\` for '${name}'. Set the default value with \`=\` instead.`,
			};
		if (parameter.default !== null && isPath)
			return { type: "path-default", error: "AssertionError: Path parameters cannot have default values" };
	}
	if (annotated === null || fallback === null) return null;
	if (isDependency(fallback)) {
		return isDependency(annotated)
			? {
					type: "two-dependencies",
					error: `AssertionError: Cannot specify \`Depends\` in \`Annotated\` and default value together for '${name}'`,
				}
			: {
					type: "marker-beside-dependency",
					error: `AssertionError: Cannot specify a FastAPI annotation in \`Annotated\` and \`Depends\` as a default value together for '${name}'`,
				};
	}
	if (isDependency(annotated)) return null;
	return {
		type: "two-markers",
		error: `AssertionError: Cannot specify FastAPI annotations in \`Annotated\` and default value together for '${name}'`,
	};
}

/** May this metadata be a marker that we do not recognise? Texts and calls of other libraries' classes are none. */
function mayBeMarker(values: ExpressionValues, node: ast.Expression, scope: NameScope): boolean {
	if (node.type === "Constant") return false;
	const value = values.valueOf(node, scope);
	if (value.kind === "unknown") return true;
	return value.kind === "instance" && value.of.kind === "external" && value.of.canonical.startsWith("fastapi.");
}

/** `Annotated[Annotated[X, a], b]` is `Annotated[X, a, b]`. */
function flatten(form: TypeForm): TypeForm {
	if (form.kind !== "annotated" || form.type.kind !== "annotated") return form;
	const inner = flatten(form.type);
	return inner.kind === "annotated" ? { ...inner, metadata: [...inner.metadata, ...form.metadata] } : form;
}
