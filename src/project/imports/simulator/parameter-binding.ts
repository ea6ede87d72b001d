import type * as ast from "../../../python/ast.ts";
import { qualifiedName } from "../../../python/qualified-name.ts";
import { type FunctionValue, type Namespace, unknown, type Value } from "../values.ts";
import { missingArguments, tooManyPositional } from "./argument-words.ts";
import { type BindingProblem, failToBind } from "./external-signature.ts";
import { functionFrame } from "./function-frame.ts";
import { type CallArguments, type Frame, type Machine, newNamespace } from "./machine.ts";

/** Binds arguments to parameters by Python's rules; an impossible binding is a TypeError. */
export function bindParameters(
	machine: Machine,
	frame: Frame,
	callee: FunctionValue,
	definition: ast.FunctionDef,
	scope: Namespace,
	args: CallArguments,
	node: ast.Call,
): void {
	const { parameters } = definition;
	const positional = parameters.filter((parameter) => parameter.kind === "positional" || parameter.kind === "positional-only");
	const names = new Set<string>();
	const set = (name: string, value: Value, parameter: ast.Parameter): void => {
		scope.names.set(name, { value, node: parameter, maybe: false });
		names.add(name);
	};
	for (const [index, parameter] of positional.entries()) {
		const value = args.args[index];
		if (value !== undefined) set(parameter.name.name, value, parameter);
	}
	const extra: string[] = [];
	for (const [name, value] of args.keywords) {
		const parameter = parameters.find(
			(each) => each.name.name === name && (each.kind === "positional" || each.kind === "keyword-only"),
		);
		if (parameter !== undefined) set(name, value, parameter);
		else extra.push(name);
	}
	const repeated = parameters.find(
		(each) =>
			each.kind === "positional" &&
			names.has(each.name.name) &&
			positional.indexOf(each) < args.args.length &&
			args.keywords.has(each.name.name),
	);
	const takesAny = (kind: ast.Parameter["kind"]): boolean => parameters.some((parameter) => parameter.kind === kind);
	const missing: ast.Parameter[] = [];
	for (const parameter of parameters) {
		if (names.has(parameter.name.name)) continue;
		if (parameter.kind === "var-positional") {
			const items = args.args.slice(positional.length);
			set(parameter.name.name, { kind: "sequence", type: "tuple", items, complete: !args.open }, parameter);
			continue;
		}
		if (parameter.kind === "var-keyword") {
			const entries = new Map(extra.map((name) => [name, args.keywords.get(name) ?? unknown]));
			set(parameter.name.name, { kind: "dict", entries, complete: !args.open }, parameter);
			continue;
		}
		if (parameter.default === null && !args.open) missing.push(parameter);
		// What cannot be seen of the arguments may give it another value.
		const isDefault = parameter.default !== null && !args.open;
		set(parameter.name.name, isDefault ? defaultValue(machine, callee, parameter) : unknown, parameter);
	}
	if (repeated !== undefined) {
		const shown = machine.environment.python.minor >= 10 ? qualifiedName(callee.module.tree, definition) : definition.name.name;
		failToBind(machine, frame, { message: `${shown}() got multiple values for argument '${repeated.name.name}'` }, node);
		return;
	}
	const problem = bindingProblem(
		machine,
		callee.module.tree,
		definition,
		args,
		positional,
		missing,
		takesAny("var-keyword") ? [] : extra,
		takesAny("var-positional"),
	);
	if (problem !== null) failToBind(machine, frame, problem, node);
}

/** Defaults were evaluated when the function was defined; only plain constants are looked at again. */
function defaultValue(machine: Machine, callee: FunctionValue, parameter: ast.Parameter): Value {
	const node = parameter.default;
	if (node?.type !== "Constant" || node.literal === "bytes") return callee.defaults?.get(parameter) ?? unknown;
	return machine.evaluate(functionFrame(callee, newNamespace(callee.scope), null), node);
}

function bindingProblem(
	machine: Machine,
	tree: ast.Module,
	definition: ast.FunctionDef,
	args: CallArguments,
	positional: readonly ast.Parameter[],
	missing: readonly ast.Parameter[],
	unexpected: readonly string[],
	takesMore: boolean,
): BindingProblem | null {
	// The way to the definition is only looked for where there is something to say: a call costs nothing by it.
	const name = () => (machine.environment.python.minor >= 10 ? qualifiedName(tree, definition) : definition.name.name);
	if (unexpected[0] !== undefined) {
		const filled = new Set(positional.slice(0, args.args.length));
		const free = definition.parameters.filter(
			(parameter) => (parameter.kind === "positional" || parameter.kind === "keyword-only") && !filled.has(parameter),
		);
		return {
			message: `${name()}() got an unexpected keyword argument '${unexpected[0]}'`,
			keyword: {
				name: unexpected[0],
				parameters: free.map((parameter) => parameter.name.name).filter((each) => !args.keywords.has(each)),
			},
		};
	}
	if (!takesMore && args.args.length > positional.length) {
		const counted = positional.map((parameter) => ({ hasDefault: parameter.default !== null }));
		const keywordOnly = definition.parameters.filter(
			(parameter) => parameter.kind === "keyword-only" && args.keywords.has(parameter.name.name),
		).length;
		return { message: tooManyPositional(`${name()}()`, counted, args.args.length, keywordOnly) };
	}
	const lacking = missing.filter((parameter) => parameter.kind !== "keyword-only");
	const chosen = lacking.length > 0 ? lacking : missing;
	if (chosen.length === 0) return null;
	machine.doubts++;
	const kind = lacking.length > 0 ? "positional" : "keyword-only";
	const names = chosen.map((parameter) => parameter.name.name);
	return { message: missingArguments(`${name()}()`, names, kind) };
}
