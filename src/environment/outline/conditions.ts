import type * as ast from "../../python/ast.ts";
import type { PythonVersion } from "../environment.ts";

/** What a condition at module level may depend on. */
export interface ConditionFacts {
	readonly python: PythonVersion;
	/** `sys.platform`: linux, darwin, win32. */
	readonly platform: string;
	/** Absolute dotted name behind a dotted expression (`sys.version_info` for `version_info`), or null. */
	resolve(dotted: string): string | null;
	/** The value of a name assigned in the same module, or undefined. */
	constant(name: string): Known;
}

/** A value that is known; undefined stands for everything else. */
export type Known = string | number | boolean | null | readonly Known[] | undefined;

/** Whether a condition holds, or undefined where that cannot be told. */
export function truthOf(test: ast.Expression, facts: ConditionFacts): boolean | undefined {
	if (test.type === "BoolOp") {
		// One side may decide without the other being known.
		const decides = test.operator === "or";
		const sides = [truthOf(test.left, facts), truthOf(test.right, facts)];
		if (sides.includes(decides)) return decides;
		return sides.includes(undefined) ? undefined : !decides;
	}
	const value = evaluate(test, facts);
	if (value === undefined) return undefined;
	return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** Evaluates what version, platform and typing tests are made of. */
export function evaluate(node: ast.Expression, facts: ConditionFacts): Known {
	switch (node.type) {
		case "Constant":
			return typeof node.value === "bigint" || node.literal === "bytes" || node.literal === "ellipsis" ? undefined : node.value;
		case "Name":
		case "Attribute":
			return evaluateName(node, facts);
		case "Sequence": {
			const items = node.items.map((item) => evaluate(item, facts));
			return items.includes(undefined) ? undefined : items;
		}
		case "UnaryOp": {
			if (node.operator === "not") {
				const truth = truthOf(node.operand, facts);
				return truth === undefined ? undefined : !truth;
			}
			const operand = evaluate(node.operand, facts);
			return node.operator === "-" && typeof operand === "number" ? -operand : undefined;
		}
		case "BoolOp": {
			const left = truthOf(node.left, facts);
			if (left === undefined) return undefined;
			return evaluate(left === (node.operator === "or") ? node.left : node.right, facts);
		}
		case "Compare":
			return evaluateComparison(node, facts);
		case "Subscript": {
			const value = evaluate(node.value, facts);
			if (!Array.isArray(value)) return undefined;
			if (node.index.type === "Slice") {
				const [only] = node.index.parts;
				// `[:n]` begins with its colon.
				const stop =
					only === undefined || only.start === node.index.start || node.index.parts.length > 1
						? undefined
						: evaluate(only, facts);
				return typeof stop === "number" ? value.slice(0, stop) : undefined;
			}
			const index = evaluate(node.index, facts);
			return typeof index === "number" ? value.at(index) : undefined;
		}
		case "Call": {
			if (node.callee.type !== "Attribute") return undefined;
			const argument = node.args[0] === undefined ? undefined : evaluate(node.args[0], facts);
			const method = node.callee.attribute.name;
			if (method === "system" && dotted(node.callee, facts) === "platform.system")
				return { linux: "Linux", darwin: "Darwin", win32: "Windows" }[facts.platform];
			const owner = evaluate(node.callee.value, facts);
			if (typeof owner !== "string") return undefined;
			if (method === "startswith" && typeof argument === "string") return owner.startsWith(argument);
			return method === "lower" ? owner.toLowerCase() : undefined;
		}
		default:
			return undefined;
	}
}

function evaluateName(node: ast.Name | ast.Attribute, facts: ConditionFacts): Known {
	const path = dotted(node, facts);
	const { major, minor } = facts.python;
	switch (path) {
		case "typing.TYPE_CHECKING":
		case "typing_extensions.TYPE_CHECKING":
			return false;
		case "sys.version_info":
			// The patch level is not known: comparing it gives no answer.
			return [major, minor, undefined];
		case "sys.version_info.major":
			return major;
		case "sys.version_info.minor":
			return minor;
		case "sys.platform":
			return facts.platform;
		case "os.name":
			return facts.platform === "win32" ? "nt" : "posix";
		case "sys.implementation.name":
			return "cpython";
		case "__debug__":
			return true;
		case "__name__":
			return "not __main__";
	}
	return node.type === "Name" ? facts.constant(node.id) : undefined;
}

function dotted(node: ast.Expression, facts: ConditionFacts): string | null {
	const parts: string[] = [];
	let current = node;
	for (; current.type === "Attribute"; current = current.value) parts.unshift(current.attribute.name);
	if (current.type !== "Name") return null;
	parts.unshift(current.id);
	return facts.resolve(parts.join("."));
}

function evaluateComparison(node: ast.Compare, facts: ConditionFacts): Known {
	const operands = node.operands.map((operand) => evaluate(operand, facts));
	const results = node.operators.map((operator, index) => compare(operator, operands[index], operands[index + 1]));
	if (results.includes(false)) return false;
	return results.includes(undefined) ? undefined : true;
}

function compare(operator: string, left: Known, right: Known): boolean | undefined {
	if (left === undefined || right === undefined) return undefined;
	if (operator === "in" || operator === "not in") {
		const holds = typeof right === "string" && typeof left === "string" ? right.includes(left) : undefined;
		const found = Array.isArray(right) ? right.some((item) => order(item, left) === 0) : holds;
		return found === undefined ? undefined : (operator === "in") === found;
	}
	const sign = order(left, right);
	if (Number.isNaN(sign)) return undefined;
	if (operator === "==" || operator === "is") return sign === 0;
	if (operator === "!=" || operator === "is not") return sign !== 0;
	if (sign === undefined) return undefined;
	if (operator === "<") return sign < 0;
	if (operator === "<=") return sign <= 0;
	if (operator === ">") return sign > 0;
	return operator === ">=" ? sign >= 0 : undefined;
}

/** Python's ordering of numbers, strings and tuples; undefined for things that cannot be ordered, NaN where it is not known. */
function order(left: Known, right: Known): number | undefined {
	if (left === undefined || right === undefined) return Number.NaN;
	if (Array.isArray(left) && Array.isArray(right)) {
		for (const [index, item] of left.entries()) {
			if (index >= right.length) return 1;
			const sign = order(item, right[index]);
			if (sign !== 0) return sign;
		}
		return left.length - right.length;
	}
	if (typeof left === "number" && typeof right === "number") return left - right;
	if (typeof left === "string" && typeof right === "string") return left < right ? -1 : left > right ? 1 : 0;
	return left === right ? 0 : undefined;
}
