import type * as ast from "../../../python/ast.ts";
import { type ClassValue, type FunctionValue, unknown, type Value } from "../values.ts";
import { scopeFor } from "./binding-scope.ts";
import { initSubclass } from "./classes/init-subclass.ts";
import { annotation, evaluateArguments } from "./expressions.ts";
import { externalBindingProblem, failToBind } from "./external-signature.ts";
import { at, bind, type Frame, isGuarded, type Machine, newNamespace } from "./machine.ts";
import { failOperation } from "./refused-operations.ts";
import { failOnPostponedUnions } from "./typing/postponed-unions.ts";
import { nothingReturned } from "./value-types.ts";

/** `def`: its decorators, defaults and annotations run now, its body does not. */
export function define(machine: Machine, frame: Frame, node: ast.FunctionDef): void {
	const decorators = node.decorators.map((decorator) =>
		at(machine, "decorator", () => evaluateDecorator(machine, frame, decorator)),
	);
	const defaults = new Map<ast.Parameter, Value>();
	at(machine, "default", () => {
		for (const parameter of node.parameters) {
			const given = parameter.default === null ? unknown : machine.evaluate(frame, parameter.default);
			if (given.kind !== "unknown" && parameter.default?.type !== "Constant") defaults.set(parameter, given);
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
	if (decorator === nothingReturned) failOperation(machine, frame, node, "TypeError", "'NoneType' object is not callable");
	if (decorator === undefined || !isOwnCallable(decorator)) return unknown;
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

/** A function, a class, or an object or method of a class of the project: what runs when it decorates is in sight. */
function isOwnCallable(decorator: Value): boolean {
	if (decorator.kind === "instance") return decorator.of.kind === "class";
	return (
		decorator.kind === "function" ||
		decorator.kind === "class" ||
		(decorator.kind === "bound-method" && decorator.function !== null)
	);
}

/** `class`: its bases, its body and its decorators run now. */
export function defineClass(machine: Machine, frame: Frame, node: ast.ClassDef): void {
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
		atYield: null,
	};
	for (const name of ["__module__", "__qualname__"]) namespace.names.set(name, { value: unknown, node: null, maybe: false });
	at(machine, "class-body", () => machine.execute(inner, node.body));
	const bases = waysUp(args) > mostWaysUp ? [unknown] : args;
	const lasting = [...decorators];
	const value: ClassValue = { kind: "class", node, module: frame.module, bases, keywords, namespace, decorators: lasting };
	machine.classes.push({
		value,
		stage: machine.stage,
		order: machine.order++,
		reached: machine.reached,
		guarded: isGuarded(machine, "Exception"),
	});
	initSubclass(machine, frame, value);
	failOnPostponedUnions(machine, frame, value);
	for (let index = decorators.length - 1; index >= 0; index--) {
		const given = applyDecorator(machine, frame, decorators[index], node.decorators[index], value);
		// One that gives back the very class, as those of registries do, leaves it what it is.
		if (given === value) lasting.splice(index, 1);
	}
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
	if (base.kind === "external" && base.canonical === "typing.Generic" && base.subscript === undefined)
		failOperation(machine, frame, node, "TypeError", "Cannot inherit from plain Generic");
	const isModule = base.kind === "module" || (base.kind === "external" && base.isModule);
	const isFunction = base.kind === "function" && base.decorators.length === 0;
	if (isModule) failOperation(machine, frame, node, "TypeError", "module() takes at most 2 arguments (3 given)");
	else if (isFunction) failOperation(machine, frame, node, "TypeError", "function() argument 'code' must be code, not str");
}
