import { isClassVariable } from "../../../../python/annotated.ts";
import type * as ast from "../../../../python/ast.ts";
import { walk } from "../../../../python/walk.ts";
import type { ClassValue, ExternalValue, Value } from "../../values.ts";
import type { Machine } from "../machine.ts";
import { findInClass } from "./class-members.ts";
import { enumBases, isEnum } from "./enumerations.ts";
import { classWithout } from "./library-classes.ts";

/** pydantic takes its fields out of the class: only objects have them. SQLModel's tables and classes with decorators keep attributes of their own. */
export function isFieldOfModel(owner: ClassValue, name: string): boolean {
	if (name.startsWith("_") || owner.keywords.size > 0 || owner.decorators.length > 0 || !isPydanticClass(owner)) return false;
	const declared = owner.node.body.find(
		(each) => each.type === "AnnAssign" && each.target.type === "Name" && each.target.id === name,
	);
	if (declared?.type === "AnnAssign") return !isClassVariable(declared.annotation);
	return owner.bases.some((base) => base.kind === "class" && !owner.namespace.names.has(name) && isFieldOfModel(base, name));
}

function isPydanticClass(owner: ClassValue): boolean {
	return (
		owner.bases.length > 0 &&
		owner.bases.every((base) => {
			if (base.kind === "class") return base.keywords.size === 0 && base.decorators.length === 0 && isPydanticClass(base);
			return base.kind === "external" && /^pydantic(_settings)?\.(.*\.)?(BaseModel|BaseSettings)$/.test(base.canonical);
		})
	);
}

/** Does the attribute of a model make an object of a dictionary? Settings then read their environment as ever: `Settings.model_validate({})`. */
export function makesOfDictionary(owner: ClassValue, name: string): boolean {
	return (name === "model_validate" || name === "parse_obj") && isModel(owner);
}

/** Is it a model of pydantic, settings among them? */
export function isModel({ bases }: ClassValue): boolean {
	return bases.some((base) =>
		base.kind === "class"
			? isModel(base)
			: base.kind === "external" &&
				/^(pydantic|pydantic_settings|sqlmodel)\.(.*\.)?(BaseModel|BaseSettings|SQLModel)$/.test(base.canonical),
	);
}

/** Does it derive from something that we cannot see? */
export function hasUnknownBase(owner: ClassValue): boolean {
	return owner.bases.some((base) => base.kind === "unknown" || (base.kind === "class" && hasUnknownBase(base)));
}

/** A container of dependency_injector, whose providers are what its body and its own bases bind. */
export function isContainer(owner: ClassValue): boolean {
	if (owner.namespace.dynamic || owner.decorators.length > 0 || owner.keywords.size > 0 || owner.bases.length === 0) return false;
	return owner.bases.every((base) =>
		base.kind === "class"
			? isContainer(base)
			: base.kind === "external" && base.canonical === "dependency_injector.containers.DeclarativeContainer",
	);
}

/** What the class of containers and its metaclass bring (dependency_injector/containers.pyx). */
export const containerMembers =
	/^(_.*|auto_load_config|cls_providers|containers|dependencies|inherited_providers|instance_type|overridden|override|parent_name|provider_type|providers|reset_last_overriding|reset_override|resolve_provider_name|traverse|wiring_config|self|set_provider|set_providers)$/;

/** Types of the standard library that enumerations are mixed with, and the type whose attributes the enumerations then have. */
const mixedTypes: Readonly<Record<string, string>> = {
	"builtins.str": "builtins.str",
	"builtins.int": "builtins.int",
	"builtins.float": "builtins.float",
	"enum.StrEnum": "builtins.str",
	"enum.IntEnum": "builtins.int",
	"enum.IntFlag": "builtins.int",
};

/** Does an enumeration have the attribute, or perhaps, from the type that it is mixed with? */
export function isOfMixedType(machine: Machine, owner: ClassValue, name: string): boolean {
	return owner.bases.some((base) => {
		if (base.kind === "class") return isOfMixedType(machine, base, name);
		const mixed = base.kind === "external" ? mixedTypes[base.canonical] : undefined;
		return mixed !== undefined && classWithout(mixed, name, machine.environment.python.minor) === null;
	});
}

/** Decorators that put no public attribute on the class. */
const sealing = new Set(["enum.unique", "functools.total_ordering", "typing.final", "typing.runtime_checkable"]);

/** Can the class have no attributes but those its body and its own bases bind? */
export function isClosedClass(owner: ClassValue): boolean {
	const areSealing = owner.decorators.every((each) => each.kind === "external" && sealing.has(each.canonical));
	if (owner.namespace.dynamic || !areSealing || owner.keywords.size > 0) return false;
	const enumeration = isEnum(owner);
	return (
		owner.bases.every((base) => {
			if (base.kind === "class") return isClosedClass(base);
			if (base.kind !== "external") return false;
			return enumeration
				? enumBases.has(base.canonical) || Object.hasOwn(mixedTypes, base.canonical)
				: bareBases.has(base.canonical) || base.canonical === "builtins.object";
		}) && !setsAttributesByName(owner)
	);
}

/** A class without library bases and metaclass: its class attributes are what its instances show. */
export function isPlainClass(owner: ClassValue): boolean {
	const isPlain = (base: Value) =>
		base.kind === "class" ? isPlainClass(base) : base.kind === "external" && bareBases.has(base.canonical);
	return owner.bases.every(isPlain) && owner.keywords.size === 0;
}

/** Bases that give instances no attributes but dunders. */
const bareBases = new Set([
	"abc.ABC",
	"typing.Generic",
	"typing.Protocol",
	// Its own attributes are looked for in its class.
	"starlette.middleware.base.BaseHTTPMiddleware",
]);

/** Are all attributes that instances can have visible in the class bodies? */
export function hasKnownAttributes(machine: Machine, owner: ClassValue): boolean {
	if (findInClass(owner, "__getattr__") !== null || findInClass(owner, "__getattribute__") !== null) return false;
	if (owner.namespace.dynamic || owner.keywords.size > 0 || setsAttributesByName(owner)) return false;
	if (!owner.decorators.every(isDataclass) || allowsExtra(owner)) return false;
	return owner.bases.every((base) => {
		if (base.kind === "class") return hasKnownAttributes(machine, base);
		return base.kind === "external" && (bareBases.has(base.canonical) || isModelBase(base));
	});
}

/** `@dataclass` adds methods with underscores, and no attributes but the fields that the class declares. */
function isDataclass(decorator: Value): boolean {
	const maker = decorator.kind === "instance" ? decorator.of : decorator;
	return maker.kind === "external" && maker.canonical === "dataclasses.dataclass";
}

/** pydantic's models and settings have the attributes of their fields and methods, and no others unless `extra` is allowed. */
function isModelBase(base: ExternalValue): boolean {
	return base.name === "builtins.object" || /^pydantic(_settings)?\..*\bBase(Settings|Model)$/.test(base.canonical);
}

function allowsExtra(owner: ClassValue): boolean {
	let found = false;
	walk(owner.node, (node) => {
		if (node.type === "Constant" && node.value === "allow") found = true;
		if (node.type === "Attribute" && node.attribute.name === "allow") found = true;
		return !found;
	});
	return found;
}

const settingByName = new WeakMap<ast.ClassDef, boolean>();

function setsAttributesByName({ node: definition }: ClassValue): boolean {
	let found = settingByName.get(definition);
	if (found !== undefined) return found;
	found = false;
	walk(definition, (node) => {
		if (node.type === "Name" && (node.id === "setattr" || node.id === "vars")) found = true;
		if (node.type === "Attribute" && node.attribute.name === "__dict__") found = true;
		return !found;
	});
	settingByName.set(definition, found);
	return found;
}

/** Members every pydantic model and every object has. */
export const inherited = new Set(
	(
		"copy dict json model_config model_computed_fields model_construct model_copy model_dump model_dump_json model_extra model_fields " +
		"model_fields_set model_json_schema model_parametrized_name model_post_init model_rebuild model_validate model_validate_json " +
		"model_validate_strings parse_file parse_obj parse_raw schema schema_json settings_customise_sources construct from_orm update_forward_refs validate fields Config"
	).split(" "),
);

/** Is the attribute annotated in a class body, or set on `self` by any method, of the class or its own bases? */
export function declaresAttribute(owner: ClassValue, name: string): boolean {
	if (inherited.has(name)) return true;
	let found = false;
	walk(owner.node, (node) => {
		if (node.type === "AnnAssign" && node.target.type === "Name" && node.target.id === name) found = true;
		if (
			node.type === "Assign" ||
			node.type === "AnnAssign" ||
			node.type === "AugAssign" ||
			node.type === "For" ||
			node.type === "With"
		) {
			found ||= targetsOf(node).some((target) => stores(target, name));
		}
		return !found;
	});
	return found || owner.bases.some((base) => base.kind === "class" && declaresAttribute(base, name));
}

function targetsOf(node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.For | ast.With): readonly ast.Expression[] {
	if (node.type === "Assign") return node.targets;
	if (node.type === "With") return node.items.flatMap(({ target }) => (target === null ? [] : [target]));
	return [node.target];
}

/** Does assigning this target set an attribute of that name? `self.rows[key] = …` only reads one. */
function stores(target: ast.Expression, name: string): boolean {
	if (target.type === "Attribute") return target.attribute.name === name;
	if (target.type === "Sequence") return target.items.some((item) => stores(item, name));
	return target.type === "Starred" && stores(target.value, name);
}
