import type * as ast from "../../../python/ast.ts";
import type { Call } from "../../imports/trace.ts";
import type { Value } from "../../imports/values.ts";
import type { TypeForm } from "../../models/type-form.ts";

/** `Query(...)`, `Depends(...)` and their like, in a signature. */
export interface Marker {
	/** The class that FastAPI makes of it; `FieldInfo` for pydantic's own Field. */
	readonly name: MarkerName;
	readonly call: Call;
}

const markerNames = ["Query", "Path", "Header", "Cookie", "Body", "Form", "File", "Depends", "Security", "FieldInfo"] as const;
export type MarkerName = (typeof markerNames)[number];

/** The marker that a value is, or null. */
export function markerOf(value: Value): Marker | null {
	if (value.kind !== "instance" || value.call === null || value.of.kind !== "external") return null;
	const { canonical } = value.of;
	if (canonical === "pydantic.fields.Field") return { name: "FieldInfo", call: value.call };
	const found = /^fastapi\.(?:param_functions|params)\.(\w+)$/.exec(canonical)?.[1];
	const name = markerNames.find((each) => each === found);
	return name === undefined ? null : { name, call: value.call };
}

/** The marker that stands uncalled where the type of a parameter belongs (`caption: Form`); null where none does. */
export function markerFunction(form: TypeForm): string | null {
	const isFunction = form.kind === "external" && form.value.entry?.kind !== "class";
	return isFunction
		? (/^fastapi\.param_functions\.(Query|Path|Header|Cookie|Body|Form|File)$/.exec(form.value.canonical)?.[1] ?? null)
		: null;
}

export function isDependency(marker: Marker): boolean {
	return marker.name === "Depends" || marker.name === "Security";
}

/** Has the marker a default of its own? Null where that cannot be seen. */
export function hasOwnDefault({ call }: Marker): boolean | null {
	const given = call.args[0] ?? call.keywords.get("default");
	if (given === undefined) return call.open ? null : false;
	if (given.kind === "constant") return given.value !== undefined;
	if (given.kind === "unknown" || given.kind === "external") return null;
	return true;
}

/** What `Depends` is handed, with its place; null where it is handed nothing, or None: then the annotation is called. */
export function dependencyOf({ call }: Marker): { readonly value: Value; readonly node: ast.Expression | null } | null {
	const value = call.args[0] ?? call.keywords.get("dependency");
	if (value === undefined || (value.kind === "constant" && value.value === null)) return null;
	const node = call.node.args[0] ?? call.node.keywords.find(({ name }) => name?.name === "dependency")?.value ?? null;
	return { value, node: node?.type === "Starred" ? null : node };
}
