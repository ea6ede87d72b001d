import type * as ast from "../../../python/ast.ts";
import { methodOfDatetime } from "../../imports/datetime-methods.ts";
import type { NameScope } from "../../models/name-scope.ts";
import { isVersionOne } from "../../models/pydantic-schema.ts";
import { readTypeForm } from "../../models/type-form.ts";
import type { FastApiFeatures } from "../features.ts";
import { shownType } from "./shown-type.ts";

const advice =
	"If you are using a return type annotation that is not a valid Pydantic field (e.g. Union[Response, dict, None]) you can disable generating the response model from the type annotation with the path operation decorator parameter response_model=None. Read more: https://fastapi.tiangolo.com/tutorial/response-model/";

/** What FastAPI says where pydantic has no schema for a type (`create_model_field` of fastapi/utils.py); an ellipsis for a type that we cannot show. */
export function invalidFieldError(annotation: ast.Expression, scope: NameScope, features: FastApiFeatures): string | null {
	const objectType = noTypeAtAll(annotation, scope);
	if (objectType !== null && !isVersionOne(scope.environment))
		return `AttributeError: ${objectType} has no attribute '__module__'`;
	return refusedTypeError(shownType(annotation, scope) ?? "…", features);
}

/** The same for a type as Python shows it. */
export function refusedTypeError(shown: string, features: FastApiFeatures): string | null {
	if (features.returnModel === null) return null;
	const hint = `fastapi.exceptions.FastAPIError: Invalid args for response field! Hint: check that ${shown} is a valid`;
	return features.returnModel ? `${hint} Pydantic field type. ${advice}` : `${hint} pydantic field type`;
}

/** What becomes of `Query` without its brackets in the place of a type. */
export function markerFunctionError(features: FastApiFeatures): string | null {
	if (features.describesMarkers === null) return null;
	return features.describesMarkers
		? "TypeError: Discriminator.__get_pydantic_core_schema__() missing 1 required positional argument: 'handler'"
		: refusedTypeError("…", features);
}

/** pydantic 2 asks what is no type at all for the module it comes from. */
function noTypeAtAll(annotation: ast.Expression, scope: NameScope): string | null {
	const form = readTypeForm(annotation, scope);
	if (form.kind === "external" && methodOfDatetime(form.name) !== null) return "'method_descriptor' object";
	if (form.kind !== "object") return null;
	const { value, node } = form;
	if (value?.kind === "module" || (value?.kind === "external" && value.isModule)) return `module '${value.name}'`;
	return node.type === "Sequence" && node.kind !== "set" ? `'${node.kind}' object` : null;
}
