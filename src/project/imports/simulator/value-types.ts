import { mayStore } from "../../../python/stored-attributes.ts";
import type { ClassValue, ConstantValue, Value } from "../values.ts";
import { findInClass } from "./classes/class-members.ts";
import { isSecret } from "./library/secret-objects.ts";

/** What a function of the project gives that has no `return` with a value, and a dict that lacks what `get` asks for: a None of which it is certain that nothing took its place. */
export const nothingReturned: ConstantValue = { kind: "constant", value: null, origin: null };

/** The name of a value's type as Python prints it, where that is certain; else null. A None that may have been set since is not. */
export function typeName(value: Value): string | null {
	switch (value.kind) {
		case "constant":
			if (value === nothingReturned) return "NoneType";
			if (value.isConverted) return null;
			if (typeof value.value === "string") return "str";
			if (typeof value.value === "boolean") return "bool";
			if (typeof value.value === "bigint") return "int";
			if (typeof value.value === "number") return Number.isInteger(value.value) ? "int" : "float";
			return null;
		case "sequence":
			return value.type === "view" ? null : value.type;
		case "dict":
			return "dict";
		case "module":
			return value.namespace.dynamic ? null : "module";
		case "function":
			return value.decorators.every(givesTheFunction) ? "function" : null;
		case "bound-method":
			return value.function?.decorators.length === 0 ? "method" : null;
		case "instance":
			if (isSecret(value)) return "SecretStr";
			return value.of.kind === "class" && isClosed(value.of) ? value.of.node.name.name : null;
		default:
			return null;
	}
}

/** A route's decorator gives back the very function that it was given. */
export function givesTheFunction(decorator: Value): boolean {
	return (
		decorator.kind === "instance" &&
		decorator.of.kind === "external" &&
		/^fastapi\.(applications\.FastAPI|routing\.APIRouter)\.\w+$/.test(decorator.of.canonical)
	);
}

/** Bases that give a class nothing but what its own body says. */
const bareBases = new Set(["builtins.object", "abc.ABC"]);

/** Is everything that Python looks up on the class itself (`__call__`, `__getitem__`) in its own body and those of its own bases? */
export function isClosed(owner: ClassValue): boolean {
	return (
		!owner.namespace.dynamic &&
		owner.decorators.length === 0 &&
		owner.keywords.size === 0 &&
		owner.node.typeParameters.length === 0 &&
		owner.bases.length === owner.node.bases.length &&
		owner.bases.every((base) =>
			base.kind === "class" ? isClosed(base) : base.kind === "external" && bareBases.has(base.canonical),
		)
	);
}

/** Does a value of a certain type lack one of the methods by which Python does something with it? */
export function lacksMethod(value: Value, ...methods: readonly string[]): boolean {
	if (value.kind === "instance" && value.of.kind === "class") {
		const { of } = value;
		return isClosed(of) && methods.every((method) => findInClass(of, method) === null && !mayStore(of.module.tree, method));
	}
	const type = typeName(value);
	if (type === "SecretStr") return !methods.includes("__len__") && !methods.includes("__get__");
	return type !== null && !methods.some((method) => builtinMethods[type]?.includes(method));
}

const builtinMethods: Readonly<Record<string, readonly string[]>> = {
	str: ["__getitem__", "__iter__", "__len__"],
	list: ["__getitem__", "__iter__", "__len__"],
	tuple: ["__getitem__", "__iter__", "__len__"],
	dict: ["__getitem__", "__iter__", "__len__"],
	set: ["__iter__", "__len__"],
	function: ["__call__", "__get__"],
	method: ["__call__", "__get__"],
};
