import type * as ast from "../../../../python/ast.ts";
import { walk } from "../../../../python/walk.ts";
import type { ClassValue, InstanceValue, Value } from "../../values.ts";
import { isDecoratedBy } from "../decorators.ts";
import { failToBind, inheritedBindingProblem } from "../external-signature.ts";
import { type CallArguments, type Frame, type Machine, maybe } from "../machine.ts";
import { record } from "../recorded-calls.ts";
import { failOperation } from "../refused-operations.ts";
import { isClosed, nothingReturned } from "../value-types.ts";
import { findInClass, isPlainField } from "./class-members.ts";
import { dataclassBindingProblem, runFactories, runPostInit } from "./dataclass-init.ts";
import { enumMember } from "./enum-look-up.ts";
import { making } from "./making.ts";
import { namedTupleProblem } from "./named-tuples.ts";

/** Makes an object of a class of the project: its `__init__` runs, or what stands for it. */
export function instantiate(machine: Machine, frame: Frame, callee: ClassValue, args: CallArguments, node: ast.Call): Value {
	const member = enumMember(machine, frame, callee, args, node);
	if (member !== null) return member;
	const made = record(machine, frame, callee, args, node);
	if (callee.bases.some((base) => base.kind === "external" && base.canonical === "typing.Protocol"))
		failOperation(machine, frame, node, "TypeError", "Protocols cannot be instantiated");
	const instance: InstanceValue = { kind: "instance", of: callee, attributes: new Map(), call: made };
	made.result = instance;
	const other = madeInstead(machine, frame, callee, args, node);
	if (other !== null) {
		made.result = other;
		return other;
	}
	const settings = machine.instantiateSettings(frame, callee, args, made);
	if (settings !== null) {
		for (const [name, value] of settings) {
			const isTaken = value === nothingReturned || isPlainField(callee, name);
			instance.attributes.set(name, isTaken ? value : converted(value));
		}
		return instance;
	}
	if (isMadeByMetaclass(callee)) {
		// A singleton is made once: whether `__init__` runs, and with which arguments, its metaclass decides.
		const init = findInClass(callee, "__init__");
		if (init?.value.kind === "function") {
			const method = init.value;
			maybe(machine, () => machine.call(frame, method, { ...args, args: [instance, ...args.args], open: true }, node));
		}
		machine.doubts++;
		return instance;
	}
	const init = findInClass(callee, "__init__");
	if (init?.value.kind === "function" && !isDecoratedBy(init.value, "typing.overload")) {
		const method = init.value;
		making(instance, () => machine.call(frame, method, { ...args, args: [instance, ...args.args] }, node));
	} else {
		if (init === null) {
			failOnUselessArguments(machine, frame, callee, args, node);
			const problem = dataclassBindingProblem(machine, callee, args);
			const inherited =
				problem === null ? (namedTupleProblem(machine, callee, args) ?? inheritedBindingProblem(machine, callee, args)) : null;
			if (inherited !== null) failToBind(machine, frame, inherited, node);
			else if (problem !== null) failToBind(machine, frame, problem, node);
			else {
				runFactories(machine, frame, instance, args, node);
				runPostInit(machine, frame, instance, args, node);
			}
		}
		machine.doubts++;
	}
	return instance;
}

/** What the `__new__` of a class gives where it does not make an object of the class; null where it may. */
function madeInstead(machine: Machine, frame: Frame, callee: ClassValue, args: CallArguments, node: ast.Call): Value | null {
	const maker = findInClass(callee, "__new__")?.value;
	if (maker?.kind !== "function" || maker.node.type !== "FunctionDef" || asksForNew(maker.node)) return null;
	const result = machine.call(frame, maker, { ...args, args: [callee, ...args.args] }, node);
	return result.kind === "instance" && result.of === callee ? null : result;
}

/** Does a `__new__` hand on to another, as one does that makes an object of the class? */
function asksForNew({ body }: ast.FunctionDef): boolean {
	let asks = false;
	walk(body, (node) => {
		if (node.type === "Attribute" && node.attribute.name === "__new__") asks = true;
		return !asks;
	});
	return asks;
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
