import type * as ast from "../../python/ast.ts";
import { parseModule } from "../../python/parse.ts";
import type { ModuleTable } from "../module-table.ts";
import { definitionLines } from "../outline/logical-lines.ts";
import { callBuiltin, callMethod } from "./builtins.ts";
import {
	type Constant,
	contains,
	type Frame,
	isEqual,
	itemsOf,
	namespaceItem,
	Raised,
	truthOf,
	Unsure,
	unknownValue,
	type Value,
} from "./values.ts";
import type { GetattrWorld } from "./world.ts";

/** Steps after which a `__getattr__` counts as too clever for us. */
const mostSteps = 20_000;

/** Module-level values and functions that were worked out before, by module. */
const remembered = new WeakMap<ModuleTable, { readonly values: Map<string, Value>; readonly functions: Map<number, Value> }>();

function memoryOf(world: GetattrWorld): { readonly values: Map<string, Value>; readonly functions: Map<number, Value> } {
	let memory = remembered.get(world.table);
	if (memory === undefined) {
		memory = { values: new Map(), functions: new Map() };
		remembered.set(world.table, memory);
	}
	return memory;
}

/** Follows Python expressions; the statements of the functions they call are followed by `Run`. */
export abstract class Expressions {
	private steps = 0;

	/** `symbol` is the name that the namespace of the module `asked` lacks. */
	constructor(
		private readonly asked: string,
		private readonly symbol: string,
	) {}

	/** The name that a module's namespace is known to lack. */
	protected lackingIn(world: GetattrWorld): string | null {
		return world.moduleName === this.asked ? this.symbol : null;
	}

	/** Calls a function whose code is at hand. */
	abstract call(
		callee: Value & { type: "function" },
		args: readonly Value[],
		keywords: ReadonlyMap<string, Value>,
		depth: number,
	): Value;

	/** Counts a step, and says whether it was one too many. */
	protected isOverBudget(): boolean {
		this.steps++;
		return this.steps > mostSteps;
	}

	functionAt(world: GetattrWorld, at: number): Value {
		const { functions } = memoryOf(world);
		const value = functions.get(at) ?? this.parseFunction(world, at);
		functions.set(at, value);
		return value;
	}

	private parseFunction(world: GetattrWorld, at: number): Value {
		const lines = definitionLines(world.text, at);
		const [first, last] = [lines[0], lines.at(-1)];
		if (first === undefined || last === undefined) return unknownValue;
		const source = `${first.indent > 0 ? `if 1:\n${" ".repeat(first.indent)}` : ""}${world.text.slice(first.start, last.end)}\n`;
		let statement = parseModule(source).body[0];
		if (statement?.type === "If") statement = statement.body[0];
		if (statement?.type !== "FunctionDef" || statement.decorators.some((decorator) => !isCache(decorator))) return unknownValue;
		return { type: "function", node: statement, scope: this.moduleFrame(world) };
	}

	evaluateText(world: GetattrWorld, text: string): Value {
		const statement = parseModule(`(${text}\n)`).body[0];
		return statement?.type === "ExpressionStatement" ? this.evaluate(statement.value, this.moduleFrame(world)) : unknownValue;
	}

	private moduleFrame(world: GetattrWorld): Frame {
		return { world, names: new Map(), parent: null, depth: 0, lacking: this.lackingIn(world) };
	}

	protected assign(target: ast.Expression, value: Value, frame: Frame): void {
		if (target.type === "Name") frame.names.set(target.id, value);
		else if (target.type === "Sequence") {
			const items = itemsOf(value);
			for (const [index, item] of target.items.entries()) this.assign(item, items?.[index] ?? unknownValue, frame);
		}
	}

	protected evaluate(node: ast.Expression, frame: Frame): Value {
		if (this.isOverBudget()) throw new Unsure();
		switch (node.type) {
			case "Constant":
				return typeof node.value === "bigint" || node.literal === "bytes" || node.literal === "ellipsis"
					? unknownValue
					: { type: "constant", value: node.value };
			case "JoinedString":
				return this.evaluateJoined(node, frame);
			case "Name":
				return this.evaluateName(node.id, frame);
			case "Attribute":
				return this.evaluateAttribute(node, frame);
			case "Sequence":
				return { type: "sequence", items: node.items.flatMap((item) => this.evaluateItem(item, frame)) };
			case "Dict":
				return this.evaluateDict(node, frame);
			case "Comprehension":
				return this.evaluateComprehension(node, frame);
			case "Subscript":
				return this.evaluateSubscript(node, frame);
			case "Call":
				return this.evaluateCall(node, frame);
			case "NamedExpr": {
				const value = this.evaluate(node.value, frame);
				frame.names.set(node.target.name, value);
				return value;
			}
			case "IfExp": {
				const truth = truthOf(this.evaluate(node.test, frame));
				return truth === undefined ? unknownValue : this.evaluate(truth ? node.body : node.orelse, frame);
			}
			case "BoolOp": {
				const left = this.evaluate(node.left, frame);
				const truth = truthOf(left);
				if (truth === undefined) return unknownValue;
				return truth === (node.operator === "or") ? left : this.evaluate(node.right, frame);
			}
			case "UnaryOp": {
				const truth = node.operator === "not" ? truthOf(this.evaluate(node.operand, frame)) : undefined;
				return truth === undefined ? unknownValue : { type: "constant", value: !truth };
			}
			case "BinOp": {
				const [left, right] = [this.evaluate(node.left, frame), this.evaluate(node.right, frame)];
				if (
					node.operator === "+" &&
					left.type === "constant" &&
					right.type === "constant" &&
					typeof left.value === "string" &&
					typeof right.value === "string"
				)
					return { type: "constant", value: left.value + right.value };
				if ((node.operator === "|" || node.operator === "+") && left.type === "sequence" && right.type === "sequence")
					return { type: "sequence", items: [...left.items, ...right.items] };
				if (node.operator === "|" && left.type === "dict" && right.type === "dict")
					return { type: "dict", entries: new Map([...left.entries, ...right.entries]) };
				return unknownValue;
			}
			case "Compare":
				return this.evaluateComparison(node, frame);
			default:
				return unknownValue;
		}
	}

	private evaluateItem(node: ast.Expression, frame: Frame): readonly Value[] {
		if (node.type !== "Starred") return [this.evaluate(node, frame)];
		const items = itemsOf(this.evaluate(node.value, frame));
		if (items === null) throw new Unsure();
		return items;
	}

	private evaluateJoined(node: ast.JoinedString, frame: Frame): Value {
		let text = "";
		for (const part of node.parts) {
			const value: Value = typeof part === "string" ? { type: "constant", value: part } : this.evaluate(part.value, frame);
			if (value.type !== "constant" || typeof value.value !== "string") return unknownValue;
			text += typeof part !== "string" && part.conversion === "r" ? `'${value.value}'` : value.value;
		}
		return { type: "constant", value: text };
	}

	private evaluateName(name: string, frame: Frame): Value {
		for (let scope: Frame | null = frame; scope !== null; scope = scope.parent) {
			const found = scope.names.get(name);
			if (found !== undefined) return found;
		}
		if (name === "__name__") return { type: "constant", value: frame.world.moduleName };
		if (name === "__package__") return { type: "constant", value: frame.world.packageName };
		return this.ofModule(name, frame.world);
	}

	/** A module-level name of a module whose source we have. */
	private ofModule(name: string, world: GetattrWorld): Value {
		const { values } = memoryOf(world);
		const known = values.get(name);
		if (known !== undefined) return known;
		// A name that leads back to itself is unknown.
		values.set(name, unknownValue);
		try {
			const value = this.moduleValue(name, world);
			values.set(name, value);
			return value;
		} catch (thrown) {
			values.delete(name);
			throw thrown;
		}
	}

	private moduleValue(name: string, world: GetattrWorld): Value {
		const slot = world.table.names.get(name)?.slot;
		switch (slot?.kind) {
			case "lazy-value": {
				// Tables are written once; one that is filled by later statements cannot be trusted.
				if (
					new RegExp(
						`^[ \\t]*${name}\\s*(?:\\[[^\\n]*\\]\\s*=[^=]|\\.\\s*(?:update|append|extend|add|pop|remove|setdefault)\\b|[-+|]=)`,
						"m",
					).test(world.text)
				)
					return unknownValue;
				return this.evaluateText(world, world.text.slice(slot.start, slot.end));
			}
			case "lazy-function":
				return this.functionAt(world, slot.at);
			case "lazy-class":
				return { type: "object" };
			case "alias":
				return slot.name === null
					? { type: "module", name: slot.module }
					: this.member(slot.module, slot.name, this.moduleFrame(world));
			default:
				return unknownValue;
		}
	}

	/** What `from module import name` gives. */
	protected member(module: string, name: string, frame: Frame): Value {
		const source = frame.world.source(module);
		if (source?.table.names.has(name)) {
			const value = this.ofModule(name, source);
			if (value.type !== "unknown" && value.type !== "object") return value;
		}
		const found = frame.world.find(module);
		if (found.found === "present") {
			const lookup = found.module.lookup(name);
			if (lookup.found === "present" && lookup.entry.kind === "submodule") return { type: "module", name: lookup.entry.module };
			if (lookup.found === "absent") throw new Raised("ImportError", "");
			if (lookup.found === "unknown") throw new Unsure();
		}
		return { type: "member", module, name };
	}

	private evaluateAttribute(node: ast.Attribute, frame: Frame): Value {
		if (node.attribute.name === "__dict__") {
			const world = this.worldIn(node.value, frame);
			if (world !== null) return { type: "namespace", world, lacking: this.lackingIn(world) };
		}
		const isSpec = node.value.type === "Name" && node.value.id === "__spec__";
		if (isSpec && node.attribute.name === "parent") return { type: "constant", value: frame.world.packageName };
		if (isSpec && node.attribute.name === "name") return { type: "constant", value: frame.world.moduleName };
		const owner = this.evaluate(node.value, frame);
		if (owner.type !== "module") return unknownValue;
		const submodule = `${owner.name}.${node.attribute.name}`;
		return frame.world.find(submodule).found === "present"
			? { type: "module", name: submodule }
			: { type: "member", module: owner.name, name: node.attribute.name };
	}

	/** The module behind `sys.modules[…]`, where its source is at hand; null for any other expression. */
	private worldIn(node: ast.Expression, frame: Frame): GetattrWorld | null {
		if (node.type !== "Subscript" || node.value.type !== "Attribute" || node.value.attribute.name !== "modules") return null;
		const key = this.evaluate(node.index, frame);
		if (key.type !== "constant" || typeof key.value !== "string") return null;
		return key.value === frame.world.moduleName ? frame.world : frame.world.source(key.value);
	}

	private evaluateDict(node: ast.Dict, frame: Frame): Value {
		const entries = new Map<Constant, Value>();
		for (const { key, value } of node.entries) {
			const result = this.evaluate(value, frame);
			if (key === null) {
				if (result.type !== "dict") return unknownValue;
				for (const [name, one] of result.entries) entries.set(name, one);
				continue;
			}
			const name = this.evaluate(key, frame);
			if (name.type !== "constant") return unknownValue;
			entries.set(name.value, result);
		}
		return { type: "dict", entries };
	}

	private evaluateComprehension(node: ast.Comprehension, frame: Frame): Value {
		const entries = new Map<Constant, Value>();
		const items: Value[] = [];
		const loop = (depth: number, inner: Frame): boolean => {
			const clause = node.clauses[depth];
			if (clause === undefined) {
				const value = this.evaluate(node.element, inner);
				const key = node.key === null ? null : this.evaluate(node.key, inner);
				if (key === null) items.push(value);
				else if (key.type === "constant") entries.set(key.value, value);
				else return false;
				return true;
			}
			const sources = itemsOf(this.evaluate(clause.iterable, inner));
			if (sources === null) return false;
			return sources.every((item) => {
				const scope: Frame = { ...inner, names: new Map(), parent: inner };
				this.assign(clause.target, item, scope);
				const tests = clause.conditions.map((condition) => truthOf(this.evaluate(condition, scope)));
				if (tests.includes(false)) return true;
				return !tests.includes(undefined) && loop(depth + 1, scope);
			});
		};
		if (!loop(0, frame)) return unknownValue;
		return node.kind === "dict" ? { type: "dict", entries } : { type: "sequence", items };
	}

	private evaluateSubscript(node: ast.Subscript, frame: Frame): Value {
		const owner = this.evaluate(node.value, frame);
		if (node.index.type === "Slice") return this.evaluateSlice(owner, node.index, frame);
		const index = this.evaluate(node.index, frame);
		if (index.type !== "constant") return unknownValue;
		if (owner.type === "namespace") {
			const found = namespaceItem(owner, index.value);
			if (found === undefined) throw new Raised("KeyError", "");
			return found;
		}
		if (owner.type === "dict") {
			const found = owner.entries.get(index.value);
			if (found === undefined) throw new Raised("KeyError", String(index.value));
			return found;
		}
		return owner.type === "sequence" && typeof index.value === "number"
			? (owner.items.at(index.value) ?? unknownValue)
			: unknownValue;
	}

	/** `items[:n]`, the one slice that such code is made of. */
	private evaluateSlice(owner: Value, slice: ast.Slice, frame: Frame): Value {
		const [only] = slice.parts;
		if (owner.type !== "sequence" || only === undefined || slice.parts.length > 1 || only.start === slice.start)
			return unknownValue;
		const stop = this.evaluate(only, frame);
		return stop.type === "constant" && typeof stop.value === "number"
			? { type: "sequence", items: owner.items.slice(0, stop.value) }
			: unknownValue;
	}

	private evaluateComparison(node: ast.Compare, frame: Frame): Value {
		const [left, right] = [node.operands[0], node.operands[1]].map((operand) =>
			operand === undefined ? unknownValue : this.evaluate(operand, frame),
		);
		const [operator] = node.operators;
		if (node.operators.length !== 1 || left === undefined || right === undefined) return unknownValue;
		const answer = (value: boolean): Value => ({ type: "constant", value });
		if (operator === "in" || operator === "not in") {
			const holds = contains(right, left);
			return holds === undefined ? unknownValue : answer(holds === (operator === "in"));
		}
		if (operator === "is" || operator === "is not" || operator === "==" || operator === "!=") {
			const equal = isEqual(left, right);
			return equal === undefined ? unknownValue : answer(equal === (operator === "is" || operator === "=="));
		}
		return unknownValue;
	}

	private evaluateCall(node: ast.Call, frame: Frame): Value {
		const args = node.args.flatMap((argument) => this.evaluateItem(argument, frame));
		if (node.callee.type === "Attribute") {
			const result = callMethod(this.evaluate(node.callee.value, frame), node.callee.attribute.name, args);
			if (result !== null) return result;
		}
		const keywords = new Map<string, Value>();
		for (const { name, value } of node.keywords) if (name !== null) keywords.set(name.name, this.evaluate(value, frame));
		const callee = this.evaluate(node.callee, frame);
		if (callee.type === "function") return this.call(callee, args, keywords, frame.depth + 1);
		const name =
			node.callee.type === "Name" ? node.callee.id : node.callee.type === "Attribute" ? node.callee.attribute.name : "";
		return callBuiltin(name, args, keywords, frame);
	}
}

function isCache(decorator: ast.Expression): boolean {
	const name = decorator.type === "Call" ? decorator.callee : decorator;
	return (name.type === "Name" && /cache/.test(name.id)) || (name.type === "Attribute" && /cache/.test(name.attribute.name));
}

/** Does an `except` clause catch an exception of that name? */
