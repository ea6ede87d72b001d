import type { ClassValue, DictValue, Value } from "../../values.ts";
import { isTextMember } from "../classes/enum-look-up.ts";
import { importForLibrary } from "../importing.ts";
import type { Machine } from "../machine.ts";
import { ofFormat } from "./basic-config.ts";

/** What `logging.config.dictConfig` refuses, in Python's words, and the name in it that nothing defines. */
export interface LoggingRefusal {
	readonly message: string;
	/** A name that stands for a formatter, filter or handler: which there are, and where it is written. */
	readonly name?: { readonly wanted: string; readonly known: readonly string[]; readonly value: Value; readonly isOwn?: true };
}

/** The first thing that `dictConfig` refuses in a dictionary that is wholly known (https://docs.python.org/3/library/logging.config.html#logging-config-dictschema). */
export function refusedLogging(machine: Machine, config: Value | undefined): LoggingRefusal | null {
	if (config?.kind !== "dict" || !config.complete) return null;
	const version = config.entries.get("version");
	if (version === undefined) return { message: "dictionary doesn't specify a version" };
	if (version.kind !== "constant" || version.isConverted) return null;
	if (version.value !== 1) return { message: `Unsupported version: ${shown(version.value)}` };
	// What changes an earlier configuration need not say all.
	if (config.entries.has("incremental")) return null;
	const formatters = namesIn(config, "formatters");
	for (const [name, formatter] of partOf(config, "formatters") ?? []) {
		const refusal = ofFormatter(machine, formatter);
		if (refusal !== null) return { message: `Unable to configure formatter '${name}'`, ...refusal };
	}
	for (const [name, filter] of partOf(config, "filters") ?? []) {
		const refusal = ofFilter(machine, filter);
		if (refusal !== null) return { message: `Unable to configure filter '${name}'`, ...refusal };
	}
	const filters = namesIn(config, "filters");
	const handlers = partOf(config, "handlers");
	if (formatters === null || filters === null || handlers === null) return null;
	for (const [name, handler] of [...handlers].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))) {
		const refusal = ofHandler(machine, handler, formatters, filters);
		if (refusal !== null) return { message: `Unable to configure handler '${name}'`, ...refusal };
	}
	const known = [...handlers.keys()].map(String);
	for (const [name, logger] of partOf(config, "loggers") ?? []) {
		const refusal = ofLogger(machine, logger, known, filters);
		if (refusal !== null) return { message: `Unable to configure logger '${name}'`, ...refusal };
	}
	const root = config.entries.get("root");
	const refusal = root === undefined ? null : ofLogger(machine, root, known, filters);
	return refusal === null ? null : { message: "Unable to configure root logger", ...refusal };
}

type Reason = Pick<LoggingRefusal, "name">;

/** A formatter whose class is not there, or whose format is of another style. */
function ofFormatter(machine: Machine, formatter: Value): Reason | null {
	if (formatter.kind !== "dict" || !formatter.complete) return null;
	const made = formatter.entries.get("()") ?? formatter.entries.get("class");
	if (made === undefined) return ofFormat(formatter.entries.get("format"), formatter.entries.get("style")) === null ? null : {};
	return ofClass(machine, made, "Formatter");
}

function ofFilter(machine: Machine, filter: Value): Reason | null {
	const made = filter.kind === "dict" && filter.complete ? filter.entries.get("()") : undefined;
	return made === undefined ? null : ofClass(machine, made, "Filter");
}

function ofHandler(machine: Machine, handler: Value, formatters: readonly string[], filters: readonly string[]): Reason | null {
	if (handler.kind !== "dict" || !handler.complete) return null;
	const own = handler.entries.get("()");
	if (own !== undefined) return ofClass(machine, own, "Handler");
	const made = handler.entries.get("class");
	if (made === undefined) return {};
	const formatter = handler.entries.get("formatter");
	return (
		lacking(formatter === undefined ? [] : [formatter], formatters) ??
		ofLevel(machine, handler.entries.get("level")) ??
		lacking(listed(handler.entries.get("filters")), filters) ??
		ofClass(machine, made, "Handler")
	);
}

/** The dotted name of a class whose module, or the class in it, is certainly not there. */
function ofClass(machine: Machine, made: Value, kind: "Filter" | "Formatter" | "Handler"): Reason | null {
	if (made.kind !== "constant" || typeof made.value !== "string" || made.isConverted) return null;
	const [, module, name] = /^(\w+(?:\.\w+)*)\.(\w+)$/.exec(made.value) ?? [];
	if (module === undefined || name === undefined) return null;
	if (isOwn(machine, module)) {
		importForLibrary(machine, module);
		return ofOwnClass(machine, made, module, name, kind);
	}
	const known = namesBeside(machine, module, name);
	if (known === null) return null;
	const alike = known.filter((each) => each.endsWith(kind));
	return { name: { wanted: made.value, known: alike.map((each) => `${module}.${each}`), value: made } };
}

function isOwn({ resolver }: Machine, module: string): boolean {
	const [top = ""] = module.split(".");
	return resolver.hasFile(`${top}.py`) || resolver.hasFolder(top);
}

/** A class of the project that its module has not, or whose module is not there. */
function ofOwnClass(machine: Machine, made: Value, module: string, name: string, kind: string): Reason | null {
	const { resolver, sysModules } = machine;
	const own = sysModules.get(module);
	const path = module.replaceAll(".", "/");
	const isNowhere = own === undefined && !resolver.hasFile(`${path}.py`) && !resolver.hasFolder(path);
	if (!isNowhere && (own === undefined || own.status !== "done" || own.value.module === null || own.value.module.isPackage))
		return null;
	const names = own?.value.namespace;
	if (names !== undefined && (names.dynamic || names.names.has(name) || names.names.has("__getattr__"))) return null;
	const classes = [...sysModules.values()].flatMap((record) =>
		[...record.value.namespace.names].flatMap(([each, { value }]) =>
			value.kind === "class" && value.module.name === record.name && value.node.name.name === each ? [value] : [],
		),
	);
	const same = classes.filter(({ node }) => node.name.name === name);
	const alike = classes.filter((each) => each.module.name === module && isOfLogging(each, kind));
	const meant = same.length > 0 ? same : alike;
	const wanted = made.kind === "constant" ? String(made.value) : "";
	return { name: { wanted, known: meant.map((each) => `${each.module.name}.${each.node.name.name}`), value: made, isOwn: true } };
}

/** Does the class derive from `logging.Filter`, or whatever else of logging's is wanted? */
function isOfLogging({ bases }: ClassValue, kind: string): boolean {
	return bases.some((base) =>
		base.kind === "class" ? isOfLogging(base, kind) : base.kind === "external" && base.canonical.endsWith(kind),
	);
}

/** What a module has where it lacks a name, empty where there is no such module; null where it has the name, or nobody can tell. */
function namesBeside(machine: Machine, module: string, name: string): readonly string[] | null {
	const { environment, mayBeOwn } = machine;
	const [top = ""] = module.split(".");
	const found = environment.findModule(module);
	if (machine.patched.has(`${module}.${name}`)) return null;
	if (found.found === "present") return found.module.lookup(name).found === "absent" ? found.module.names() : null;
	const isMissing = environment.kind === "interpreter" && environment.findModule(top).found === "missing";
	return isMissing && !mayBeOwn(`${module}.${name}`) ? [] : null;
}

function ofLogger(machine: Machine, logger: Value, handlers: readonly string[], filters: readonly string[]): Reason | null {
	if (logger.kind !== "dict" || !logger.complete) return null;
	return (
		ofLevel(machine, logger.entries.get("level")) ??
		lacking(listed(logger.entries.get("handlers")), handlers) ??
		lacking(listed(logger.entries.get("filters")), filters)
	);
}

const levels = ["CRITICAL", "FATAL", "ERROR", "WARN", "WARNING", "INFO", "DEBUG", "NOTSET"];

/** A level that is none, where the program has not made it one. */
function ofLevel(machine: Machine, level: Value | undefined): Reason | null {
	if (level !== undefined && isTextMember(level)) return {};
	if (level?.kind !== "constant" || typeof level.value !== "string" || levels.includes(level.value)) return null;
	const mayAdd = machine.calls.some(({ callee }) => callee.kind === "external" && callee.canonical === "logging.addLevelName");
	if (mayAdd && !levels.includes(level.value.toUpperCase())) return null;
	return { name: { wanted: level.value, known: levels, value: level } };
}

function lacking(names: readonly Value[], known: readonly string[]): Reason | null {
	for (const value of names) {
		if (value.kind !== "constant" || typeof value.value !== "string" || known.includes(value.value)) continue;
		return { name: { wanted: value.value, known, value } };
	}
	return null;
}

function listed(value: Value | undefined): readonly Value[] {
	return value?.kind === "sequence" ? value.items : [];
}

/** The entries of a part of the configuration; null where they are not all known. */
function partOf(config: DictValue, part: string): DictValue["entries"] | null {
	const value = config.entries.get(part);
	if (value === undefined) return new Map();
	return value.kind === "dict" && value.complete ? value.entries : null;
}

function namesIn(config: DictValue, part: string): readonly string[] | null {
	const entries = partOf(config, part);
	return entries === null ? null : [...entries.keys()].map(String);
}

function shown(value: unknown): string {
	return typeof value === "string" ? `'${value}'` : String(value);
}
