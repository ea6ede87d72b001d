import type * as ast from "../../python/ast.ts";
import type { CallArguments, Frame, Machine } from "../imports/simulator/machine.ts";
import type { Call } from "../imports/trace.ts";
import { type ClassValue, unknown, type Value } from "../imports/values.ts";

/** How a settings class reads its values (https://docs.pydantic.dev/latest/concepts/pydantic_settings/). */
export interface SettingsConfig {
	/** `.env` files as written, later ones winning; null where that is not known. */
	readonly envFiles: readonly string[] | null;
	readonly prefix: string;
	readonly caseSensitive: boolean;
	/** `forbid` unless the class says otherwise; null where that is not known. */
	readonly extra: "forbid" | "ignore" | "allow" | null;
	readonly nestedDelimiter: string | null;
}

/** One field of a settings class. */
export interface SettingsField {
	readonly name: string;
	readonly node: ast.AnnAssign;
	readonly owner: ClassValue;
	/** The default as evaluated, or null where the field is required. */
	readonly fallback: Value | null;
	/** Names in the environment, in the order in which they are tried. */
	readonly keys: readonly string[];
}

/** Is this a class of the project that derives from pydantic's BaseSettings? */
export function isSettingsClass(cls: ClassValue): boolean {
	return cls.bases.some((base) => {
		if (base.kind === "class") return isSettingsClass(base);
		return base.kind === "external" && /^pydantic(_settings)?\.(.*\.)?BaseSettings$/.test(base.canonical);
	});
}

/** The attributes of a settings object that is made now, from keyword arguments, environment, `.env` files and defaults, in that order of strength. */
export function instantiateSettings(
	machine: Machine,
	frame: Frame,
	cls: ClassValue,
	args: CallArguments,
	_made: Call,
): ReadonlyMap<string, Value> | null {
	if (!isSettingsClass(cls)) return null;
	const config = settingsConfig(cls);
	const files = dotenvOf(machine, config);
	const result = new Map<string, Value>();
	for (const field of settingsFields(cls, config)) {
		const given = args.keywords.get(field.name) ?? rawValue(machine, config, files, field);
		if (given === undefined) result.set(field.name, field.fallback ?? unknown);
		else result.set(field.name, given === null || args.open ? unknown : converted(given, field.node.annotation));
	}
	machine.doubts++;
	void frame;
	return result;
}

/** What the `.env` files of a class say, stronger files later; null where a file's name is not known. */
function dotenvOf(machine: Machine, config: SettingsConfig): ReadonlyMap<string, Value> | null {
	if (config.envFiles === null) return null;
	const merged = new Map<string, Value>();
	for (const name of config.envFiles) {
		const absolute = name.startsWith("/") ? name : `${machine.workingDirectory}/${name}`;
		const relative = collapse(absolute);
		if (!relative.startsWith(`${machine.root}/`)) return null;
		for (const [key, value] of machine.dotenvValues(relative.slice(machine.root.length + 1)) ?? []) merged.set(key, value);
	}
	return merged;
}

function collapse(path: string): string {
	const parts: string[] = [];
	for (const part of path.split("/")) {
		if (part === "..") parts.pop();
		else if (part !== "." && part !== "") parts.push(part);
	}
	return `/${parts.join("/")}`;
}

/** The text that the environment or a file gives a field; undefined: nothing sets it; null: something we cannot see may. */
function rawValue(
	machine: Machine,
	config: SettingsConfig,
	files: ReadonlyMap<string, Value> | null,
	field: SettingsField,
): Value | undefined | null {
	for (const source of [machine.environ, files]) {
		if (source === null) return null;
		for (const key of field.keys) {
			const found = config.caseSensitive ? source.get(key) : getFolded(source, key);
			if (found !== undefined) return found;
		}
		if (source === machine.environ && machine.environDynamic) return null;
	}
	return undefined;
}

function getFolded(source: ReadonlyMap<string, Value>, key: string): Value | undefined {
	const exact = source.get(key);
	if (exact !== undefined) return exact;
	const folded = key.toLowerCase();
	for (const [name, value] of source) if (name.toLowerCase() === folded) return value;
	return undefined;
}

/** The value after pydantic's conversion, for the simple types that start-up code decides on. */
function converted(value: Value, annotation: ast.Expression): Value {
	if (value.kind !== "constant" || typeof value.value !== "string") return value;
	const types = simpleTypes(annotation);
	if (types === null) return unknown;
	const text = value.value;
	if (types.has("bool") && /^(true|1|on|yes|t|y)$/i.test(text)) return { ...value, value: true };
	if (types.has("bool") && /^(false|0|off|no|f|n)$/i.test(text)) return { ...value, value: false };
	if (types.has("int") && /^[+-]?\d+$/.test(text.trim())) return { ...value, value: Number(text) };
	return types.has("str") ? value : unknown;
}

/** The names of a union of plain types, or null where anything else is in it. */
function simpleTypes(annotation: ast.Expression): Set<string> | null {
	if (annotation.type === "Name") return new Set([annotation.id]);
	if (annotation.type === "Constant" && annotation.literal === "none") return new Set(["None"]);
	if (annotation.type === "BinOp" && annotation.operator === "|") {
		const left = simpleTypes(annotation.left);
		const right = simpleTypes(annotation.right);
		return left === null || right === null ? null : new Set([...left, ...right]);
	}
	if (annotation.type === "Subscript" && annotation.value.type === "Name" && annotation.value.id === "Optional")
		return simpleTypes(annotation.index);
	return null;
}

/** Reads `model_config` or the older inner `Config` class. */
export function settingsConfig(cls: ClassValue): SettingsConfig {
	const read = configReader(cls);
	const files = read("env_file");
	const prefix = read("env_prefix");
	const sensitive = read("case_sensitive");
	const extra = read("extra");
	const delimiter = read("env_nested_delimiter");
	const extraText = extra?.kind === "constant" ? extra.value : extra === undefined ? "forbid" : null;
	return {
		envFiles: files === undefined ? [] : fileNames(files),
		prefix: prefix?.kind === "constant" && typeof prefix.value === "string" ? prefix.value : "",
		caseSensitive: sensitive?.kind === "constant" && sensitive.value === true,
		extra: extraText === "forbid" || extraText === "ignore" || extraText === "allow" ? extraText : null,
		nestedDelimiter: delimiter?.kind === "constant" && typeof delimiter.value === "string" ? delimiter.value : null,
	};
}

function configReader(cls: ClassValue): (key: string) => Value | undefined {
	const sources: ((key: string) => Value | undefined)[] = [];
	for (const each of lineage(cls)) {
		sources.push((key) => each.keywords.get(key));
		const modern = each.namespace.names.get("model_config")?.value;
		if (modern?.kind === "instance") sources.push((key) => modern.call?.keywords.get(key));
		if (modern?.kind === "dict") sources.push((key) => modern.entries.get(key));
		const old = each.namespace.names.get("Config")?.value;
		if (old?.kind === "class") sources.push((key) => old.namespace.names.get(key)?.value);
	}
	return (key) => {
		for (const source of sources) {
			const found = source(key);
			if (found !== undefined) return found;
		}
		return undefined;
	};
}

function fileNames(value: Value): readonly string[] | null {
	if (value.kind === "constant") return typeof value.value === "string" ? [value.value] : value.value === null ? [] : null;
	if (value.kind === "sequence" && value.complete) {
		const names = value.items.map((item) => fileNames(item)?.[0] ?? null);
		return names.every((name) => name !== null) ? names : null;
	}
	const path = value.kind === "instance" ? value.attributes.get("__fspath__") : undefined;
	return path?.kind === "constant" && typeof path.value === "string" ? [path.value] : null;
}

/** The class and its own base classes, nearest first. */
function lineage(cls: ClassValue): ClassValue[] {
	return [cls, ...cls.bases.flatMap((base) => (base.kind === "class" ? lineage(base) : []))];
}

/** The fields of a settings class, inherited ones first. */
export function settingsFields(cls: ClassValue, config: SettingsConfig): SettingsField[] {
	const fields = new Map<string, SettingsField>();
	for (const owner of lineage(cls).reverse()) {
		for (const node of owner.node.body) {
			if (node.type !== "AnnAssign" || node.target.type !== "Name" || isClassVariable(node.annotation)) continue;
			const name = node.target.id;
			if (name === "model_config" || name.startsWith("_")) continue;
			const bound = node.value === null ? null : (owner.namespace.names.get(name)?.value ?? unknown);
			fields.set(name, { name, node, owner, ...fieldSource(bound, name, config) });
		}
	}
	return [...fields.values()];
}

function isClassVariable(annotation: ast.Expression): boolean {
	const plain = annotation.type === "Subscript" ? annotation.value : annotation;
	return (
		(plain.type === "Name" && plain.id === "ClassVar") || (plain.type === "Attribute" && plain.attribute.name === "ClassVar")
	);
}

/** Default and environment names of a field, from its value: a plain default or a call of `Field`. */
function fieldSource(bound: Value | null, name: string, config: SettingsConfig): { fallback: Value | null; keys: string[] } {
	const keys = [config.prefix + name];
	if (bound === null) return { fallback: null, keys };
	if (bound.kind === "constant" && bound.value === undefined) return { fallback: null, keys };
	const call =
		bound.kind === "instance" && bound.of.kind === "external" && /\.Field$/.test(bound.of.canonical) ? bound.call : null;
	if (call === null) return { fallback: bound, keys };
	const alias = call.keywords.get("validation_alias") ?? call.keywords.get("alias") ?? call.keywords.get("env");
	const aliases = alias === undefined ? keys : aliasNames(alias, keys);
	const first = call.keywords.get("default") ?? call.args[0];
	if (call.keywords.has("default_factory")) return { fallback: unknown, keys: aliases };
	if (first === undefined || (first.kind === "constant" && first.value === undefined)) return { fallback: null, keys: aliases };
	return { fallback: first, keys: aliases };
}

function aliasNames(alias: Value, otherwise: string[]): string[] {
	if (alias.kind === "constant" && typeof alias.value === "string") return [alias.value];
	const choices = alias.kind === "instance" ? (alias.call?.args ?? []) : alias.kind === "sequence" ? alias.items : [];
	const names = choices.flatMap((choice) =>
		choice.kind === "constant" && typeof choice.value === "string" ? [choice.value] : [],
	);
	return names.length > 0 ? names : otherwise;
}
