import type * as ast from "../../../python/ast.ts";
import { positionalCallError } from "../../fastapi/positional-call.ts";
import type { Target } from "../../project.ts";
import { applicationClass, isObjectOf } from "../library-objects.ts";
import type { ServedObject } from "../trace.ts";
import { type Binding, type FunctionValue, unknown, type Value } from "../values.ts";
import { aside } from "./aside.ts";
import { attribute } from "./attributes/attribute.ts";
import { callFunction } from "./calls.ts";
import type { Frame, Machine } from "./machine.ts";

/** Where there is no target, or it leads to nothing that we can see. */
export const nothingServed: ServedObject = { value: unknown, factory: null, binding: null, lacks: null, factoryError: null };

/** What stands under the target after the imports, and what its call gives where it is a factory. */
export function findServed(machine: Machine, target: Target, outside: Frame): ServedObject {
	const named = namedObject(machine, target, outside);
	return target.factory ? (refusedFactory(named) ?? callFactory(machine, named, outside)) : callFactory(machine, named, outside);
}

/** What the target's attribute path leads to after the imports, as far as that is certain. */
function namedObject(machine: Machine, target: Target, outside: Frame): ServedObject {
	let value: Value | undefined = machine.sysModules.get(target.module)?.value;
	let binding: Binding | null = null;
	for (const name of target.attribute.split(".")) {
		if (value?.kind === "module" || value?.kind === "class") {
			const found: Binding | undefined = value.namespace.dynamic ? undefined : value.namespace.names.get(name);
			if (found?.maybe === false) {
				binding = found;
				value = found.value;
				continue;
			}
		}
		// What a module lacks is told by its namespace.
		if (value === undefined || value.kind === "module") return nothingServed;
		const owner: Value = value;
		const node: ast.Name = { type: "Name", start: 0, end: 0, id: name };
		const failures = aside(machine, () => {
			value = attribute(machine, outside, owner, name, node);
		});
		if (failures.length > 0) return { ...nothingServed, binding, lacks: { owner, name } };
	}
	return { ...nothingServed, value: value ?? unknown, binding };
}

/** `uvicorn --factory` calls what it found without arguments, and ends where that does not take such a call. */
function refusedFactory(named: ServedObject): ServedObject | null {
	const { value } = named;
	const error = isObjectOf(value, applicationClass)
		? "FastAPI.__call__() missing 3 required positional arguments: 'scope', 'receive', and 'send'"
		: value.kind === "function" && value.node.type === "FunctionDef" && value.decorators.length === 0
			? positionalCallError(value.node, 0)
			: null;
	return error === null ? null : { ...named, factoryError: error };
}

/** uvicorn calls what the target names whenever it can be called without arguments; a function that needs some counts as the application itself. */
function callFactory(machine: Machine, named: ServedObject, outside: Frame): ServedObject {
	const { value } = named;
	if (value.kind !== "function" || value.node.type === "Lambda" || needsArguments(value)) return named;
	const { node } = value;
	const call: ast.Call = {
		type: "Call",
		start: node.start,
		end: node.start,
		callee: { type: "Name", start: node.name.start, end: node.name.end, id: node.name.name },
		args: [],
		keywords: [],
		argumentsRange: { start: node.name.end, end: node.name.end },
	};
	const made = callFunction(machine, outside, value, { args: [], keywords: new Map(), open: false }, call);
	return { ...named, value: made, factory: value };
}

function needsArguments({ node }: FunctionValue): boolean {
	return node.parameters.some((parameter) => parameter.default === null && !parameter.kind.startsWith("var-"));
}
