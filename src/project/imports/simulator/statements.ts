import type * as ast from "../../../python/ast.ts";
import { dottedName } from "../../../python/walk.ts";
import type { ClassValue, CoroutineValue, FunctionValue, Value } from "../values.ts";
import { unknown } from "../values.ts";
import { failOnAsyncFor, failOnContext, failOnCoroutineUse } from "./async-misuse.ts";
import { failOnAttributeAssignment } from "./attribute-assignment.ts";
import { isBuiltinException, isException } from "./builtins.ts";
import { dictKey } from "./dict-keys.ts";
import { enterContext } from "./enter-context.ts";
import { annotation, evaluateArguments } from "./expressions.ts";
import { externalBindingProblem, failToBind } from "./external-signature.ts";
import { runImport, runImportFrom } from "./import-statements.ts";
import { initSubclass } from "./init-subclass.ts";
import {
	at,
	bind,
	type Completion,
	type FailureReport,
	type Frame,
	fail,
	type Handler,
	isGuarded,
	lookUp,
	type Machine,
	maybe,
	newNamespace,
	PythonException,
	unreadable,
} from "./machine.ts";
import { binary, itemsOf, truth } from "./operations.ts";
import { failOnIteration, failOnUnpacking, failOperation } from "./refused-operations.ts";
import { surfacingOf } from "./surfacing.ts";
import { nothingReturned } from "./value-types.ts";

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
			const holds = truth(machine.evaluate(frame, node.test));
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

function scopeFor(frame: Frame, name: string): Frame["scope"] {
	return frame.globalNames.has(name) ? frame.globals : frame.scope;
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
			else if (owner.kind === "external")
				machine.patched.set(`${owner.canonical}.${name}`, machine.uncertain > 0 ? unknown : value);
			return;
		}
		case "Subscript": {
			const owner = machine.evaluate(frame, target.value);
			const index = machine.evaluate(frame, target.index);
			setItem(machine, frame, owner, index, value);
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

function setItem(machine: Machine, frame: Frame, owner: Value, index: Value, value: Value): void {
	if (owner.kind === "external" && owner.canonical === "os.environ") {
		if (index.kind === "constant" && typeof index.value === "string")
			machine.environ.set(index.value, machine.uncertain > 0 ? unknown : value);
		else machine.environDynamic = true;
	} else if (owner.kind === "external" && owner.canonical === "sys.modules") {
		// Whatever stands in `sys.modules` now is what later imports find.
		machine.path.dynamic = true;
		frame.globals.dynamic = true;
	} else if (owner.kind === "dict") {
		if (index.kind === "constant" && index.value !== undefined && typeof index.value !== "bigint")
			owner.entries.set(index.value, machine.uncertain > 0 ? unknown : value);
		else owner.complete = false;
	}
}

function augment(machine: Machine, frame: Frame, node: ast.AugAssign, before: Value, value: Value): void {
	if (before.kind === "sequence" && before.type === "list" && node.operator === "+=") {
		if (value.kind === "sequence" && machine.uncertain === 0) before.items.push(...value.items);
		if (value.kind !== "sequence" || !value.complete || machine.uncertain > 0) before.complete = false;
		return;
	}
	if (node.target.type === "Name") assign(machine, frame, node.target, binary(node.operator.slice(0, -1), before, value), node);
}

function annotatedAssignment(machine: Machine, frame: Frame, node: ast.AnnAssign): void {
	// Python 3.14 evaluates annotations only when asked for (PEP 649); inside functions they never were.
	const value = node.value === null ? null : machine.evaluate(frame, node.value);
	if (frame.kind !== "function") annotation(machine, frame, node.annotation);
	if (value !== null) assign(machine, frame, node.target, value, node);
}

function define(machine: Machine, frame: Frame, node: ast.FunctionDef): void {
	const decorators = node.decorators.map((decorator) =>
		at(machine, "decorator", () => evaluateDecorator(machine, frame, decorator)),
	);
	const defaults = new Map<ast.Parameter, Value>();
	at(machine, "default", () => {
		for (const parameter of node.parameters) {
			const given = parameter.default === null ? unknown : machine.evaluate(frame, parameter.default);
			if (given.kind === "constant" && parameter.default?.type !== "Constant") defaults.set(parameter, given);
		}
	});
	for (const parameter of node.parameters)
		if (parameter.annotation !== null) annotation(machine, frame, parameter.annotation, node);
	if (node.returns !== null) annotation(machine, frame, node.returns, node);
	const value: FunctionValue = { kind: "function", node, module: frame.module, decorators, scope: frame.enclosing, defaults };
	machine.functions.push({ value, stage: machine.stage, order: machine.order++, reached: machine.reached });
	let bound: Value = value;
	for (let index = decorators.length - 1; index >= 0; index--) {
		const given = applyDecorator(machine, frame, decorators[index], node.decorators[index], value);
		// Otherwise what stands for the function is taken to be as good as it.
		if (index === 0 && given === nothingReturned) bound = given;
	}
	bind(machine, scopeFor(frame, node.name.name), node.name.name, bound, node);
}

function evaluateDecorator(machine: Machine, frame: Frame, decorator: ast.Expression): Value {
	// `@prop.setter` names the property that is being defined.
	if (decorator.type === "Attribute" && ["setter", "getter", "deleter"].includes(decorator.attribute.name)) return unknown;
	return machine.evaluate(frame, decorator);
}

/** Decorators of our own are functions that run now; those of libraries are recorded by the call that made them. */
function applyDecorator(
	machine: Machine,
	frame: Frame,
	decorator: Value | undefined,
	node: ast.Expression | undefined,
	value: FunctionValue | ClassValue,
): Value {
	if (node === undefined) return unknown;
	const args = { args: [value], keywords: new Map(), open: false };
	if (decorator?.kind === "external" && decorator.entry?.kind === "function") {
		const problem = externalBindingProblem(machine, decorator, args);
		if (problem !== null) failToBind(machine, frame, problem, node);
	}
	if (decorator?.kind !== "function") return unknown;
	machine.doubts++;
	const call: ast.Call = {
		type: "Call",
		start: node.start,
		end: node.end,
		callee: node,
		args: [],
		keywords: [],
		argumentsRange: node,
	};
	return machine.call(frame, decorator, args, call);
}

function defineClass(machine: Machine, frame: Frame, node: ast.ClassDef): void {
	const decorators = node.decorators.map((decorator) => at(machine, "decorator", () => machine.evaluate(frame, decorator)));
	const typeScope = newNamespace(frame.enclosing);
	for (const name of node.typeParameters) typeScope.names.set(name.name, { value: unknown, node: null, maybe: false });
	const outer: Frame =
		node.typeParameters.length === 0 ? frame : { ...frame, kind: "function", scope: typeScope, enclosing: typeScope };
	const { args, keywords } = at(machine, "base", () => evaluateArguments(machine, outer, node.bases, node.keywords));
	for (const base of args) failOnBase(machine, frame, base, node);
	const namespace = newNamespace(null);
	// What the parser made of a broken file may lack half of the body.
	if (frame.module.tree.errors.length > 0) namespace.dynamic = true;
	const inner: Frame = {
		...outer,
		kind: "class",
		scope: namespace,
		walrusScope: namespace,
		enclosing: outer.enclosing,
		globalNames: new Set(),
		stopAtYield: false,
	};
	for (const name of ["__module__", "__qualname__"]) namespace.names.set(name, { value: unknown, node: null, maybe: false });
	at(machine, "class-body", () => machine.execute(inner, node.body));
	const bases = waysUp(args) > mostWaysUp ? [unknown] : args;
	const value: ClassValue = { kind: "class", node, module: frame.module, bases, keywords, namespace, decorators };
	machine.classes.push({
		value,
		stage: machine.stage,
		order: machine.order++,
		reached: machine.reached,
		guarded: isGuarded(machine, "Exception"),
	});
	initSubclass(machine, frame, value);
	for (let index = decorators.length - 1; index >= 0; index--)
		applyDecorator(machine, frame, decorators[index], node.decorators[index], value);
	machine.doubts++;
	bind(machine, scopeFor(frame, node.name.name), node.name.name, value, node);
}

/** Classes by how many ways lead from them up to their ancestors; diamonds on diamonds double it with every storey. */
const knownWaysUp = new WeakMap<Value, number>();

/** A class with more than these is looked at without its bases: whatever follows each way would not come to an end. */
const mostWaysUp = 2_000;

function waysUp(bases: readonly Value[]): number {
	return bases.reduce((sum, base) => sum + 1 + (base.kind === "class" ? waysUpOf(base) : 0), 0);
}

function waysUpOf(owner: ClassValue): number {
	const ways = knownWaysUp.get(owner) ?? waysUp(owner.bases);
	knownWaysUp.set(owner, ways);
	return ways;
}

/** A module or a function where a base class should stand. */
function failOnBase(machine: Machine, frame: Frame, base: Value, node: ast.ClassDef): void {
	const isModule = base.kind === "module" || (base.kind === "external" && base.isModule);
	const isFunction = base.kind === "function" && base.decorators.length === 0;
	if (isModule) failOperation(machine, frame, node, "TypeError", "module() takes at most 2 arguments (3 given)");
	else if (isFunction) failOperation(machine, frame, node, "TypeError", "function() argument 'code' must be code, not str");
}

function executeIf(machine: Machine, frame: Frame, node: ast.If): Completion {
	const taken = truth(machine.evaluate(frame, node.test));
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
	const items = node.isAsync ? null : itemsOf(iterable);
	if (items !== null && items.length <= maxUnrolled) {
		for (const item of items) {
			assign(machine, frame, node.target, item, node);
			const completion = machine.execute(frame, node.body);
			if (completion === "return") return "return";
			if (completion === "break") return "normal";
			if (completion === "maybe-left")
				return maybe(machine, () => machine.execute(frame, node.orelse)) === "normal" ? "normal" : "maybe-left";
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

function executeWhile(machine: Machine, frame: Frame, node: ast.While): Completion {
	const first = truth(machine.evaluate(frame, node.test));
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
	return "maybe-left";
}

/** The exceptions a handler names, as far as we can tell; null stands for one we cannot. */
function caughtNames(machine: Machine, frame: Frame, exception: ast.Expression | null): (string | null)[] {
	if (exception === null) return ["BaseException"];
	if (exception.type === "Sequence") return exception.items.flatMap((item) => caughtNames(machine, frame, item));
	const name = dottedName(exception);
	if (
		name !== null &&
		!name.includes(".") &&
		isBuiltinException(name) &&
		lookUp(frame.scope, name) === null &&
		lookUp(frame.globals, name) === null
	)
		return [name];
	if (name !== null && cannotBeEvaluated(machine, frame, exception)) return [unreadable];
	const value = maybe(machine, () => machine.evaluate(frame, exception));
	if (value.kind === "external" && value.entry?.kind === "class") {
		const short = value.canonical.slice(value.canonical.lastIndexOf(".") + 1);
		// Exceptions of a library are raised by that library only; what we simulate raises built-in ones.
		return [short === "ValidationError" ? "ValidationError" : `library:${value.canonical}`];
	}
	if (value.kind === "class" && value.bases.every((base) => base.kind === "external" && base.name.startsWith("builtins.")))
		return [`own:${value.node.name.name}`];
	return [null];
}

/** Would evaluating the class that a handler names fail for certain? Python does so only once there is something to catch. */
function cannotBeEvaluated(machine: Machine, frame: Frame, exception: ast.Expression): boolean {
	if (machine.uncertain > 0) return false;
	const { handlers, failures, doubts, importDoubts } = machine;
	const outer = handlers.splice(0);
	const before = failures.length;
	machine.evaluate(frame, exception);
	handlers.push(...outer);
	const found = failures
		.splice(before)
		.some(({ detail }) => detail.type === "name-not-defined" || detail.type === "attribute-missing");
	Object.assign(machine, { doubts, importDoubts });
	return found;
}

const importFamily = new Set(["ImportError", "ModuleNotFoundError"]);

function executeTry(machine: Machine, frame: Frame, node: ast.Try): Completion {
	const handlers = node.handlers.map((clause) => ({ clause, catches: caughtNames(machine, frame, clause.exception) }));
	const own: Handler = {
		catches: handlers.flatMap((handler) => handler.catches),
		surfaces: handlers.flatMap(({ clause, catches }) => catches.map(() => surfacingOf(clause))),
	};
	const doubtsBefore = machine.doubts;
	const importDoubtsBefore = machine.importDoubts;
	const depth = machine.handlers.length;
	const uncertain = machine.uncertain;
	let completion: Completion = "normal";
	let raised: FailureReport | null = null;
	try {
		machine.handlers.push(own);
		try {
			completion = machine.execute(frame, node.body);
		} catch (error) {
			if (!(error instanceof PythonException) || error.handler !== own) throw error;
			raised = error.report;
			machine.uncertain = uncertain;
		} finally {
			machine.handlers.length = depth;
		}
		if (raised !== null) {
			completion = runHandler(machine, frame, handlers, raised);
		} else {
			if (completion === "normal") completion = machine.execute(frame, node.orelse);
			const onlyImports = own.catches.every((name) => name !== null && importFamily.has(name));
			const mayRaise = onlyImports ? machine.importDoubts > importDoubtsBefore : machine.doubts > doubtsBefore;
			if (mayRaise) {
				for (const { clause } of handlers) {
					const left = maybe(machine, () => enterHandler(machine, frame, clause));
					if (left !== "normal" && completion === "normal") completion = leavesByRaising(clause) ? completion : "maybe-left";
				}
			}
		}
	} finally {
		if (node.finalbody.length > 0) machine.execute(frame, node.finalbody);
	}
	return completion;
}

/** A handler that ends by raising again, or by leaving the process, leaves nothing behind for the code after it. */
function leavesByRaising(clause: ast.ExceptHandler): boolean {
	const last = clause.body.at(-1);
	if (last?.type === "Raise") return true;
	const exits = last?.type === "ExpressionStatement" && last.value.type === "Call" ? dottedName(last.value.callee) : null;
	return exits !== null && ["sys.exit", "exit", "quit", "os._exit"].includes(exits);
}

function runHandler(
	machine: Machine,
	frame: Frame,
	handlers: readonly { clause: ast.ExceptHandler; catches: readonly (string | null)[] }[],
	raised: FailureReport,
): Completion {
	for (const { clause, catches } of handlers) {
		if (catches.includes(unreadable) && clause.exception !== null) {
			const before = machine.failures.length;
			machine.evaluate(frame, clause.exception);
			if (machine.failures.length > before) return enterHandler(machine, frame, clause);
			// What was run of the block has bound the name.
			maybe(machine, () => enterHandler(machine, frame, clause));
			return "maybe-left";
		}
		const matches = catches.some(
			(name) => name !== null && (name === `own:${raised.exception}` || isException(raised.exception, name)),
		);
		if (!matches) continue;
		machine.caught.push({ report: raised, name: clause.name?.name ?? null });
		try {
			return enterHandler(machine, frame, clause);
		} finally {
			machine.caught.pop();
		}
	}
	return "normal";
}

function enterHandler(machine: Machine, frame: Frame, clause: ast.ExceptHandler): Completion {
	if (clause.name === null) return machine.execute(frame, clause.body);
	const { name } = clause.name;
	bind(machine, frame.scope, name, unknown, clause);
	const completion = machine.execute(frame, clause.body);
	// The name is deleted when the handler ends (language reference 8.4.1).
	if (machine.uncertain === 0) frame.scope.names.delete(name);
	return completion;
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

function executeRaise(machine: Machine, frame: Frame, node: ast.Raise): Completion {
	const { exception } = node;
	const caught = machine.caught.at(-1);
	if (caught !== undefined && (exception === null || (exception.type === "Name" && exception.id === caught.name))) {
		const before = machine.failures.length;
		fail(machine, caught.report);
		return machine.failures.length > before ? "maybe-left" : "return";
	}
	if (exception === null) return "return";
	const value = machine.evaluate(frame, exception);
	const raised = exceptionName(value);
	if (raised === null) {
		machine.doubts++;
		return "return";
	}
	let message = "";
	if (value.kind === "instance") {
		const first = value.call?.args[0];
		if (first?.kind === "constant" && first.value !== null && first.value !== undefined) message = String(first.value);
	}
	const before = machine.failures.length;
	raise(machine, frame, node, raised, message);
	if (machine.failures.length === before) return "return";
	// A failure that was recorded counts as mended: the code behind it runs. What the handler's own `try` would have bound is not there.
	return caught === undefined ? "normal" : "maybe-left";
}

function exceptionName(value: Value): string | null {
	const of = value.kind === "instance" ? value.of : value;
	if (of.kind === "external") return of.canonical.slice(of.canonical.lastIndexOf(".") + 1);
	if (of.kind === "class") return of.node.name.name;
	return null;
}

function raise(machine: Machine, frame: Frame, node: ast.Statement, exception: string, message: string): void {
	fail(machine, {
		detail: { type: "raises", exception, by: "statement" },
		module: frame.module,
		range: { start: node.start, end: node.end },
		statement: node,
		exception,
		message,
	});
}

/** A coroutine as a statement of its own is awaited by nobody: it never runs. */
function forget(machine: Machine, { module }: Frame, coroutine: CoroutineValue, node: ast.Call): void {
	const { order, reached } = machine;
	machine.forgotten.push({ function: coroutine.function, node, module, order, reached });
}
