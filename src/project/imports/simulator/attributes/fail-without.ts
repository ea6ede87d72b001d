import type * as ast from "../../../../python/ast.ts";
import { type Frame, failAt, type Machine } from "../machine.ts";

/** `'dict' object has no attribute 'append'`: what is read of an object or a class that does not have it. */
export function failWithout(
	machine: Machine,
	frame: Frame,
	node: ast.Node,
	/** `owner` as the rules know it. */
	{ owner, name, message }: { readonly owner: string; readonly name: string; readonly message: string },
): void {
	failAt(machine, frame, node, {
		detail: { type: "attribute-missing", owner, name, cycle: null, via: "instance" },
		exception: "AttributeError",
		message,
	});
}

/** The same of an object, where the rules know its type by the name that Python prints. */
export function failOnObject(machine: Machine, frame: Frame, type: string, name: string, node: ast.Node): void {
	failWithout(machine, frame, node, { owner: type, name, message: `'${type}' object has no attribute '${name}'` });
}
