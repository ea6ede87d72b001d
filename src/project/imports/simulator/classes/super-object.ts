import type * as ast from "../../../../python/ast.ts";
import type { ClassValue, InstanceValue, Value } from "../../values.ts";
import { builtin } from "../external.ts";
import type { Frame } from "../machine.ts";
import { findInClass } from "./class-members.ts";

const self = "__self__";
const next = "__thisclass__";

/**
 * What `super()` without arguments stands for in a method: the object itself, and the class above the one that the method is defined in.
 * Null where that is not certain, as with several bases.
 */
export function superAttributes(frame: Frame, node: ast.Call): Map<string, Value> | null {
	if (frame.kind !== "function" || node.args.length > 0) return null;
	const [first] = frame.scope.names.values();
	const object = first?.value;
	const made = object?.kind === "class" ? object : object?.kind === "instance" && object.of.kind === "class" ? object.of : null;
	if (object === undefined || made === null) return null;
	for (let owner: ClassValue = made, depth = 0; depth < 12; depth++) {
		// Bases without methods of their own leave what is asked for to the other one.
		const telling = owner.bases.filter((base) => !(base.kind === "external" && isBare(base)));
		const [base = builtin("object"), ...others] = telling;
		if (others.length > 0 || owner.bases.length !== owner.node.bases.length) return null;
		const isHere = owner.module === frame.module && owner.node.start <= node.start && node.end <= owner.node.end;
		if (isHere)
			return new Map<string, Value>([
				[self, object],
				[next, base],
			]);
		if (base.kind !== "class") return null;
		owner = base;
	}
	return null;
}

/** Methods of `object` that take no arguments beside the object or the class. */
const objectMethods = new Set(["__init__", "__init_subclass__"]);

/** Does nothing but `object` stand above the class? */
function isBare(base: Value): boolean {
	if (base.kind === "external") return /^(builtins\.object|abc\.ABC|typing\.Generic)$/.test(base.canonical);
	return (
		base.kind === "class" &&
		!base.namespace.dynamic &&
		// A decorator such as dataclass writes an __init__ of its own.
		base.decorators.length === 0 &&
		!base.keywords.has("metaclass") &&
		base.bases.length === base.node.bases.length &&
		base.bases.every(isBare)
	);
}

/** `super().name`, a method of the object as a class further up defines it; null where it is not known. */
export function superMember(proxy: InstanceValue, name: string): Value | null {
	const receiver = proxy.attributes.get(self);
	const base = proxy.attributes.get(next);
	if (receiver === undefined || base === undefined) return null;
	const found = base.kind === "class" ? findInClass(base, name) : null;
	if (found === null && objectMethods.has(name) && isBare(base)) return builtin(`object.${name}`);
	if (found === null) return { kind: "bound-method", receiver, name, function: null };
	const isPlain = found.value.kind === "function" && found.value.decorators.length === 0 && !found.maybe;
	return isPlain && found.value.kind === "function" ? { kind: "bound-method", receiver, name, function: found.value } : null;
}
