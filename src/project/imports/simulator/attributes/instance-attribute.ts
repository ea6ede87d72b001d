import type * as ast from "../../../../python/ast.ts";
import { mayStore } from "../../../../python/stored-attributes.ts";
import { libraryClassOf } from "../../library-objects.ts";
import { type ClassValue, type FunctionValue, type InstanceValue, unknown, type Value } from "../../values.ts";
import {
	declaresAttribute,
	hasKnownAttributes,
	inherited,
	isClosedClass,
	isOfMixedType,
	isPlainClass,
} from "../classes/class-attributes.ts";
import { findInClass, isPlainField } from "../classes/class-members.ts";
import { memberNamed } from "../classes/enum-look-up.ts";
import { isEnum } from "../classes/enumerations.ts";
import { isNotSetYet } from "../classes/making.ts";
import { modelDefault } from "../classes/model-default.ts";
import { isDecoratedBy, isProperty, isSwappedProperty } from "../decorators.ts";
import { classMember } from "../external.ts";
import type { Frame, Machine } from "../machine.ts";
import { failOperation } from "../refused-operations.ts";
import { failOnObject } from "./fail-without.ts";
import { ofExternalInstance, plainPackages } from "./library-attribute.ts";

/** An attribute of an object. */
export function ofInstance(machine: Machine, frame: Frame, owner: InstanceValue, name: string, node: ast.Node): Value {
	const own = owner.attributes.get(name);
	if (own !== undefined) return own;
	const { of } = owner;
	if (of.kind === "external") return ofExternalInstance(machine, frame, owner, of, name, node);
	const found = findInClass(of, name);
	if (found !== null) {
		if (found.value.kind !== "function") {
			machine.doubts++;
			// A member of an enumeration knows the others.
			if (isEnum(of) && found.value.kind === "constant" && !found.maybe && !name.startsWith("_"))
				return memberNamed(of, name, found.value);
			if (isPlainClass(of)) return fieldValue(owner, of, name, found.value);
			return (found.maybe ? null : modelDefault(owner, of, name, found.value)) ?? unknown;
		}
		const method = found.value;
		if (isDecoratedBy(method, "builtins.staticmethod")) return method;
		if (isProperty(method)) return propertyValue(machine, frame, owner, method, node);
		const receiver = isDecoratedBy(method, "builtins.classmethod") ? of : owner;
		return { kind: "bound-method", receiver, name, function: method };
	}
	const library = libraryClassOf(owner);
	if (library !== null && plainPackages.test(library.canonical) && !name.startsWith("_") && !declaresAttribute(of, name)) {
		const member = library.entry?.kind === "class" ? classMember(machine, library.entry, name) : "unknown";
		if (typeof member !== "string" && member.kind === "method")
			return { kind: "bound-method", receiver: owner, name, function: null };
	}
	if (
		library?.entry?.kind === "class" &&
		plainPackages.test(library.canonical) &&
		classMember(machine, library.entry, name) !== "absent"
	) {
		machine.doubts++;
		return unknown;
	}
	const isLate = isNotSetYet(owner) && machine.uncertain === 0 && !inherited.has(name);
	const isKnown = hasKnownAttributes(machine, of) || hasOnlyMembers(machine, frame, of, name);
	if (!isKnown || (declaresAttribute(of, name) && !isLate) || name.startsWith("__")) {
		machine.doubts++;
		return unknown;
	}
	failOnObject(machine, frame, of.node.name.name, name, node);
	return unknown;
}

/** What every member of an enumeration has, besides what it is mixed with (https://docs.python.org/3/library/enum.html). */
const ofMembers = /^(?:name|value|_.*)$/;

/** Is the class an enumeration whose members have no attribute of that name but what its own body gives? */
function hasOnlyMembers(machine: Machine, { module }: Frame, of: ClassValue, name: string): boolean {
	return (
		isEnum(of) &&
		isClosedClass(of) &&
		!ofMembers.test(name) &&
		!isOfMixedType(machine, of, name) &&
		!mayStore(of.module.tree, name) &&
		!mayStore(module.tree, name)
	);
}

function propertyValue(machine: Machine, frame: Frame, owner: InstanceValue, method: FunctionValue, node: ast.Node): Value {
	if (isSwappedProperty(method)) {
		failOperation(machine, frame, node, "TypeError", "'PydanticDescriptorProxy' object is not callable");
		return unknown;
	}
	const call: ast.Call = {
		type: "Call",
		start: node.start,
		end: node.end,
		callee: { type: "InvalidExpression", start: node.start, end: node.end },
		args: [],
		keywords: [],
		argumentsRange: { start: node.end, end: node.end },
	};
	const plain: FunctionValue = { ...method, decorators: [] };
	return machine.call(frame, plain, { args: [owner], keywords: new Map(), open: false }, call);
}

/** What a decorator that writes `__init__` puts into the object: what is passed, else the default; of an unseen argument only the declared type is known. */
function fieldValue(owner: InstanceValue, of: ClassValue, name: string, fallback: Value): Value {
	if (of.decorators.length === 0) return fallback;
	const passed = owner.call?.keywords.get(name);
	if (passed !== undefined) return passed;
	const isBare = owner.call !== null && owner.call.args.length === 0 && !owner.call.open;
	return isBare || isPlainField(of, name) ? fallback : unknown;
}
