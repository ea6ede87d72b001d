import type * as ast from "../../../python/ast.ts";
import { boundNames } from "../../../python/scopes.ts";
import { isGenerator, walk } from "../../../python/walk.ts";
import { libraryClassOf } from "../library-objects.ts";
import {
	type BoundMethodValue,
	type ExternalValue,
	type FunctionValue,
	type InstanceValue,
	type ModuleValue,
	type Namespace,
	unknown,
	type Value,
} from "../values.ts";
import { contextManagerType } from "./async-misuse.ts";
import { openAttributes } from "./attributes/attribute.ts";
import { plainPackages } from "./attributes/library-attribute.ts";
import { findInClass } from "./classes/class-members.ts";
import { failOnCollectedClass } from "./classes/collected-class.ts";
import { instantiate } from "./classes/instantiate.ts";
import { handedOver, leave } from "./classes/making.ts";
import { namedTupleProblem } from "./classes/named-tuples.ts";
import { superAttributes } from "./classes/super-object.ts";
import { isCacheDecorator } from "./decorators.ts";
import { classMember, constant, externalSymbol } from "./external.ts";
import { classMethodBindingProblem, externalBindingProblem, failToBind, methodBindingProblem } from "./external-signature.ts";
import { functionFrame } from "./function-frame.ts";
import { newGenerator } from "./generators.ts";
import { dictMethod, listMethod } from "./library/container-methods.ts";
import { generatorContext } from "./library/generator-contexts.ts";
import { knownCall } from "./library/known-calls.ts";
import { isCalledBack } from "./library/library-body.ts";
import { partialCall } from "./library/partial-calls.ts";
import { classOfSessions } from "./library/session-objects.ts";
import { failOnTextMethod } from "./library/text-formats.ts";
import {
	type AtYield,
	BudgetSpent,
	type CallArguments,
	type Frame,
	type Handler,
	type Machine,
	maybe,
	newNamespace,
	PythonException,
	stepBudget,
	stopAtYield,
} from "./machine.ts";
import { stringMethod } from "./operations.ts";
import { bindParameters } from "./parameter-binding.ts";
import { record } from "./recorded-calls.ts";
import { failOnCall, failOperation } from "./refused-operations.ts";
import { collectReturns } from "./statements.ts";
import { nothingReturned } from "./value-types.ts";

/** Calls a value. Calls of the project's own functions run them; all others are recorded with what is known of their arguments. */
export function call(machine: Machine, frame: Frame, callee: Value, args: CallArguments, node: ast.Call): Value {
	if (machine.steps > stepBudget) throw new BudgetSpent();
	if (isCalledBack(machine, callee)) {
		machine.doubts++;
		return unknown;
	}
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
			if (!runsNothing(node.callee)) machine.unfollowed++;
			return unknown;
	}
}

/** Methods of lists, dicts, texts and models by their names: whatever they are called on, they run no code of the project. */
const plainMethods =
	/^(append|extend|insert|items|keys|values|sort|split|strip|join|format|lower|upper|replace|startswith|endswith|encode|decode|model_rebuild|model_validate|model_dump|update_forward_refs)$/;

function runsNothing(callee: ast.Expression): boolean {
	return callee.type === "Attribute" && plainMethods.test(callee.attribute.name);
}

function callExternal(machine: Machine, frame: Frame, callee: ExternalValue, args: CallArguments, node: ast.Call): Value {
	const made = record(machine, frame, callee, args, node);
	if (!leavesClasses.test(callee.canonical) || mapsClasses.test(callee.canonical))
		for (const each of args.args) if (each.kind === "class") openAttributes(each);
	const problem = externalBindingProblem(machine, callee, args) ?? classMethodBindingProblem(machine, callee, args);
	if (problem !== null) failToBind(machine, frame, problem, node);
	failOnCollectedClass(machine, frame, callee, args.args, node);
	if (callee.canonical === "os.environ") failOnCall(machine, frame, callee, node);
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
	if (receiver.kind === "class") return instantiate(machine, frame, receiver, fromDictionary(args), node);
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
		const none = givesNothing(machine, library, callee.name) ? nothingReturned : null;
		made.result = known ?? none ?? { kind: "instance", of: method, attributes: new Map(), call: made };
	}
	return made.result;
}

/** The one dictionary of a call as keyword arguments, as `Settings.model_validate({...})` takes it. */
function fromDictionary({ args, keywords, open }: CallArguments): CallArguments {
	const [only, ...others] = args;
	const isWhole = only?.kind === "dict" && only.complete && others.length === 0 && keywords.size === 0 && !open;
	if (!isWhole) return { args: [], keywords: new Map(), open: true };
	return { args: [], keywords: new Map([...only.entries].map(([key, value]) => [String(key), value])), open: false };
}

/** `app.include_router(…)`: a method of FastAPI or Starlette that says itself that it returns nothing. */
function givesNothing(machine: Machine, { canonical, entry }: ExternalValue, name: string): boolean {
	if (!/^(fastapi|starlette)\./.test(canonical)) return false;
	const member = classMember(machine, entry, name);
	if (typeof member === "string" || member.kind !== "method") return false;
	const { returns, isAsync, isGenerator, decorators } = member.signature;
	return returns === "None" && !isAsync && !isGenerator && decorators.length === 0;
}

/** Applying what an earlier call gave: `@router.get("/")` over a function, a factory's product. */
function callInstance(machine: Machine, frame: Frame, callee: InstanceValue, args: CallArguments, node: ast.Call): Value {
	if (callee.of.kind === "class") {
		const method = findInClass(callee.of, "__call__");
		if (method?.value.kind === "function")
			return callFunction(machine, frame, method.value, { ...args, args: [callee, ...args.args] }, node);
	}
	const whole = partialCall(callee, args);
	if (whole !== null) return machine.call(frame, whole.callee, whole.args, node);
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
	else {
		const sessions = classOfSessions(machine, callee);
		if (sessions?.kind === "class" || sessions?.kind === "external")
			made.result = { kind: "instance", of: sessions, attributes: new Map(), call: made };
	}
	return made.result;
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
	atYield: AtYield | null = null,
): Value {
	const { node: definition } = callee;
	if (definition.type === "Lambda") return callLambda(machine, callee, definition, args);
	if (callee.decorators.some(isCacheDecorator)) failOnUnhashableArgument(machine, frame, args, node);
	if (!callee.decorators.every(isTransparent)) {
		machine.doubts++;
		machine.unfollowed++;
		handedOver(args);
		const type = contextManagerType(callee.decorators);
		// contextlib calls the function with the arguments it was given: a wrong number of them is refused at once.
		if (type !== null && callee.decorators.length === 1)
			bindParameters(machine, frame, callee, definition, newNamespace(callee.scope), args, node);
		if (type === null) return unknown;
		const plain: FunctionValue = { ...callee, decorators: [] };
		return generatorContext(externalSymbol(machine, `contextlib.${type}`, null), definition, () => {
			const given = callFunction(machine, frame, plain, args, node, stopAtYield);
			return given.kind === "coroutine" ? given.run() : given;
		});
	}
	const scope = newNamespace(callee.scope);
	bindParameters(machine, frame, callee, definition, scope, args, node);
	const run = (taker: AtYield | null): Value => {
		const runs = () => runBody(machine, callee, definition, scope, taker);
		// What the parser made of a broken file may be anything.
		return callee.module.tree.errors.length > 0 ? maybe(machine, runs) : runs();
	};
	if (atYield !== null) return run(atYield);
	if (isGenerator(definition)) {
		machine.doubts++;
		handedOver(args);
		return newGenerator(callee, definition, run, { call: node, path: frame.module.path });
	}
	return definition.isAsync
		? { kind: "coroutine", function: callee, run: () => run(null), call: node, path: frame.module.path }
		: run(null);
}

/** What `functools.cache` keeps results by has to have a hash. */
function failOnUnhashableArgument(machine: Machine, frame: Frame, args: CallArguments, node: ast.Call): void {
	for (const value of [...args.args, ...args.keywords.values()]) {
		const type = value.kind === "sequence" && value.type !== "view" && value.type !== "tuple" ? value.type : value.kind;
		if (["list", "set", "dict"].includes(type)) failOperation(machine, frame, node, "TypeError", `unhashable type: '${type}'`);
	}
}

function runBody(
	machine: Machine,
	callee: FunctionValue,
	definition: ast.FunctionDef,
	scope: Namespace,
	atYield: AtYield | null,
): Value {
	if (machine.callDepth >= maxDepth || machine.activeCalls.has(definition)) {
		machine.doubts++;
		machine.unfollowed++;
		for (const { value } of scope.names.values()) leave(value);
		return unknown;
	}
	const frame = { ...functionFrame(callee, scope, atYield), locals: { names: localsOf(definition), scope } };
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

function callLambda(machine: Machine, callee: FunctionValue, definition: ast.Lambda, args: CallArguments): Value {
	const scope = newNamespace(callee.scope);
	for (const [index, parameter] of definition.parameters.entries()) {
		const value = args.args[index] ?? args.keywords.get(parameter.name.name) ?? unknown;
		scope.names.set(parameter.name.name, { value, node: parameter, maybe: false });
	}
	if (machine.activeCalls.has(definition)) return unknown;
	machine.activeCalls.add(definition);
	try {
		return machine.evaluate(functionFrame(callee, scope, null), definition.body);
	} finally {
		machine.activeCalls.delete(definition);
	}
}
