import type * as ast from "../../../../python/ast.ts";
import { mayStore } from "../../../../python/stored-attributes.ts";
import { type FunctionValue, type ModuleValue, unknown, type Value } from "../../values.ts";
import { failOnCoroutineMember } from "../async-misuse.ts";
import { moduleAttributes } from "../builtins.ts";
import { classWithout } from "../classes/library-classes.ts";
import { isCacheDecorator } from "../decorators.ts";
import { constant } from "../external.ts";
import { cyclePath } from "../import-statements.ts";
import { failOnUnset, unsetVariable } from "../library/unset-variable.ts";
import { type Frame, failAt, type Machine } from "../machine.ts";
import { givesTheFunction, nothingReturned, typeName } from "../value-types.ts";
import { ofClass } from "./class-attribute.ts";
import { failOnObject } from "./fail-without.ts";
import { ofInstance } from "./instance-attribute.ts";
import { ofExternal } from "./library-attribute.ts";

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
			if (owner.kind === "sequence" && owner.plainClass !== undefined && !/^(_|count$|index$)/.test(name)) {
				failOnObject(machine, frame, owner.plainClass, name, node);
				return unknown;
			}
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
	const isSet = () => mayStore(owner.module.tree, name) || mayStore(frame.module.tree, name);
	if (!isPlain || name.startsWith("_") || (isCached && functionMembers.has(name)) || isSet()) {
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

function ofConstant(machine: Machine, frame: Frame, owner: Value & { kind: "constant" }, name: string, node: ast.Node): Value {
	const unset = unsetVariable(owner);
	if (unset !== null && !name.startsWith("__")) {
		failOnUnset(machine, frame, node, {
			variable: unset,
			consequence: `None has no ${name}()`,
			exception: "AttributeError",
			message: `'NoneType' object has no attribute '${name}'`,
		});
		return unknown;
	}
	if (owner === nothingReturned && !name.startsWith("__")) {
		failOnObject(machine, frame, "NoneType", name, node);
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
	failOnObject(machine, frame, type, name, node);
	return true;
}
