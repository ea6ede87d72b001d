import type { ClassMember, ExternalEntry } from "../../../environment/environment.ts";
import { type ConstantValue, type ExternalValue, type Origin, unknown, type Value } from "../values.ts";
import type { Machine } from "./machine.ts";

export function constant(value: ConstantValue["value"], origin: Origin | null = null): ConstantValue {
	return { kind: "constant", value, origin };
}

/** A module outside the project, as a value. */
export function externalModule(name: string): ExternalValue {
	return { kind: "external", name, canonical: name, isModule: true, entry: null };
}

/** What it takes to look at packages: the environment, and what the program has set on their modules. */
type Packages = Pick<Machine, "environment" | "patched">;

/** A symbol outside the project; where it is really defined is found out only when somebody asks. */
export function externalSymbol(machine: Pick<Machine, "environment">, name: string, entry: ExternalEntry | null): ExternalValue {
	let canonical: string | null = null;
	return {
		kind: "external",
		name,
		get canonical() {
			canonical ??= machine.environment.canonical(name);
			return canonical;
		},
		isModule: false,
		entry,
	};
}

/** A name of the `builtins` module. */
export function builtin(name: string): ExternalValue {
	const full = `builtins.${name}`;
	return { kind: "external", name: full, canonical: full, isModule: false, entry: null };
}

/** What `module.symbol` is, for a module outside the project; `absent` only where that is certain. */
export function memberOf(machine: Packages, module: string, symbol: string): Value | "absent" {
	const known = machine.patched.get(`${module}.${symbol}`) ?? knownConstant(machine, `${module}.${symbol}`);
	if (known !== null) return known;
	// os.py binds it in an `if`, by the system that it runs on.
	if (module === "os" && symbol === "path") return externalModule("os.path");
	const found = machine.environment.findModule(module);
	if (found.found !== "present") return unknownMember(machine, `${module}.${symbol}`);
	const looked = found.module.lookup(symbol);
	if (looked.found === "absent") return "absent";
	if (looked.found === "unknown") return unknownMember(machine, `${module}.${symbol}`);
	const { entry } = looked;
	if (entry.kind === "submodule") return externalModule(entry.module);
	const same = entry.kind === "value" ? sameClass(machine, module, entry.text) : null;
	if (same !== null) return same;
	if (entry.kind === "alias") {
		if (entry.name === null) return externalModule(entry.module);
		const canonicalConstant = knownConstant(machine, `${entry.module}.${entry.name}`);
		if (canonicalConstant !== null) return canonicalConstant;
		const home = machine.environment.findModule(`${entry.module}.${entry.name}`);
		if (home.found === "present" && isSubmoduleAlias(machine, entry.module, entry.name)) return externalModule(home.module.name);
	}
	return externalSymbol(machine, `${module}.${symbol}`, resolveEntry(machine, entry));
}

/** `Instrumentator = PrometheusFastApiInstrumentator`: another name for a class of the same module of a library. */
function sameClass(machine: Packages, module: string, text: string | null): Value | null {
	if (text === null || !/^[A-Z]\w*$/.test(text) || machine.environment.isStdlib(module.split(".")[0] ?? module)) return null;
	const found = memberOf(machine, module, text);
	return found !== "absent" && found.kind === "external" && found.entry?.kind === "class" ? found : null;
}

function isSubmoduleAlias(machine: Packages, module: string, name: string): boolean {
	const owner = machine.environment.findModule(module);
	if (owner.found !== "present") return false;
	const looked = owner.module.lookup(name);
	if (looked.found !== "present") return false;
	const { entry } = looked;
	// `from structlog import processors` in structlog's own `__init__.py`.
	return entry.kind === "submodule" || (entry.kind === "alias" && entry.module === module && entry.name === name);
}

/** Something of a module we cannot read: usable, and nothing is known about it but the name it was asked by. */
function unknownMember(machine: Packages, name: string): ExternalValue {
	return externalSymbol(machine, name, null);
}

/** Follows re-exports to the entry that says what a symbol is. */
function resolveEntry(machine: Pick<Machine, "environment">, entry: ExternalEntry): ExternalEntry {
	let current = entry;
	for (let hops = 0; hops < 12 && current.kind === "alias" && current.name !== null; hops++) {
		const found = machine.environment.findModule(current.module);
		if (found.found !== "present") return { kind: "unknown" };
		const looked = found.module.lookup(current.name);
		if (looked.found !== "present") return { kind: "unknown" };
		current = looked.entry;
	}
	return current;
}

function knownConstant(machine: Packages, name: string): Value | null {
	const { major, minor } = machine.environment.python;
	switch (name) {
		case "typing.TYPE_CHECKING":
		case "typing_extensions.TYPE_CHECKING":
			return constant(false);
		case "sys.version_info":
			return { kind: "sequence", type: "view", items: [constant(major), constant(minor)], complete: false };
		case "sys.platform":
			return constant("linux");
		case "os.name":
			return constant("posix");
		case "os.sep":
			return constant("/");
		case "sys.argv":
		case "sys.executable":
			return unknown;
		default:
			return null;
	}
}

/** Finds a member of an external class along its bases; `absent` only where every base is known and nothing is dynamic. */
export function classMember(
	machine: Pick<Machine, "environment">,
	entry: ExternalEntry | null,
	name: string,
	depth = 0,
): ClassMember | "absent" | "unknown" {
	if (entry === null || entry.kind !== "class" || depth > 12) return "unknown";
	const { members, bases } = entry;
	if (Object.hasOwn(members, name)) return members[name] ?? "unknown";
	if (Object.hasOwn(members, "__getattr__") || Object.hasOwn(members, "__getattribute__")) return "unknown";
	for (const base of bases) {
		if (transparentBases.has(base)) continue;
		const found = classMember(machine, symbolEntry(machine, base), name, depth + 1);
		if (found !== "absent") return found;
	}
	return objectMembers.has(name) ? "unknown" : "absent";
}

/** Bases that add nothing a plain attribute look-up would find. */
const transparentBases = new Set([
	"object",
	"builtins.object",
	"typing.Generic",
	"typing.Protocol",
	"typing_extensions.Protocol",
	"abc.ABC",
]);

const objectMembers = new Set(
	(
		"__class__ __dict__ __doc__ __module__ __init__ __new__ __eq__ __ne__ __hash__ __repr__ __str__ __name__ __qualname__ __mro__ __bases__ " +
		"__subclasses__ __init_subclass__ __annotations__ __weakref__ __slots__ __sizeof__ __reduce__ __format__ __dir__ __delattr__ __setattr__ mro"
	).split(" "),
);

/** What a dotted name of an external module's symbol stands for, or null. */
export function symbolEntry(machine: Pick<Machine, "environment">, dotted: string): ExternalEntry | null {
	const dot = dotted.lastIndexOf(".");
	if (dot < 0) return null;
	const found = machine.environment.findModule(dotted.slice(0, dot));
	if (found.found !== "present") return null;
	const looked = found.module.lookup(dotted.slice(dot + 1));
	return looked.found === "present" ? resolveEntry(machine, looked.entry) : null;
}

/** Has the class, or one of its bases, a metaclass or a decorator that may give its instances more than its body says? */
export function isPlainExternalClass(machine: Pick<Machine, "environment">, entry: ExternalEntry | null, depth = 0): boolean {
	if (entry === null || entry.kind !== "class" || depth > 12 || entry.decorators.length > 0) return false;
	// The metaclass of abstract classes makes objects as `type` does.
	if (entry.metaclass !== null && entry.metaclass !== "abc.ABCMeta") return false;
	return entry.bases.every(
		(base) => transparentBases.has(base) || isPlainExternalClass(machine, symbolEntry(machine, base), depth + 1),
	);
}
