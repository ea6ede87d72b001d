import type * as ast from "../../python/ast.ts";
import type { GetattrWorld } from "./world.ts";

/** The code raises a Python exception, for certain. */
export class Raised extends Error {
	constructor(
		readonly exception: string,
		override readonly message: string,
	) {
		super();
	}
}

/** The code does something that cannot be followed. */
export class Unsure extends Error {}

/** Python's plain constants, as far as they matter to tables of names. */
export type Constant = string | number | boolean | null;
/** What is known of a Python value. */
export type Value =
	| { readonly type: "constant"; readonly value: Constant }
	| { readonly type: "sequence"; readonly items: readonly Value[] }
	| { readonly type: "dict"; readonly entries: ReadonlyMap<Constant, Value> }
	| { readonly type: "function"; readonly node: ast.FunctionDef; readonly scope: Frame }
	| { readonly type: "module"; readonly name: string }
	/** Something of another module. */
	| { readonly type: "member"; readonly module: string; readonly name: string }
	/** The namespace of a module; `lacking` is the name that is not in it, else `__getattr__` would not be asked. */
	| { readonly type: "namespace"; readonly world: GetattrWorld; readonly lacking: string | null }
	/** An object that exists, nothing more. */
	| { readonly type: "object" }
	| { readonly type: "unknown" };

export const none: Value = { type: "constant", value: null };
export const unknownValue: Value = { type: "unknown" };

/** Names of a function that is being followed, and of those around it. */
export interface Frame {
	readonly world: GetattrWorld;
	readonly names: Map<string, Value>;
	readonly parent: Frame | null;
	readonly depth: number;
	/** The name that the module's namespace is known to lack, or null. */
	readonly lacking: string | null;
}

/** Whether a value counts as true, or undefined where that is not known. */
export function truthOf(value: Value): boolean | undefined {
	switch (value.type) {
		case "constant":
			return Boolean(value.value);
		case "sequence":
			return value.items.length > 0;
		case "dict":
			return value.entries.size > 0;
		case "function":
		case "module":
			return true;
		default:
			return undefined;
	}
}

/** What iterating over a value gives, or null where that is not known. */
export function itemsOf(value: Value): readonly Value[] | null {
	if (value.type === "sequence") return value.items;
	if (value.type === "dict") return [...value.entries.keys()].map((key) => ({ type: "constant", value: key }));
	return null;
}

/** What a namespace holds under a key, undefined where it certainly holds nothing; throws `Unsure` where that cannot be told. */
export function namespaceItem(namespace: Value & { type: "namespace" }, key: Constant): Value | undefined {
	const { world, lacking } = namespace;
	if (typeof key !== "string" || key === lacking) return undefined;
	const found = world.table.names.get(key);
	if (found === undefined && !world.table.dynamic && world.table.stars.length === 0) return undefined;
	if (found === undefined || found.slot.kind === "maybe") throw new Unsure();
	return { type: "member", module: world.moduleName, name: key };
}

/** `item in container`, or undefined where that is not known. */
export function contains(container: Value, item: Value): boolean | undefined {
	if (item.type !== "constant") return undefined;
	if (container.type === "namespace") return namespaceItem(container, item.value) !== undefined;
	if (container.type === "dict") return container.entries.has(item.value);
	if (container.type === "constant")
		return typeof container.value === "string" && typeof item.value === "string"
			? container.value.includes(item.value)
			: undefined;
	if (container.type !== "sequence") return undefined;
	const matches = container.items.map((one) => isEqual(one, item));
	if (matches.includes(true)) return true;
	return matches.includes(undefined) ? undefined : false;
}

/** Whether two values are equal, or undefined where that is not known. */
export function isEqual(left: Value, right: Value): boolean | undefined {
	if (left.type === "constant" && right.type === "constant") return left.value === right.value;
	if (left.type === "unknown" || right.type === "unknown" || left.type === "object" || right.type === "object") return undefined;
	if (left.type === "member" || right.type === "member") return undefined;
	return left.type === right.type ? undefined : false;
}
