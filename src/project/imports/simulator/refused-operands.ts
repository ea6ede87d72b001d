import type * as ast from "../../../python/ast.ts";
import type { Value } from "../values.ts";
import { failOnUnset, unsetVariable } from "./library/unset-variable.ts";
import type { Frame, Machine } from "./machine.ts";
import { failOperation } from "./refused-operations.ts";
import { typeName } from "./value-types.ts";

/** `a / b` and `a < b` between built-in types that do not go together, or with what a variable gives that nothing sets. */
export function failOnOperands(
	machine: Machine,
	frame: Frame,
	operator: string,
	left: Value,
	right: Value,
	node: ast.Node,
): boolean {
	const [a, b] = [operandType(left), operandType(right)];
	const message = a === null || b === null ? null : refusalOf(operator, a, b, machine.environment.python.minor);
	if (message === null) return false;
	const variable = unsetVariable(left) ?? unsetVariable(right);
	if (variable === null) failOperation(machine, frame, node, "TypeError", message);
	else
		failOnUnset(machine, frame, node, { variable, consequence: consequenceOf(operator, a, b), exception: "TypeError", message });
	return true;
}

function consequenceOf(operator: string, a: string | null, b: string | null): string {
	return operator === "+" && (a === "str" || b === "str") ? "None and a text cannot be added" : `${operator} gets None`;
}

/** The type of a value whose operators are those of Python itself; null for all other values. */
function operandType(value: Value): string | null {
	if (unsetVariable(value) !== null) return "NoneType";
	if (value.kind === "instance" && value.attributes.has("__fspath__")) return "PosixPath";
	const type = typeName(value);
	return type !== null && known.has(type) ? type : null;
}

const numbers: ReadonlySet<string> = new Set(["bool", "int", "float"]);
const texts: ReadonlySet<string> = new Set(["str", "list", "tuple"]);
const known: ReadonlySet<string> = new Set([...numbers, ...texts, "dict", "set", "NoneType", "PosixPath", "SecretStr"]);

/** What Python says; null where it says nothing, or something that depends on the very values. */
function refusalOf(operator: string, a: string, b: string, minor: number): string | null {
	if (isDone(operator, a, b)) return null;
	switch (operator) {
		case "in":
		case "not in":
			if (b === "str") return `'in <string>' requires string as left operand, not ${a}`;
			return `argument of type '${b}' is not ${minor >= 14 ? "a container or " : ""}iterable`;
		case "<":
		case "<=":
		case ">":
		case ">=":
			return `'${operator}' not supported between instances of '${a}' and '${b}'`;
		case "+":
			if (texts.has(a)) return `can only concatenate ${a} (not "${b}") to ${a}`;
			break;
		case "*":
			if (texts.has(a)) return `can't multiply sequence by non-int of type '${b}'`;
			if (texts.has(b)) return `can't multiply sequence by non-int of type '${a}'`;
			break;
	}
	return `unsupported operand type(s) for ${operator === "**" ? "** or pow()" : operator}: '${a}' and '${b}'`;
}

/** Do two types take part in an operation together? https://docs.python.org/3/reference/expressions.html has what each operator takes. */
function isDone(operator: string, a: string, b: string): boolean {
	const areNumbers = numbers.has(a) && numbers.has(b);
	const areWhole = areNumbers && a !== "float" && b !== "float";
	const areSets = a === "set" && b === "set";
	const isPath = a === "PosixPath" || b === "PosixPath";
	switch (operator) {
		case "in":
		case "not in":
			return b === "str" ? a === "str" : texts.has(b) || b === "dict" || b === "set";
		case "<":
		case "<=":
		case ">":
		case ">=":
			return areNumbers || (a === b && a !== "dict" && a !== "NoneType" && a !== "SecretStr");
		case "+":
			return areNumbers || (a === b && texts.has(a));
		case "-":
			return areNumbers || areSets;
		case "*":
			return areNumbers || (texts.has(a) && isWhole(b)) || (isWhole(a) && texts.has(b));
		case "/":
			return areNumbers || (isPath && [a, b].every((type) => type === "PosixPath" || type === "str"));
		case "%":
			return areNumbers || a === "str";
		case "//":
		case "**":
			return areNumbers;
		case "&":
		case "^":
			return areWhole || areSets;
		case "|":
			return areWhole || areSets || (a === "dict" && b === "dict");
		case "<<":
		case ">>":
			return areWhole;
		case "@":
			return false;
		default:
			return true;
	}
}

function isWhole(type: string): boolean {
	return type === "int" || type === "bool";
}
