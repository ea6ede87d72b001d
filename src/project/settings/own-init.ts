import type * as ast from "../../python/ast.ts";
import { mayStore } from "../../python/stored-attributes.ts";
import { walk } from "../../python/walk.ts";
import { findInClass } from "../imports/simulator/classes/class-members.ts";
import type { CallArguments } from "../imports/simulator/machine.ts";
import { type ClassValue, unknown, type Value } from "../imports/values.ts";

/**
 * What pydantic is given for a settings class: the arguments of the call, changed by an `__init__` of the class's own on their way to
 * that of pydantic (`super().__init__(secret=make(), **values)`). Where it may give more than is written there, they are open.
 */
export function argumentsOfPydantic(cls: ClassValue, args: CallArguments): CallArguments {
	const init = ownMethod(cls, "__init__");
	if (init === null) return args;
	const handedOn = callOfPydantic(init);
	const parameters = new Map(init.parameters.map((parameter) => [parameter.name.name, parameter.kind]));
	const keywords = new Map(args.keywords);
	let isPlain = handedOn !== null && handedOn.args.every((each) => each.type === "Starred");
	for (const { name, value } of handedOn?.keywords ?? []) {
		if (name !== null) keywords.set(name.name, unknown);
		else isPlain &&= value.type === "Name" && parameters.get(value.id) === "var-keyword" && countOf(init, value.id) === 1;
	}
	return { ...args, keywords, open: args.open || !isPlain };
}

/** Forgets what methods set that pydantic, or Python, runs after it has validated: `__init__` of the class's own, `model_post_init`. */
export function forgetWhatIsSetAfter(cls: ClassValue, attributes: Map<string, Value>): void {
	for (const method of [ownMethod(cls, "__init__"), ownMethod(cls, "model_post_init")])
		if (method !== null) for (const name of attributes.keys()) if (mayStore(method, name)) attributes.set(name, unknown);
}

function ownMethod(cls: ClassValue, name: string): ast.FunctionDef | null {
	const found = findInClass(cls, name)?.value;
	return found?.kind === "function" && found.node.type === "FunctionDef" ? found.node : null;
}

/** The only call of an `__init__` in the method, on any path; null where there is none or more than one. */
function callOfPydantic(init: ast.FunctionDef): ast.Call | null {
	const calls: ast.Call[] = [];
	walk(init.body, (node) => {
		if (node.type === "Call" && node.callee.type === "Attribute" && node.callee.attribute.name === "__init__") calls.push(node);
	});
	const [only, ...others] = calls;
	return only === undefined || others.length > 0 ? null : only;
}

/** How often the method's body reads or writes the name. */
function countOf({ body }: ast.FunctionDef, name: string): number {
	let count = 0;
	walk(body, (node) => {
		if (node.type === "Name" && node.id === name) count++;
	});
	return count;
}
