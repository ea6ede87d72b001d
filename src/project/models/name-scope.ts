import type { Environment } from "../../environment/environment.ts";
import type * as ast from "../../python/ast.ts";
import { boundNames } from "../../python/scopes.ts";
import { methodOfDatetime } from "../imports/datetime-methods.ts";
import { isBuiltin } from "../imports/simulator/builtins.ts";
import { builtin, memberOf } from "../imports/simulator/external.ts";
import { type ClassValue, type FunctionValue, type Namespace, unknown, type Value } from "../imports/values.ts";
import type { Module, Project } from "../project.ts";

/** Where the names of an annotation are looked up, as Python does it: nearest namespace first, then the builtins. */
export interface NameScope {
	readonly module: Module;
	readonly namespaces: readonly Namespace[];
	readonly environment: Environment;
	/** For what is looked up while a statement of the module runs: its offset. Names that only later statements bind are not there yet. */
	readonly before?: number;
}

/** A name as it is bound in a scope. */
export interface ScopedName {
	readonly value: Value;
	/** The statement that bound it; null for a builtin. */
	readonly node: ast.Node | null;
	/** True for a name of the module's own top level. */
	readonly isModuleLevel: boolean;
}

/** The scope of a module's top level; null where start-up never ran the module. */
export function scopeOfModule(project: Project, module: Module): NameScope | null {
	const run = project.trace.runs.get(module.name);
	return run === undefined ? null : { module, namespaces: [run.namespace], environment: project.environment };
}

/** The scope that a function's signature is read in when its annotations are strings, or are evaluated where it is defined. */
export function scopeOfFunction(project: Project, value: FunctionValue): NameScope {
	const namespaces: Namespace[] = [];
	for (let scope: Namespace | null = value.scope; scope !== null; scope = scope.parent) namespaces.push(scope);
	return { module: value.module, namespaces, environment: project.environment };
}

/** The scope of a class body; null for a class that a function defines, whose names around it are gone. */
export function scopeOfClass(project: Project, value: ClassValue): NameScope | null {
	const outer = scopeOfModule(project, value.module);
	if (outer === null || !isDefinedAtModuleLevel(value)) return null;
	return { ...outer, namespaces: [value.namespace, ...outer.namespaces] };
}

function isDefinedAtModuleLevel(value: ClassValue): boolean {
	return isWithin(value.module.tree.body, value.node);
}

function isWithin(body: readonly ast.Statement[], node: ast.ClassDef): boolean {
	const outer = body.find((statement) => statement.start <= node.start && node.end <= statement.end);
	if (outer === undefined || outer.type === "FunctionDef") return false;
	if (outer === node) return true;
	if (outer.type === "ClassDef" || outer.type === "With") return isWithin(outer.body, node);
	if (outer.type === "If") return isWithin([...outer.body, ...outer.orelse], node);
	if (outer.type === "Try") return isWithin([...outer.body, ...outer.orelse, ...outer.finalbody], node);
	return false;
}

/** What a name means in a scope: `unbound` where it certainly has no meaning. */
export function lookUpName(scope: NameScope, name: string): ScopedName | "unbound" {
	for (const [index, namespace] of scope.namespaces.entries()) {
		const found = namespace.names.get(name);
		if (found === undefined) continue;
		const isModuleLevel = index === scope.namespaces.length - 1;
		if (isModuleLevel && scope.before !== undefined && !isBoundBefore(scope.module, name, found.node, scope.before)) continue;
		return { value: found.maybe ? unknown : found.value, node: found.node, isModuleLevel };
	}
	if (isBuiltin(name, scope.environment.python.minor)) return { value: builtin(name), node: null, isModuleLevel: false };
	const isOpen = scope.namespaces.some((namespace) => namespace.dynamic);
	return isOpen ? { value: unknown, node: null, isModuleLevel: false } : "unbound";
}

function isBoundBefore({ tree }: Module, name: string, node: ast.Node | null, offset: number): boolean {
	if (
		node === null ||
		node.start < offset ||
		!tree.body.some((statement) => statement.start <= node.start && node.end <= statement.end)
	)
		return true;
	return boundNames(tree.body.filter((statement) => statement.start < offset)).has(name);
}

/** `owner.name` for modules, classes and symbols of libraries; unknown where it cannot be told. */
export function memberOfValue(environment: Environment, owner: Value, name: string): Value {
	if (owner.kind === "module" || owner.kind === "class") {
		const found = owner.namespace.names.get(name);
		return found === undefined || found.maybe ? unknown : found.value;
	}
	if (owner.kind === "external" && methodOfDatetime(`${owner.canonical}.${name}`) !== null) {
		const dotted = `datetime.datetime.${name}`;
		return { kind: "external", name: dotted, canonical: dotted, isModule: false, entry: null };
	}
	if (owner.kind !== "external" || !owner.isModule) return unknown;
	const member = memberOf({ environment, patched: new Map() }, owner.name, name);
	return member === "absent" ? unknown : member;
}
