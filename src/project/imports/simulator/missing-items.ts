import type * as ast from "../../../python/ast.ts";
import { dottedName } from "../../../python/walk.ts";
import type { ConstantValue, DictValue, Origin, Value } from "../values.ts";
import { keyValue } from "./dict-keys.ts";
import type { Frame, Machine } from "./machine.ts";
import { failOperation, isShared } from "./refused-operations.ts";

/** An item that a literal list or dict does not have, where nothing else had it in hands since. */
export function failOnMissingItem(machine: Machine, frame: Frame, owner: Value, index: Value, node: ast.Subscript): void {
	if (index.kind !== "constant" || isShared(owner)) return;
	const isExact = isSealed(owner) || isFollowed(machine, owner);
	const isRegistry = !isSealed(owner) && isFilledLater(frame, node.value);
	if (!isExact && isRegistry && !(owner.kind === "dict" && isNamedOnce(machine, index.value))) return;
	if (owner.kind === "sequence" && owner.complete && owner.type !== "view" && owner.type !== "set") {
		if (typeof index.value === "string") {
			failOperation(machine, frame, node, "TypeError", `${owner.type} indices must be integers or slices, not str`);
		} else if (typeof index.value === "number" && (index.value >= owner.items.length || index.value < -owner.items.length)) {
			failOperation(machine, frame, node, "IndexError", `${owner.type} index out of range`);
		}
	}
	if (
		owner.kind === "dict" &&
		owner.complete &&
		(owner.entries.size > 0 || isExact) &&
		typeof index.value === "string" &&
		!owner.entries.has(index.value)
	) {
		const keys = [...owner.entries.keys()].filter((key) => typeof key === "string");
		failOperation(machine, frame, node, "KeyError", `'${index.value}'`, {
			key: { wanted: index.value, keys, origin: index.origin, isRegistry, originOf: (key) => originOf(keyValue(owner, key)) },
		});
	}
}

function originOf(value: Value): Origin | null {
	return value.kind === "constant" ? value.origin : null;
}

/** How many keys were looked for in the texts of the project; each time costs a walk through all of them. */
const lookedFor = new WeakMap<Machine, number>();
const mostLookedFor = 100;

/** Does only the place that asks for a key name it? Then no code that was not followed puts it in, whatever it computes. */
function isNamedOnce(machine: Machine, key: ConstantValue["value"]): boolean {
	// A module that failed before may be the one that puts it in.
	if (machine.failures.length > 0) return false;
	if (typeof key !== "string" || !/^\w[\w.-]*$/.test(key)) return false;
	const asked = (lookedFor.get(machine) ?? 0) + 1;
	lookedFor.set(machine, asked);
	if (asked > mostLookedFor) return false;
	const named = new RegExp(`(?<!\\w)${key.replaceAll(".", "\\.")}(?!\\w)`, "gi");
	let count = 0;
	for (const { module } of machine.sysModules.values()) {
		count += module?.text.match(named)?.length ?? 0;
		if (count > 1) return false;
	}
	return count === 1;
}

/** Does some code of the module put items into what goes by that name? Not all of it is followed. */
function isFilledLater(frame: Frame, written: ast.Expression): boolean {
	let owner = written;
	while (owner.type === "Subscript") owner = owner.value;
	const name = dottedName(owner);
	if (name === null) return owner.type !== "Dict" && owner.type !== "Sequence" && owner.type !== "Call";
	const last = name.slice(name.lastIndexOf(".") + 1);
	const fills = new RegExp(
		`\\b${last}(?:(?:\\s*\\[[^\\]\\n]*\\])+\\s*(?:[|+]?=(?!=)|:)|\\.(?:update|setdefault|append|extend|insert|add|pop|clear|__setitem__)\\b|\\s*[|+]=)`,
	);
	return (
		name.includes(".") || fills.test(frame.module.text) || frame.scope.names.get(last)?.maybe === true || !bindsHere(frame, last)
	);
}

/** What was imported may be filled by any module. */
function bindsHere({ globals, scope }: Frame, name: string): boolean {
	const node = (scope.names.get(name) ?? globals.names.get(name))?.node;
	return node !== undefined && node !== null && "type" in node && (node.type === "Assign" || node.type === "AnnAssign");
}

const born = new WeakMap<Value, number>();

/** Remembers how much had not been followed when a dict of the project was made. */
export function notice({ unfollowed }: Machine, dict: DictValue): DictValue {
	born.set(dict, unfollowed);
	return dict;
}

/** Was everything followed that has run since the dict was made? Then it has what it was seen to get, and nothing else. */
function isFollowed({ unfollowed, path }: Machine, value: Value): boolean {
	return born.get(value) === unfollowed && !path.dynamic;
}

const sealed = new WeakSet<DictValue>();

/** A dict that the library fills before it hands it on: what it does not have when it is asked, it never gets. */
export function seal(dict: DictValue): DictValue {
	sealed.add(dict);
	return dict;
}

function isSealed(value: Value): boolean {
	return value.kind === "dict" && sealed.has(value);
}
