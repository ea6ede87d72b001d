import type * as ast from "../../python/ast.ts";
import { boundNames } from "../../python/scopes.ts";
import { dottedName, isGenerator, walk } from "../../python/walk.ts";
import { type NameScope, scopeOfFunction } from "../models/name-scope.ts";
import { valueOfName } from "../models/type-form.ts";
import type { Module, Project } from "../project.ts";

/** A coroutine function of the project that is called in another one, and whose coroutine is taken for its result. */
export interface UnawaitedCoroutine {
	readonly module: Module;
	readonly owner: ast.FunctionDef;
	readonly call: ast.Call;
	/** The function that is called. */
	readonly name: string;
	/** Is something read from the call itself, so that an `await` needs parentheses? */
	readonly isChained: boolean;
	/** The line that Python prints; null where the coroutine only counts as true. */
	readonly error: string | null;
}

/** What is read from coroutines in the coroutine functions that start-up defines. */
export function* unawaitedCoroutines(project: Project): Generator<UnawaitedCoroutine> {
	for (const { value } of project.trace.functions) {
		const { node, module } = value;
		if (node.type !== "FunctionDef" || !node.isAsync || !/\w\(/.test(module.text.slice(node.start, node.end))) continue;
		const scope = scopeOfFunction(project, value);
		const misuses = misusesIn(node);
		const own =
			misuses.length === 0 ? null : new Set([...node.parameters.map((each) => each.name.name), ...boundNames(node.body)]);
		for (const { call, isChained, error } of misuses) {
			const [root = ""] = dottedName(call.callee)?.split(".") ?? [];
			// A name of the function's own may stand for anything.
			const name = own?.has(root) === false ? coroutineFunction(call, scope) : null;
			if (name !== null) yield { module, owner: node, call, name, isChained, error };
		}
	}
}

type Misuse = Pick<UnawaitedCoroutine, "call" | "isChained" | "error">;

/** Calls of which something is read at once, or by a name that nothing else is done with. */
function misusesIn(node: ast.FunctionDef): readonly Misuse[] {
	const found: Misuse[] = [];
	const assigned = new Map<string, ast.Call[]>();
	const readings = new Map<string, { readonly error: string | null }[]>();
	const known = new Set<ast.Node>();
	const bound = new Map<string, number>();
	const read = (value: ast.Expression, error: string | null) => {
		if (value.type === "Call" && error !== null) found.push({ call: value, isChained: true, error });
		if (value.type !== "Name") return;
		known.add(value);
		readings.set(value.id, [...(readings.get(value.id) ?? []), { error }]);
	};
	const others = new Set<string>();
	walk(node.body, (each) => {
		switch (each.type) {
			case "Lambda":
			case "ClassDef":
				return false;
			case "Attribute":
				if (!/^(?:send|throw|close|cr_\w+|__\w+)$/.test(each.attribute.name))
					read(each.value, `AttributeError: 'coroutine' object has no attribute '${each.attribute.name}'`);
				break;
			case "Subscript":
				read(each.value, "TypeError: 'coroutine' object is not subscriptable");
				break;
			case "For":
				if (!each.isAsync && each.iterable.type === "Call")
					found.push({ call: each.iterable, isChained: false, error: "TypeError: 'coroutine' object is not iterable" });
				if (!each.isAsync && each.iterable.type === "Name") read(each.iterable, "TypeError: 'coroutine' object is not iterable");
				break;
			case "UnaryOp":
				if (each.operator === "not") read(each.operand, null);
				break;
			case "If":
				read(each.test, null);
				break;
			case "Compare":
				for (const operand of each.operands) read(operand, null);
				break;
			case "Return":
				if (each.value?.type === "Name") known.add(each.value);
				break;
			case "Assign": {
				const [target] = each.targets;
				if (target?.type !== "Name" || each.targets.length > 1) break;
				known.add(target);
				bound.set(target.id, (bound.get(target.id) ?? 0) + 1);
				if (each.value.type === "Call") assigned.set(target.id, [...(assigned.get(target.id) ?? []), each.value]);
				break;
			}
			case "Name":
				// Whatever else is done with the name may be what awaits it.
				if (!known.has(each)) others.add(each.id);
		}
		return true;
	});
	for (const [name, [call]] of assigned) {
		const [first] = readings.get(name) ?? [];
		if (call === undefined || first === undefined || bound.get(name) !== 1 || others.has(name)) continue;
		const error = readings.get(name)?.find((each) => each.error !== null)?.error ?? null;
		found.push({ call, isChained: false, error });
	}
	return found;
}

/** The name of the project's own coroutine function that is called, plain and without decorators; else null. */
function coroutineFunction({ callee }: ast.Call, scope: NameScope): string | null {
	if (callee.type !== "Name" && callee.type !== "Attribute") return null;
	const value = valueOfName(callee, scope);
	if (value?.kind !== "function" || value.node.type !== "FunctionDef") return null;
	const { node, decorators } = value;
	return node.isAsync && decorators.length === 0 && !isGenerator(node) ? node.name.name : null;
}
