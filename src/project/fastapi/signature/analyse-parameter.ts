import type * as ast from "../../../python/ast.ts";
import { writesName } from "../../../python/walk.ts";
import { unknown, type Value } from "../../imports/values.ts";
import { isPostponed } from "../../models/postponed.ts";
import { isVersionOne, pydanticSchemaOf, type SchemaAnswer } from "../../models/pydantic-schema.ts";
import { readTypeForm, type TypeForm } from "../../models/type-form.ts";
import { unboundIn } from "../../models/unbound-names.ts";
import type { Project } from "../../project.ts";
import type { ExpressionValues } from "../expression-value.ts";
import type { FastApiFeatures } from "../features.ts";
import type { Operation } from "../routes/routes.ts";
import type { CallSignature } from "./call-signature.ts";
import { invalidFieldError, markerFunctionError, refusedTypeError } from "./field-error.ts";
import { dependencyOf, isDependency, type Marker, markerFunction, markerOf } from "./marker.ts";
import { contradictingMarkers } from "./marker-faults.ts";
import { memberAnnotation } from "./member-annotation.ts";
import { objectAnnotation } from "./object-annotation.ts";
import type { ParameterFault, ParameterRefusal } from "./parameter-faults.ts";
import { quotedInBrackets } from "./quoted-in-brackets.ts";
import { type Analysis, type ParameterReading, readParameter } from "./read-parameter.ts";
import { refusedPattern } from "./refused-pattern.ts";
import { isComplexType, isQueryType } from "./scalar-types.ts";
import { isSpecialType } from "./special-types.ts";
import { unionDependency } from "./union-dependency.ts";
import { scopeAtRegistration, unresolvedError } from "./unresolved-type.ts";

/** What FastAPI makes of one parameter: a dependency to look into, a fault, or nothing of either. */
export interface AnalysedParameter {
	readonly fault: ParameterFault | null;
	readonly dependency: Marker | null;
	/** The type behind `Annotated`. */
	readonly form: TypeForm;
	readonly annotation: ast.Expression | null;
}

/**
 * What one step of the analysis comes to: a refusal; `accepted`, where nothing more is asked; `unknown`, where it cannot be seen what
 * FastAPI does; null, where the next step decides.
 */
type Verdict = ParameterRefusal | "accepted" | "unknown" | null;

/** FastAPI's own analysis in its order, as far as each step is certain. */
const steps: readonly ((reading: ParameterReading, analysis: Analysis, operation: Operation | null) => Verdict)[] = [
	({ parameter: { kind }, isOpaque }, { features }) =>
		kind === "var-positional" || kind === "var-keyword" || features.annotated === null || isOpaque ? "unknown" : null,
	unreadAnnotated,
	(reading, { features }) => (features.annotated ? contradictingMarkers(reading) : null),
	unresolvedType,
	noType,
	specialType,
	dependencyOnUnion,
	({ dependency }) => (dependency === null ? null : "accepted"),
	quotedType,
	({ marker, isUnsure }) => (marker === null && isUnsure ? "unknown" : null),
	markerOfPath,
	typeWithoutSchema,
	patternAndScalars,
	functionFromRequest,
	fieldAsMarker,
];

/** Follows FastAPI's own analysis of one parameter, as far as it is certain. */
export function analyseParameter(
	analysis: Analysis,
	signature: CallSignature,
	parameter: ast.Parameter,
	pathParameters: ReadonlySet<string>,
	/** The route whose endpoint has the parameter; null for a dependency's. */
	operation: Operation | null,
): AnalysedParameter {
	const reading = readParameter(analysis, signature, parameter, pathParameters);
	const { annotated, fallback, dependency, form, annotation } = reading;
	for (const step of steps) {
		const verdict = step(reading, analysis, operation);
		if (verdict === null) continue;
		if (verdict === "accepted") return { fault: null, dependency, form, annotation };
		if (verdict === "unknown") break;
		return { fault: { named: null, ...verdict, signature, parameter, annotated, fallback }, dependency: null, form, annotation };
	}
	return { fault: null, dependency: null, form, annotation };
}

/** FastAPI before 0.95 does not look into `Annotated`: a dependency there is not seen, and what it stands beside is a plain type. */
function unreadAnnotated({ whole, fallback, annotation, signature }: ParameterReading, analysis: Analysis): Verdict {
	const { values, features } = analysis;
	if (features.annotated || whole.kind !== "annotated" || fallback !== null || annotation === null) return null;
	const isIgnored = whole.metadata.some((each) => {
		const marker = markerOf(values.valueOf(each.node, each.scope));
		return marker !== null && isDependency(marker);
	});
	const answer = isIgnored ? schemaOf(analysis, whole, annotation, signature) : null;
	return answer?.schema === "no"
		? { type: "annotated-not-read", error: refusedTypeError("…", features), named: answer.named }
		: null;
}

/** A name in the annotation that nothing binds, or nothing when the route is registered. */
function unresolvedType(reading: ParameterReading, { project }: Analysis, operation: Operation | null): Verdict {
	const { annotation, whole, annotated, fallback, signature } = reading;
	if (annotation === null || fallback !== null) return null;
	const { scope } = signature;
	const registration = operation === null ? scope : scopeAtRegistration(operation, scope);
	const neverBound = unboundIn(whole, scope);
	const unresolved = neverBound ?? unboundIn(readTypeForm(annotation, registration), registration);
	if (unresolved === null || (annotated !== null && !isReadWhole(annotation, unresolved, project))) return null;
	const isAwaited = isPostponed(annotation, signature.function.module, project.environment);
	const error = isAwaited ? unresolvedError(project, unresolved) : undefined;
	// What is bound by the time the documentation is made does no harm to newer versions.
	const isHarmless = error === undefined || (error === null && neverBound === null);
	return isHarmless ? "unknown" : { type: "unresolved", error, named: unresolved };
}

/**
 * Is a textual `Annotated[...]`, its marker included, lost with the one name? Python evaluates the text as a whole. From 3.14 on it may
 * keep the parts that it can.
 */
function isReadWhole(annotation: ast.Expression, name: string, { environment }: Project): boolean {
	return environment.python.minor < 14 && writesName(annotation, name);
}

/** An object, or a member of an enumeration, where the type belongs. */
function noType(reading: ParameterReading, { project, values, features }: Analysis): Verdict {
	const { annotation, form, marker, dependency, isUnsure, signature } = reading;
	const isBare = marker === null && !isUnsure;
	const object = isBare && form.kind === "unknown" ? objectAnnotation(project, valueOfType(reading, values)) : null;
	const member = object !== null || dependency !== null || isUnsure ? null : memberAnnotation(annotation, signature.scope);
	const named = object?.named ?? member?.named;
	const isDataclass = object?.kind === "dependency" && features.dependsIsDataclass === true;
	const error = isDataclass
		? "AttributeError: 'Depends' object has no attribute '__qualname__'"
		: refusedTypeError("…", features);
	return named === undefined ? null : { type: "no-schema", error, named };
}

/** What stands where the type belongs, in `Annotated` too. */
function valueOfType({ whole, annotation, signature: { scope } }: ParameterReading, values: ExpressionValues): Value {
	if (whole.kind === "annotated") return values.valueOf(whole.node, whole.metadata[0]?.scope ?? scope);
	return annotation === null ? unknown : values.valueOf(annotation, scope);
}

/** A request, a response, background tasks: FastAPI hands them over itself, and takes no marker beside them. */
function specialType({ form, marker, dependency }: ParameterReading, { project, features }: Analysis): Verdict {
	const special = isSpecialType(form, project.environment);
	if (special === false) return null;
	if (special === null && form.kind !== "class" && form.kind !== "external") return "accepted";
	if (special === true && features.annotated) {
		const shown = invalidTypeName(form);
		if (dependency !== null && features.dependsOnSpecial === false)
			return {
				type: "dependency-on-special-type",
				error: shown && `AssertionError: Cannot specify \`Depends\` for type ${shown}`,
			};
		if (dependency === null && marker !== null)
			return {
				type: "marker-on-special-type",
				error: shown && `AssertionError: Cannot specify FastAPI annotation for type ${shown}`,
			};
	}
	const error = dependency === null ? null : constructorError(form, dependency, features);
	if (error !== null) return { type: "dependency-on-special-type", error };
	return special === true ? "accepted" : null;
}

function dependencyOnUnion({ dependency, annotation, signature }: ParameterReading): Verdict {
	const union = dependency !== null && dependencyOf(dependency) === null ? unionDependency(annotation, signature.scope) : null;
	return union === null ? null : { type: "dependency-on-union", error: union.error };
}

/** A class in quotes inside the brackets of a type, which pydantic does not know where to look up. */
function quotedType({ annotation, isUnsure, signature }: ParameterReading, { project }: Analysis): Verdict {
	const quoted = annotation === null || isUnsure ? undefined : quotedInBrackets(annotation, signature.scope)?.value;
	if (typeof quoted !== "string" || isVersionOne(project.environment)) return null;
	const error = unresolvedError(project, quoted);
	return error === undefined ? null : { type: "unresolved", error, named: quoted };
}

function markerOfPath({ isPath, marker, parameter }: ParameterReading, { features }: Analysis): Verdict {
	if (!isPath || marker === null || marker.name === "Path" || !features.annotated) return null;
	const error = `AssertionError: Cannot use \`${marker.name}\` for path param '${parameter.name.name}'`;
	return { type: "wrong-marker-for-path", error };
}

function typeWithoutSchema({ annotation, whole, form, signature }: ParameterReading, analysis: Analysis): Verdict {
	const { features } = analysis;
	const uncalled = markerFunction(form);
	if (uncalled !== null && features.refusesFunctions)
		return { type: "no-schema", error: markerFunctionError(features), named: `the function ${uncalled}` };
	const answer = annotation === null ? null : schemaOf(analysis, whole, annotation, signature);
	if (annotation === null || answer?.schema !== "no") return null;
	return {
		type: "no-schema",
		error: answer.error ?? invalidFieldError(annotation, signature.scope, features),
		named: answer.named,
	};
}

function schemaOf({ project }: Analysis, form: TypeForm, annotation: ast.Expression, { scope }: CallSignature): SchemaAnswer {
	return form.kind === "unknown" ? { schema: "unknown" } : pydanticSchemaOf(annotation, scope, project);
}

/** What a parameter of the path, of the query or with a pattern has to be. */
function patternAndScalars(reading: ParameterReading, { project, features }: Analysis): Verdict {
	const { annotation, marker, parameter, form, isPath } = reading;
	if (annotation === null) return null;
	const pattern = marker === null || isVersionOne(project.environment) ? null : refusedPattern(marker, parameter, form);
	if (pattern !== null) return { type: "refused-pattern", error: pattern.error, named: pattern.part };
	if (isPath && isComplexType(form) === true)
		return { type: "path-not-scalar", error: "AssertionError: Path params must be of one of the supported types" };
	if (!isPath && marker?.name === "Query" && isQueryType(form, features) === false)
		return { type: "query-not-scalar", error: unsupportedQueryError(parameter.name.name, features) };
	return null;
}

/** The documentation cannot describe a function; the route itself takes none from a request either. */
function functionFromRequest({ marker, form }: ParameterReading, { project, features }: Analysis): Verdict {
	if (marker !== null || !isCallable(form)) return null;
	const uncalled = form.kind === "external" && isMarkerFunction(form.value.canonical) ? form.name.replace(/^.*\./, "") : null;
	if (uncalled !== null && isVersionOne(project.environment))
		return { type: "no-schema", error: refusedTypeError("…", features), named: `the function ${uncalled}` };
	const error = isVersionOne(project.environment)
		? null
		: "pydantic.errors.PydanticInvalidForJsonSchema: Cannot generate a JsonSchema for core_schema.CallableSchema";
	return { type: "no-json-schema", error, named: "a function" };
}

/** pydantic's own Field says nothing of where in the request the value is. */
function fieldAsMarker({ marker, parameter }: ParameterReading, { features }: Analysis): Verdict {
	if (!features.annotated || marker?.name !== "FieldInfo") return null;
	const error = `AssertionError: non-body parameters must be in path, query, header or cookie: ${parameter.name.name}`;
	return { type: "field-as-marker", error };
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

function isCallable(form: TypeForm): boolean {
	if (form.kind === "union") return form.members.some(isCallable);
	return form.kind === "external" && (form.name === "typing.Callable" || isMarkerFunction(form.value.canonical));
}

/** `db: Depends`: the function that makes a marker, in the place of a type. */
function isMarkerFunction(canonical: string): boolean {
	return /^fastapi\.(?:param_functions\.)?(?:Depends|Security|Query|Path|Header|Cookie|Body|Form|File)$/.test(canonical);
}

function unsupportedQueryError(name: string, features: FastApiFeatures): string {
	if (features.annotated === false) return `AssertionError: Param: ${name} can only be a request body, using Body()`;
	return features.namesQueryParameter
		? `AssertionError: Query parameter '${name}' must be one of the supported types`
		: "AssertionError";
}

function invalidTypeName(form: TypeForm): string | null {
	if (form.kind === "class") return `<class '${form.value.module.name}.${form.value.node.name.name}'>`;
	return form.kind === "external" ? `<class '${form.value.canonical}'>` : null;
}
