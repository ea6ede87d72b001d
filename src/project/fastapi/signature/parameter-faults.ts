import type * as ast from "../../../python/ast.ts";
import type { CallSignature } from "./call-signature.ts";
import type { Marker } from "./marker.ts";

/** Why FastAPI refuses a parameter when it registers the route (`analyze_param` of fastapi/dependencies/utils.py). */
export interface ParameterFault {
	readonly type: ParameterFaultType;
	readonly signature: CallSignature;
	readonly parameter: ast.Parameter;
	readonly error: string | null;
	/** The marker in the annotation, and the one given as default. */
	readonly annotated: Marker | null;
	readonly fallback: Marker | null;
	/** What has no schema, what nothing binds, or what in a pattern is refused, for people; null for the other types. */
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

/** What FastAPI refuses about a parameter, and the line that Python prints where it is known. */
export type ParameterRefusal = Pick<ParameterFault, "type" | "error"> & Partial<Pick<ParameterFault, "named">>;
