import type * as ast from "../../../../python/ast.ts";
import { unknown, type Value } from "../../values.ts";
import { moduleAttributes } from "../builtins.ts";
import { findInClass } from "../classes/class-members.ts";
import { constant } from "../external.ts";
import type { CallArguments, Frame, Machine } from "../machine.ts";

/** `hasattr(module, "router")`, where all that a module of the project binds is known. */
export function hasAttribute(machine: Machine, owner: Value | undefined, name: Value | undefined): Value {
	if (name?.kind !== "constant" || typeof name.value !== "string") return unknown;
	const found = moduleMember(machine, owner, name.value);
	return found === "unknown" ? unknown : constant(found !== "absent");
}

/** `getattr(owner, "name")` is `owner.name`, where the owner has that for certain, or is a module; a default stands for what a module lacks. */
export function attributeAsked(machine: Machine, frame: Frame, { args, open }: CallArguments, node: ast.Call): Value {
	const [owner, name, fallback] = args;
	if (open || owner === undefined || name?.kind !== "constant" || typeof name.value !== "string") return unknown;
	if (certainlyHas(owner, name.value)) return machine.attribute(frame, owner, name.value, node);
	const found = moduleMember(machine, owner, name.value);
	if (found === "absent" && fallback !== undefined) return fallback;
	if (found !== "absent" && found !== "unknown") return found;
	return fallback === undefined && owner.kind === "module" ? machine.attribute(frame, owner, name.value, node) : unknown;
}

/** Does a class of the project bind the name in its body, or hold an object of one the attribute? */
function certainlyHas(owner: Value, name: string): boolean {
	if (owner.kind === "instance" && owner.attributes.has(name)) return true;
	const owners = owner.kind === "class" ? owner : owner.kind === "instance" && owner.of.kind === "class" ? owner.of : null;
	return owners !== null && findInClass(owners, name)?.maybe === false;
}

function moduleMember(machine: Machine, owner: Value | undefined, name: string): Value | "absent" | "unknown" {
	if (owner?.kind !== "module" || owner.module === null) return "unknown";
	const { names, dynamic } = owner.namespace;
	const binding = names.get(name);
	if (binding !== undefined) return binding.maybe ? "unknown" : binding.value;
	if (dynamic || moduleAttributes.has(name) || names.has("__getattr__")) return "unknown";
	// What is missing on the way may be bound by then; and what stands behind a failure was never run.
	const record = machine.sysModules.get(owner.name);
	return record?.status === "done" && owner.module.tree.errors.length === 0 ? "absent" : "unknown";
}
