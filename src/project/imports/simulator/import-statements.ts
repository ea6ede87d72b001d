import type * as ast from "../../../python/ast.ts";
import { absoluteName } from "../resolver.ts";
import type { ModuleValue, Value } from "../values.ts";
import { unknown } from "../values.ts";
import { externalModule, externalSymbol, memberOf } from "./external.ts";
import { noteCircle, recordExternal } from "./importing.ts";
import { bind, type Frame, fail, type ImportedModule, type Machine, type ModuleRecord } from "./machine.ts";

/** `import a.b as c, d`. */
export function runImport(machine: Machine, frame: Frame, node: ast.Import): void {
	for (const alias of node.names) {
		const name = alias.name.name;
		const range = { start: alias.name.start, end: alias.name.end };
		const imported = machine.importModule(frame, { name, written: name, level: 0, names: [], statement: node, range });
		const target = alias.asName?.name ?? name.split(".")[0] ?? name;
		bind(
			machine,
			scopeFor(frame, target),
			target,
			alias.asName === null ? topOf(machine, name, imported) : importedValue(imported),
			alias,
		);
	}
}

function scopeFor(frame: Frame, name: string): Frame["scope"] {
	return frame.globalNames.has(name) ? frame.globals : frame.scope;
}

function importedValue(imported: ImportedModule): Value {
	if (imported.type === "own") return imported.record.value;
	return imported.type === "external" ? externalModule(imported.name) : unknown;
}

/** `import a.b` binds `a`. */
function topOf(machine: Machine, name: string, imported: ImportedModule): Value {
	const top = name.split(".")[0] ?? name;
	const record = machine.sysModules.get(top);
	if (record !== undefined) return record.value;
	return imported.type === "external" ? externalModule(top) : unknown;
}

/** `from m import a as b, c` and `from m import *`. */
export function runImportFrom(machine: Machine, frame: Frame, node: ast.ImportFrom): void {
	const range = { start: node.moduleRange.start, end: node.moduleRange.end };
	const names = node.names.map((alias) => alias.name.name);
	if (node.level === 0 && node.module === "__future__") {
		for (const alias of node.names) bind(machine, frame.scope, alias.asName?.name ?? alias.name.name, unknown, alias);
		return;
	}
	const written = ".".repeat(node.level) + node.module;
	let name = node.module;
	if (node.level > 0) {
		const packageName = frame.module.isPackage ? frame.module.name : parentPackage(frame.module.name);
		const absolute = absoluteName(packageName, node.level, node.module);
		if (absolute === null || absolute === "") {
			relativeBeyondTop(machine, frame, node, packageName === "", names);
			return;
		}
		name = absolute;
	}
	const imported = machine.importModule(frame, { name, written, level: node.level, names, statement: node, range });
	if (node.star) {
		importStar(machine, frame, imported, node);
		return;
	}
	for (const alias of node.names) {
		const target = alias.asName?.name ?? alias.name.name;
		bind(machine, scopeFor(frame, target), target, importedName(machine, frame, imported, alias, node), alias);
	}
}

function parentPackage(name: string): string {
	const dot = name.lastIndexOf(".");
	return dot < 0 ? "" : name.slice(0, dot);
}

function relativeBeyondTop(
	machine: Machine,
	frame: Frame,
	node: ast.ImportFrom,
	noPackage: boolean,
	names: readonly string[],
): void {
	const meant = machine.guess(node.module, names);
	fail(machine, {
		detail: { type: "relative-beyond-top", requested: node.module, level: node.level, names, meant },
		module: frame.module,
		range: { start: node.moduleRange.start, end: node.moduleRange.end },
		statement: node,
		exception: "ImportError",
		message: noPackage
			? "attempted relative import with no known parent package"
			: "attempted relative import beyond top-level package",
	});
	const imported: ImportedModule =
		meant === null
			? { type: "unknown" }
			: machine.importModule(frame, { name: meant, written: meant, level: 0, names, statement: node, range: node.moduleRange });
	for (const alias of node.names) {
		const target = alias.asName?.name ?? alias.name.name;
		bind(machine, scopeFor(frame, target), target, importedName(machine, frame, imported, alias, node), alias);
	}
	if (node.star) importStar(machine, frame, imported, node);
}

function importedName(machine: Machine, frame: Frame, imported: ImportedModule, alias: ast.Alias, node: ast.ImportFrom): Value {
	const name = alias.name.name;
	if (imported.type === "unknown") return unknown;
	if (imported.type === "own") return nameOfOwn(machine, frame, imported.record, alias, node);
	const member = memberOf(machine, imported.name, name);
	if (member !== "absent") {
		if (member.kind === "external" && member.isModule && member.name === `${imported.name}.${name}`)
			recordExternal(machine, frame, { name: member.name, range: { start: alias.name.start, end: alias.name.end } });
		const found = machine.environment.findModule(imported.name);
		if (found.found !== "present" || found.module.lookup(name).found === "unknown") doubt(machine);
		return member;
	}
	const refusal = refusedWith(machine, imported.name, name);
	fail(machine, {
		...(refusal === null ? {} : { line: refusal }),
		detail: { type: "name-not-in-module", source: imported.name, name, external: true, cycle: null },
		module: frame.module,
		range: { start: alias.name.start, end: alias.name.end },
		statement: node,
		exception: "ImportError",
		message: `cannot import name '${name}' from '${imported.name}'`,
	});
	return externalSymbol(machine, `${imported.name}.${name}`, null);
}

/** What a module's own `__getattr__` says of a name it refuses (pydantic: where it went). */
function refusedWith(machine: Machine, module: string, name: string): string | null {
	const found = machine.environment.findModule(module);
	if (found.found !== "present") return null;
	const looked = found.module.lookup(name);
	return looked.found === "absent" ? (looked.error ?? null) : null;
}

function doubt(machine: Machine): void {
	machine.doubts++;
	machine.importDoubts++;
}

function nameOfOwn(machine: Machine, frame: Frame, record: ModuleRecord, alias: ast.Alias, node: ast.ImportFrom): Value {
	const name = alias.name.name;
	const { namespace } = record.value;
	const binding = namespace.names.get(name);
	if (binding !== undefined) {
		if (binding.maybe) doubt(machine);
		return binding.value;
	}
	const submodule = machine.importSubmodule(record, name);
	if (submodule !== null) {
		noteCircle(machine, submodule);
		return submodule.value;
	}
	if (namespace.dynamic || machine.path.dynamic) {
		doubt(machine);
		return unknown;
	}
	const served = machine.moduleGetattr(frame, record.value, name);
	if (served !== "absent") {
		doubt(machine);
		return served;
	}
	if (moduleDunders.has(name)) return unknown;
	const running = record.status === "running";
	const cycle =
		running && record.module !== null && machine.willBind(record.module, name) ? cyclePath(machine, record.name) : null;
	const place = record.module === null ? "unknown location" : `${machine.root}/${record.module.path}`;
	fail(machine, {
		detail: { type: "name-not-in-module", source: record.name, name, external: false, cycle },
		module: frame.module,
		range: { start: alias.name.start, end: alias.name.end },
		statement: node,
		exception: "ImportError",
		message: running
			? `cannot import name '${name}' from partially initialized module '${record.name}' (most likely due to a circular import) (${place})`
			: `cannot import name '${name}' from '${record.name}' (${place})`,
	});
	return unknown;
}

const moduleDunders = new Set([
	"__name__",
	"__file__",
	"__doc__",
	"__package__",
	"__loader__",
	"__spec__",
	"__path__",
	"__dict__",
]);

/** The modules from a running one to the module that asks it for a name too early, and back. */
export function cyclePath(machine: Machine, running: string): string[] {
	const from = machine.importStack.lastIndexOf(running);
	return from < 0 ? [running] : [...machine.importStack.slice(from), running];
}

function importStar(machine: Machine, frame: Frame, imported: ImportedModule, node: ast.ImportFrom): void {
	if (imported.type === "unknown") {
		frame.scope.dynamic = true;
		return;
	}
	if (imported.type === "own") {
		starOfOwn(machine, frame, imported.record, node);
		return;
	}
	const found = machine.environment.findModule(imported.name);
	const names = found.found === "present" ? found.module.starNames() : null;
	if (names === null) {
		frame.scope.dynamic = true;
		doubt(machine);
		return;
	}
	for (const name of names) {
		const member = memberOf(machine, imported.name, name);
		if (member !== "absent") bind(machine, frame.scope, name, member, node);
	}
}

function starOfOwn(machine: Machine, frame: Frame, record: ModuleRecord, node: ast.ImportFrom): void {
	const { namespace } = record.value;
	if (namespace.dynamic || namespace.names.has("__getattr__")) frame.scope.dynamic = true;
	const all = namespace.names.get("__all__");
	if (all === undefined) {
		for (const [name, binding] of namespace.names)
			if (!name.startsWith("_")) bindStar(machine, frame, name, binding.value, binding.maybe, node);
		return;
	}
	const listed = all.value;
	if (listed.kind !== "sequence" || !listed.complete || all.maybe) {
		frame.scope.dynamic = true;
		for (const [name, binding] of namespace.names) bindStar(machine, frame, name, binding.value, true, node);
		return;
	}
	for (const item of listed.items) {
		if (item.kind !== "constant" || typeof item.value !== "string") {
			frame.scope.dynamic = true;
			continue;
		}
		const name = item.value;
		const binding = namespace.names.get(name);
		const value = binding?.value ?? machine.importSubmodule(record, name)?.value ?? null;
		if (value !== null) bindStar(machine, frame, name, value, binding?.maybe ?? false, node);
		else if (!frame.scope.dynamic) missingFromAll(machine, frame, record.value, name, node);
	}
}

function bindStar(machine: Machine, frame: Frame, name: string, value: Value, isMaybe: boolean, node: ast.ImportFrom): void {
	if (isMaybe && !frame.scope.names.has(name)) frame.scope.names.set(name, { value, node, maybe: true });
	else if (!isMaybe) bind(machine, frame.scope, name, value, node);
}

function missingFromAll(machine: Machine, frame: Frame, source: ModuleValue, name: string, node: ast.ImportFrom): void {
	fail(machine, {
		detail: { type: "attribute-missing", owner: source.name, name, cycle: null, via: "star-import" },
		module: frame.module,
		range: { start: node.start, end: node.end },
		statement: node,
		exception: "AttributeError",
		message: `module '${source.name}' has no attribute '${name}'`,
	});
}
