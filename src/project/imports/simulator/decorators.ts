import type { FunctionValue, Value } from "../values.ts";

/** `@lru_cache`, `@lru_cache()` and `@cache`. */
export function isCacheDecorator(decorator: Value): boolean {
	const maker = decorator.kind === "instance" ? decorator.of : decorator;
	return maker.kind === "external" && ["functools.lru_cache", "functools.cache"].includes(maker.canonical);
}

/** Is it decorated by that function of a library, and not by what a call of it gives? */
export function isDecoratedBy(value: FunctionValue, canonical: string): boolean {
	return value.decorators.some((decorator) => decorator.kind === "external" && decorator.canonical === canonical);
}

/** Is it read like a field? */
export function isProperty(method: FunctionValue): boolean {
	return (
		isDecoratedBy(method, "builtins.property") ||
		isDecoratedBy(method, "functools.cached_property") ||
		method.decorators.some(isComputedField)
	);
}

/** pydantic makes a property of what `@computed_field` or `@computed_field(alias=...)` stands above by itself. */
function isComputedField(decorator: Value): boolean {
	const maker = decorator.kind === "instance" ? decorator.of : decorator;
	return maker.kind === "external" && /^pydantic\.(\w+\.)?computed_field$/.test(maker.canonical);
}
