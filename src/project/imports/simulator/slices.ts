import type * as ast from "../../../python/ast.ts";
import { unknown, type Value } from "../values.ts";
import { constant } from "./external.ts";
import type { Frame } from "./machine.ts";

/** `name[:-3]` of a known text or list, where both bounds are written as whole numbers or left out; unknown for all else. */
export function sliced({ module }: Frame, owner: Value, index: ast.Slice): Value {
	const bounds = /^\s{0,20}(-?\d{1,9})?\s{0,20}:\s{0,20}(-?\d{1,9})?\s{0,20}$/.exec(module.text.slice(index.start, index.end));
	if (bounds === null) return unknown;
	const [start, stop] = [bounds[1], bounds[2]].map((each) => (each === undefined ? undefined : Number(each)));
	if (owner.kind === "constant" && typeof owner.value === "string" && owner.isConverted === undefined)
		return constant([...owner.value].slice(start, stop).join(""), owner.origin);
	if (owner.kind === "sequence" && owner.complete && (owner.type === "list" || owner.type === "tuple"))
		return { kind: "sequence", type: owner.type, items: owner.items.slice(start, stop), complete: true };
	return unknown;
}
