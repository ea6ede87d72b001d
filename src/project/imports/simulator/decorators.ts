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

/** `@property` above `@computed_field`: what pydantic put in the method's place cannot be called, and reading the property calls it. */
export function isSwappedProperty({ decorators }: FunctionValue): boolean {
	const [above, below] = decorators;
	const reads = above?.kind === "external" && /^(?:builtins\.property|functools\.cached_property)$/.test(above.canonical);
	return reads && below !== undefined && isComputedField(below);
}

/** pydantic makes a property of what `@computed_field` or `@computed_field(alias=...)` stands above by itself. */
function isComputedField(decorator: Value): boolean {
	const maker = decorator.kind === "instance" ? decorator.of : decorator;
	return maker.kind === "external" && /^pydantic\.(\w+\.)?computed_field$/.test(maker.canonical);
}
