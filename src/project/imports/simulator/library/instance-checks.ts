import { libraryClassOf } from "../../library-objects.ts";
import { unknown, type Value } from "../../values.ts";
import { constant } from "../external.ts";

/** `isinstance` of a value whose type is certain and built-in types. */
export function isInstance(value: Value | undefined, type: Value | undefined): Value {
	if (type?.kind === "sequence" && type.complete) {
		const answers = type.items.map((each) => isInstance(value, each));
		if (answers.some((each) => each.kind === "constant" && each.value === true)) return constant(true);
		return answers.every((each) => each.kind === "constant") ? constant(false) : unknown;
	}
	const types = value === undefined ? null : typesOf(value);
	if (type?.kind === "external" && isRouterType.test(type.canonical)) return isOfLibrary(value, type.canonical);
	if (type?.kind !== "external" || types === null || !builtinTypes.has(type.canonical)) return unknown;
	return constant(types.includes(type.canonical.slice("builtins.".length)));
}

const isRouterType = /^fastapi\.(routing\.APIRouter|applications\.FastAPI)$/;

/** Is it an object of a class of FastAPI? What is no object at all is none. */
function isOfLibrary(value: Value | undefined, canonical: string): Value {
	if (value?.kind === "instance") {
		const made = libraryClassOf(value);
		return made?.canonical === canonical ? constant(true) : unknown;
	}
	return value === undefined || value.kind === "unknown" || value.kind === "external" ? unknown : constant(false);
}

const builtinTypes = new Set(
	["str", "int", "float", "bool", "bytes", "list", "tuple", "set", "dict"].map((name) => `builtins.${name}`),
);

/** The built-in types that a value is an instance of; null where they are not certain. Whole numbers may have been floats. */
function typesOf(value: Value): readonly string[] | null {
	if (value.kind === "sequence") return [value.type];
	if (value.kind === "dict") return ["dict"];
	if (value.kind !== "constant") return null;
	if (typeof value.value === "string") return ["str"];
	if (typeof value.value === "boolean") return ["bool", "int"];
	return value.value === null ? [] : null;
}
