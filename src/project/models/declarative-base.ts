import { isMadeBy, isSymbol } from "../database/sqlalchemy-values.ts";
import type { ClassValue, InstanceValue, Value } from "../imports/values.ts";

/** `DeclarativeBase`, and what `declarative_base()` gives. */
export function isDeclarativeRoot(value: Value): boolean {
	if (value.kind === "external") return isSymbol(value, "DeclarativeBase") || isSymbol(value, "DeclarativeBaseNoMeta");
	return isMadeBy(value, "declarative_base");
}

/** `class Base(DeclarativeBase)`, and a class under `@as_declarative()`: no table itself. */
export function isDeclarativeBase(value: ClassValue): boolean {
	return value.bases.some((base) => base.kind === "external" && isDeclarativeRoot(base)) || baseMaker(value) !== null;
}

/** The call of `as_declarative` that decorates a class, or null. */
export function baseMaker(value: ClassValue): InstanceValue | null {
	const maker = value.decorators.find((decorator) => isMadeBy(decorator, "as_declarative"));
	return maker?.kind === "instance" ? maker : null;
}

/** Is it a decorator that makes a class a declarative base? */
export function makesBase(decorator: Value): boolean {
	return isMadeBy(decorator, "as_declarative") || isMadeBy(decorator, "as_declarative_base");
}

/** Is it the work of a registry: `generate_base()`, or `as_declarative_base()` over a class? Its MetaData is that of the registry, which the call does not show. */
export function isMadeByRegistry(value: Value): boolean {
	if (value.kind === "class") return value.decorators.some((decorator) => isMadeBy(decorator, "as_declarative_base"));
	return isMadeBy(value, "generate_base");
}

/** The class that `declarative_base(cls=…)` derives its base from; null where none is given, or none of the project. */
export function templateOf(value: Value): ClassValue | null {
	const isBase = isMadeBy(value, "declarative_base") || isMadeBy(value, "generate_base");
	const template = isBase && value.kind === "instance" ? value.call?.keywords.get("cls") : undefined;
	return template?.kind === "class" ? template : null;
}

/** Does the call that makes a declarative base get anything that may bring columns and is not seen? */
export function hasHiddenTemplate(base: InstanceValue): boolean {
	const { call } = base;
	if (call === null || call.open || call.args.length > 0) return true;
	return [...call.keywords.keys()].some(
		(key) => !["metadata", "bind", "class_registry"].includes(key) && (key !== "cls" || templateOf(base) === null),
	);
}
