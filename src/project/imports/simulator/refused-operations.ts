import type * as ast from "../../../python/ast.ts";
import type { RaisesException } from "../trace.ts";
import type { ClassValue, Value } from "../values.ts";
import { findInClass } from "./classes/class-members.ts";
import { uniterableMetaclass } from "./classes/metaclasses.ts";
import { classMember, isPlainExternalClass } from "./external.ts";
import { failOnUnset, unsetVariable } from "./library/unset-variable.ts";
import { type CallArguments, type Frame, failAt, type Machine } from "./machine.ts";
import { isClosed, lacksMethod, typeName } from "./value-types.ts";

/** Records an exception that an operation on known values raises. */
export function failOperation(
	machine: Machine,
	frame: Frame,
	node: ast.Node,
	exception: string,
	message: string,
	more: Pick<RaisesException, "key"> = {},
): void {
	failAt(machine, frame, node, {
		detail: { type: "raises", exception, by: "operation", ...more },
		exception,
		message,
	});
}

/** Something is called that cannot be: a module, a text, a tuple behind which a comma is missing, what a function without `return` gives. */
export function failOnCall(machine: Machine, frame: Frame, callee: Value, node: ast.Call): void {
	const isEnvironment = callee.kind === "external" && callee.canonical === "os.environ";
	const type = isEnvironment ? "_Environ" : typeWithout(machine, callee, "__call__");
	if (type !== null) failOperation(machine, frame, node, "TypeError", `'${type}' object is not callable`);
}

/** A pydantic model with no base but other models of the project and BaseModel itself. */
export function isPlainModel(owner: ClassValue): boolean {
	return (
		owner.bases.length > 0 &&
		owner.decorators.length === 0 &&
		owner.keywords.size === 0 &&
		owner.node.typeParameters.length === 0 &&
		owner.bases.length === owner.node.bases.length &&
		owner.bases.every((base) =>
			base.kind === "class"
				? isPlainModel(base)
				: base.kind === "external" && base.canonical === "pydantic.main.BaseModel" && base.subscript === undefined,
		)
	);
}

/** `value[…]` on what has no items. */
export function failOnSubscript(machine: Machine, frame: Frame, owner: Value, node: ast.Subscript): boolean {
	const type = typeName(owner);
	if (type === null || !lacksMethod(owner, "__getitem__")) return false;
	failOperation(machine, frame, node, "TypeError", `'${type}' object is not subscriptable`);
	return true;
}

/** `Page[Item]` where the class is not generic. */
export function failOnPlainClassSubscript(machine: Machine, frame: Frame, owner: ClassValue, node: ast.Subscript): void {
	if (findInClass(owner, "__class_getitem__") !== null) return;
	const name = owner.node.name.name;
	if (isPlainModel(owner) && machine.environment.findModule("pydantic._internal").found === "present") {
		const words = `<class '${owner.module.name}.${name}'> cannot be parametrized because it does not inherit from typing.Generic`;
		failOperation(machine, frame, node, "TypeError", words);
		return;
	}
	if (!isClosed(owner)) return;
	const { minor } = machine.environment.python;
	// What ABCMeta makes is no plain type for the message.
	const isAbstract = owner.bases.some((base) => base.kind === "external" && base.canonical === "abc.ABC");
	const message =
		minor >= 11 ? `type '${name}' is not subscriptable` : `'${isAbstract ? "ABCMeta" : "type"}' object is not subscriptable`;
	failOperation(machine, frame, node, "TypeError", message);
}

/** A `for` loop, or an unpacking, over what cannot be gone through. */
export function failOnIteration(machine: Machine, frame: Frame, iterable: Value, node: ast.Node): boolean {
	const variable = unsetVariable(iterable);
	if (variable !== null) {
		const message = "'NoneType' object is not iterable";
		failOnUnset(machine, frame, node, { variable, consequence: "the loop gets None", exception: "TypeError", message });
		return true;
	}
	const type = typeWithout(machine, iterable, "__iter__", "__getitem__");
	if (type === null || type === "function") return false;
	failOperation(machine, frame, node, "TypeError", `'${type}' object is not iterable`);
	return true;
}

/** The name of a value's type as Python prints it, where it lacks all of the methods; null where it has one, or may have. */
function typeWithout(machine: Machine, value: Value, ...methods: readonly string[]): string | null {
	return libraryTypeWithout(machine, value, ...methods) ?? (lacksMethod(value, ...methods) ? typeName(value) : null);
}

/** The class of a library that an object was made of, where neither it nor its bases have one of the methods. */
function libraryTypeWithout(machine: Machine, value: Value, ...methods: readonly string[]): string | null {
	if (value.kind !== "instance" || value.of.kind !== "external" || value.call?.callee !== value.of) return null;
	const { entry, canonical } = value.of;
	if (entry?.kind !== "class" || !isPlainExternalClass(machine, entry) || "__new__" in entry.members) return null;
	const lacks = methods.every((method) => classMember(machine, entry, method) === "absent");
	return lacks ? canonical.slice(canonical.lastIndexOf(".") + 1) : null;
}

/** `a, b = value` with a value of another length, or none at all. */
export function failOnUnpacking(machine: Machine, frame: Frame, target: ast.Sequence, value: Value, node: ast.Node): void {
	const variable = unsetVariable(value);
	if (variable !== null) {
		const message = "cannot unpack non-iterable NoneType object";
		failOnUnset(machine, frame, node, { variable, consequence: "None is unpacked", exception: "TypeError", message });
		return;
	}
	const metaclass = value.kind === "class" ? uniterableMetaclass(value) : null;
	const type = metaclass ?? typeName(value);
	if (type !== null && (metaclass !== null || lacksMethod(value, "__iter__", "__getitem__"))) {
		failOperation(machine, frame, node, "TypeError", `cannot unpack non-iterable ${type} object`);
		return;
	}
	const given = lengthOfItems(value);
	if (given === null) return;
	const starred = target.items.filter((item) => item.type === "Starred").length;
	const wanted = target.items.length - starred;
	if (given < wanted) {
		const least = starred > 0 ? "at least " : "";
		failOperation(machine, frame, node, "ValueError", `not enough values to unpack (expected ${least}${wanted}, got ${given})`);
	} else if (given > wanted && starred === 0) {
		failOperation(machine, frame, node, "ValueError", `too many values to unpack (expected ${wanted})`);
	}
}

/** How many items unpacking gives, characters of a text among them; null where that is not certain. */
function lengthOfItems(value: Value): number | null {
	if (value.kind === "constant")
		return typeof value.value === "string" && value.isConverted === undefined ? [...value.value].length : null;
	if (value.kind !== "sequence" || value.type === "view" || !value.complete || isShared(value)) return null;
	return value.items.length;
}

/** A list, a dict or a set where a hash is needed. */
export function failOnUnhashable(
	machine: Machine,
	frame: Frame,
	value: Value,
	node: ast.Node,
	use: "dict key" | "set element",
): void {
	const message = unhashable(value, use, machine.environment.python.minor);
	if (message !== null) failOperation(machine, frame, node, "TypeError", message);
}

/** What Python 3 says of a value without a hash; null where it has one, or may have. */
export function unhashable(value: Value, use: "dict key" | "set element", minor: number): string | null {
	const type = value.kind === "sequence" ? value.type : value.kind;
	if (type !== "dict" && type !== "list" && type !== "set") return null;
	const plain = `unhashable type: '${type}'`;
	return minor >= 14 ? `cannot use '${type}' as a ${use} (${plain})` : plain;
}

const shared = new WeakSet<Value>();

/** Lists and dicts that code we cannot see got hold of may have changed. */
export function share({ args, keywords }: CallArguments): void {
	for (const value of [...args, ...keywords.values()]) {
		if (value.kind === "sequence" || value.kind === "dict") shared.add(value);
	}
}

/** May code that is not seen have changed the list or dict? */
export function isShared(value: Value): boolean {
	return shared.has(value);
}
