import type * as ast from "../../../python/ast.ts";
import type { NameScope } from "../../models/name-scope.ts";
import { readTypeForm, type TypeForm } from "../../models/type-form.ts";
import type { Project } from "../../project.ts";
import type { ExpressionValues } from "../expression-value.ts";
import type { FastApiFeatures } from "../features.ts";
import type { CallSignature } from "./call-signature.ts";
import { isDependency, type Marker, markerOf } from "./marker.ts";
import { isPlainDefault } from "./plain-default.ts";

/** What is needed to analyse signatures. */
export interface Analysis {
	readonly project: Project;
	readonly values: ExpressionValues;
	readonly features: FastApiFeatures;
}

/** A parameter as FastAPI reads it, before it is judged. */
export interface ParameterReading {
	readonly signature: CallSignature;
	readonly parameter: ast.Parameter;
	readonly annotation: ast.Expression | null;
	/** What the annotation means, and the type behind its `Annotated`. */
	readonly whole: TypeForm;
	readonly form: TypeForm;
	/** The marker in the annotation, the one given as default, and the one that counts. */
	readonly annotated: Marker | null;
	readonly fallback: Marker | null;
	readonly marker: Marker | null;
	/** The one of them that makes it a dependency. */
	readonly dependency: Marker | null;
	/** Is it named in the path? */
	readonly isPath: boolean;
	/** May the annotation hold a marker that we do not recognise? */
	readonly isOpaque: boolean;
	/** May its default be a marker that we do not recognise? */
	readonly isUnsure: boolean;
}

/** Reads a parameter of an endpoint or a dependency. */
export function readParameter(
	{ values, features }: Analysis,
	signature: CallSignature,
	parameter: ast.Parameter,
	pathParameters: ReadonlySet<string>,
): ParameterReading {
	const { scope } = signature;
	const { annotation } = parameter;
	const whole: TypeForm = annotation === null ? { kind: "unknown" } : flatten(readTypeForm(annotation, scope));
	const metadata = whole.kind === "annotated" && features.annotated !== false ? whole.metadata : [];
	const found = metadata.map((each) => markerOf(values.valueOf(each.node, each.scope)));
	const annotated = found.filter((each) => each !== null && each.name !== "FieldInfo").at(-1) ?? null;
	const given = parameter.default === null ? null : values.valueOf(parameter.default, scope);
	const fallback = given === null ? null : markerOf(given);
	return {
		signature,
		parameter,
		annotation,
		whole,
		form: whole.kind === "annotated" ? whole.type : whole,
		annotated,
		fallback,
		marker: annotated ?? fallback,
		dependency: [fallback, annotated].find((each) => each !== null && isDependency(each)) ?? null,
		isPath: pathParameters.has(parameter.name.name),
		isOpaque: metadata.some((each, index) => found[index] === null && mayBeMarker(values, each.node, each.scope)),
		isUnsure:
			(given?.kind === "unknown" && !isPlainDefault(values, parameter.default, scope)) ||
			(given?.kind === "instance" && fallback === null && given.of.kind === "external" && /^fastapi\./.test(given.of.canonical)),
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
