import type { ExternalModule } from "../../../../environment/environment.ts";
import type * as ast from "../../../../python/ast.ts";
import { parseModule } from "../../../../python/parse.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { walk } from "../../../../python/walk.ts";
import { LineIndex } from "../../../../text/line-index.ts";
import type { Module } from "../../../project.ts";
import { type FunctionValue, type Namespace, unknown, type Value } from "../../values.ts";
import { isBuiltin } from "../builtins.ts";
import { isPlainExternalClass, memberOf, symbolEntry } from "../external.ts";
import { type Machine, newNamespace } from "../machine.ts";

/** A function of a library, as it can be run. */
export interface LibraryFunction {
	readonly value: FunctionValue;
	/** What it is handed before the arguments of the call: nothing, the object, or the class. */
	readonly bound: "nothing" | "object" | "class";
	/** True for the `__init__` behind a class that is called. */
	readonly makes: boolean;
}

/** What a function has that may refuse its arguments. */
const refuses = /^[ \t]*(?:raise|assert)\b|\bsuper\(\)/m;
/** Longer functions are not followed. */
const longestDefinition = 4_000;

const functions = new WeakMap<Machine, Map<string, LibraryFunction | null>>();

const modules = new WeakSet<Module>();

/** Is it what a function of a library stands in here? */
export function isOfLibrary(module: Module): boolean {
	return modules.has(module);
}

/** The function behind a call: itself, a method, or the `__init__` of a class; null where it cannot be followed. */
export function libraryFunction(machine: Machine, canonical: string): LibraryFunction | null {
	const known = functions.get(machine) ?? new Map<string, LibraryFunction | null>();
	functions.set(machine, known);
	let found = known.get(canonical);
	if (found === undefined) {
		found = find(machine, canonical);
		known.set(canonical, found);
	}
	return found;
}

function find(machine: Machine, canonical: string): LibraryFunction | null {
	const dot = canonical.lastIndexOf(".");
	const [owner, name] = [canonical.slice(0, dot), canonical.slice(dot + 1)];
	const entry = symbolEntry(machine, canonical);
	if (entry?.kind === "function")
		return entry.signature.decorators.length === 0 ? read(machine, owner, name, "nothing", false) : null;
	if (entry?.kind === "class") return isPlainExternalClass(machine, entry) ? method(machine, canonical, "__init__", true) : null;
	return symbolEntry(machine, owner)?.kind === "class" ? method(machine, owner, name, false) : null;
}

/** A method of the class, or of the only class above it. */
function method(machine: Machine, owner: string, name: string, makes: boolean, depth = 0): LibraryFunction | null {
	const entry = symbolEntry(machine, owner);
	if (entry?.kind !== "class" || depth > 6 || (makes && Object.hasOwn(entry.members, "__new__"))) return null;
	const member = Object.hasOwn(entry.members, name) ? entry.members[name] : undefined;
	if (member === undefined) {
		const [base, ...others] = entry.bases;
		return base === undefined || others.length > 0 ? null : method(machine, base, name, makes, depth + 1);
	}
	const dot = owner.lastIndexOf(".");
	if (member.kind !== "method") return null;
	const bound = { "": "object", classmethod: "class", staticmethod: "nothing" }[member.signature.decorators.join()];
	if (bound !== "object" && bound !== "class" && bound !== "nothing") return null;
	return read(machine, owner.slice(0, dot), `${owner.slice(dot + 1)}.${name}`, bound, makes);
}

function read(
	machine: Machine,
	home: string,
	symbol: string,
	bound: LibraryFunction["bound"],
	makes: boolean,
): LibraryFunction | null {
	const found = machine.environment.findModule(home);
	const text = found.found === "present" ? found.module.definition(symbol) : null;
	if (found.found !== "present" || text === null || text.length > longestDefinition || !refuses.test(text)) return null;
	const tree = parseModule(text);
	const [node, ...others] = tree.body;
	// What has to be awaited, or gone through, does not run where it is called.
	if (tree.errors.length > 0 || node?.type !== "FunctionDef" || others.length > 0 || node.isAsync) return null;
	const { isPackage } = found.module;
	const module: Module = { name: home, path: `${home}:${symbol}`, isPackage, text, lines: new LineIndex(text), tree };
	modules.add(module);
	noteMethod(machine, module, symbol, node);
	const scope = globalsOf(machine, found.module, node);
	return { value: { kind: "function", node, module, decorators: [], scope }, bound, makes };
}

/** A method of a library's class: the name of the class above, and what the method calls its object. */
interface LibraryMethod {
	readonly above: string;
	readonly object: string;
}

const methods = new WeakMap<Module, LibraryMethod>();

/** The method that a module made here holds; null where it holds a function, or where the class has not one class above it. */
export function methodOf(module: Module): LibraryMethod | null {
	return methods.get(module) ?? null;
}

function noteMethod(machine: Machine, module: Module, symbol: string, node: ast.FunctionDef): void {
	const [name, ...path] = symbol.split(".");
	const entry = path.length === 1 ? symbolEntry(machine, `${module.name}.${name}`) : null;
	const [self] = node.parameters;
	if (entry?.kind !== "class" || self === undefined) return;
	const [above, ...others] = entry.bases;
	if (above !== undefined && others.length === 0)
		methods.set(module, { above: machine.environment.canonical(above), object: self.name.name });
}

/**
 * The names of its module that a function uses. Only the classes that it asks for and the exceptions that it raises are looked up, which takes
 * its time; whatever else they stand for is unknown.
 */
function globalsOf(machine: Machine, module: ExternalModule, node: ast.FunctionDef): Namespace {
	const scope = newNamespace(null);
	const own = new Set([...boundNames(node.body), ...node.parameters.map(({ name }) => name.name)]);
	const wanted = new Set<string>();
	const want = (part: ast.Expression | null | undefined): void => {
		if (part != null) walk(part, (each) => void (each.type === "Name" && wanted.add(each.id)));
	};
	const isBuiltinName = (name: string) => isBuiltin(name, machine.environment.python.minor);
	walk(node.body, (each) => {
		if (each.type === "Raise") want(each.exception?.type === "Call" ? each.exception.callee : each.exception);
		else if (each.type === "Call" && each.callee.type === "Name" && each.callee.id === "isinstance") want(each.args[1]);
		else if (each.type === "Name" && !own.has(each.id) && !isBuiltinName(each.id))
			scope.names.set(each.id, { value: unknown, node: null, maybe: false });
	});
	for (const name of wanted) {
		if (own.has(name) || isBuiltinName(name)) continue;
		const value = memberOf(machine, module.name, name);
		if (value !== "absent") scope.names.set(name, { value: certainValue(value), node: null, maybe: false });
	}
	return scope;
}

function certainValue(value: Value): Value {
	if (value.kind !== "external" || value.isModule) return value.kind === "external" ? value : unknown;
	return value.entry?.kind === "class" || value.entry?.kind === "function" ? value : unknown;
}
