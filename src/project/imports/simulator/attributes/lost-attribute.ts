import { changedCallable } from "../../../../environment/changed-calls.ts";
import type * as ast from "../../../../python/ast.ts";
import type { ExternalValue } from "../../values.ts";
import type { Frame, Machine } from "../machine.ts";
import { failWithout } from "./fail-without.ts";

/** An attribute that a library's class, or its objects, have lost with a release: `frame.append(…)`. */
export function failOnLostAttribute(
	machine: Machine,
	frame: Frame,
	{ canonical }: ExternalValue,
	name: string,
	node: ast.Node,
	isObject: boolean,
): boolean {
	const changed = changedCallable(machine.environment, canonical);
	const lost = changed?.attributes.get(name);
	if (changed === undefined || lost === undefined || (isObject && !lost.ofObjects)) return false;
	if (machine.patched.has(`${canonical}.${name}`)) return false;
	const printed = canonical.slice(canonical.lastIndexOf(".") + 1);
	const message = isObject
		? `'${printed}' object has no attribute '${name}'`
		: `type object '${printed}' has no attribute '${name}'`;
	failWithout(machine, frame, node, { owner: changed.dotted, name, message });
	return true;
}
