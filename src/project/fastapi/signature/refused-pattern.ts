import type * as ast from "../../../python/ast.ts";
import { isTextForm, refusedPatternPart } from "../../models/rust-pattern.ts";
import type { TypeForm } from "../../models/type-form.ts";
import { hasOwnDefault, type Marker } from "./marker.ts";

/** A pattern of `Query(pattern=…)` and its like that pydantic 2 cannot compile when the route is registered. */
export interface RefusedPattern {
	/** What in it is refused, for people. */
	readonly part: string;
	readonly error: string;
}

/** The pattern that a marker is given for a text, where Rust's regular expressions refuse it. */
export function refusedPattern(marker: Marker, parameter: ast.Parameter, form: TypeForm): RefusedPattern | null {
	const given = marker.call.keywords.get("pattern") ?? marker.call.keywords.get("regex");
	if (given?.kind !== "constant" || typeof given.value !== "string" || !isTextForm(form)) return null;
	const part = refusedPatternPart(given.value);
	if (part === null) return null;
	const isDefaultElsewhere = parameter.default !== null && parameter.default !== marker.call.node;
	const hasDefault = isDefaultElsewhere || hasOwnDefault(marker) === true;
	const validator = hasDefault ? "default" : form.kind === "union" ? "nullable" : "str";
	return { part, error: `pydantic_core._pydantic_core.SchemaError: Error building "${validator}" validator:` };
}
