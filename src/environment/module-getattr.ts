import type * as ast from "../python/ast.ts";
import { parseModule } from "../python/parse.ts";
import type { ExportLookup, ExternalEntry, ModuleLookup } from "./environment.ts";
import type { ModuleGetattr, ModuleTable } from "./module-table.ts";
import { resolveRelative } from "./outline/import-statement.ts";
import { definitionLines } from "./outline/logical-lines.ts";

/** The module whose `__getattr__` (PEP 562) is asked, and the modules around it. */
export interface GetattrWorld {
	readonly moduleName: string;
	readonly packageName: string;
	readonly text: string;
	readonly table: ModuleTable;
	find(module: string): ModuleLookup;
	/** Another module's source, for helpers that live there. */
	source(module: string): GetattrWorld | null;
}

/** Steps after which a `__getattr__` counts as too clever for us. */
const mostSteps = 20_000;
const deepestCall = 6;
/** How many `__getattr__` may be waiting for each other. */
const deepestNesting = 8;
let nesting = 0;

/**
 * What a module's `__getattr__` answers for one name: its code is followed with the name as a known string, through
 * literal tables, lazy imports and helper functions. `unknown` as soon as something cannot be followed.
 */
export function evaluateGetattr(getattr: ModuleGetattr, symbol: string, world: GetattrWorld): ExportLookup {
	if (getattr.kind === "table") {
		const served = Object.hasOwn(getattr.names, symbol) ? getattr.names[symbol] : undefined;
		if (served !== undefined) return { found: "present", entry: served ?? { kind: "unknown" } };
		const error = Object.hasOwn(getattr.refused, symbol) ? getattr.refused[symbol] : undefined;
		if (error !== undefined) return { found: "absent", error };
		return { found: getattr.complete ? "absent" : "unknown" };
	}
	// Modules may serve each other's names in a circle.
	if (getattr.kind === "unknown" || nesting >= deepestNesting) return { found: "unknown" };
	const run = new Run(world.moduleName);
	nesting++;
	try {
		const callee =
			getattr.kind === "function"
				? run.functionAt(world, getattr.at)
				: run.evaluateText(world, world.text.slice(getattr.start, getattr.end));
		if (callee.type !== "function") return { found: "unknown" };
		return answerOf(run.call(callee, [{ type: "constant", value: symbol }], new Map(), 0));
	} catch (thrown) {
		if (thrown instanceof Raised) {
			if (thrown.exception === "AttributeError") return { found: "absent" };
			return { found: "absent", error: thrown.message === null ? thrown.exception : `${thrown.exception}: ${thrown.message}` };
		}
		if (thrown instanceof Unsure) return { found: "unknown" };
		throw thrown;
	} finally {
		nesting--;
	}
}

/** A `__getattr__` as the catalog keeps it: what it answers for each candidate, and whether it refuses everything else. */
export function bundledGetattr(getattr: ModuleGetattr, world: GetattrWorld, candidates: readonly string[]): ModuleGetattr {
	const names: Record<string, ExternalEntry | null> = {};
	const refused: Record<string, string> = {};
	let complete = evaluateGetattr(getattr, "bootmend_no_such_name", world).found === "absent";
	for (const candidate of candidates) {
		const answer = evaluateGetattr(getattr, candidate, world);
		if (answer.found === "present") names[candidate] = answer.entry.kind === "unknown" ? null : answer.entry;
		else if (answer.found === "unknown") names[candidate] = null;
		else if (answer.error !== undefined) refused[candidate] = answer.error;
	}
	if (getattr.kind === "unknown") complete = false;
	return { kind: "table", names, refused, complete };
}

function answerOf(value: Value): ExportLookup {
	switch (value.type) {
		case "unknown":
			return { found: "unknown" };
		case "module":
			return { found: "present", entry: { kind: "alias", module: value.name, name: null } };
		case "member":
			return { found: "present", entry: { kind: "alias", module: value.module, name: value.name } };
		default:
			return { found: "present", entry: { kind: "unknown" } };
	}
}

/** The code raises a Python exception, for certain. */
class Raised extends Error {
	constructor(
		readonly exception: string,
		override readonly message: string,
	) {
		super();
	}
}

/** The code does something that cannot be followed. */
class Unsure extends Error {}

type Constant = string | number | boolean | null;
type Value =
	| { readonly type: "constant"; readonly value: Constant }
	| { readonly type: "sequence"; readonly items: readonly Value[] }
	| { readonly type: "dict"; readonly entries: ReadonlyMap<Constant, Value> }
	| { readonly type: "function"; readonly node: ast.FunctionDef; readonly scope: Frame }
	| { readonly type: "module"; readonly name: string }
	/** Something of another module. */
	| { readonly type: "member"; readonly module: string; readonly name: string }
	/** The module's own namespace, which does not have the name: else `__getattr__` would not be asked. */
	| { readonly type: "namespace" }
	/** An object that exists, nothing more. */
	| { readonly type: "object" }
	| { readonly type: "unknown" };

const none: Value = { type: "constant", value: null };
const unknownValue: Value = { type: "unknown" };

interface Frame {
	readonly world: GetattrWorld;
	readonly names: Map<string, Value>;
	readonly parent: Frame | null;
	readonly depth: number;
}

type Outcome =
	| { readonly type: "next" }
	| { readonly type: "return"; readonly value: Value }
	| { readonly type: "continue" | "break" };
const next: Outcome = { type: "next" };

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

/** One evaluation, with its budget. */
class Run {
	private steps = 0;

	/** `asked` is the module whose namespace lacks the name. */
	constructor(private readonly asked: string) {}

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

	call(callee: Value & { type: "function" }, args: readonly Value[], keywords: ReadonlyMap<string, Value>, depth: number): Value {
		if (depth > deepestCall || callee.node.isAsync) throw new Unsure();
		const frame: Frame = { world: callee.scope.world, names: new Map(), parent: callee.scope, depth };
		const parameters = callee.node.parameters;
		for (const [index, parameter] of parameters.entries()) {
			if (parameter.kind === "var-positional" || parameter.kind === "var-keyword") {
				frame.names.set(parameter.name.name, unknownValue);
				continue;
			}
			const given = keywords.get(parameter.name.name) ?? (parameter.kind === "keyword-only" ? undefined : args[index]);
			const fallback = parameter.default === null ? unknownValue : this.evaluate(parameter.default, callee.scope);
			frame.names.set(parameter.name.name, given ?? fallback);
		}
		const outcome = this.execute(callee.node.body, frame);
		return outcome.type === "return" ? outcome.value : none;
	}

	private moduleFrame(world: GetattrWorld): Frame {
		return { world, names: new Map(), parent: null, depth: 0 };
	}

	private execute(body: readonly ast.Statement[], frame: Frame): Outcome {
		for (const statement of body) {
			if (++this.steps > mostSteps) throw new Unsure();
			const outcome = this.executeStatement(statement, frame);
			if (outcome.type !== "next") return outcome;
		}
		return next;
	}

	private executeStatement(statement: ast.Statement, frame: Frame): Outcome {
		switch (statement.type) {
			case "Return":
				return { type: "return", value: statement.value === null ? none : this.evaluate(statement.value, frame) };
			case "Raise":
				throw this.raised(statement, frame);
			case "If":
				return this.executeIf(statement, frame);
			case "Try":
				return this.executeTry(statement, frame);
			case "For":
				return this.executeFor(statement, frame);
			case "With":
				return this.execute(statement.body, frame);
			case "Assign": {
				const value = this.evaluate(statement.value, frame);
				for (const target of statement.targets) this.assign(target, value, frame);
				return next;
			}
			case "AnnAssign":
				if (statement.value !== null) this.assign(statement.target, this.evaluate(statement.value, frame), frame);
				return next;
			case "AugAssign":
				this.assign(statement.target, unknownValue, frame);
				return next;
			case "FunctionDef":
				frame.names.set(statement.name.name, { type: "function", node: statement, scope: frame });
				return next;
			case "Import":
				for (const { name, asName } of statement.names)
					frame.names.set(asName?.name ?? name.name.split(".")[0] ?? name.name, {
						type: "module",
						name: asName === null ? (name.name.split(".")[0] ?? name.name) : name.name,
					});
				return next;
			case "ImportFrom":
				return this.executeImportFrom(statement, frame);
			case "ExpressionStatement":
				this.evaluate(statement.value, frame);
				return next;
			case "Continue":
				return { type: "continue" };
			case "Break":
				return { type: "break" };
			case "Pass":
			case "Assert":
			case "Delete":
			case "Global":
			case "Nonlocal":
				return next;
			default:
				throw new Unsure();
		}
	}

	private executeIf(statement: ast.If, frame: Frame): Outcome {
		const truth = truthOf(this.evaluate(statement.test, frame));
		if (truth !== undefined) return this.execute(truth ? statement.body : statement.orelse, frame);
		// Undecided: fine as long as neither side does anything but, say, warn.
		for (const body of [statement.body, statement.orelse]) {
			const names = new Map(frame.names);
			if (!this.onlyGoesOn(body, { ...frame, names })) throw new Unsure();
			for (const [name, value] of names) if (frame.names.get(name) !== value) frame.names.set(name, unknownValue);
		}
		return next;
	}

	/** Does a block, if it runs, neither leave nor raise? */
	private onlyGoesOn(body: readonly ast.Statement[], frame: Frame): boolean {
		try {
			return this.execute(body, frame).type === "next";
		} catch (thrown) {
			if (thrown instanceof Raised) return false;
			throw thrown;
		}
	}

	private executeTry(statement: ast.Try, frame: Frame): Outcome {
		let outcome: Outcome;
		try {
			outcome = this.execute(statement.body, frame);
		} catch (thrown) {
			if (!(thrown instanceof Raised)) throw thrown;
			const handler = statement.handlers.find((one) => catches(one.exception, thrown.exception));
			if (handler === undefined) throw thrown;
			if (handler.body.some((one) => one.type === "Raise" && one.exception === null)) throw thrown;
			outcome = this.execute(handler.body, frame);
			return outcome.type === "next" ? this.execute(statement.finalbody, frame) : outcome;
		}
		if (outcome.type !== "next") return outcome;
		const rest = this.execute(statement.orelse, frame);
		return rest.type === "next" ? this.execute(statement.finalbody, frame) : rest;
	}

	private executeFor(statement: ast.For, frame: Frame): Outcome {
		if (!mayLeave(statement.body)) {
			// A loop that only fills something, such as the module's namespace for the next time.
			for (const name of assignedNames(statement.body)) frame.names.set(name, unknownValue);
			return this.execute(statement.orelse, frame);
		}
		const items = itemsOf(this.evaluate(statement.iterable, frame));
		if (items === null) throw new Unsure();
		for (const item of items) {
			this.assign(statement.target, item, frame);
			const outcome = this.execute(statement.body, frame);
			if (outcome.type === "return") return outcome;
			if (outcome.type === "break") return next;
		}
		return this.execute(statement.orelse, frame);
	}

	private executeImportFrom(statement: ast.ImportFrom, frame: Frame): Outcome {
		const module = resolveRelative(statement.module, statement.level, frame.world.packageName);
		if (module === null || statement.star) throw new Unsure();
		for (const { name, asName } of statement.names)
			frame.names.set(asName?.name ?? name.name, this.member(module, name.name, frame));
		return next;
	}

	private raised(statement: ast.Raise, frame: Frame): Error {
		const node = statement.exception;
		if (node === null) return new Unsure();
		const callee = node.type === "Call" ? node.callee : node;
		const argument = node.type === "Call" ? node.args[0] : undefined;
		const value = argument === undefined ? none : this.evaluate(argument, frame);
		const message = value.type === "constant" && typeof value.value === "string" ? value.value : "";
		if (callee.type !== "Name") return new Raised(callee.type === "Attribute" ? callee.attribute.name : "Exception", message);
		for (let scope: Frame | null = frame; scope !== null; scope = scope.parent) {
			const local = scope.names.get(callee.id);
			if (local?.type === "member") return new Raised(`${local.module}.${local.name}`, message);
		}
		const slot = frame.world.table.names[callee.id]?.slot;
		if (slot?.kind === "alias") return new Raised(`${slot.module}.${slot.name ?? ""}`, message);
		return new Raised(slot === undefined ? callee.id : `${frame.world.moduleName}.${callee.id}`, message);
	}

	private assign(target: ast.Expression, value: Value, frame: Frame): void {
		if (target.type === "Name") frame.names.set(target.id, value);
		else if (target.type === "Sequence") {
			const items = itemsOf(value);
			for (const [index, item] of target.items.entries()) this.assign(item, items?.[index] ?? unknownValue, frame);
		}
	}

	private evaluate(node: ast.Expression, frame: Frame): Value {
		if (++this.steps > mostSteps) throw new Unsure();
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
		const slot = world.table.names[name]?.slot;
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
					: this.member(slot.module, slot.name, { world, names: new Map(), parent: null, depth: 0 });
			default:
				return unknownValue;
		}
	}

	/** What `from module import name` gives. */
	private member(module: string, name: string, frame: Frame): Value {
		const source = frame.world.source(module);
		if (source !== null && source.table.names[name] !== undefined) {
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
		if (node.attribute.name === "__dict__" && this.isAskedModule(node.value, frame)) return { type: "namespace" };
		const owner = this.evaluate(node.value, frame);
		if (owner.type !== "module") return unknownValue;
		const submodule = `${owner.name}.${node.attribute.name}`;
		return frame.world.find(submodule).found === "present"
			? { type: "module", name: submodule }
			: { type: "member", module: owner.name, name: node.attribute.name };
	}

	/** Is an expression `sys.modules[…]` of the asked module? */
	private isAskedModule(node: ast.Expression, frame: Frame): boolean {
		if (node.type !== "Subscript" || node.value.type !== "Attribute" || node.value.attribute.name !== "modules") return false;
		const key = this.evaluate(node.index, frame);
		return key.type === "constant" && key.value === this.asked;
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
		if (owner.type === "namespace") throw new Raised("KeyError", "");
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
		if (node.callee.type === "Attribute") {
			const method = this.evaluateMethod(node, node.callee, frame);
			if (method !== null) return method;
		}
		const args = node.args.flatMap((argument) => this.evaluateItem(argument, frame));
		const keywords = new Map<string, Value>();
		for (const { name, value } of node.keywords) if (name !== null) keywords.set(name.name, this.evaluate(value, frame));
		const callee = this.evaluate(node.callee, frame);
		if (callee.type === "function") return this.call(callee, args, keywords, frame.depth + 1);
		const name =
			node.callee.type === "Name" ? node.callee.id : node.callee.type === "Attribute" ? node.callee.attribute.name : "";
		return this.callBuiltin(name, args, keywords, frame);
	}

	private callBuiltin(name: string, args: readonly Value[], keywords: ReadonlyMap<string, Value>, frame: Frame): Value {
		const [first, second, third] = args;
		switch (name) {
			case "globals":
			case "vars":
				return args.length === 0 ? { type: "namespace" } : unknownValue;
			case "set":
			case "frozenset":
			case "list":
			case "tuple":
			case "sorted": {
				if (first === undefined) return { type: "sequence", items: [] };
				const items = itemsOf(first);
				return items === null ? unknownValue : { type: "sequence", items };
			}
			case "dict":
				return first?.type === "dict" ? first : unknownValue;
			case "str":
				return first?.type === "constant" && typeof first.value === "string" ? first : unknownValue;
			case "getattr":
			case "hasattr":
				return this.getAttribute(name, first, second, third, frame);
			case "import_module":
			case "__import__":
				return this.importModule(first, keywords.get("package") ?? second, frame);
			default:
				return unknownValue;
		}
	}

	private getAttribute(
		builtin: "getattr" | "hasattr",
		owner: Value | undefined,
		name: Value | undefined,
		fallback: Value | undefined,
		frame: Frame,
	): Value {
		if (owner?.type !== "module" || name?.type !== "constant" || typeof name.value !== "string") throw new Unsure();
		const found = frame.world.find(owner.name);
		const lookup = found.found === "present" ? found.module.lookup(name.value) : null;
		if (lookup === null || lookup.found === "unknown") throw new Unsure();
		if (builtin === "hasattr") return { type: "constant", value: lookup.found === "present" };
		if (lookup.found === "present") return { type: "member", module: owner.name, name: name.value };
		if (fallback !== undefined) return fallback;
		throw new Raised("AttributeError", "");
	}

	private importModule(name: Value | undefined, anchor: Value | undefined, frame: Frame): Value {
		if (name?.type !== "constant" || typeof name.value !== "string") throw new Unsure();
		const level = /^\.*/.exec(name.value)?.[0].length ?? 0;
		const base = anchor?.type === "constant" && typeof anchor.value === "string" ? anchor.value : frame.world.packageName;
		const module = resolveRelative(name.value.slice(level), level, base);
		const found = module === null ? null : frame.world.find(module);
		if (module === null || found === null || found.found === "unknown") throw new Unsure();
		if (found.found === "missing") throw new Raised("ModuleNotFoundError", `No module named '${module}'`);
		return { type: "module", name: module };
	}

	/** Methods of known dictionaries and strings; null where it is another call. */
	private evaluateMethod(node: ast.Call, callee: ast.Attribute, frame: Frame): Value | null {
		const owner = this.evaluate(callee.value, frame);
		const method = callee.attribute.name;
		const argument = (index: number): Value | undefined => {
			const found = node.args[index];
			return found === undefined ? undefined : this.evaluate(found, frame);
		};
		if (owner.type === "namespace") return method === "get" ? (argument(1) ?? none) : unknownValue;
		if (owner.type === "dict") {
			const key = argument(0);
			if (method === "get")
				return key?.type === "constant" ? (owner.entries.get(key.value) ?? argument(1) ?? none) : unknownValue;
			const keys = [...owner.entries.keys()].map((value): Value => ({ type: "constant", value }));
			const values = [...owner.entries.values()];
			if (method === "keys") return { type: "sequence", items: keys };
			if (method === "values") return { type: "sequence", items: values };
			if (method === "items")
				return {
					type: "sequence",
					items: keys.map((one, index) => ({ type: "sequence", items: [one, values[index] ?? unknownValue] })),
				};
			return unknownValue;
		}
		if (owner.type !== "constant" || typeof owner.value !== "string") return null;
		const given = argument(0);
		const text = given?.type === "constant" && typeof given.value === "string" ? given.value : null;
		const constant = (value: Constant): Value => ({ type: "constant", value });
		const sequence = (parts: readonly string[]): Value => ({ type: "sequence", items: parts.map(constant) });
		switch (method) {
			case "startswith":
				return text === null ? unknownValue : constant(owner.value.startsWith(text));
			case "endswith":
				return text === null ? unknownValue : constant(owner.value.endsWith(text));
			case "lower":
				return constant(owner.value.toLowerCase());
			case "upper":
				return constant(owner.value.toUpperCase());
			case "split":
				return text === null || node.args.length > 1 ? unknownValue : sequence(owner.value.split(text));
			case "join": {
				const joined = given === undefined ? null : itemsOf(given);
				const parts = joined?.map((part) => (part.type === "constant" && typeof part.value === "string" ? part.value : null)) ?? [
					null,
				];
				return parts.includes(null) ? unknownValue : constant(parts.join(owner.value));
			}
			case "rsplit":
			case "rpartition": {
				const at = text === null ? -1 : owner.value.lastIndexOf(text);
				if (text === null || at < 0) return unknownValue;
				const [head, tail] = [owner.value.slice(0, at), owner.value.slice(at + text.length)];
				return sequence(method === "rsplit" ? [head, tail] : [head, text, tail]);
			}
			default:
				return unknownValue;
		}
	}
}

/** Is there a `return`, `raise` or `break` among some statements, at any depth? */
function mayLeave(body: readonly ast.Statement[]): boolean {
	return body.some((statement) => {
		switch (statement.type) {
			case "Assign":
			case "AnnAssign":
			case "AugAssign":
			case "ExpressionStatement":
			case "Pass":
			case "Continue":
				return false;
			case "If":
				return mayLeave(statement.body) || mayLeave(statement.orelse);
			default:
				return true;
		}
	});
}

function assignedNames(body: readonly ast.Statement[]): readonly string[] {
	return body.flatMap((statement) => {
		if (statement.type === "If") return assignedNames([...statement.body, ...statement.orelse]);
		const targets =
			statement.type === "Assign"
				? statement.targets
				: statement.type === "AnnAssign" || statement.type === "AugAssign"
					? [statement.target]
					: [];
		return targets.flatMap((target) => (target.type === "Name" ? [target.id] : []));
	});
}

function isCache(decorator: ast.Expression): boolean {
	const name = decorator.type === "Call" ? decorator.callee : decorator;
	return (name.type === "Name" && /cache/.test(name.id)) || (name.type === "Attribute" && /cache/.test(name.attribute.name));
}

/** Does an `except` clause catch an exception of that name? */
function catches(clause: ast.Expression | null, exception: string): boolean {
	if (clause === null) return true;
	if (clause.type === "Sequence") return clause.items.some((item) => catches(item, exception));
	const name = clause.type === "Name" ? clause.id : clause.type === "Attribute" ? clause.attribute.name : "";
	if (name === exception || name === "Exception" || name === "BaseException") return true;
	return (name === "LookupError" && exception === "KeyError") || (name === "ImportError" && exception === "ModuleNotFoundError");
}

function truthOf(value: Value): boolean | undefined {
	switch (value.type) {
		case "constant":
			return Boolean(value.value);
		case "sequence":
			return value.items.length > 0;
		case "dict":
			return value.entries.size > 0;
		case "function":
		case "module":
			return true;
		default:
			return undefined;
	}
}

function itemsOf(value: Value): readonly Value[] | null {
	if (value.type === "sequence") return value.items;
	if (value.type === "dict") return [...value.entries.keys()].map((key) => ({ type: "constant", value: key }));
	return null;
}

function contains(container: Value, item: Value): boolean | undefined {
	if (item.type !== "constant") return undefined;
	if (container.type === "namespace") return false;
	if (container.type === "dict") return container.entries.has(item.value);
	if (container.type === "constant")
		return typeof container.value === "string" && typeof item.value === "string"
			? container.value.includes(item.value)
			: undefined;
	if (container.type !== "sequence") return undefined;
	const matches = container.items.map((one) => isEqual(one, item));
	if (matches.includes(true)) return true;
	return matches.includes(undefined) ? undefined : false;
}

function isEqual(left: Value, right: Value): boolean | undefined {
	if (left.type === "constant" && right.type === "constant") return left.value === right.value;
	if (left.type === "unknown" || right.type === "unknown" || left.type === "object" || right.type === "object") return undefined;
	if (left.type === "member" || right.type === "member") return undefined;
	return left.type === right.type ? undefined : false;
}
