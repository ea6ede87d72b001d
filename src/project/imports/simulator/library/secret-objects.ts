import { type ConstantValue, type ExternalValue, type InstanceValue, unknown, type Value } from "../../values.ts";

const canonical = "pydantic.types.SecretStr";
/** Under which a secret that settings made keeps its text. */
const secretAttribute = "__secret__";

/** What pydantic makes of a text for a `SecretStr`. */
export function secretObject(text: Value): InstanceValue {
	const of = { kind: "external" as const, name: canonical, canonical, isModule: false, entry: null };
	return { kind: "instance", of, attributes: new Map([[secretAttribute, text]]), call: null };
}

interface SecretValue extends InstanceValue {
	readonly of: ExternalValue & { readonly canonical: typeof canonical };
}

/** Is this an object of pydantic's `SecretStr`? */
export function isSecret(value: Value): value is SecretValue {
	return value.kind === "instance" && value.of.kind === "external" && value.of.canonical === canonical;
}

/** What `get_secret_value()` gives. */
export function secretText(secret: InstanceValue): Value {
	return secret.attributes.get(secretAttribute) ?? secret.call?.args[0] ?? unknown;
}

/** What is shown in the place of a secret, by `str()` and in f-strings; null where it may be empty. */
export function shownSecret(secret: InstanceValue): ConstantValue | null {
	const text = secretText(secret);
	if (text.kind !== "constant" || typeof text.value !== "string") return null;
	return { kind: "constant", value: text.value === "" ? "" : "**********", origin: null };
}

/** Methods of a text that people ask a secret for, which has none of them (`_SecretField` of pydantic/types.py, the same in pydantic 1 and 2). */
const textMethods =
	/^(encode|format|replace|strip|lstrip|rstrip|lower|upper|split|startswith|endswith|join|title|isdigit|find|count|removeprefix|removesuffix)$/;

/** Is that certainly no attribute of a secret? */
export function lacksAttribute(name: string): boolean {
	return textMethods.test(name);
}
