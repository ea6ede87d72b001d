import type * as ast from "../../../python/ast.ts";
import { type CoroutineValue, unknown, type Value } from "../values.ts";
import { failOnAsyncFor, failOnContext, failOnCoroutineUse } from "./async-misuse.ts";
import { scopeFor } from "./binding-scope.ts";
import { failOnAttributeAssignment } from "./classes/attribute-assignment.ts";
import { define, defineClass } from "./definitions.ts";
import { dictKey, setEntry } from "./dict-keys.ts";
import { caughtNames, executeRaise, executeTry, raise } from "./exception-handling.ts";
import { annotation } from "./expressions.ts";
import { goThrough } from "./generators.ts";
import { runImport, runImportFrom } from "./import-statements.ts";
import { dictMethod } from "./library/container-methods.ts";
import { enterContext } from "./library/enter-context.ts";
import { mayKeepExceptions } from "./library/generator-contexts.ts";
import { extendSearchPath, insertIntoSearchPath, replaceSearchPath } from "./library/search-path.ts";
import { setVariable } from "./library/set-variable.ts";
import { bind, type Completion, type Frame, type Handler, type Machine, maybe, PythonException } from "./machine.ts";
import { binary, itemsOf } from "./operations.ts";
import { condition } from "./operators.ts";
import { failOnIteration, failOnUnpacking } from "./refused-operations.ts";

/** Executes statements in order. A statement after one that left the block for certain is not reached. */
export function execute(machine: Machine, frame: Frame, body: readonly ast.Statement[]): Completion {
	let doubtful = 0;
	try {
		for (const statement of body) {
			const completion = executeStatement(machine, frame, statement);
			if (completion === "maybe-left") {
				// From here on everything may or may not run.
				machine.uncertain++;
				doubtful++;
			} else if (completion !== "normal") {
				return doubtful > 0 ? "maybe-left" : completion;
			}
		}
		return doubtful > 0 ? "maybe-left" : "normal";
	} finally {
		machine.uncertain -= doubtful;
	}
}

function executeStatement(machine: Machine, frame: Frame, node: ast.Statement): Completion {
	machine.steps++;
	switch (node.type) {
		case "Import":
			runImport(machine, frame, node);
			return "normal";
		case "ImportFrom":
			runImportFrom(machine, frame, node);
			return "normal";
		case "FunctionDef":
			define(machine, frame, node);
			return "normal";
		case "ClassDef":
			defineClass(machine, frame, node);
			return "normal";
		case "Assign": {
			const value = machine.evaluate(frame, node.value);
			for (const target of node.targets) assign(machine, frame, target, value, node);
			return "normal";
		}
		case "AnnAssign":
			annotatedAssignment(machine, frame, node);
			return "normal";
		case "AugAssign": {
			const before = machine.evaluate(frame, node.target);
			const value = machine.evaluate(frame, node.value);
			augment(machine, frame, node, before, value);
			return "normal";
		}
		case "ExpressionStatement": {
			const value = machine.evaluate(frame, node.value);
			if (value.kind === "coroutine" && node.value.type === "Call") forget(machine, frame, value, node.value);
			return "normal";
		}
		case "If":
			return executeIf(machine, frame, node);
		case "For":
			return executeFor(machine, frame, node);
		case "While":
			return executeWhile(machine, frame, node);
		case "Try":
			return executeTry(machine, frame, node);
		case "With":
			return executeWith(machine, frame, node);
		case "Match":
			return executeMatch(machine, frame, node);
		case "Return":
			if (node.value !== null) addReturn(frame, machine.evaluate(frame, node.value));
			else addReturn(frame, { kind: "constant", value: null, origin: null });
			return "return";
		case "Raise":
			return executeRaise(machine, frame, node);
		case "Delete":
			for (const target of node.targets) {
				if (target.type === "Name" && machine.uncertain === 0) frame.scope.names.delete(target.id);
				else if (target.type === "Subscript") deleteItem(machine, frame, target);
			}
			return "normal";
		case "Assert": {
			const holds = condition(machine, frame, node.test);
			if (holds === undefined) machine.doubts++;
			if (holds === false) {
				const message = node.message === null ? null : machine.evaluate(frame, node.message);
				const text = message?.kind === "constant" ? String(message.value) : "";
				raise(machine, frame, node, "AssertionError", text);
			}
			return "normal";
		}
		case "Global":
		case "Nonlocal":
			for (const name of node.names) if (node.type === "Global") frame.globalNames.add(name.name);
			return "normal";
		case "TypeAlias":
			if (node.name.type === "Name") bind(machine, scopeFor(frame, node.name.id), node.name.id, unknown, node);
			return "normal";
		case "Break":
			return "break";
		case "Continue":
			return "continue";
		case "Pass":
			return "normal";
	}
}

/** Return values of the functions being executed, by the scope of the call. */
const returns = new WeakMap<object, Value[]>();

/** Begins to collect what a function body returns. */
export function collectReturns(frame: Frame): Value[] {
	const values: Value[] = [];
	returns.set(frame.scope, values);
	return values;
}

function addReturn(frame: Frame, value: Value): void {
	returns.get(frame.scope)?.push(value);
}

/** Binds a target to a value: names, unpacking, attributes of known instances, items of known dicts. */
export function assign(machine: Machine, frame: Frame, target: ast.Expression, value: Value, node: ast.Node): void {
	switch (target.type) {
		case "Name":
			bind(machine, scopeFor(frame, target.id), target.id, value, node);
			return;
		case "Starred":
			assign(machine, frame, target.value, unknown, node);
			return;
		case "Sequence": {
			// What a name stands for may have been changed by code that was not followed.
			if ("value" in node && isFresh(node.value)) failOnUnpacking(machine, frame, target, value, node);
			const items =
				value.kind === "sequence" && value.complete && value.items.length === target.items.length ? value.items : null;
			for (const [index, item] of target.items.entries()) assign(machine, frame, item, items?.[index] ?? unknown, node);
			return;
		}
		case "Attribute": {
			const owner = machine.evaluate(frame, target.value);
			const name = target.attribute.name;
			failOnAttributeAssignment(machine, frame, owner, name, node);
			if (owner.kind === "instance") owner.attributes.set(name, machine.uncertain > 0 ? unknown : value);
			else if (owner.kind === "module" || owner.kind === "class") bind(machine, owner.namespace, name, value, node);
			else if (owner.kind === "external" && owner.canonical === "sys" && name === "path")
				replaceSearchPath(machine, "value" in node ? node.value : undefined, value);
			else if (owner.kind === "external")
				machine.patched.set(`${owner.canonical}.${name}`, machine.uncertain > 0 ? unknown : value);
			return;
		}
		case "Subscript": {
			const owner = machine.evaluate(frame, target.value);
			const index = machine.evaluate(frame, target.index);
			if (owner.kind === "external" && owner.canonical === "sys.path") insertIntoSearchPath(machine, target.index, value);
			setItem(machine, frame, owner, index, value, node);
			return;
		}
		default:
			return;
	}
}

function isFresh(written: unknown): boolean {
	return (
		typeof written === "object" &&
		written !== null &&
		"type" in written &&
		(written.type === "Call" || written.type === "Sequence")
	);
}

function setItem(machine: Machine, frame: Frame, owner: Value, index: Value, value: Value, node: ast.Node): void {
	if (owner.kind === "external" && owner.canonical === "os.environ") setVariable(machine, frame, index, value, node);
	else if (owner.kind === "external" && owner.canonical === "sys.modules") {
		// Whatever stands in `sys.modules` now is what later imports find.
		machine.path.dynamic = true;
		frame.globals.dynamic = true;
	} else if (owner.kind === "dict") {
		setEntry(owner, index, machine.uncertain > 0 ? unknown : value);
	}
}

function augment(machine: Machine, frame: Frame, node: ast.AugAssign, before: Value, value: Value): void {
	if (before.kind === "external" && before.canonical === "sys.path") {
		extendSearchPath(machine, value);
		return;
	}
	if (before.kind === "sequence" && before.type === "list" && node.operator === "+=") {
		if (value.kind === "sequence" && machine.uncertain === 0) before.items.push(...value.items);
		if (value.kind !== "sequence" || !value.complete || machine.uncertain > 0) before.complete = false;
		return;
	}
	if (before.kind === "dict" && node.operator === "|=") {
		dictMethod(machine, before, "update", { args: [value], keywords: new Map(), open: false });
		return;
	}
	if (node.target.type === "Name") assign(machine, frame, node.target, binary(node.operator.slice(0, -1), before, value), node);
}

function annotatedAssignment(machine: Machine, frame: Frame, node: ast.AnnAssign): void {
	// Python 3.14 evaluates annotations only when asked for (PEP 649); inside functions they never were.
	if (node.value !== null) assign(machine, frame, node.target, machine.evaluate(frame, node.value), node);
	// The name is bound by then: in `date: date | None = None`, the annotation reads the None.
	if (frame.kind !== "function") annotation(machine, frame, node.annotation);
}

function executeIf(machine: Machine, frame: Frame, node: ast.If): Completion {
	const taken = condition(machine, frame, node.test);
	if (taken === true) return machine.execute(frame, node.body);
	if (taken === false) return machine.execute(frame, node.orelse);
	const first = maybe(machine, () => machine.execute(frame, node.body));
	const second = maybe(machine, () => machine.execute(frame, node.orelse));
	settle(frame, node);
	return joined(first, second);
}

/** After an `if` whose branches both bind a name, the name is bound for certain, whichever ran. */
function settle(frame: Frame, node: ast.If): void {
	if (node.orelse.length === 0) return;
	const isBoundBy = (body: readonly ast.Statement[]): Set<string> => {
		const names = new Set<string>();
		for (const statement of body) {
			if (statement.type === "Assign") for (const target of statement.targets) if (target.type === "Name") names.add(target.id);
			if (statement.type === "FunctionDef" || statement.type === "ClassDef") names.add(statement.name.name);
		}
		return names;
	};
	const other = isBoundBy(node.orelse);
	for (const name of isBoundBy(node.body)) {
		const binding = frame.scope.names.get(name);
		if (other.has(name) && binding?.maybe) frame.scope.names.set(name, { ...binding, maybe: false });
	}
}

function joined(a: Completion, b: Completion): Completion {
	if (a === b) return a;
	if (a === "normal" && b === "normal") return "normal";
	return "maybe-left";
}

/** `del rows[key]`: what is left is known only where what went is. */
function deleteItem(machine: Machine, frame: Frame, target: ast.Subscript): void {
	const owner = machine.evaluate(frame, target.value);
	const index = machine.evaluate(frame, target.index);
	if (owner.kind === "dict") {
		const key = dictKey(index);
		if (key !== undefined && machine.uncertain === 0) owner.entries.delete(key);
		else owner.complete = false;
		if (key === undefined) owner.entries.clear();
	} else if (owner.kind === "sequence") {
		owner.complete = false;
		owner.items.length = 0;
	}
}

const maxUnrolled = 64;

function executeFor(machine: Machine, frame: Frame, node: ast.For): Completion {
	const iterable = machine.evaluate(frame, node.iterable);
	if (node.isAsync) failOnAsyncFor(machine, frame, iterable, node.iterable);
	else if (!failOnIteration(machine, frame, iterable, node.iterable))
		failOnCoroutineUse(machine, frame, iterable, node.iterable, "iterable");
	const generated = goThrough(machine, iterable, node.isAsync, (item) => {
		assign(machine, frame, node.target, item, node);
		return machine.execute(frame, node.body);
	});
	if (generated !== null) return afterLoop(machine, frame, node, generated);
	const items = node.isAsync ? null : itemsOf(iterable);
	if (items !== null && items.length <= maxUnrolled) {
		for (const item of items) {
			if (node.target.type === "Sequence") failOnUnpacking(machine, frame, node.target, item, node);
			assign(machine, frame, node.target, item, node);
			const before = machine.failures.length;
			const completion = machine.execute(frame, node.body);
			// Each letter of a text that was not meant to be gone through fails in the same way.
			if (iterable.kind === "constant" && machine.failures.length > before) return "normal";
			if (completion !== "normal" && completion !== "continue") return afterLoop(machine, frame, node, completion);
		}
		return machine.execute(frame, node.orelse);
	}
	machine.doubts++;
	const completion = maybe(machine, () => {
		assign(machine, frame, node.target, unknown, node);
		return machine.execute(frame, node.body);
	});
	maybe(machine, () => machine.execute(frame, node.orelse));
	return completion === "return" || completion === "maybe-left" ? "maybe-left" : "normal";
}

/** How a loop ends whose last round ended so. */
function afterLoop(machine: Machine, frame: Frame, node: ast.For, completion: Completion): Completion {
	if (completion === "return") return "return";
	if (completion === "break") return "normal";
	// Nor are further rounds where this one may have been the last.
	if (completion === "maybe-left") machine.unfollowed++;
	if (completion === "maybe-left")
		return maybe(machine, () => machine.execute(frame, node.orelse)) === "normal" ? "normal" : "maybe-left";
	return machine.execute(frame, node.orelse);
}

function executeWhile(machine: Machine, frame: Frame, node: ast.While): Completion {
	const first = condition(machine, frame, node.test);
	if (first === false) return machine.execute(frame, node.orelse);
	if (first === undefined) {
		const completion = maybe(machine, () => machine.execute(frame, node.body));
		return completion === "return" || completion === "maybe-left" ? "maybe-left" : "normal";
	}
	const completion = machine.execute(frame, node.body);
	if (completion === "return") return "return";
	if (completion === "break") return "normal";
	// What further rounds do is not followed: they may never end, or end by a break we cannot place.
	machine.doubts++;
	machine.unfollowed++;
	return "maybe-left";
}

function executeWith(machine: Machine, frame: Frame, node: ast.With): Completion {
	let suppressed: (string | null)[] | null = null;
	for (const item of node.items) {
		const value = machine.evaluate(frame, item.context);
		const maker = value.kind === "instance" && value.of.kind === "external" ? value.of.canonical : "";
		if (maker === "contextlib.suppress" && item.context.type === "Call") {
			suppressed = item.context.args.flatMap((arg) => caughtNames(machine, frame, arg));
		} else {
			machine.doubts++;
			failOnContext(machine, frame, value, item, node.isAsync);
		}
		if (mayKeepExceptions(value)) suppressed = [...(suppressed ?? []), null];
		const entered = enterContext(machine, frame, value, item, node.isAsync);
		if (item.target !== null) assign(machine, frame, item.target, entered, node);
	}
	if (suppressed === null) return machine.execute(frame, node.body);
	const own: Handler = { catches: suppressed, surfaces: suppressed.map(() => null) };
	const depth = machine.handlers.length;
	const uncertain = machine.uncertain;
	machine.handlers.push(own);
	try {
		return machine.execute(frame, node.body);
	} catch (error) {
		if (!(error instanceof PythonException) || error.handler !== own) throw error;
		machine.uncertain = uncertain;
		return "normal";
	} finally {
		machine.handlers.length = depth;
	}
}

function executeMatch(machine: Machine, frame: Frame, node: ast.Match): Completion {
	machine.evaluate(frame, node.subject);
	machine.doubts++;
	let result: Completion | null = null;
	for (const matchCase of node.cases) {
		const completion = maybe(machine, () => {
			for (const capture of matchCase.captures) bind(machine, frame.scope, capture.name, unknown, matchCase);
			return machine.execute(frame, matchCase.body);
		});
		result = result === null ? completion : joined(result, completion);
	}
	const exhaustive = node.cases.some((matchCase) => matchCase.irrefutable);
	return exhaustive ? (result ?? "normal") : joined(result ?? "normal", "normal");
}

/** A coroutine as a statement of its own is awaited by nobody: it never runs. */
function forget(machine: Machine, { module }: Frame, coroutine: CoroutineValue, node: ast.Call): void {
	const { order, reached } = machine;
	machine.forgotten.push({ function: coroutine.function, node, module, order, reached });
}
