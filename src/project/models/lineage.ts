import type { ClassValue, ExternalValue, InstanceValue, Value } from "../imports/values.ts";
import { templateOf } from "./declarative-base.ts";

/** One class in the order in which Python looks attributes up. */
export type Ancestor = ClassValue | ExternalValue | InstanceValue;

/** A class with everything it derives from. */
export interface Lineage {
	/** The class itself first, then its ancestors in method resolution order. */
	readonly ancestors: readonly Ancestor[];
	/** Those that the project defines. */
	readonly own: readonly ClassValue[];
	/** False where a base is not known, so that it may bring anything. */
	readonly isComplete: boolean;
}

const known = new WeakMap<ClassValue, Lineage>();

/** The ancestors of a class (C3; where Python would refuse the order of the bases, depth first). */
export function lineageOf(value: ClassValue): Lineage {
	const cached = known.get(value);
	if (cached !== undefined) return cached;
	const ancestors = linearise(value, 0) ?? depthFirst(value, 0);
	const own = ancestors.filter((each) => each.kind === "class");
	const isComplete = own.every((each) => each.bases.every(isAncestor) && !each.namespace.dynamic);
	const lineage = { ancestors, own, isComplete };
	known.set(value, lineage);
	return lineage;
}

/** The first ancestor that binds a name in its body, the class itself included; null where none of the project does. */
export function ownerOf(value: ClassValue, name: string): ClassValue | null {
	return lineageOf(value).own.find((each) => each.namespace.names.has(name)) ?? null;
}

/** What a class or the nearest of its ancestors binds a name to; undefined where none of the project does. */
export function inheritedValue(value: ClassValue, name: string): Value | undefined {
	const found = ownerOf(value, name)?.namespace.names.get(name);
	return found?.maybe === true ? { kind: "unknown" } : found?.value;
}

/** Can the bases be put into an order at all? False where Python says so with a TypeError. */
export function isConsistent(value: ClassValue): boolean {
	const hasEarlyObject = value.bases.some((base, index) => isObject(base) && index < value.bases.length - 1);
	return !hasEarlyObject && linearise(value, 0) !== null;
}

function isAncestor(value: Value): value is Ancestor {
	return value.kind === "class" || value.kind === "external" || value.kind === "instance";
}

const deepest = 40;

/** The C3 linearisation (https://docs.python.org/3/howto/mro.html), or null where there is none. */
function linearise(value: Ancestor, depth: number): readonly Ancestor[] | null {
	if (depth > deepest) return [value];
	if (value.kind !== "class") {
		const template = templateOf(value);
		const order = template === null ? [] : linearise(template, depth + 1);
		return order === null ? null : [value, ...order];
	}
	const bases = entriesOf(value);
	const sequences: (readonly Ancestor[])[] = [];
	for (const base of bases) {
		const order = linearise(base, depth + 1);
		if (order === null) return null;
		sequences.push(order);
	}
	const merged = merge([...sequences, bases]);
	if (merged === null) return null;
	// The type that stands for a `Generic[T]` that gave way may be a library's, whose own ancestors are not listed.
	const markers = value.bases.filter((base): base is Ancestor => isAncestor(base) && isNamed(base, "Generic"));
	return [value, ...merged, ...markers.filter((marker) => !merged.some((each) => isSame(each, marker)))];
}

/**
 * What Python puts in the place of the written bases: `Generic[T]` gives way to a subscripted base behind it, and to `Protocol` (`__mro_entries__`
 * of typing). Without `object`, which ends every order.
 */
function entriesOf({ bases, node }: ClassValue): readonly Ancestor[] {
	const isWritten = bases.length === node.bases.length;
	const hasProtocol = bases.some((base) => isNamed(base, "Protocol"));
	return bases.filter((base, index): base is Ancestor => {
		if (!isAncestor(base) || isObject(base)) return false;
		if (!isNamed(base, "Generic")) return true;
		return isWritten && !hasProtocol && !node.bases.slice(index + 1).some((written) => written.type === "Subscript");
	});
}

/** Is it this name of typing, or the copy of typing_extensions? */
function isNamed(base: Value, name: "Generic" | "Protocol"): boolean {
	return base.kind === "external" && (base.canonical === `typing.${name}` || base.canonical === `typing_extensions.${name}`);
}

/** Is it `object`, from which every class derives? */
export function isObject(base: Value): boolean {
	return base.kind === "external" && base.canonical === "builtins.object";
}

function merge(sequences: readonly (readonly Ancestor[])[]): readonly Ancestor[] | null {
	const result: Ancestor[] = [];
	let rest = sequences.map((sequence) => [...sequence]).filter((sequence) => sequence.length > 0);
	while (rest.length > 0) {
		const head = rest.map(([first]) => first).find((candidate) => candidate !== undefined && !isInTail(candidate, rest));
		if (head === undefined) return null;
		result.push(head);
		rest = rest
			.map((sequence) => sequence.filter((each, index) => !(index === 0 && isSame(each, head))))
			.filter((sequence) => sequence.length > 0);
	}
	return result;
}

function isInTail(candidate: Ancestor, sequences: readonly (readonly Ancestor[])[]): boolean {
	return sequences.some((sequence) => sequence.slice(1).some((each) => isSame(each, candidate)));
}

function isSame(a: Ancestor, b: Ancestor): boolean {
	return a === b || (a.kind === "external" && b.kind === "external" && a.canonical === b.canonical);
}

function depthFirst(value: ClassValue, depth: number): readonly Ancestor[] {
	if (depth > deepest) return [value];
	const result: Ancestor[] = [value];
	for (const base of value.bases) {
		if (!isAncestor(base)) continue;
		const template = templateOf(base);
		const above = template === null ? [] : depthFirst(template, depth + 1);
		for (const each of base.kind === "class" ? depthFirst(base, depth + 1) : [base, ...above])
			if (!result.some((earlier) => isSame(earlier, each))) result.push(each);
	}
	return result;
}
