import type * as ast from "../../../python/ast.ts";
import { walk } from "../../../python/walk.ts";
import { libraryClassOf } from "../library-objects.ts";
import type { ClassValue, ExternalValue, FunctionValue, InstanceValue, ModuleValue, Value } from "../values.ts";
import { unknown } from "../values.ts";
import { stateAttribute } from "./application-state.ts";
import { failOnCoroutineMember } from "./async-misuse.ts";
import { moduleAttributes } from "./builtins.ts";
import { findInClass, isPlainField } from "./class-members.ts";
import { classMember, constant, externalSymbol, isPlainExternalClass, memberOf } from "./external.ts";
import { cyclePath } from "./import-statements.ts";
import { classWithout, printedOfInstance } from "./library-classes.ts";
import { type Frame, fail, type Machine } from "./machine.ts";
import { isNotSetYet } from "./making.ts";
import { isSecret, lacksAttribute } from "./secret-objects.ts";
import { superMember } from "./super-object.ts";
import { isNotLoaded } from "./unloaded-submodules.ts";
import { failOnUnset, unsetVariable } from "./unset-variable.ts";
import { nothingReturned, typeName } from "./value-types.ts";

/** `owner.name`. */
export function attribute(machine: Machine, frame: Frame, owner: Value, name: string, node: ast.Node): Value {
	if (name === "__dict__") openAttributes(owner);
	switch (owner.kind) {
		case "module":
			return ofModule(machine, frame, owner, name, node);
		case "external":
			return ofExternal(machine, frame, owner, name, node);
		case "class":
			return ofClass(machine, frame, owner, name, node);
		case "instance":
			return ofInstance(machine, frame, owner, name, node);
		case "constant":
			return ofConstant(machine, frame, owner, name, node);
		case "sequence":
		case "dict":
			failOnBuiltinMember(machine, frame, owner, name, node);
			return { kind: "bound-method", receiver: owner, name, function: null };
		case "function":
			return ofFunction(machine, frame, owner, name, node);
		case "bound-method":
			// What a method lacks, the function behind it was asked for.
			if (owner.function?.decorators.length === 0) return ofFunction(machine, frame, owner.function, name, node, true);
			machine.doubts++;
			return unknown;
		default:
			if (!failOnCoroutineMember(machine, frame, owner, name, node)) machine.doubts++;
			return unknown;
	}
}

/** Attributes that every function has, and those that `functools.lru_cache` and `cache` add. */
const functionMembers = new Set(["cache_clear", "cache_info", "cache_parameters"]);

/** An attribute of a plain function: unless some code of its module sets attributes by that name, there is none. */
function ofFunction(machine: Machine, frame: Frame, owner: FunctionValue, name: string, node: ast.Node, isMethod = false): Value {
	const isCached = owner.decorators.length > 0;
	const isPlain = owner.decorators.every(isCacheDecorator) && owner.node.type === "FunctionDef";
	if (!isPlain || name.startsWith("_") || (isCached && functionMembers.has(name)) || mentionsStore(owner, frame, name)) {
		machine.doubts++;
		return unknown;
	}
	const type = isCached ? "functools._lru_cache_wrapper" : "function";
	fail(machine, {
		detail: { type: "uncalled-function", function: owner, isMethod, name },
		module: frame.module,
		range: { start: node.start, end: node.end },
		statement: null,
		exception: "AttributeError",
		message: `'${type}' object has no attribute '${name}'`,
	});
	return unknown;
}

/** `@lru_cache`, `@lru_cache()` and `@cache`. */
export function isCacheDecorator(decorator: Value): boolean {
	const maker = decorator.kind === "instance" ? decorator.of : decorator;
	return maker.kind === "external" && ["functools.lru_cache", "functools.cache"].includes(maker.canonical);
}

/** Is an attribute of that name set on anything, in the module of the function or where it is read? */
function mentionsStore(owner: FunctionValue, frame: Frame, name: string): boolean {
	const store = new RegExp(`\\.${name}\\s*(:[^=\\n]+)?=[^=]|setattr\\(`);
	return store.test(owner.module.text) || store.test(frame.module.text);
}

/** Who holds the dictionary of an object or a class can put any attribute into it. */
export function openAttributes(owner: Value | undefined): void {
	if (owner?.kind === "class") owner.namespace.dynamic = true;
	else if (owner?.kind === "instance" && owner.of.kind === "class") owner.of.namespace.dynamic = true;
}

function ofModule(machine: Machine, frame: Frame, owner: ModuleValue, name: string, node: ast.Node): Value {
	const binding = owner.namespace.names.get(name);
	if (binding !== undefined) {
		if (binding.maybe) machine.doubts++;
		return binding.value;
	}
	const record = machine.sysModules.get(owner.name);
	if (owner.namespace.dynamic || moduleAttributes.has(name)) {
		machine.doubts++;
		return unknown;
	}
	const served = machine.moduleGetattr(frame, owner, name);
	if (served !== "absent") {
		machine.doubts++;
		return served;
	}
	const submodule = machine.sysModules.get(`${owner.name}.${name}`);
	const running = record?.status === "running";
	const isCycle = submodule?.status === "running" || (running && owner.module !== null && machine.willBind(owner.module, name));
	fail(machine, {
		detail: {
			type: "attribute-missing",
			owner: owner.name,
			name,
			cycle: isCycle ? cyclePath(machine, owner.name) : null,
			via: "module",
		},
		module: frame.module,
		range: { start: node.start, end: node.end },
		statement: null,
		exception: "AttributeError",
		message:
			submodule?.status === "running"
				? `cannot access submodule '${name}' of module '${owner.name}' (most likely due to a circular import)`
				: running
					? `partially initialized module '${owner.name}'${partialPlace(machine, owner)} has no attribute '${name}' (most likely due to a circular import)`
					: `module '${owner.name}' has no attribute '${name}'`,
	});
	return unknown;
}

/** Since 3.13 Python says which file it is. */
function partialPlace(machine: Machine, { module }: ModuleValue): string {
	return module !== null && machine.environment.python.minor >= 13 ? ` from '${machine.root}/${module.path}'` : "";
}

function ofExternal(machine: Machine, frame: Frame, owner: ExternalValue, name: string, node: ast.Node): Value {
	if (!owner.isModule) return ofExternalClass(machine, frame, owner, name, node);
	const member = memberOf(machine, owner.name, name);
	if (member !== "absent" && !isNotLoaded(machine, owner.name, name)) return member;
	fail(machine, {
		detail: { type: "attribute-missing", owner: owner.name, name, cycle: null, via: "module" },
		module: frame.module,
		range: { start: node.start, end: node.end },
		statement: null,
		exception: "AttributeError",
		message: `module '${owner.name}' has no attribute '${name}'`,
	});
	return externalSymbol(machine, `${owner.name}.${name}`, null);
}

/**
 * An attribute of a class of a library: missing for certain only where class and bases are plain Python with visible bodies, in packages
 * that set no attributes on their classes from outside (as `datetime.min` is).
 */
function ofExternalClass(machine: Machine, frame: Frame, owner: ExternalValue, name: string, node: ast.Node): Value {
	const isMissing =
		plainPackages.test(owner.canonical) &&
		owner.entry?.kind === "class" &&
		isPlainExternalClass(machine, owner.entry) &&
		classMember(machine, owner.entry, name) === "absent";
	const printed = isMissing
		? owner.canonical.slice(owner.canonical.lastIndexOf(".") + 1)
		: machine.patched.has(`${owner.canonical}.${name}`)
			? null
			: classWithout(owner.canonical, name, machine.environment.python.minor);
	if (printed !== null) {
		fail(machine, {
			detail: { type: "attribute-missing", owner: owner.canonical, name, cycle: null, via: "instance" },
			module: frame.module,
			range: { start: node.start, end: node.end },
			statement: null,
			exception: "AttributeError",
			message: `type object '${printed}' has no attribute '${name}'`,
		});
	}
	return externalSymbol(machine, `${owner.name}.${name}`, null);
}

function ofClass(machine: Machine, frame: Frame, owner: ClassValue, name: string, node: ast.Node): Value {
	const found = findInClass(owner, name);
	if (isFieldOfModel(owner, name)) return ofModelClass(machine, frame, owner, name, node);
	if (found === null) {
		const isClosed =
			(isClosedClass(owner) && !isOfMixedType(machine, owner, name)) || (isContainer(owner) && !containerMembers.test(name));
		if (isClosed && !name.startsWith("__") && name !== "mro") reportMissing(machine, frame, owner, name, node);
		else machine.doubts++;
		return unknown;
	}
	if (found.maybe) {
		machine.doubts++;
		return found.value;
	}
	// A base we cannot see may bring a metaclass that makes members of what the body binds, as Enum's does.
	if (found.value.kind === "constant" && hasUnknownBase(owner)) return unknown;
	if (found.value.kind === "function" && isDecoratedBy(found.value, "builtins.classmethod")) {
		return { kind: "bound-method", receiver: owner, name, function: found.value };
	}
	if (isEnum(owner) && (found.value.kind === "sequence" || found.value.kind === "dict")) return unknown;
	if (isEnum(owner) && found.value.kind === "constant") {
		return {
			kind: "instance",
			of: owner,
			attributes: new Map<string, Value>([
				["value", found.value],
				["name", constant(name)],
			]),
			call: null,
		};
	}
	return found.value;
}

/** pydantic takes its fields out of the class: only objects have them. SQLModel's tables and classes with decorators keep attributes of their own. */
function isFieldOfModel(owner: ClassValue, name: string): boolean {
	if (name.startsWith("_") || owner.keywords.size > 0 || owner.decorators.length > 0 || !isPydanticClass(owner)) return false;
	const declared = owner.node.body.find(
		(each) => each.type === "AnnAssign" && each.target.type === "Name" && each.target.id === name,
	);
	if (declared?.type === "AnnAssign")
		return !/\bClassVar\b/.test(owner.module.text.slice(declared.annotation.start, declared.annotation.end));
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

function ofModelClass(machine: Machine, frame: Frame, owner: ClassValue, name: string, node: ast.Node): Value {
	const className = owner.node.name.name;
	const isModern = machine.environment.findModule("pydantic._internal").found === "present";
	fail(machine, {
		detail: { type: "field-of-class", owner, name },
		module: frame.module,
		range: { start: node.start, end: node.end },
		statement: null,
		exception: "AttributeError",
		message: isModern ? name : `type object '${className}' has no attribute '${name}'`,
	});
	return unknown;
}

function hasUnknownBase(owner: ClassValue): boolean {
	return owner.bases.some((base) => base.kind === "unknown" || (base.kind === "class" && hasUnknownBase(base)));
}

function reportMissing(machine: Machine, frame: Frame, owner: ClassValue, name: string, node: ast.Node): void {
	const className = owner.node.name.name;
	fail(machine, {
		detail: { type: "attribute-missing", owner: className, name, cycle: null, via: "instance" },
		module: frame.module,
		range: { start: node.start, end: node.end },
		statement: null,
		exception: "AttributeError",
		// Enum's own look-up printed the bare name until 3.12.
		message:
			isEnum(owner) && machine.environment.python.minor < 12 ? name : `type object '${className}' has no attribute '${name}'`,
	});
}

function isEnum(owner: ClassValue): boolean {
	return owner.bases.some((base) =>
		base.kind === "class" ? isEnum(base) : base.kind === "external" && enumBases.has(base.canonical),
	);
}

const enumBases = new Set(["enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"]);

/** A container of dependency_injector, whose providers are what its body and its own bases bind. */
function isContainer(owner: ClassValue): boolean {
	if (owner.namespace.dynamic || owner.decorators.length > 0 || owner.keywords.size > 0 || owner.bases.length === 0) return false;
	return owner.bases.every((base) =>
		base.kind === "class"
			? isContainer(base)
			: base.kind === "external" && base.canonical === "dependency_injector.containers.DeclarativeContainer",
	);
}

/** What the class of containers and its metaclass bring (dependency_injector/containers.pyx). */
const containerMembers =
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
function isOfMixedType(machine: Machine, owner: ClassValue, name: string): boolean {
	return owner.bases.some((base) => {
		if (base.kind === "class") return isOfMixedType(machine, base, name);
		const mixed = base.kind === "external" ? mixedTypes[base.canonical] : undefined;
		return mixed !== undefined && classWithout(mixed, name, machine.environment.python.minor) === null;
	});
}

/** Decorators that put no public attribute on the class. */
const sealing = new Set(["enum.unique", "functools.total_ordering", "typing.final", "typing.runtime_checkable"]);

/** Can the class have no attributes but those its body and its own bases bind? */
function isClosedClass(owner: ClassValue): boolean {
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

function ofConstant(machine: Machine, frame: Frame, owner: Value & { kind: "constant" }, name: string, node: ast.Node): Value {
	const unset = unsetVariable(owner);
	if (unset !== null && !name.startsWith("__")) {
		failOnUnset(machine, frame, node, {
			key: unset,
			consequence: `None has no ${name}()`,
			exception: "AttributeError",
			message: `'NoneType' object has no attribute '${name}'`,
		});
		return unknown;
	}
	if (owner === nothingReturned && !name.startsWith("__")) {
		failToRead(machine, frame, "NoneType", name, node);
		return unknown;
	}
	if (failOnBuiltinMember(machine, frame, owner, name, node)) return unknown;
	if (typeof owner.value !== "string") machine.doubts++;
	return { kind: "bound-method", receiver: owner, name, function: null };
}

/** An attribute that no object of a built-in type has. */
function failOnBuiltinMember(machine: Machine, frame: Frame, owner: Value, name: string, node: ast.Node): boolean {
	const type = typeName(owner);
	const { minor } = machine.environment.python;
	if (type === null || classWithout(`builtins.${type}`, name, minor) === null) return false;
	failToRead(machine, frame, type, name, node);
	return true;
}

function failToRead(machine: Machine, frame: Frame, type: string, name: string, node: ast.Node): void {
	fail(machine, {
		detail: { type: "attribute-missing", owner: type, name, cycle: null, via: "instance" },
		module: frame.module,
		range: { start: node.start, end: node.end },
		statement: null,
		exception: "AttributeError",
		message: `'${type}' object has no attribute '${name}'`,
	});
}

export function isDecoratedBy(value: FunctionValue, canonical: string): boolean {
	return value.decorators.some((decorator) => decorator.kind === "external" && decorator.canonical === canonical);
}

function ofInstance(machine: Machine, frame: Frame, owner: InstanceValue, name: string, node: ast.Node): Value {
	const own = owner.attributes.get(name);
	if (own !== undefined) return own;
	const { of } = owner;
	if (of.kind === "external") return ofExternalInstance(machine, frame, owner, of, name, node);
	const found = findInClass(of, name);
	if (found !== null) {
		if (found.value.kind !== "function") {
			machine.doubts++;
			return isPlainClass(of) ? fieldValue(owner, of, name, found.value) : unknown;
		}
		const method = found.value;
		if (isDecoratedBy(method, "builtins.staticmethod")) return method;
		if (isProperty(method)) return propertyValue(machine, frame, owner, method, node);
		return { kind: "bound-method", receiver: owner, name, function: method };
	}
	const library = libraryClassOf(owner);
	if (library !== null && plainPackages.test(library.canonical) && !name.startsWith("_") && !declaresAttribute(of, name)) {
		const member = library.entry?.kind === "class" ? classMember(machine, library.entry, name) : "unknown";
		if (typeof member !== "string" && member.kind === "method")
			return { kind: "bound-method", receiver: owner, name, function: null };
	}
	const isLate = isNotSetYet(owner) && machine.uncertain === 0 && !inherited.has(name);
	if (!hasKnownAttributes(machine, of) || (declaresAttribute(of, name) && !isLate) || name.startsWith("__")) {
		machine.doubts++;
		return unknown;
	}
	fail(machine, {
		detail: { type: "attribute-missing", owner: of.node.name.name, name, cycle: null, via: "instance" },
		module: frame.module,
		range: { start: node.start, end: node.end },
		statement: null,
		exception: "AttributeError",
		message: `'${of.node.name.name}' object has no attribute '${name}'`,
	});
	return unknown;
}

/** Loggers can be made of another class, and be given methods from outside. */
function givesLoggersMore(machine: Machine, of: ExternalValue, name: string): boolean {
	if (of.canonical !== "logging.getLogger") return false;
	if (machine.patched.has(`logging.Logger.${name}`)) return true;
	return machine.calls.some(
		({ callee }) => callee.kind === "external" && /^logging\.(setLoggerClass|addLevelName)$/.test(callee.canonical),
	);
}

function isProperty(method: FunctionValue): boolean {
	return isDecoratedBy(method, "builtins.property") || isDecoratedBy(method, "functools.cached_property");
}

function propertyValue(machine: Machine, frame: Frame, owner: InstanceValue, method: FunctionValue, node: ast.Node): Value {
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

/** A class without library bases and metaclass: its class attributes are what its instances show. */
function isPlainClass(owner: ClassValue): boolean {
	const isPlain = (base: Value) =>
		base.kind === "class" ? isPlainClass(base) : base.kind === "external" && bareBases.has(base.canonical);
	return owner.bases.every(isPlain) && owner.keywords.size === 0;
}

/** Bases that give instances no attributes but dunders. */
const bareBases = new Set(["abc.ABC", "typing.Generic", "typing.Protocol"]);

/** Are all attributes that instances can have visible in the class bodies? */
function hasKnownAttributes(machine: Machine, owner: ClassValue): boolean {
	if (findInClass(owner, "__getattr__") !== null || findInClass(owner, "__getattribute__") !== null) return false;
	if (owner.namespace.dynamic || owner.keywords.size > 0 || setsAttributesByName(owner)) return false;
	if (!owner.decorators.every(isDataclass)) return false;
	return owner.bases.every((base) => {
		if (base.kind === "class") return hasKnownAttributes(machine, base);
		return base.kind === "external" && (bareBases.has(base.canonical) || (isSettingsBase(base) && !allowsExtra(owner)));
	});
}

/** `@dataclass` adds methods with underscores, and no attributes but the fields that the class declares. */
function isDataclass(decorator: Value): boolean {
	const maker = decorator.kind === "instance" ? decorator.of : decorator;
	return maker.kind === "external" && maker.canonical === "dataclasses.dataclass";
}

/** pydantic's settings classes have the attributes of their fields and methods, and no others unless `extra` is allowed. */
function isSettingsBase(base: ExternalValue): boolean {
	return base.name === "builtins.object" || /^pydantic(_settings)?\..*\bBaseSettings$/.test(base.canonical);
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
const inherited = new Set(
	(
		"copy dict json model_config model_computed_fields model_construct model_copy model_dump model_dump_json model_extra model_fields " +
		"model_fields_set model_json_schema model_parametrized_name model_post_init model_rebuild model_validate model_validate_json " +
		"model_validate_strings parse_file parse_obj parse_raw schema schema_json settings_customise_sources construct from_orm update_forward_refs validate fields Config"
	).split(" "),
);

/** Is the attribute annotated in a class body, or set on `self` by any method, of the class or its own bases? */
function declaresAttribute(owner: ClassValue, name: string): boolean {
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

/** Packages whose classes are plain Python: what their source does not define, their instances do not have. */
export const plainPackages =
	/^(fastapi|starlette|sqladmin|fastapi_users|fastapi_mail|fastapi_limiter|fastapi_cache|prometheus_fastapi_instrumentator|slowapi|asgi_correlation_id)\./;

function ofExternalInstance(
	machine: Machine,
	frame: Frame,
	owner: InstanceValue,
	of: ExternalValue,
	name: string,
	node: ast.Node,
): Value {
	const method: Value = { kind: "bound-method", receiver: owner, name, function: null };
	const ofState = stateAttribute(machine, frame, owner, of, name, node);
	if (ofState !== null) return ofState;
	const without = machine.patched.has(`${of.canonical}.${name}`)
		? null
		: classWithout(of.canonical, name, machine.environment.python.minor);
	if (without !== null && !givesLoggersMore(machine, of, name)) {
		failToRead(machine, frame, printedOfInstance(without), name, node);
		return unknown;
	}
	if (isSecret(owner) && lacksAttribute(name)) {
		failToRead(machine, frame, "SecretStr", name, node);
		return unknown;
	}
	const inherited = of.canonical === "builtins.super" ? superMember(owner, name) : null;
	if (inherited !== null) return inherited;
	if (of.entry?.kind !== "class" || !plainPackages.test(of.canonical)) return method;
	const member = classMember(machine, of.entry, name);
	if (member === "unknown") return method;
	if (member === "absent") {
		const className = of.canonical.slice(of.canonical.lastIndexOf(".") + 1);
		fail(machine, {
			detail: { type: "attribute-missing", owner: of.canonical, name, cycle: null, via: "instance" },
			module: frame.module,
			range: { start: node.start, end: node.end },
			statement: null,
			exception: "AttributeError",
			message: `'${className}' object has no attribute '${name}'`,
		});
		return unknown;
	}
	return member.kind === "method" ? method : unknown;
}
