import { isMadeBy, isSymbol } from "../database/sqlalchemy-values.ts";
import type { BoundMethodValue, ClassValue, InstanceValue, Value } from "../imports/values.ts";

/** `DeclarativeBase`, and what `declarative_base()` and the `generate_base()` of a registry give. */
export function isDeclarativeRoot(value: Value): boolean {
	if (value.kind === "external") return isSymbol(value, "DeclarativeBase") || isSymbol(value, "DeclarativeBaseNoMeta");
	return isMadeBy(value, "declarative_base") || isMadeBy(value, "generate_base");
}

/** `class Base(DeclarativeBase)`, and a class under `@as_declarative()` or `@reg.as_declarative_base()`: no table itself. */
export function isDeclarativeBase(value: ClassValue): boolean {
	return value.bases.some((base) => base.kind === "external" && isDeclarativeRoot(base)) || baseMaker(value) !== null;
}

/** The call of `as_declarative`, or of a registry's `as_declarative_base`, that decorates a class; null where none does. */
export function baseMaker(value: ClassValue): InstanceValue | null {
	const maker = value.decorators.find(makesBase);
	return maker?.kind === "instance" ? maker : null;
}

/** Is it a decorator that makes a class a declarative base? */
export function makesBase(decorator: Value): boolean {
	return isMadeBy(decorator, "as_declarative") || isMadeBy(decorator, "as_declarative_base");
}

/** The decorator by which a registry maps just this class, `@reg.mapped` or `@reg.mapped_as_dataclass(…)`; null where none does. */
export function mappingDecorator(value: ClassValue): BoundMethodValue | InstanceValue | null {
	for (const decorator of value.decorators) {
		const method = methodOf(decorator);
		if (method === null || registryBehind(decorator) === null || !/^mapped(_as_dataclass)?$/.test(method.name)) continue;
		if (decorator.kind === "bound-method" || decorator.kind === "instance") return decorator;
	}
	return null;
}

/** Does a registry's decorator make a dataclass of the class as well? */
export function isMappedAsDataclass(value: ClassValue): boolean {
	const decorator = mappingDecorator(value);
	return decorator !== null && methodOf(decorator)?.name === "mapped_as_dataclass";
}

/** The registry of which a value is a method, or what a method of it gave; null for all else. */
export function registryBehind(value: Value): InstanceValue | null {
	const receiver = methodOf(value)?.receiver;
	return receiver?.kind === "instance" && isMadeBy(receiver, "registry") ? receiver : null;
}

function methodOf(value: Value): BoundMethodValue | null {
	const method = value.kind === "instance" ? value.call?.callee : value;
	return method?.kind === "bound-method" ? method : null;
}

/** What has the MetaData and knows the classes by name: the registry behind a declarative base, or else the base itself. */
export function holderOf(base: InstanceValue): InstanceValue {
	return registryBehind(base) ?? base;
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
