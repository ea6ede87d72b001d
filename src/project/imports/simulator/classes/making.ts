import type { ClassValue, InstanceValue, Value } from "../../values.ts";
import type { CallArguments } from "../machine.ts";
import { findInClass } from "./class-members.ts";

/**
 * Objects whose `__init__` is running and that nobody else has seen: they have what it has set so far, and nothing more. Code
 * that is not followed and gets such an object in hands may set anything on it.
 */
const inMaking = new Set<InstanceValue>();

/** Runs the `__init__` of an object. */
export function making<T>(instance: InstanceValue, init: () => T): T {
	if (instance.of.kind === "class" && isMadeByItself(instance.of)) inMaking.add(instance);
	try {
		return init();
	} finally {
		inMaking.delete(instance);
	}
}

/** Does the object lack an attribute for certain, since its `__init__` sets that only later, if at all? */
export function isNotSetYet(instance: InstanceValue): boolean {
	return inMaking.has(instance);
}

/** Something that is not followed was handed these values. */
export function handedOver({ args, keywords }: CallArguments): void {
	for (const value of [...args, ...keywords.values()]) leave(value);
}

/** Something that is not followed has this value in hands. */
export function leave(value: Value | undefined): void {
	// A function may know any object by the scope that it stands in.
	if (value?.kind === "function" || value?.kind === "coroutine") inMaking.clear();
	else if (value?.kind === "instance") inMaking.delete(value);
	else if (value?.kind === "bound-method") leave(value.receiver);
	else if (value?.kind === "sequence") for (const item of value.items) leave(item);
}

/** One line of own classes, with nothing that makes or fills objects in another way. */
function isMadeByItself(owner: ClassValue): boolean {
	const [base, ...others] = owner.bases;
	const isPlain =
		!owner.namespace.dynamic &&
		owner.decorators.length === 0 &&
		owner.keywords.size === 0 &&
		owner.bases.length === owner.node.bases.length &&
		["__new__", "__getattr__", "__getattribute__", "__setattr__"].every((name) => findInClass(owner, name) === null);
	if (!isPlain || others.length > 0) return false;
	if (base === undefined) return true;
	return base.kind === "class"
		? isMadeByItself(base)
		: base.kind === "external" && /^(builtins\.object|abc\.ABC)$/.test(base.canonical);
}
