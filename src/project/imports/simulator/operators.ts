import type * as ast from "../../../python/ast.ts";
import { type ExternalValue, unknown, type Value } from "../values.ts";
import { failOnCoroutineOperand } from "./async-misuse.ts";
import { isBuiltinFunction } from "./builtins.ts";
import { constant } from "./external.ts";
import { failOnTruth } from "./library/mongo-objects.ts";
import { failOnPercentFormat } from "./library/text-formats.ts";
import { type Frame, type Machine, maybe } from "./machine.ts";
import { binary, compare, truth } from "./operations.ts";
import { failOnOperands } from "./refused-operands.ts";
import { failOperation } from "./refused-operations.ts";
import { refusedUnion } from "./typing/type-unions.ts";
import { typeName } from "./value-types.ts";

/** `a + b` and its like. */
export function binaryOperation(machine: Machine, frame: Frame, node: ast.BinOp): Value {
	const left = machine.evaluate(frame, node.left);
	const right = machine.evaluate(frame, node.right);
	if (node.operator === "|") {
		const refusal = refusedUnion(machine, { value: left, node: node.left }, { value: right, node: node.right });
		if (refusal !== null) {
			failOperation(machine, frame, node, "TypeError", `unsupported operand type(s) for |: ${refusal}`);
			return unknown;
		}
	}
	if (node.operator === "|" && left.kind === "dict" && right.kind === "dict" && machine.environment.python.minor < 9) {
		failOperation(machine, frame, node, "TypeError", "unsupported operand type(s) for |: 'dict' and 'dict'");
		return unknown;
	}
	if (failOnCoroutineOperand(machine, frame, [left, right], node.operator, node)) return unknown;
	if (node.operator === "%") failOnPercentFormat(machine, frame, left, right, node);
	if (failOnOperands(machine, frame, node.operator, left, right, node)) return unknown;
	const path = node.operator === "/" ? joinedPath(left, right) : null;
	if (path !== null) return path;
	if (node.operator === ">>" && left.kind === "external" && left.name === "builtins.print")
		failOperation(machine, frame, node, "TypeError", printChevron(right));
	return binary(node.operator, left, right);
}

/** What Python says of `print >> out`, which was how Python 2 printed to a file. */
function printChevron(right: Value): string {
	const isStream = right.kind === "external" && /^sys\.(stdout|stderr)$/.test(right.name);
	const type = isStream ? "_io.TextIOWrapper" : (typeName(right) ?? "object");
	return `unsupported operand type(s) for >>: 'builtin_function_or_method' and '${type}'. Did you mean "print(<message>, file=<output_stream>)"?`;
}

/** `callable[...]`, where typing's Callable is meant, `Depends[get_db]` and `os.getenv["HOST"]`. */
export function failOnFunctionSubscript(machine: Machine, frame: Frame, owner: ExternalValue, node: ast.Subscript): void {
	if (isBuiltinFunction(owner.name))
		failOperation(machine, frame, node, "TypeError", "'builtin_function_or_method' object is not subscriptable");
	else if (
		owner.canonical === "os.getenv" ||
		(/^fastapi\.param_functions\.\w+$/.test(owner.canonical) && owner.entry?.kind === "function")
	)
		failOperation(machine, frame, node, "TypeError", "'function' object is not subscriptable");
}

/** `Path(...) / "name"`, for the `sys.path` edits and file names that start-up computes. */
function joinedPath(left: Value, right: Value): Value | null {
	if (left.kind !== "instance" || !left.attributes.has("__fspath__")) return null;
	const base = left.attributes.get("__fspath__");
	if (base?.kind !== "constant" || right.kind !== "constant" || typeof right.value !== "string") return unknown;
	const joined = right.value.startsWith("/") ? right.value : `${String(base.value).replace(/\/$/, "")}/${right.value}`;
	return { ...left, attributes: new Map([["__fspath__", constant(joined)]]) };
}

/** Does a condition hold, as far as that is known? */
export function condition(machine: Machine, frame: Frame, node: ast.Expression): boolean | undefined {
	const value = machine.evaluate(frame, node);
	failOnTruth(machine, frame, value, node);
	return truth(value);
}

/** `a and b`, `a or b`. */
export function booleanOperation(machine: Machine, frame: Frame, node: ast.BoolOp): Value {
	const left = machine.evaluate(frame, node.left);
	failOnTruth(machine, frame, left, node.left);
	const decided = truth(left);
	if (decided === undefined) {
		const right = maybe(machine, () => machine.evaluate(frame, node.right));
		if (node.operator === "and" && truth(right) === false) return constant(false);
		return unknown;
	}
	if (node.operator === "or") return decided ? left : machine.evaluate(frame, node.right);
	return decided ? machine.evaluate(frame, node.right) : left;
}

/** `a < b < c`. */
export function comparison(machine: Machine, frame: Frame, node: ast.Compare): Value {
	const values = node.operands.map((operand) => machine.evaluate(frame, operand));
	let result: boolean | undefined = true;
	for (const [index, operator] of node.operators.entries()) {
		const left = values[index];
		const right = values[index + 1];
		if (left === undefined || right === undefined) continue;
		if (failOnCoroutineOperand(machine, frame, [left, right], operator, node)) return unknown;
		if (failOnOperands(machine, frame, operator, left, right, node)) return unknown;
		const holds = compare(operator, left, right);
		if (holds === false) return constant(false);
		if (holds === undefined) result = undefined;
	}
	return result === undefined ? unknown : constant(result);
}
