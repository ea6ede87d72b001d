import { hasOwnDefault, isDependency } from "./marker.ts";
import type { ParameterRefusal } from "./parameter-faults.ts";
import type { ParameterReading } from "./read-parameter.ts";

/** The assertions about markers that contradict one another, in FastAPI's order. */
export function contradictingMarkers({ annotated, fallback, parameter, isPath }: ParameterReading): ParameterRefusal | null {
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
