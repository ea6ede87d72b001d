import type * as ast from "../../../../python/ast.ts";
import { applicationClass } from "../../library-objects.ts";
import type { ExternalValue, InstanceValue, Value } from "../../values.ts";
import { unknown } from "../../values.ts";
import { externalSymbol } from "../external.ts";
import { type Frame, failAt, type Machine } from "../machine.ts";

const stateClass = "starlette.datastructures.State";

/**
 * `app.state`, and what stands in it: attributes that the program has set, and no others; and `app.router`. Null for everything else.
 * The state of an application that code we cannot see was handed may hold more.
 */
export function stateAttribute(
	machine: Machine,
	frame: Frame,
	owner: InstanceValue,
	of: ExternalValue,
	name: string,
	node: ast.Node,
): Value | null {
	if (name === "state" && applicationClass.test(of.canonical)) {
		const made: InstanceValue = {
			kind: "instance",
			of: externalSymbol(machine, stateClass, null),
			attributes: new Map(),
			call: owner.call,
		};
		owner.attributes.set("state", made);
		return made;
	}
	if (name === "router" && applicationClass.test(of.canonical)) {
		// The application's methods register with this router.
		const router: InstanceValue = {
			kind: "instance",
			of: externalSymbol(machine, "fastapi.routing.APIRouter", null),
			attributes: new Map(),
			call: owner.call,
		};
		owner.attributes.set("router", router);
		return router;
	}
	if (of.name !== stateClass) return null;
	if (name.startsWith("_") || isHandedOut(machine, owner)) return unknown;
	failAt(machine, frame, node, {
		detail: { type: "raises", exception: "AttributeError", by: "operation", known: [...owner.attributes.keys()] },
		exception: "AttributeError",
		message: `'State' object has no attribute '${name}'`,
	});
	return unknown;
}

/** Did any call of a library, or of something we do not know, get the application, its state, or code that may set it? */
function isHandedOut(machine: Machine, state: InstanceValue): boolean {
	const application = state.call?.result;
	const reachesState = (value: Value): boolean =>
		value === application ||
		value === state ||
		value.kind === "coroutine" ||
		(value.kind === "bound-method" && value.receiver === state);
	return machine.calls.some(({ callee, args, keywords, open }) => {
		if (callee.kind === "function" || callee.kind === "class") return false;
		if (callee.kind === "external" && callee.canonical === "builtins.getattr") return false;
		return open || [...args, ...keywords.values()].some(reachesState);
	});
}
