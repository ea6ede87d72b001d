import type * as ast from "../../../python/ast.ts";
import { libraryClassOf } from "../library-objects.ts";
import {
	type ClassValue,
	type ExternalValue,
	type FunctionValue,
	type InstanceValue,
	type ModuleValue,
	unknown,
	type Value,
} from "../values.ts";
import { failOnCoroutineMember } from "./async-misuse.ts";
import { moduleAttributes } from "./builtins.ts";
import {
	containerMembers,
	declaresAttribute,
	hasKnownAttributes,
	hasUnknownBase,
	inherited,
	isClosedClass,
	isContainer,
	isEnum,
	isFieldOfModel,
	isOfMixedType,
	isPlainClass,
	makesOfDictionary,
} from "./classes/class-attributes.ts";
import { findInClass, isPlainField } from "./classes/class-members.ts";
import { memberNamed } from "./classes/enum-look-up.ts";
import { classWithout, printedOfInstance } from "./classes/library-classes.ts";
import { isNotSetYet } from "./classes/making.ts";
import { missingColumnMessage } from "./classes/mapped-class.ts";
import { superMember } from "./classes/super-object.ts";
import { classMember, constant, externalSymbol, isPlainExternalClass, memberOf } from "./external.ts";
import { cyclePath } from "./import-statements.ts";
import { stateAttribute } from "./library/application-state.ts";
import { isSecret, lacksAttribute } from "./library/secret-objects.ts";
import { isScalarResultWithout, onlyOfSessions, sessionFactoryName } from "./library/session-objects.ts";
import { isNotLoaded } from "./library/unloaded-submodules.ts";
import { failOnUnset, unsetVariable } from "./library/unset-variable.ts";
import { type Frame, failAt, type Machine } from "./machine.ts";
import { givesTheFunction, nothingReturned, typeName } from "./value-types.ts";

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
			if (owner.kind === "sequence" && owner.fields?.includes(name) === true)
				return owner.items[owner.fields.indexOf(name)] ?? unknown;
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
	if (name === "__name__" && owner.node.type === "FunctionDef") return constant(owner.node.name.name);
	const isCached = owner.decorators.some(isCacheDecorator);
	const leavesIt = (decorator: Value) => isCacheDecorator(decorator) || givesTheFunction(decorator);
	const isPlain = owner.decorators.every(leavesIt) && owner.node.type === "FunctionDef";
	if (!isPlain || name.startsWith("_") || (isCached && functionMembers.has(name)) || mentionsStore(owner, frame, name)) {
		machine.doubts++;
		return unknown;
	}
	const type = isCached ? "functools._lru_cache_wrapper" : "function";
	failAt(machine, frame, node, {
		detail: { type: "uncalled-function", function: owner, isMethod, name },
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
	failAt(machine, frame, node, {
		detail: {
			type: "attribute-missing",
			owner: owner.name,
			name,
			cycle: isCycle ? cyclePath(machine, owner.name) : null,
			via: "module",
		},
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
	failAt(machine, frame, node, {
		detail: { type: "attribute-missing", owner: owner.name, name, cycle: null, via: "module" },
		exception: "AttributeError",
		message: `module '${owner.name === "os.path" ? "posixpath" : owner.name}' has no attribute '${name}'`,
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
		failAt(machine, frame, node, {
			detail: { type: "attribute-missing", owner: owner.canonical, name, cycle: null, via: "instance" },
			exception: "AttributeError",
			message: `type object '${printed}' has no attribute '${name}'`,
		});
	}
	return externalSymbol(machine, `${owner.name}.${name}`, null);
}

function ofClass(machine: Machine, frame: Frame, owner: ClassValue, name: string, node: ast.Node): Value {
	const found = findInClass(owner, name);
	if (name === "__name__" && found === null) return constant(owner.node.name.name);
	if (isFieldOfModel(owner, name)) return ofModelClass(machine, frame, owner, name, node);
	if (found === null && makesOfDictionary(owner, name)) return { kind: "bound-method", receiver: owner, name, function: null };
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
	failAt(machine, frame, node, {
		detail: { type: "attribute-missing", owner: className, name, cycle: null, via: "instance" },
		exception: "AttributeError",
		// Enum's own look-up printed the bare name until 3.12.
		message:
			words ??
			(isEnum(owner) && machine.environment.python.minor < 12 ? name : `type object '${className}' has no attribute '${name}'`),
	});
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
	failAt(machine, frame, node, {
		detail: { type: "attribute-missing", owner: type, name, cycle: null, via: "instance" },
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
			// A member of an enumeration knows the others.
			if (isEnum(of) && found.value.kind === "constant" && !found.maybe && !name.startsWith("_"))
				return memberNamed(of, name, found.value);
			return isPlainClass(of) ? fieldValue(owner, of, name, found.value) : unknown;
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
	failAt(machine, frame, node, {
		detail: { type: "attribute-missing", owner: of.node.name.name, name, cycle: null, via: "instance" },
		exception: "AttributeError",
		message: `'${of.node.name.name}' object has no attribute '${name}'`,
	});
	return unknown;
}

/** What every member of an enumeration has, besides what it is mixed with (https://docs.python.org/3/library/enum.html). */
const ofMembers = /^(?:name|value|_.*)$/;

/** Is the class an enumeration whose members have no attribute of that name but what its own body gives? */
function hasOnlyMembers(machine: Machine, { module }: Frame, of: ClassValue, name: string): boolean {
	const store = new RegExp(`\\.${name}\\s*(:[^=\\n]+)?=[^=]|setattr\\(`);
	return (
		!store.test(of.module.text) &&
		!store.test(module.text) &&
		isEnum(of) &&
		isClosedClass(of) &&
		!ofMembers.test(name) &&
		!isOfMixedType(machine, of, name)
	);
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
	const factory = isScalarResultWithout(owner, name)
		? "ScalarResult"
		: onlyOfSessions.test(name)
			? sessionFactoryName(owner)
			: null;
	if (factory !== null) {
		failToRead(machine, frame, factory, name, node);
		return unknown;
	}
	const inherited = of.canonical === "builtins.super" ? superMember(owner, name) : null;
	if (inherited !== null) return inherited;
	if (of.entry?.kind !== "class" || !plainPackages.test(of.canonical)) return method;
	const member = classMember(machine, of.entry, name);
	if (member === "unknown") return method;
	if (member === "absent") {
		const className = of.canonical.slice(of.canonical.lastIndexOf(".") + 1);
		failAt(machine, frame, node, {
			detail: { type: "attribute-missing", owner: of.canonical, name, cycle: null, via: "instance" },
			exception: "AttributeError",
			message: `'${className}' object has no attribute '${name}'`,
		});
		return unknown;
	}
	return member.kind === "method" ? method : unknown;
}
