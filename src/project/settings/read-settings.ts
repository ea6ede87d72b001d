import type { CallArguments, Frame, Machine } from "../imports/simulator/machine.ts";
import type { Call, SettingReading } from "../imports/trace.ts";
import { type ClassValue, unknown, type Value } from "../imports/values.ts";
import { readSettingType } from "./setting-type.ts";
import { isSettingsClass, type SettingsConfig, type SettingsField, settingsConfig, settingsFields } from "./settings-class.ts";

/**
 * The attributes of a settings object that is made now, from keyword arguments, environment, `.env` files and defaults, in that order
 * of strength; what each field got is kept in the trace. Null where the class is no settings class.
 */
export function instantiateSettings(
	machine: Machine,
	_frame: Frame,
	cls: ClassValue,
	args: CallArguments,
	made: Call,
): ReadonlyMap<string, Value> | null {
	if (!isSettingsClass(cls)) return null;
	const config = withArguments(settingsConfig(cls), args);
	const paths = config.envFiles === null ? null : config.envFiles.map((name) => pathOf(machine, name));
	const files = dotenvOf(machine, paths);
	const result = new Map<string, Value>();
	const fields: SettingReading[] = [];
	for (const field of settingsFields(cls, config)) {
		const argument = args.keywords.get(field.name);
		const given = argument ?? (args.open ? null : rawValue(machine, config, files, field));
		if (field.mayBeRewritten) result.set(field.name, unknown);
		else if (given === undefined) result.set(field.name, field.fallback ?? unknown);
		else result.set(field.name, given === null ? unknown : converted(given, field));
		fields.push({ field, given: given === undefined ? null : (given ?? unknown), isArgument: argument !== undefined });
	}
	machine.settings.push({
		call: made,
		settingsClass: cls,
		fields,
		envFiles: paths === null ? null : paths.every((path) => path !== null) ? paths : null,
		fileValues: files ?? new Map(),
	});
	machine.doubts++;
	return result;
}

/** `Settings(_env_file=...)` reads other files than the class says. */
function withArguments(config: SettingsConfig, args: CallArguments): SettingsConfig {
	if (!args.keywords.has("_env_file") && !args.keywords.has("_secrets_dir")) return config;
	const given = args.keywords.get("_env_file");
	if (given?.kind === "constant" && typeof given.value === "string") return { ...config, envFiles: [given.value] };
	return { ...config, envFiles: given?.kind === "constant" && given.value === null ? [] : null };
}

/** The path of a `.env` file relative to the repository root; null where it lies outside. */
function pathOf(machine: Machine, name: string): string | null {
	const absolute = collapse(name.startsWith("/") ? name : `${machine.workingDirectory}/${name}`);
	return absolute.startsWith(`${machine.root}/`) ? absolute.slice(machine.root.length + 1) : null;
}

/** What the `.env` files say, stronger files later; null where one of them cannot be seen. */
function dotenvOf(machine: Machine, paths: readonly (string | null)[] | null): ReadonlyMap<string, Value> | null {
	if (paths === null) return null;
	const merged = new Map<string, Value>();
	for (const path of paths) {
		if (path === null) return null;
		for (const [key, value] of machine.dotenvValues(path) ?? []) merged.set(key, value);
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
			if (found !== undefined && !(config.ignoresEmpty && found.kind === "constant" && found.value === "")) return found;
			if (config.nestedDelimiter !== null && startsAny(source, key + config.nestedDelimiter)) return null;
		}
		if (source === machine.environ && machine.environDynamic) return null;
	}
	return config.hasOtherSources ? null : undefined;
}

function getFolded(source: ReadonlyMap<string, Value>, key: string): Value | undefined {
	const exact = source.get(key);
	if (exact !== undefined) return exact;
	const folded = key.toLowerCase();
	for (const [name, value] of source) if (name.toLowerCase() === folded) return value;
	return undefined;
}

function startsAny(source: ReadonlyMap<string, Value>, prefix: string): boolean {
	const folded = prefix.toLowerCase();
	for (const name of source.keys()) if (name.toLowerCase().startsWith(folded)) return true;
	return false;
}

/** The value after pydantic's conversion, for the simple types that start-up code decides on. */
function converted(value: Value, field: SettingsField): Value {
	if (value.kind !== "constant" || typeof value.value !== "string") return value;
	const { members } = readSettingType(field.node.annotation);
	if (members === null || field.isValidatedBefore) return unknown;
	const text = value.value;
	if (members.includes("bool") && /^(true|1|on|yes|t|y)$/i.test(text)) return { ...value, value: true };
	if (members.includes("bool") && /^(false|0|off|no|f|n)$/i.test(text)) return { ...value, value: false };
	if (members.includes("int") && /^[+-]?\d+$/.test(text.trim())) return { ...value, value: Number(text) };
	return members.includes("str") || members.includes("Literal") ? value : unknown;
}
