import type { Value } from "../imports/values.ts";

/** Is this a symbol of SQLAlchemy or SQLModel, wherever it was imported from? */
export function isSymbol(value: Value, name: string): boolean {
	return value.kind === "external" && isNamed(value.canonical, name);
}

/** Is this what calling a symbol of SQLAlchemy or SQLModel gave? */
export function isMadeBy(value: Value | undefined, name: string): boolean {
	return value?.kind === "instance" && isSymbol(value.of, name);
}

export function isAsyncEngine(value: Value | undefined): boolean {
	return ["create_async_engine", "async_engine_from_config", "AsyncEngine"].some((maker) => isMadeBy(value, maker));
}

/** Is this SQLAlchemy's or SQLModel's AsyncSession, or a class of the project derived from it? */
export function isAsyncSessionClass(value: Value | undefined): boolean {
	if (value === undefined) return false;
	if (value.kind === "class") return value.bases.some(isAsyncSessionClass);
	return isSymbol(value, "AsyncSession");
}

function isNamed(canonical: string, name: string): boolean {
	return /^(?:sqlalchemy|sqlmodel)\./.test(canonical) && canonical.endsWith(`.${name}`);
}
