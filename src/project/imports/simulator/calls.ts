import type * as ast from "../../../python/ast.ts";
import { qualifiedName } from "../../../python/qualified-name.ts";
import { boundNames } from "../../../python/scopes.ts";
import { isGenerator, walk } from "../../../python/walk.ts";
import { libraryClassOf } from "../library-objects.ts";
import type { Call } from "../trace.ts";
import type {
	BoundMethodValue,
	ClassValue,
	ExternalValue,
	FunctionValue,
	InstanceValue,
	ModuleValue,
	Namespace,
	Value,
} from "../values.ts";
import { unknown } from "../values.ts";
import { missingArguments, tooManyPositional } from "./argument-words.ts";
import { contextManagerType } from "./async-misuse.ts";
import { isDecoratedBy, openAttributes, plainPackages } from "./attributes.ts";
import { findInClass, isPlainField } from "./class-members.ts";
import { dataclassBindingProblem, runFactories, runPostInit } from "./dataclass-init.ts";
import { dictKey } from "./dict-keys.ts";
import { enumMember } from "./enum-look-up.ts";
import { builtin, constant, externalSymbol } from "./external.ts";
import {
	type BindingProblem,
	classMethodBindingProblem,
	externalBindingProblem,
	failToBind,
	inheritedBindingProblem,
	methodBindingProblem,
} from "./external-signature.ts";
import { knownCall } from "./known-calls.ts";
import {
	BudgetSpent,
	type CallArguments,
	type Frame,
	type Handler,
	isGuarded,
	type Machine,
	maybe,
	newNamespace,
	PythonException,
	stepBudget,
} from "./machine.ts";
import { handedOver, leave, making } from "./making.ts";
import { namedTupleProblem } from "./named-tuples.ts";
import { stringMethod } from "./operations.ts";
import { failOnCall, failOperation, share } from "./refused-operations.ts";
import { collectReturns } from "./statements.ts";
import { superAttributes } from "./super-object.ts";
import { failOnTextMethod } from "./text-formats.ts";
import { isClosed, nothingReturned } from "./value-types.ts";

/** Calls a value. Calls of the project's own functions run them; all others are recorded with what is known of their arguments. */
export function call(machine: Machine, frame: Frame, callee: Value, args: CallArguments, node: ast.Call): Value {
	if (machine.steps > stepBudget) throw new BudgetSpent();
	switch (callee.kind) {
		case "function":
			return callFunction(machine, frame, callee, args, node);
		case "class":
			return instantiate(machine, frame, callee, args, node);
		case "external":
			return callExternal(machine, frame, callee, args, node);
		case "bound-method":
			return callMethod(machine, frame, callee, args, node);
		case "instance":
			return callInstance(machine, frame, callee, args, node);
		default:
			failOnCall(machine, frame, callee, node);
			// What is called is not known, but what it is called with may be.
			record(machine, frame, callee, args, node);
			machine.doubts++;
			return unknown;
	}
}

function record(machine: Machine, frame: Frame, callee: Value, args: CallArguments, node: ast.Call): Call {
	const made: Call = {
		callee,
		args: args.args,
		keywords: args.keywords,
		open: args.open,
		node,
		module: frame.module,
		stage: machine.stage,
		order: machine.order++,
		reached: machine.reached,
		guarded: isGuarded(machine, "Exception"),
		...(machine.handlers.length > 0 && { tried: true }),
		result: unknown,
	};
	machine.calls.push(made);
	share(args);
	handedOver(args);
	return made;
}

function callExternal(machine: Machine, frame: Frame, callee: ExternalValue, args: CallArguments, node: ast.Call): Value {
	const made = record(machine, frame, callee, args, node);
	if (!leavesClasses.test(callee.canonical) || mapsClasses.test(callee.canonical))
		for (const each of args.args) if (each.kind === "class") openAttributes(each);
	const problem = externalBindingProblem(machine, callee, args) ?? classMethodBindingProblem(machine, callee, args);
	if (problem !== null) failToBind(machine, frame, problem, node);
	const known = knownCall(machine, frame, callee.canonical, args, node);
	if (known !== null) {
		made.result = known;
		return known;
	}
	if (!isHarmless(callee)) machine.doubts++;
	const proxied = callee.canonical === "builtins.super" ? superAttributes(frame, node) : null;
	const result: InstanceValue = { kind: "instance", of: callee, attributes: proxied ?? new Map(), call: made };
	made.result = result;
	return result;
}

/** Libraries that put no attributes on the classes that they are handed, as an imperative mapping does. */
const leavesClasses =
	/^(builtins|typing|functools|abc|enum|logging|fastapi|starlette|pydantic|pydantic_settings|sqlalchemy|sqlmodel)\b/;
/** What sets attributes on a class in SQLAlchemy: its columns, where it is mapped to a table by a call. */
const mapsClasses = /\.(map_imperatively|mapper|instrument_class|map_declaratively|mapped)$/;

/** Constructors that cannot raise for reasons we do not look at elsewhere. */
function isHarmless(callee: ExternalValue): boolean {
	return /^(fastapi|starlette|logging)\./.test(callee.canonical);
}

function callMethod(machine: Machine, frame: Frame, callee: BoundMethodValue, args: CallArguments, node: ast.Call): Value {
	const { receiver } = callee;
	if (callee.function !== null) {
		return callFunction(machine, frame, callee.function, { ...args, args: [receiver, ...args.args] }, node);
	}
	if (receiver.kind === "constant" && typeof receiver.value === "string" && !receiver.isConverted)
		failOnTextMethod(machine, frame, receiver.value, callee.name, args, node);
	if (receiver.kind === "constant") return stringMethod(receiver, callee.name, args.args, args.keywords);
	if (receiver.kind === "sequence") return listMethod(machine, receiver, callee.name, args);
	if (receiver.kind === "dict") return dictMethod(machine, receiver, callee.name, args);
	const made = record(machine, frame, callee, args, node);
	machine.doubts++;
	const maker = receiver.kind === "instance" && receiver.of.kind === "external" ? receiver.of.canonical : "";
	if (!leavesClasses.test(maker) || mapsClasses.test(`.${callee.name}`))
		for (const each of args.args) if (each.kind === "class") openAttributes(each);
	const library = receiver.kind === "instance" ? libraryClassOf(receiver) : null;
	if (
		receiver.kind === "instance" &&
		library !== null &&
		(receiver.of.kind === "external" || plainPackages.test(library.canonical))
	) {
		const problem = methodBindingProblem(machine, library, callee.name, args);
		if (problem !== null) failToBind(machine, frame, problem, node);
		const method = externalSymbol(machine, `${library.canonical}.${callee.name}`, null);
		const known = knownCall(machine, frame, method.name, args, node, receiver);
		made.result = known ?? { kind: "instance", of: method, attributes: new Map(), call: made };
	}
	return made.result;
}

/** What gives sessions when it is called. */
const sessionFactories = /^sqlalchemy\..*\.(sessionmaker|async_sessionmaker|scoped_session)$/;

/** Applying what an earlier call gave: `@router.get("/")` over a function, a factory's product. */
function callInstance(machine: Machine, frame: Frame, callee: InstanceValue, args: CallArguments, node: ast.Call): Value {
	if (callee.of.kind === "class") {
		const method = findInClass(callee.of, "__call__");
		if (method?.value.kind === "function")
			return callFunction(machine, frame, method.value, { ...args, args: [callee, ...args.args] }, node);
	}
	failOnCall(machine, frame, callee, node);
	const made = record(machine, frame, callee, args, node);
	machine.doubts++;
	const misfit = namedTupleProblem(machine, callee, args);
	if (misfit !== null) failToBind(machine, frame, misfit, node);
	if (callee.of.kind === "external") {
		const problem = methodBindingProblem(machine, callee.of, "__call__", args);
		if (problem !== null) failToBind(machine, frame, problem, node);
		const known = knownCall(machine, frame, `${callee.of.canonical}.__call__`, args, node, callee);
		if (known !== null) {
			made.result = known;
			return known;
		}
	}
	// A decorator of a library gives back the function, or something that stands for it.
	const only = args.args.length === 1 ? args.args[0] : undefined;
	if (only?.kind === "function" || only?.kind === "class") made.result = only;
	else if (callee.of.kind === "external" && sessionFactories.test(callee.of.canonical))
		made.result = {
			kind: "instance",
			of: externalSymbol(machine, `${callee.of.canonical}.__call__`, null),
			attributes: new Map(),
			call: made,
		};
	return made.result;
}

function listMethod(machine: Machine, list: Value & { kind: "sequence" }, name: string, args: CallArguments): Value {
	const [first] = args.args;
	if (name === "append" && first !== undefined) {
		if (machine.uncertain > 0) list.complete = false;
		else list.items.push(first);
		return constant(null);
	}
	if (name === "extend" && first !== undefined) {
		if (first.kind === "sequence" && machine.uncertain === 0) list.items.push(...first.items);
		if (first.kind !== "sequence" || !first.complete || machine.uncertain > 0) list.complete = false;
		return constant(null);
	}
	if (["insert", "remove", "pop", "clear", "sort", "reverse"].includes(name)) {
		list.complete = false;
		list.items.length = 0;
	}
	return unknown;
}

function dictMethod(machine: Machine, dict: Value & { kind: "dict" }, name: string, args: CallArguments): Value {
	const [key, fallback] = args.args;
	const wanted = key === undefined ? undefined : dictKey(key);
	if (name === "get" && wanted !== undefined) {
		const found = dict.entries.get(wanted);
		if (found !== undefined) return found;
		return dict.complete ? (fallback ?? constant(null)) : unknown;
	}
	if (name === "keys" && dict.complete)
		return { kind: "sequence", type: "view", items: [...dict.entries.keys()].map((item) => constant(item)), complete: true };
	if (name === "values" && dict.complete)
		return { kind: "sequence", type: "view", items: [...dict.entries.values()], complete: true };
	if (name === "items" && dict.complete) {
		const items = [...dict.entries].map(
			([item, value]): Value => ({ kind: "sequence", type: "tuple", items: [constant(item), value], complete: true }),
		);
		return { kind: "sequence", type: "view", items, complete: true };
	}
	if (machine.uncertain === 0 && !args.open) {
		if (name === "setdefault" && dict.complete && key?.kind === "constant" && typeof key.value === "string") {
			const value = dict.entries.get(key.value) ?? fallback ?? constant(null);
			dict.entries.set(key.value, value);
			return value;
		}
		if (name === "update" && (key === undefined || (key.kind === "dict" && key.complete))) {
			for (const [each, value] of key?.entries ?? []) dict.entries.set(each, value);
			for (const [each, value] of args.keywords) dict.entries.set(each, value);
			return constant(null);
		}
	}
	if (["update", "setdefault", "pop", "popitem", "clear"].includes(name)) {
		machine.doubts++;
		dict.complete = false;
		if (name !== "setdefault" && name !== "update") dict.entries.clear();
	}
	return unknown;
}

/** Decorators after which calling the name still runs the function as it stands. */
const transparent = new Set([
	"functools.lru_cache",
	"functools.cache",
	"builtins.staticmethod",
	"builtins.classmethod",
	"typing.no_type_check",
	"typing.override",
	"typing.final",
]);

function isTransparent(decorator: Value): boolean {
	if (decorator.kind === "external") return transparent.has(decorator.canonical);
	if (decorator.kind !== "instance" || decorator.of.kind !== "external") return false;
	const { canonical } = decorator.of;
	return transparent.has(canonical) || /^fastapi\.(applications\.FastAPI|routing\.APIRouter)\.\w+$/.test(canonical);
}

/** Asks a module's own `__getattr__` for a name, as import and attribute access do (PEP 562). */
export function moduleGetattr(machine: Machine, frame: Frame, owner: ModuleValue, name: string): Value | "absent" {
	const binding = owner.namespace.names.get("__getattr__");
	if (binding === undefined) return "absent";
	if (binding.value.kind !== "function" || binding.maybe || machine.uncertain > 0) return unknown;
	const { node } = binding.value;
	const call: ast.Call = {
		type: "Call",
		start: node.start,
		end: node.start,
		callee: nowhere(node),
		args: [],
		keywords: [],
		argumentsRange: nowhere(node),
	};
	const refusal: Handler = { catches: ["AttributeError"], surfaces: [null] };
	const depth = machine.handlers.length;
	machine.handlers.push(refusal);
	try {
		return callFunction(machine, frame, binding.value, { args: [constant(name)], keywords: new Map(), open: false }, call);
	} catch (error) {
		if (error instanceof PythonException && error.handler === refusal) return "absent";
		throw error;
	} finally {
		machine.handlers.length = depth;
	}
}

function nowhere(node: ast.Node): ast.InvalidExpression {
	return { type: "InvalidExpression", start: node.start, end: node.start };
}

const maxDepth = 40;

/** Runs a function of the project with what is known of its arguments. */
export function callFunction(
	machine: Machine,
	frame: Frame,
	callee: FunctionValue,
	args: CallArguments,
	node: ast.Call,
	stopAtYield = false,
): Value {
	const { node: definition } = callee;
	if (definition.type === "Lambda") return callLambda(machine, callee, definition, args);
	if (!callee.decorators.every(isTransparent)) {
		machine.doubts++;
		handedOver(args);
		const type = contextManagerType(callee.decorators);
		return type === null
			? unknown
			: { kind: "instance", of: externalSymbol(machine, `contextlib.${type}`, null), attributes: new Map(), call: null };
	}
	const scope = newNamespace(callee.scope);
	bindParameters(machine, frame, callee, definition, scope, args, node);
	const generator = isGenerator(definition);
	if (generator && !stopAtYield) {
		// The body has not begun to run: what there is now is the generator.
		machine.doubts++;
		handedOver(args);
		return {
			kind: "instance",
			of: builtin(definition.isAsync ? "async_generator" : "generator"),
			attributes: new Map([[definition.isAsync ? "ag_code" : "gi_code", callee]]),
			call: null,
		};
	}
	const run = (): Value => {
		const runs = () => runBody(machine, callee, definition, scope, stopAtYield);
		// What the parser made of a broken file may be anything.
		return callee.module.tree.errors.length > 0 ? maybe(machine, runs) : runs();
	};
	return definition.isAsync && !stopAtYield
		? { kind: "coroutine", function: callee, run, call: node, path: frame.module.path }
		: run();
}

function runBody(
	machine: Machine,
	callee: FunctionValue,
	definition: ast.FunctionDef,
	scope: Namespace,
	stopAtYield: boolean,
): Value {
	if (machine.callDepth >= maxDepth || machine.activeCalls.has(definition)) {
		machine.doubts++;
		for (const { value } of scope.names.values()) leave(value);
		return unknown;
	}
	const frame = { ...functionFrame(callee, scope, stopAtYield), locals: { names: localsOf(definition), scope } };
	const returned = collectReturns(frame);
	const place = machine.place;
	machine.place = "called-code";
	machine.callDepth++;
	machine.activeCalls.add(definition);
	try {
		const completion = machine.execute(frame, definition.body);
		if (completion === "normal" && returned.length === 0) return nothingReturned;
		if (completion === "return" && returned.length === 1) return returned[0] ?? unknown;
		const [first] = returned;
		return completion === "return" && first !== undefined && returned.every((value) => value === first) ? first : unknown;
	} finally {
		machine.activeCalls.delete(definition);
		machine.callDepth--;
		machine.place = place;
	}
}

const locals = new WeakMap<ast.FunctionDef, ReadonlySet<string>>();

/** Names that a function's statements bind for itself: not those it declares `global` or `nonlocal`. */
function localsOf(definition: ast.FunctionDef): ReadonlySet<string> {
	let names = locals.get(definition);
	if (names === undefined) {
		const own = boundNames(definition.body);
		walk(definition.body, (each) => {
			if (each.type === "Global" || each.type === "Nonlocal") for (const { name } of each.names) own.delete(name);
			// The name of a handler goes with it, and star imports bind what they like.
			if (each.type === "Try") for (const { name } of each.handlers) own.delete(name?.name ?? "");
			return each.type !== "FunctionDef" && each.type !== "ClassDef";
		});
		names = own;
		locals.set(definition, names);
	}
	return names;
}

function functionFrame(callee: FunctionValue, scope: Namespace, stopAtYield: boolean): Frame {
	let globals: Namespace = scope;
	while (globals.parent !== null) globals = globals.parent;
	return {
		module: callee.module,
		kind: "function",
		scope,
		enclosing: scope,
		globals,
		walrusScope: scope,
		globalNames: new Set(),
		futures: callee.module.tree.futures,
		stopAtYield,
	};
}

function callLambda(machine: Machine, callee: FunctionValue, definition: ast.Lambda, args: CallArguments): Value {
	const scope = newNamespace(callee.scope);
	for (const [index, parameter] of definition.parameters.entries()) {
		const value = args.args[index] ?? args.keywords.get(parameter.name.name) ?? unknown;
		scope.names.set(parameter.name.name, { value, node: parameter, maybe: false });
	}
	if (machine.activeCalls.has(definition)) return unknown;
	machine.activeCalls.add(definition);
	try {
		return machine.evaluate(functionFrame(callee, scope, false), definition.body);
	} finally {
		machine.activeCalls.delete(definition);
	}
}

/** Binds arguments to parameters by Python's rules; an impossible binding is a TypeError. */
function bindParameters(
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
		set(parameter.name.name, parameter.default === null ? unknown : defaultValue(machine, callee, parameter), parameter);
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
	return machine.evaluate(functionFrame(callee, newNamespace(callee.scope), false), node);
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

function instantiate(machine: Machine, frame: Frame, callee: ClassValue, args: CallArguments, node: ast.Call): Value {
	const member = enumMember(machine, frame, callee, args, node);
	if (member !== null) return member;
	const made = record(machine, frame, callee, args, node);
	if (callee.bases.some((base) => base.kind === "external" && base.canonical === "typing.Protocol"))
		failOperation(machine, frame, node, "TypeError", "Protocols cannot be instantiated");
	const instance: InstanceValue = { kind: "instance", of: callee, attributes: new Map(), call: made };
	made.result = instance;
	const settings = machine.instantiateSettings(frame, callee, args, made);
	if (settings !== null) {
		for (const [name, value] of settings) instance.attributes.set(name, isPlainField(callee, name) ? value : converted(value));
		return instance;
	}
	if (isMadeByMetaclass(callee)) {
		// A singleton is made once: whether `__init__` runs, and with which arguments, its metaclass decides.
		const init = findInClass(callee, "__init__");
		if (init?.value.kind === "function") {
			const method = init.value;
			maybe(machine, () => callFunction(machine, frame, method, { ...args, args: [instance, ...args.args], open: true }, node));
		}
		machine.doubts++;
		return instance;
	}
	const init = findInClass(callee, "__init__");
	if (init?.value.kind === "function" && !isDecoratedBy(init.value, "typing.overload")) {
		const method = init.value;
		making(instance, () => callFunction(machine, frame, method, { ...args, args: [instance, ...args.args] }, node));
	} else {
		if (init === null) {
			failOnUselessArguments(machine, frame, callee, args, node);
			const problem = dataclassBindingProblem(machine, callee, args);
			const inherited = problem === null ? inheritedBindingProblem(machine, callee, args) : null;
			if (inherited !== null) failToBind(machine, frame, inherited, node);
			else if (problem !== null) failToBind(machine, frame, { message: problem }, node);
			else {
				runFactories(machine, frame, instance, args, node);
				runPostInit(machine, frame, instance, args, node);
			}
		}
		machine.doubts++;
	}
	return instance;
}

/** Has the class, or one of its own bases, a metaclass that has a say when it is called? */
function isMadeByMetaclass(owner: ClassValue): boolean {
	const metaclass = owner.keywords.get("metaclass");
	const isPlain =
		metaclass === undefined ||
		(metaclass.kind === "external" && metaclass.canonical === "abc.ABCMeta") ||
		(metaclass.kind === "class" && findInClass(metaclass, "__call__") === null);
	return !isPlain || owner.bases.some((base) => base.kind === "class" && isMadeByMetaclass(base));
}

/** A class without `__init__` takes no arguments. */
function failOnUselessArguments(machine: Machine, frame: Frame, callee: ClassValue, args: CallArguments, node: ast.Call): void {
	if (!isClosed(callee) || findInClass(callee, "__new__") !== null || args.args.length + args.keywords.size === 0) return;
	failOperation(machine, frame, node, "TypeError", `${callee.node.name.name}() takes no arguments`);
}

function converted(value: Value): Value {
	return value.kind === "constant" ? { ...value, isConverted: true } : value;
}
