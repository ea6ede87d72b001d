import type * as ast from "../../../../python/ast.ts";
import { type ClassValue, unknown, type Value } from "../../values.ts";
import {
	containerMembers,
	hasUnknownBase,
	isClosedClass,
	isContainer,
	isFieldOfModel,
	isModel,
	isOfMixedType,
	makesOfDictionary,
} from "../classes/class-attributes.ts";
import { findInClass } from "../classes/class-members.ts";
import { memberNamed } from "../classes/enum-look-up.ts";
import { isEnum } from "../classes/enumerations.ts";
import { missingColumnMessage } from "../classes/mapped-class.ts";
import { isDecoratedBy } from "../decorators.ts";
import { constant } from "../external.ts";
import { metadataOfBase, onlyOfMetadata } from "../library/base-metadata.ts";
import { type Frame, failAt, type Machine } from "../machine.ts";
import { failWithout } from "./fail-without.ts";

/** An attribute of a class of the project. */
export function ofClass(machine: Machine, frame: Frame, owner: ClassValue, name: string, node: ast.Node): Value {
	const found = findInClass(owner, name);
	if (name === "__name__" && found === null) return constant(owner.node.name.name);
	if (isFieldOfModel(owner, name)) return ofModelClass(machine, frame, owner, name, node);
	if (found === null && makesOfDictionary(owner, name)) return { kind: "bound-method", receiver: owner, name, function: null };
	if (found === null && name === "metadata") {
		const metadata = metadataOfBase(machine, owner);
		if (metadata !== null) return metadata;
	}
	if (found === null && onlyOfMetadata.has(name) && metadataOfBase(machine, owner) !== null) {
		reportMissing(machine, frame, owner, name, node);
		return unknown;
	}
	if (found === null) {
		const isClosed =
			(isClosedClass(owner) && !isOfMixedType(machine, owner, name)) || (isContainer(owner) && !containerMembers.test(name));
		const column = isClosed ? null : missingColumnMessage(machine, owner, name);
		if (column !== null) reportMissing(machine, frame, owner, name, node, column);
		else if (isClosed && !name.startsWith("__") && name !== "mro") reportMissing(machine, frame, owner, name, node);
		else machine.doubts++;
		return unknown;
	}
	if (found.maybe) {
		machine.doubts++;
		return found.value;
	}
	// pydantic keeps what the body binds to a private name as an object of its own, and gives each instance a copy.
	if (/^_(?!_)/.test(name) && isModel(owner) && found.value.kind !== "function") return unknown;
	// A base we cannot see may bring a metaclass that makes members of what the body binds, as Enum's does.
	if (found.value.kind === "constant" && hasUnknownBase(owner)) return unknown;
	if (found.value.kind === "function" && isDecoratedBy(found.value, "builtins.classmethod")) {
		return { kind: "bound-method", receiver: owner, name, function: found.value };
	}
	if (isEnum(owner) && (found.value.kind === "sequence" || found.value.kind === "dict")) return unknown;
	if (isEnum(owner) && found.value.kind === "constant") return memberNamed(owner, name, found.value);
	return found.value;
}

function ofModelClass(machine: Machine, frame: Frame, owner: ClassValue, name: string, node: ast.Node): Value {
	const className = owner.node.name.name;
	const isModern = machine.environment.findModule("pydantic._internal").found === "present";
	failAt(machine, frame, node, {
		detail: { type: "field-of-class", owner, name },
		exception: "AttributeError",
		message: isModern ? name : `type object '${className}' has no attribute '${name}'`,
	});
	return unknown;
}

function reportMissing(machine: Machine, frame: Frame, owner: ClassValue, name: string, node: ast.Node, words?: string): void {
	const className = owner.node.name.name;
	// Enum's own look-up printed the bare name until 3.12.
	const isBare = isEnum(owner) && machine.environment.python.minor < 12;
	const message = words ?? (isBare ? name : `type object '${className}' has no attribute '${name}'`);
	failWithout(machine, frame, node, { owner: className, name, message });
}
