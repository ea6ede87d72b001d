import { refusalToImport } from "../../../environment/removed-names.ts";
import type { Module } from "../../project.ts";
import { isSimilarName } from "../nearest-module.ts";
import type { OwnModule } from "../resolver.ts";
import type { ModuleValue, Namespace, Value } from "../values.ts";
import { loadedBeforeTarget } from "./builtins.ts";
import { constant } from "./external.ts";
import { hiddenModulesAsked } from "./hidden-modules.ts";
import {
	type Frame,
	fail,
	type ImportedModule,
	type ImportRequest,
	isGuarded,
	type Machine,
	type ModuleRecord,
	maybe,
	newNamespace,
} from "./machine.ts";

/** Imports a dotted name as CPython does: each parent first, `sys.modules` before any finder (language reference 5.3). */
export function importModule(machine: Machine, frame: Frame, request: ImportRequest): ImportedModule {
	const parts = request.name.split(".");
	let record: ModuleRecord | null = null;
	for (const [index, part] of parts.entries()) {
		const name = parts.slice(0, index + 1).join(".");
		const parent: ModuleRecord | null = record;
		machine.importing = { module: frame.module, start: (request.statement ?? request.range).start };
		const next: ModuleRecord | "external" | null =
			parent === null ? importTop(machine, part) : importSubmodule(machine, parent, part);
		if (next === "external") return importExternal(machine, frame, request);
		if (next === null) {
			if (machine.path.dynamic || (parent !== null && isExtensible(parent))) {
				machine.doubts++;
				machine.importDoubts++;
				return { type: "unknown" };
			}
			return missing(machine, frame, request, name, parent);
		}
		record = next;
	}
	if (record !== null) noteCircle(machine, record);
	return record === null ? { type: "unknown" } : { type: "own", record };
}

/** Asked for while it is running: a circle of imports has closed, whether that fails or not. */
export function noteCircle(machine: Machine, { name, status }: ModuleRecord): void {
	if (status !== "running" || machine.uncertain > 0 || !machine.reached || machine.circles.size >= mostCircles) return;
	const from = machine.importStack.lastIndexOf(name);
	const circle = machine.importStack.slice(from);
	if (from >= 0 && circle.length > 1) machine.circles.set(circle.join("\0"), circle);
}

/** A dense knot of modules closes more circles than anybody reads about. */
const mostCircles = 200;

/** A package that changes its own search path, or that may not be read, may have submodules we cannot see. */
function isExtensible({ value: { namespace }, module }: ModuleRecord): boolean {
	return namespace.names.get("__path__")?.node != null || (module === null && namespace.dynamic);
}

function importTop(machine: Machine, name: string): ModuleRecord | "external" | null {
	const loaded = machine.sysModules.get(name);
	if (loaded !== undefined) return again(machine, loaded);
	if (loadedBeforeTarget.has(name)) return "external";
	let namespaceFolders: string[] = [];
	const search = (folders: readonly string[]): OwnModule | null => {
		for (const folder of folders) {
			const found = machine.resolver.findIn(folder, name);
			if (found?.type === "module") return found;
			if (found?.type === "namespace") namespaceFolders = [...namespaceFolders, found.folder];
		}
		return null;
	};
	const front = search(machine.path.front);
	if (front !== null) return load(machine, name, front, null);
	const installed = machine.environment.findModule(name).found;
	if (installed === "present") return "external";
	const back = search(machine.path.back);
	if (back !== null) return load(machine, name, back, null);
	// A package of that name, if one is installed after all, comes before a folder without __init__.py.
	const mayBeInstalled = installed === "unknown" && machine.environment.distributionsFor(name).length > 0;
	if (namespaceFolders.length > 0 && !mayBeInstalled) return namespacePackage(machine, name, namespaceFolders);
	return "external";
}

/** A module that only an uncertain path imported runs again when a certain one does: what failed there was not reported. */
function again(machine: Machine, record: ModuleRecord): ModuleRecord {
	if (record.certain || machine.uncertain > 0 || record.status === "running" || record.module === null) return record;
	// The same namespace is filled anew: whoever holds the module sees what the certain run binds.
	const { names } = record.value.namespace;
	for (const [name, binding] of names) if (binding.value.kind !== "module" || binding.node !== null) names.delete(name);
	record.value.namespace.dynamic = false;
	record.certain = true;
	run(machine, record, record.module);
	return record;
}

/** Finds and runs a submodule of an own package; null where the package has none of that name. */
export function importSubmodule(machine: Machine, parent: ModuleRecord, name: string): ModuleRecord | null {
	if (parent.folders === null) return null;
	const full = `${parent.name}.${name}`;
	const loaded = machine.sysModules.get(full);
	if (loaded !== undefined) return again(machine, loaded);
	let namespaceFolders: string[] = [];
	for (const folder of parent.folders) {
		const found = machine.resolver.findIn(folder, name);
		if (found?.type === "module") return load(machine, full, found, parent);
		if (found?.type === "namespace") namespaceFolders = [...namespaceFolders, found.folder];
	}
	if (namespaceFolders.length === 0) return null;
	const record = namespacePackage(machine, full, namespaceFolders);
	bindInParent(machine, parent, name, record.value);
	return record;
}

function load(machine: Machine, name: string, found: OwnModule, parent: ModuleRecord | null): ModuleRecord {
	const module = machine.moduleAt(found.path, name, found.isPackage);
	const folders = found.isPackage ? [found.path.replace(/\/?__init__\.py$/, "")] : null;
	if (module === null) return unreadableModule(machine, name, parent, folders);
	const record = start(machine, name, module, folders);
	if (parent !== null) bindInParent(machine, parent, name.slice(name.lastIndexOf(".") + 1), record.value);
	return record;
}

/** A file that is there and cannot be read: what it binds is unknown. */
function unreadableModule(
	machine: Machine,
	name: string,
	parent: ModuleRecord | null,
	folders: readonly string[] | null,
): ModuleRecord {
	const value: ModuleValue = { kind: "module", module: null, name, namespace: { ...newNamespace(null), dynamic: true } };
	const record: ModuleRecord = { name, module: null, value, folders, status: "done", certain: true };
	machine.sysModules.set(name, record);
	if (parent !== null) bindInParent(machine, parent, name.slice(name.lastIndexOf(".") + 1), value);
	return record;
}

function bindInParent(machine: Machine, parent: ModuleRecord, name: string, value: ModuleValue): void {
	const earlier = parent.value.namespace.names.get(name);
	if (machine.uncertain === 0 || earlier === undefined)
		parent.value.namespace.names.set(name, { value, node: null, maybe: machine.uncertain > 0 });
}

function namespacePackage(machine: Machine, name: string, folders: readonly string[]): ModuleRecord {
	const value: ModuleValue = { kind: "module", module: null, name, namespace: newNamespace(null) };
	const record: ModuleRecord = { name, module: null, value, folders, status: "done", certain: true };
	machine.sysModules.set(name, record);
	return record;
}

/** Runs a file under a name of its own, as libraries do that load it by its path; nothing happens where it cannot be read. */
export function runFile(machine: Machine, name: string, path: string): void {
	const module = machine.moduleAt(path, name, false);
	if (module !== null) start(machine, name, module, null);
}

/** Runs a module's top level. Whatever it raises removes it from `sys.modules` again, as CPython does. */
function start(machine: Machine, name: string, module: Module, folders: readonly string[] | null): ModuleRecord {
	const value: ModuleValue = { kind: "module", module, name, namespace: newNamespace(null) };
	const record: ModuleRecord = { name, module, value, folders, status: "running", certain: machine.uncertain === 0 };
	machine.sysModules.set(name, record);
	run(machine, record, module);
	return record;
}

function run(machine: Machine, record: ModuleRecord, module: Module): void {
	const { name } = record;
	const { namespace } = record.value;
	namespace.names.set("__name__", { value: constant(name), node: null, maybe: false });
	namespace.names.set("__file__", { value: constant(`${machine.root}/${module.path}`), node: null, maybe: false });
	if (record.folders !== null) {
		const items = record.folders.map((folder) => constant(folder === "" ? machine.root : `${machine.root}/${folder}`));
		const value: Value = { kind: "sequence", type: "view", items, complete: true };
		namespace.names.set("__path__", { value, node: null, maybe: false });
	}
	const owner = record.folders === null ? name.slice(0, Math.max(0, name.lastIndexOf("."))) : name;
	namespace.names.set("__package__", { value: constant(owner), node: null, maybe: false });
	record.status = "running";
	machine.importStack.push(name);
	if (!machine.runs.has(name) || record.certain) {
		machine.runs.set(name, {
			module,
			order: machine.order++,
			stage: machine.stage,
			reached: machine.reached,
			chain: [...machine.importStack],
			namespace,
		});
	}
	const { place, importing } = machine;
	machine.place = "statement";
	let completed = false;
	try {
		reportSyntax(machine, module);
		const run = () => machine.execute(frameOf(module, namespace), module.tree.body);
		// What the parser made of a broken file may be anything: it is followed, and nothing is said of it.
		if (module.tree.errors.length > 0) {
			namespace.dynamic = true;
			maybe(machine, run);
		} else run();
		completed = true;
	} finally {
		Object.assign(machine, { place, importing });
		machine.importStack.pop();
		record.status = "done";
		if (!completed) machine.sysModules.delete(name);
	}
}

function frameOf(module: Module, namespace: Namespace): Frame {
	return {
		module,
		kind: "module",
		scope: namespace,
		enclosing: namespace,
		globals: namespace,
		walrusScope: namespace,
		globalNames: new Set(),
		futures: module.tree.futures,
		atYield: null,
	};
}

/** A file that does not parse raises before its first statement runs. */
function reportSyntax(machine: Machine, module: Module): void {
	const first = module.tree.errors[0];
	if (first === undefined) return;
	const { message, start, end, near } = first;
	const isNoText = /\bnull bytes$/.test(message);
	// Before there are tokens there are no lines either, and the import is all that a traceback can name.
	const from = isNoText ? machine.importing : near === undefined ? null : { module, start: near };
	fail(machine, {
		detail: { type: "syntax", message },
		module,
		range: { start, end },
		statement: null,
		exception: isNoText && machine.environment.python.minor < 11 ? "ValueError" : first.exception,
		message,
		...(from !== null && { from }),
	});
}

function importExternal(machine: Machine, frame: Frame, request: ImportRequest): ImportedModule {
	const parts = request.name.split(".");
	recordExternal(machine, frame, request);
	for (let index = 0; index < parts.length; index++) {
		const prefix = parts.slice(0, index + 1).join(".");
		const found = machine.environment.findModule(prefix).found;
		const isLost = found === "missing" || (found === "unknown" && index === 0 && isOwnElsewhere(machine, request));
		if (isLost && !machine.path.dynamic) return missing(machine, frame, request, prefix, null);
		if (found !== "present") {
			machine.doubts++;
			machine.importDoubts++;
			break;
		}
	}
	failOnRefusal(machine, frame, request);
	for (const name of hiddenModulesAsked(machine, request.name)) importForLibrary(machine, name);
	return { type: "external", name: request.name };
}

/** A module of a library that does nothing but raise since a release: the package goes by another name. */
function failOnRefusal(machine: Machine, frame: Frame, { name, range, statement }: ImportRequest): void {
	const [, exception, message] =
		/^([\w.]+)(?:: (.*))?$/.exec(refusalToImport(machine.environment.distributions, name) ?? "") ?? [];
	if (exception === undefined) return;
	fail(machine, {
		detail: { type: "raises", exception, by: "operation" },
		module: frame.module,
		range,
		statement,
		exception,
		message: message ?? "",
	});
}

/**
 * Where not every package is known, a name may be anything's. But a path that is one of our own modules but for its root, and
 * that has what the import asks for, has lost that root; and so has no package taken a name that is one letter off ours.
 */
function isOwnElsewhere(machine: Machine, { name, names }: ImportRequest): boolean {
	if (names.length === 0 || !machine.mayBeOwn(name)) return false;
	const own = machine.guess(name, names);
	if (own === null) return false;
	if (name.includes(".")) return isSamePath(name, own);
	return machine.environment.distributionsFor(name).length === 0 && (isSamePath(name, own) || isSimilarName(name, own));
}

/** Notes an import of something outside the project. */
export function recordExternal(machine: Machine, frame: Frame, request: Pick<ImportRequest, "name" | "range">): void {
	machine.externalImports.push({
		module: request.name,
		importer: frame.module,
		range: request.range,
		stage: machine.stage,
		reached: machine.reached,
		guarded: isGuarded(machine, "ModuleNotFoundError"),
		deferred: false,
		order: machine.order++,
	});
}

/** Nothing of that name. The simulation goes on with the module that was most likely meant, so that what lies behind it is seen too. */
function missing(
	machine: Machine,
	frame: Frame,
	request: ImportRequest,
	name: string,
	parent: ModuleRecord | null,
): ImportedModule {
	const top = request.name.split(".")[0] ?? request.name;
	const own = parent !== null || machine.sysModules.has(top);
	const parentIsModule = parent !== null && parent.folders === null;
	const isPackage = !own && machine.environment.distributionsFor(top).length > 0;
	const guessed = isPackage && !request.name.includes(".") ? null : machine.guess(request.name, request.names);
	const meant = isPackage && guessed !== null && !isSamePath(request.name, guessed) ? null : guessed;
	const above = parent === null && request.level === 0 && name === top ? machine.folderAbove(top) : null;
	const externalParent = parent === null && name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : null;
	const isPlain = externalParent !== null && isPlainModule(machine, externalParent);
	fail(machine, {
		detail: {
			type: "module-not-found",
			requested: request.name,
			missing: name,
			level: request.level,
			names: request.names,
			parentIsModule,
			own,
			meant,
			...(above !== null && { above }),
		},
		module: frame.module,
		range: request.range,
		statement: request.statement,
		exception: "ModuleNotFoundError",
		message:
			parentIsModule || isPlain
				? `No module named '${name}'; '${parent?.name ?? externalParent}' is not a package`
				: `No module named '${name}'`,
	});
	if (above !== null && !machine.path.back.includes(above)) {
		machine.path.back.push(above);
		return machine.importModule(frame, request);
	}
	if (meant === null) return own ? { type: "unknown" } : { type: "external", name: request.name };
	return machine.importModule(frame, { ...request, name: meant });
}

/** Runs what a library imports by a name that leads into the project, as far as it is there: what it then lacks is told elsewhere. */
export function importForLibrary(machine: Machine, name: string): void {
	const [top = "", ...rest] = name.split(".");
	let record = importTop(machine, top);
	for (const part of rest) record = record === null || record === "external" ? null : importSubmodule(machine, record, part);
}

function isPlainModule(machine: Machine, name: string): boolean {
	const found = machine.environment.findModule(name);
	return found.found === "present" && !found.module.isPackage && found.module.kind === "source";
}

/**
 * A name that a known distribution provides is taken for that distribution, and not for one of our own modules elsewhere, unless
 * it is the whole path of that one but for the root, `core.config` and `app.core.config`, or but for a slip in its first part:
 * `schema.user` and `schemas.user`.
 */
function isSamePath(name: string, own: string): boolean {
	if (own.endsWith(`.${name}`) || name.endsWith(`.${own}`)) return true;
	const [top = "", ...rest] = name.split(".");
	const [ownTop = "", ...ownRest] = own.split(".");
	return rest.length > 0 && rest.join(".") === ownRest.join(".") && isSimilarName(top, ownTop);
}
