import { unknown, type Value } from "../../values.ts";
import { dictKey, isOwnName, keysOf, keyValue } from "../dict-keys.ts";
import { constant } from "../external.ts";
import type { CallArguments, Machine } from "../machine.ts";
import { nothingReturned } from "../value-types.ts";
import { unsetKey } from "./dotenv-dicts.ts";

/** A method of a list whose items are known. */
export function listMethod(machine: Machine, list: Value & { kind: "sequence" }, name: string, args: CallArguments): Value {
	const [first] = args.args;
	if (name === "append" && first !== undefined) {
		if (machine.uncertain > 0) list.complete = false;
		else list.items.push(first);
		return constant(null);
	}
	if (name === "extend" && first !== undefined) {
		if (first.kind === "sequence" && machine.uncertain === 0) list.items.push(...first.items);
		if (first.kind !== "sequence" || !first.complete || machine.uncertain > 0) list.complete = false;
		return constant(null);
	}
	if (["insert", "remove", "pop", "clear", "sort", "reverse"].includes(name)) {
		list.complete = false;
		list.items.length = 0;
	}
	return unknown;
}

/** A method of a dict whose entries are known. */
export function dictMethod(machine: Machine, dict: Value & { kind: "dict" }, name: string, args: CallArguments): Value {
	const [key, fallback] = args.args;
	const wanted = key === undefined ? undefined : dictKey(key);
	if (name === "get" && wanted !== undefined) {
		const found = dict.entries.get(wanted);
		if (found !== undefined) return found;
		if (isOwnName(wanted)) return unknown;
		return fallback === undefined
			? (unsetKey(dict, String(wanted)) ?? (dict.complete ? nothingReturned : unknown))
			: dict.complete
				? fallback
				: unknown;
	}
	if (name === "keys" && dict.complete) return { kind: "sequence", type: "view", items: [...keysOf(dict)], complete: true };
	if (name === "values" && dict.complete)
		return { kind: "sequence", type: "view", items: [...dict.entries.values()], complete: true };
	if (name === "items" && dict.complete) {
		const items = [...dict.entries].map(
			([item, value]): Value => ({ kind: "sequence", type: "tuple", items: [keyValue(dict, item), value], complete: true }),
		);
		return { kind: "sequence", type: "view", items, complete: true };
	}
	if (machine.uncertain === 0 && !args.open) {
		if (name === "pop" && dict.complete && wanted !== undefined && !isOwnName(wanted)) {
			const taken = dict.entries.get(wanted) ?? fallback;
			dict.entries.delete(wanted);
			if (taken !== undefined) return taken;
		}
		if (name === "setdefault" && dict.complete && key?.kind === "constant" && typeof key.value === "string") {
			const value = dict.entries.get(key.value) ?? fallback ?? constant(null);
			dict.entries.set(key.value, value);
			return value;
		}
		if (name === "update" && (key === undefined || (key.kind === "dict" && key.complete))) {
			for (const [each, value] of key?.entries ?? []) dict.entries.set(each, value);
			for (const [each, value] of args.keywords) dict.entries.set(each, value);
			return constant(null);
		}
	}
	if (["update", "setdefault", "pop", "popitem", "clear", "__setitem__", "__delitem__", "__ior__"].includes(name)) {
		machine.doubts++;
		dict.complete = false;
		if (!/^(setdefault|update|__setitem__|__ior__)$/.test(name)) dict.entries.clear();
	}
	return unknown;
}
