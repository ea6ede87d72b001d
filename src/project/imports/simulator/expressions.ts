import type * as ast from "../../../python/ast.ts";
import { type DictValue, type ExternalValue, type FunctionValue, type SequenceValue, unknown, type Value } from "../values.ts";
import { failOnCoroutineUse, failOnNeedlessAwait } from "./async-misuse.ts";
import { isBuiltin, moduleAttributes } from "./builtins.ts";
import { findInClass } from "./classes/class-members.ts";
import { failOnMemberName } from "./classes/enum-look-up.ts";
import { isValueEnum } from "./classes/enumerations.ts";
import { comprehension, consumed } from "./comprehensions.ts";
import { dictKey, setEntry } from "./dict-keys.ts";
import { builtin, constant } from "./external.ts";
import { yieldValue } from "./generators.ts";
import { failOnUnsetKey, mergeInto } from "./library/dotenv-dicts.ts";
import { enteredOnStack } from "./library/enter-context.ts";
import { failOnTruth, namedInMongo } from "./library/mongo-objects.ts";
import { failOnUnnamed } from "./library/none-refusals.ts";
import { awaitedRows } from "./library/session-objects.ts";
import { failOnUnset, unsetVariable } from "./library/unset-variable.ts";
import {
	at,
	bind,
	type CallArguments,
	type Frame,
	failAt,
	isDynamic,
	lookUp,
	type Machine,
	maybe,
	newNamespace,
} from "./machine.ts";
import { failOnMissingItem, notice } from "./missing-items.ts";
import { asText, itemsOf, truth } from "./operations.ts";
import { binaryOperation, booleanOperation, comparison, condition, failOnFunctionSubscript } from "./operators.ts";
import { failOnPlainClassSubscript, failOnSubscript, failOnUnhashable, failOperation } from "./refused-operations.ts";
import { failOnRepeatedKeyword, isCertainEntry } from "./repeated-keyword.ts";
import { sliced } from "./slices.ts";
import { failOnParameterCount } from "./typing/type-parameters.ts";
import { failOnTypeArguments } from "./typing/typing-forms.ts";

/** What an expression evaluates to, with everything that evaluating it does. */
export function evaluate(machine: Machine, frame: Frame, node: ast.Expression): Value {
	machine.steps++;
	switch (node.type) {
		case "Name":
			return name(machine, frame, node);
		case "Constant":
			return literal(frame, node);
		case "JoinedString":
			return joinedString(machine, frame, node);
		case "Attribute":
			return machine.attribute(frame, machine.evaluate(frame, node.value), node.attribute.name, node);
		case "Call":
			return call(machine, frame, node);
		case "Subscript":
			return subscript(machine, frame, node);
		case "BinOp":
			return binaryOperation(machine, frame, node);
		case "BoolOp":
			return booleanOperation(machine, frame, node);
		case "UnaryOp": {
			const operand = machine.evaluate(frame, node.operand);
			if (node.operator === "not") {
				failOnTruth(machine, frame, operand, node.operand);
				const value = truth(operand);
				return value === undefined ? unknown : constant(!value);
			}
			if (node.operator === "-" && operand.kind === "constant" && typeof operand.value === "number")
				return constant(-operand.value);
			return unknown;
		}
		case "Compare":
			return comparison(machine, frame, node);
		case "IfExp": {
			const test = condition(machine, frame, node.test);
			if (test === true) return machine.evaluate(frame, node.body);
			if (test === false) return machine.evaluate(frame, node.orelse);
			const [a, b] = maybe(machine, () => [machine.evaluate(frame, node.body), machine.evaluate(frame, node.orelse)]);
			return a !== undefined && a === b ? a : unknown;
		}
		case "Lambda": {
			for (const parameter of node.parameters) {
				const fallback = parameter.default;
				if (fallback !== null) at(machine, "default", () => machine.evaluate(frame, fallback));
			}
			const value: FunctionValue = { kind: "function", node, module: frame.module, decorators: [], scope: frame.enclosing };
			return value;
		}
		case "NamedExpr": {
			const value = machine.evaluate(frame, node.value);
			bind(machine, frame.walrusScope, node.target.name, value, node.target);
			return value;
		}
		case "Await": {
			const value = machine.evaluate(frame, node.value);
			if (value.kind === "coroutine") return value.run();
			failOnNeedlessAwait(machine, frame, value, node);
			machine.doubts++;
			return enteredOnStack(machine, frame, value, node) ?? awaitedRows(machine, value) ?? unknown;
		}
		case "Yield":
			return yieldValue(machine, frame, node);
		case "Starred":
			machine.evaluate(frame, node.value);
			return unknown;
		case "Sequence":
			return sequence(machine, frame, node);
		case "Dict":
			return dict(machine, frame, node);
		case "Comprehension":
			return comprehension(machine, frame, node);
		case "Slice":
			for (const part of node.parts) machine.evaluate(frame, part);
			return unknown;
		case "InvalidExpression":
			return unknown;
	}
}

/** Evaluates an annotation where this Python does: not with postponed evaluation, nor from 3.14 on (PEP 563, PEP 649). */
export function annotation(machine: Machine, frame: Frame, node: ast.Expression, owner?: ast.FunctionDef): void {
	if (!annotationsAreEvaluated(machine, frame.futures)) return;
	let scope = frame;
	if (owner !== undefined && owner.typeParameters.length > 0) {
		const inner = newNamespace(frame.enclosing);
		for (const parameter of owner.typeParameters) inner.names.set(parameter.name, { value: unknown, node: null, maybe: false });
		scope = { ...frame, kind: "function", scope: inner };
	}
	at(machine, "annotation", () => machine.evaluate(scope, node));
}

/** Does this interpreter evaluate annotations when it meets them? */
function annotationsAreEvaluated(machine: Machine, futures: ReadonlySet<string>): boolean {
	const { major, minor } = machine.environment.python;
	return !futures.has("annotations") && (major < 3 || minor < 14);
}

/** Looks a name up as CPython does: own scope, enclosing functions, module, builtins. */
function name(machine: Machine, frame: Frame, node: ast.Name): Value {
	if (isUnbound(frame, node.id)) return unboundLocal(machine, frame, node);
	const scopes = frame.kind === "class" ? [frame.scope, frame.enclosing, frame.globals] : [frame.scope, frame.globals];
	for (const scope of scopes) {
		const found = lookUp(scope, node.id);
		if (found !== null) {
			if (found.maybe) machine.doubts++;
			return found.value;
		}
	}
	const injected = machine.patched.get(`builtins.${node.id}`);
	if (injected !== undefined) return injected;
	if (isBuiltin(node.id, machine.environment.python.minor)) return builtin(node.id);
	if (moduleAttributes.has(node.id)) return unknown;
	if (scopes.some(isDynamic)) {
		machine.doubts++;
		return unknown;
	}
	failAt(machine, frame, node, {
		detail: { type: "name-not-defined", name: node.id, place: machine.place },
		exception: "NameError",
		message: `name '${node.id}' is not defined`,
	});
	return unknown;
}

/** A name that a function binds anywhere is its own from the start: is it, and not bound yet? */
function isUnbound(frame: Frame, id: string): boolean {
	if (frame.kind !== "function" || frame.locals === undefined || !frame.locals.names.has(id)) return false;
	for (let scope: Frame["scope"] | null = frame.scope; scope !== null; scope = scope.parent) {
		if (scope.names.has(id) || scope.dynamic) return false;
		if (scope === frame.locals.scope) return true;
	}
	return false;
}

function unboundLocal(machine: Machine, frame: Frame, node: ast.Name): Value {
	const message =
		machine.environment.python.minor < 11
			? `local variable '${node.id}' referenced before assignment`
			: `cannot access local variable '${node.id}' where it is not associated with a value`;
	failOperation(machine, frame, node, "UnboundLocalError", message);
	return unknown;
}

function literal(frame: Frame, node: ast.Constant): Value {
	if (node.literal === "bytes") return unknown;
	if (node.literal === "ellipsis") return constant(undefined);
	if (node.literal !== "string") return constant(node.value);
	const range = node.content ?? { start: node.start, end: node.end };
	return constant(node.value, { type: "source", path: frame.module.path, range: { start: range.start, end: range.end } });
}

function joinedString(machine: Machine, frame: Frame, node: ast.JoinedString): Value {
	let text: string | null = "";
	for (const part of node.parts) {
		if (typeof part === "string") {
			if (text !== null) text += part;
			continue;
		}
		const value = machine.evaluate(frame, part.value);
		const shown = part.conversion !== null || part.hasFormat ? null : asText(value);
		text = text === null || shown === null ? null : text + shown;
	}
	// The text is put together here: a fix that changes its literal parts goes to the f-string itself.
	return text === null
		? unknown
		: constant(text, { type: "source", path: frame.module.path, range: { start: node.start, end: node.end } });
}

function call(machine: Machine, frame: Frame, node: ast.Call): Value {
	const callee = machine.evaluate(frame, node.callee);
	const args = evaluateArguments(machine, frame, consumed(callee, node), node.keywords);
	if (args.repeated !== undefined) failOnRepeatedKeyword(machine, frame, callee, args.repeated, node);
	return machine.call(frame, callee, args, node);
}

/** Evaluates arguments in order; `*x` of a known list and `**x` of a known dict are spread. */
export function evaluateArguments(
	machine: Machine,
	frame: Frame,
	args: readonly ast.Expression[],
	keywords: readonly ast.Keyword[],
): CallArguments {
	const values: Value[] = [];
	const named = new Map<string, Value>();
	let open = false;
	let repeated: string | undefined;
	/** Those that perhaps only some runs give. */
	const doubtful = new Set<string>();
	for (const arg of args) {
		if (arg.type !== "Starred") {
			values.push(machine.evaluate(frame, arg));
			continue;
		}
		const spread = machine.evaluate(frame, arg.value);
		// Of a dict, one star spreads the keys.
		const items = spread.kind === "sequence" || spread.kind === "dict" ? itemsOf(spread) : null;
		if (items === null) open = true;
		else values.push(...items);
	}
	for (const keyword of keywords) {
		const value = machine.evaluate(frame, keyword.value);
		if (keyword.name !== null) {
			if (named.has(keyword.name.name) && !doubtful.has(keyword.name.name)) repeated ??= keyword.name.name;
			named.set(keyword.name.name, value);
			continue;
		}
		for (const [key, item] of value.kind === "dict" ? value.entries : []) {
			if (typeof key !== "string") continue;
			const isCertain = isCertainEntry(value, item);
			if (named.has(key) && isCertain && !doubtful.has(key)) repeated ??= key;
			if (!isCertain) doubtful.add(key);
			named.set(key, item);
		}
		if (value.kind !== "dict" || !value.complete) open = true;
	}
	return { args: values, keywords: named, open, ...(repeated !== undefined && { repeated }) };
}

function subscript(machine: Machine, frame: Frame, node: ast.Subscript): Value {
	const owner = machine.evaluate(frame, node.value);
	const index = machine.evaluate(frame, node.index);
	if (owner.kind === "external") {
		if (owner.canonical === "sys.modules") return unknown;
		if (owner.canonical === "os.environ") return environItem(machine, frame, index, node);
		failOnFunctionSubscript(machine, frame, owner, node);
		failOnTypeArguments(machine, frame, owner, node);
		return subscriptedType(machine, frame, owner.name, node) ?? withSubscript(owner, frame, node);
	}
	if (owner.kind === "class") {
		failOnPlainClassSubscript(machine, frame, owner, node);
		failOnParameterCount(machine, frame, owner, node);
		failOnMemberName(machine, frame, owner, index, node);
		// `Status["OPEN"]` is a member, and with a metaclass of its own a class gives what that likes.
		return isValueEnum(owner) || owner.keywords.has("metaclass") ? unknown : owner;
	}
	const getter = owner.kind === "instance" && owner.of.kind === "class" ? findInClass(owner.of, "__getitem__") : null;
	if (getter?.value.kind === "function" && getter.value.decorators.length === 0 && !getter.maybe) {
		const call: ast.Call = {
			...node,
			type: "Call",
			callee: node.value,
			args: [node.index],
			keywords: [],
			argumentsRange: node.index,
		};
		return machine.call(frame, getter.value, { args: [owner, index], keywords: new Map(), open: false }, call);
	}
	if (failOnSubscript(machine, frame, owner, node)) return unknown;
	failOnCoroutineUse(machine, frame, owner, node, "subscriptable");
	const unset = unsetVariable(owner);
	if (unset !== null) {
		failOnUnset(machine, frame, node, {
			variable: unset,
			consequence: "None has no items",
			exception: "TypeError",
			message: "'NoneType' object is not subscriptable",
		});
		return unknown;
	}
	if (node.index.type === "Slice") return sliced(frame, owner, node.index);
	if (index.kind !== "constant") {
		const key = owner.kind === "dict" ? dictKey(index) : undefined;
		return owner.kind === "dict" && key !== undefined ? (owner.entries.get(key) ?? unknown) : unknown;
	}
	if (failOnUnsetKey(machine, frame, owner, index, node) || failOnUnnamed(machine, frame, owner, index, node)) return unknown;
	const ofMongo = typeof index.value === "string" ? namedInMongo(machine, owner, "items", index.value) : null;
	if (ofMongo !== null) return ofMongo;
	failOnMissingItem(machine, frame, owner, index, node);
	if (owner.kind === "sequence" && typeof index.value === "number") {
		const at = index.value < 0 && owner.complete ? owner.items.length + index.value : index.value;
		return owner.items[at] ?? unknown;
	}
	if (owner.kind === "dict" && index.value !== undefined && typeof index.value !== "bigint")
		return owner.entries.get(index.value) ?? unknown;
	return unknown;
}

/** The same symbol, with what it was subscripted with; where it is defined is still found out only when somebody asks. */
function withSubscript(owner: ExternalValue, { module, scope, enclosing, kind }: Frame, node: ast.Subscript): ExternalValue {
	return {
		kind: "external",
		name: owner.name,
		get canonical() {
			return owner.canonical;
		},
		isModule: owner.isModule,
		entry: owner.entry,
		subscript: { node, module, scope: kind === "class" ? enclosing : scope },
	};
}

/** `list[int]` before Python 3.9 (PEP 585). */
function subscriptedType(machine: Machine, frame: Frame, name: string, node: ast.Subscript): Value | null {
	const plain = name.replace(/^builtins\./, "");
	const { minor } = machine.environment.python;
	if (minor >= 9 || plain === name || !["list", "dict", "set", "tuple", "frozenset", "type"].includes(plain)) return null;
	failAt(machine, frame, node, {
		detail: { type: "raises", exception: "TypeError", by: "operation" },
		exception: "TypeError",
		message: "'type' object is not subscriptable",
	});
	return unknown;
}

function environItem(machine: Machine, frame: Frame, index: Value, node: ast.Subscript): Value {
	if (index.kind !== "constant" || typeof index.value !== "string") return unknown;
	const known = machine.environ.get(index.value);
	if (known !== undefined) return known;
	if (machine.environDynamic) {
		machine.doubts++;
		return unknown;
	}
	failAt(machine, frame, node, {
		detail: { type: "missing-variable", key: index.value, consequence: "os.environ[...] has no default" },
		exception: "KeyError",
		message: `'${index.value}'`,
	});
	return unknown;
}

function sequence(machine: Machine, frame: Frame, node: ast.Sequence): SequenceValue {
	const items: Value[] = [];
	let complete = true;
	for (const item of node.items) {
		if (item.type !== "Starred") {
			const value = machine.evaluate(frame, item);
			if (node.kind === "set") failOnUnhashable(machine, frame, value, item, "set element");
			items.push(value);
			continue;
		}
		const spread = machine.evaluate(frame, item.value);
		if (spread.kind === "sequence") items.push(...spread.items);
		if (spread.kind !== "sequence" || !spread.complete) complete = false;
	}
	return { kind: "sequence", type: node.kind, items, complete };
}

function dict(machine: Machine, frame: Frame, node: ast.Dict): DictValue {
	const result = notice(machine, { kind: "dict", entries: new Map(), complete: true });
	for (const entry of node.entries) {
		const value = machine.evaluate(frame, entry.value);
		if (entry.key === null) {
			mergeInto(machine, result, value);
			continue;
		}
		const evaluated = machine.evaluate(frame, entry.key);
		failOnUnhashable(machine, frame, evaluated, entry.key, "dict key");
		setEntry(result, evaluated, value);
	}
	return result;
}
