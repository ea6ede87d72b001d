import type * as ast from "../../../../python/ast.ts";
import type { ClassValue, InstanceValue, Value } from "../../values.ts";
import { type Frame, failAt, type Machine } from "../machine.ts";
import { hasKnownAttributes } from "./class-attributes.ts";
import { findInClass } from "./class-members.ts";
import { isValueEnum } from "./enumerations.ts";
import { frozenModel } from "./frozen-models.ts";

/** `owner.name = …`, where the class of the owner refuses it: a frozen dataclass, a property without setter, slots, a member of an enumeration. */
export function failOnAttributeAssignment(machine: Machine, frame: Frame, owner: Value, name: string, node: ast.Node): void {
	const refused =
		owner.kind === "instance"
			? refusedByObject(machine, owner, name)
			: owner.kind === "class"
				? refusedByEnum(machine, owner, name)
				: null;
	if (refused === null) {
		if (owner.kind === "instance") failOnUnknownField(machine, frame, owner, name, node);
		return;
	}
	const { line, message, detail, owner: refusing, exception = "AttributeError" } = refused;
	failAt(machine, frame, node, {
		detail: { type: "raises", exception, by: "operation", assignment: { name, owner: refusing, by: detail } },
		exception,
		message,
		...(line !== undefined && { line }),
	});
}

/** A model of pydantic takes the fields that its class declares, and private names. */
function failOnUnknownField(machine: Machine, frame: Frame, { of }: InstanceValue, name: string, node: ast.Node): void {
	if (of.kind !== "class" || name.startsWith("_") || !isPydanticModel(of) || !hasKnownAttributes(machine, of)) return;
	if (declaresField(of, name) || findInClass(of, name) !== null || findInClass(of, "__setattr__") !== null) return;
	failAt(machine, frame, node, {
		detail: { type: "raises", exception: "ValueError", by: "operation" },
		exception: "ValueError",
		message: `"${of.node.name.name}" object has no field "${name}"`,
	});
}

function isPydanticModel({ bases }: ClassValue): boolean {
	return bases.some((base) =>
		base.kind === "class"
			? isPydanticModel(base)
			: base.kind === "external" && /^pydantic(_settings)?\.(.*\.)?Base(Model|Settings)$/.test(base.canonical),
	);
}

/** Does the body of the class, or of one of its own bases, annotate the name? */
function declaresField({ node, bases }: ClassValue, name: string): boolean {
	const isHere = node.body.some((each) => each.type === "AnnAssign" && each.target.type === "Name" && each.target.id === name);
	return isHere || bases.some((base) => base.kind === "class" && declaresField(base, name));
}

interface Refused {
	readonly owner: ast.ClassDef;
	readonly detail: "frozen" | "model" | "property" | "slots" | "enum";
	readonly message: string;
	readonly line?: string;
	/** AttributeError unless said otherwise. */
	readonly exception?: string;
}

function refusedByObject(machine: Machine, { of }: InstanceValue, name: string): Refused | null {
	const model = of.kind === "class" && declaresField(of, name) && !name.startsWith("_") ? frozenModel(machine, of) : null;
	if (model !== null) return { ...model, owner: model.owner.node, detail: "model" };
	if (of.kind !== "class" || !isPlain(of) || findInClass(of, "__setattr__") !== null) return null;
	const { minor } = machine.environment.python;
	const className = of.node.name.name;
	if (frozenness(of) === true) {
		const message = `cannot assign to field '${name}'`;
		return { owner: of.node, detail: "frozen", message, line: `dataclasses.FrozenInstanceError: ${message}` };
	}
	const found = findInClass(of, name);
	const isProperty = found?.value.kind === "function" && found.value.decorators.length === 1 && !found.maybe;
	const [decorator] = found?.value.kind === "function" ? found.value.decorators : [];
	if (isProperty && decorator?.kind === "external" && decorator.canonical === "builtins.property") {
		const message =
			minor >= 11
				? `property '${name}' of '${className}' object has no setter`
				: minor === 10
					? `can't set attribute '${name}'`
					: "can't set attribute";
		return { owner: definingClass(of, name), detail: "property", message };
	}
	if (found === null && isOutsideSlots(of, name)) {
		const dict = minor >= 13 ? " and no __dict__ for setting new attributes" : "";
		return { owner: of.node, detail: "slots", message: `'${className}' object has no attribute '${name}'${dict}` };
	}
	return null;
}

/** The class of a lineage whose body binds a name. */
function definingClass(owner: ClassValue, name: string): ast.ClassDef {
	if (owner.namespace.names.has(name)) return owner.node;
	const base = owner.bases.find((each) => each.kind === "class" && findInClass(each, name) !== null);
	return base?.kind === "class" ? definingClass(base, name) : owner.node;
}

/** Is all that decides about its attributes in its own body, those of its own bases, and the decorator `dataclass`? */
function isPlain(owner: ClassValue): boolean {
	return (
		!owner.namespace.dynamic &&
		owner.keywords.size === 0 &&
		owner.decorators.every(isDataclass) &&
		owner.bases.length === owner.node.bases.length &&
		owner.bases.every((base) =>
			base.kind === "class" ? isPlain(base) : base.kind === "external" && plainBases.test(base.canonical),
		)
	);
}

const plainBases = /^(builtins\.object|abc\.ABC|typing\.(Generic|Protocol))$/;

/** Without slots in each class of the lineage its objects take any attribute. */
function isOutsideSlots({ namespace, decorators, bases }: ClassValue, name: string): boolean {
	const slots = namespace.names.get("__slots__");
	if (slots === undefined || slots.maybe || decorators.length > 0 || slots.value.kind !== "sequence" || !slots.value.complete)
		return false;
	const isOutside = slots.value.items.every(
		(item) => item.kind === "constant" && typeof item.value === "string" && item.value !== name && item.value !== "__dict__",
	);
	return isOutside && bases.every((base) => base.kind !== "class" || isOutsideSlots(base, name));
}

function refusedByEnum(machine: Machine, owner: ClassValue, name: string): Refused | null {
	if (!isValueEnum(owner) || owner.namespace.dynamic || owner.keywords.size > 0) return null;
	const member = owner.namespace.names.get(name);
	if (member === undefined || member.maybe || name.startsWith("_") || member.value.kind !== "constant") return null;
	return {
		owner: owner.node,
		detail: "enum",
		message: machine.environment.python.minor >= 11 ? `cannot reassign member '${name}'` : "Cannot reassign members.",
	};
}

/** Is a class a frozen dataclass of the standard library? Null where it is no dataclass, or where that is not known. */
export function frozenness(owner: ClassValue): boolean | null {
	const decorator = owner.decorators.find(isDataclass);
	if (decorator === undefined) return null;
	if (decorator.kind !== "instance") return false;
	if (decorator.call === null || decorator.call.open) return null;
	const given = decorator.call.keywords.get("frozen");
	if (given === undefined) return false;
	return given.kind === "constant" && typeof given.value === "boolean" ? given.value : null;
}

function isDataclass(decorator: Value): boolean {
	const maker = decorator.kind === "instance" ? decorator.of : decorator;
	return maker.kind === "external" && maker.canonical === "dataclasses.dataclass";
}
